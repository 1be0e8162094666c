import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { collectionPath, objectPath } from '../../src/cluster/paths.js';
import type { KubeObject, Resource } from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';
import type { Helm, Values } from '../../src/helm/port.js';
import type { Run } from '../../src/process/port.js';
import { run } from '../../src/process/run.js';
import { must } from '../../testbed/api.js';
import { clusterGate, type Seen } from '../e2e/gate.js';
import { helmVersions } from '../model/helm-program.js';
import { losing } from './bad-connection.js';
import type { ChartName } from './charts.js';
import type { RealTheatre } from './real-theatre.js';
import { release, type Cut, type Loss, type Major, type Point, type Ports, type Stage, type User } from './stage.js';
import { endOf } from './views.js';

const quotas: Resource = {
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  kind: 'ResourceQuota',
  namespaced: true,
};

const collections: Readonly<Record<string, Resource>> = {
  ConfigMap: resources.configMaps,
  Deployment: resources.deployments,
};

/** Whether a request that comes to the gate is the one to be held. */
function isAt(point: Point, namespace: string): (seen: Seen) => boolean {
  const secrets = collectionPath(resources.secrets, namespace);
  const is = (method: string, path: string) => (seen: Seen) =>
    seen.method === method && seen.path.split('?')[0] === path;
  switch (point.write) {
    case 'history':
      return is('GET', secrets);
    case 'new record':
      return is('POST', secrets);
    case 'record':
      return is('PUT', `${secrets}/sh.helm.release.v1.${release}.v${point.revision}`);
    default: {
      const resource = collections[point.kind] ?? resources.configMaps;
      const path = objectPath(resource, point.name, namespace);
      return {
        create: is('POST', collectionPath(resource, namespace)),
        patch: is('PATCH', path),
        delete: is('DELETE', path),
      }[point.write];
    }
  }
}

/** A namespace of a real API server, and real Helm. */
export class RealStage implements Stage {
  readonly clock = systemClock;
  readonly ports: Ports;
  readonly others: Ports;
  readonly forgotten: Ports;
  readonly helm: Helm;
  readonly #directory: string;
  #files = 0;

  constructor(
    readonly theatre: RealTheatre,
    readonly namespace: string,
    readonly major: Major,
  ) {
    this.ports = theatre.ports();
    this.others = theatre.ports();
    this.forgotten = theatre.ports();
    this.helm = theatre.helm(major);
    this.#directory = join(theatre.directory, namespace);
    mkdirSync(this.#directory);
  }

  get user(): User {
    const { theatre, namespace } = this;
    const { api } = theatre.bed.cluster;
    const change: User['change'] = async (resource, name, edit) => {
      const path = objectPath(resource, name, namespace);
      // Controllers write at the same time.
      for (;;) {
        const live = (await must(api, 'GET', path)) as KubeObject;
        const { status } = await api('PUT', path, edit(live));
        if (status === 200) return;
        if (status !== 409) throw new Error(`${path}: ${status}`);
      }
    };
    return {
      create: async (resource, object) => {
        await must(api, 'POST', collectionPath(resource, namespace), object);
      },
      change,
      delete: async (resource, name) => {
        await must(api, 'DELETE', objectPath(resource, name, namespace));
      },
      freeze: (resource, name) => change(resource, name, (live) => ({ ...live, immutable: true })),
      limit: (kind) => this.#limit(kind === 'pods' ? 'pods' : 'count/deployments.apps', kind),
      forget: () => this.#compact(),
    };
  }

  losing(loss: Loss): Ports {
    return this.theatre.ports(losing(this.theatre.transport, loss));
  }

  chart(name: ChartName): { readonly reference: string } {
    return { reference: join(this.theatre.directory, name) };
  }

  values(values: Values): string {
    const file = join(this.#directory, `${(this.#files += 1)}.json`);
    writeFileSync(file, JSON.stringify(values));
    return file;
  }

  async install(chart: ChartName, values: Values = {}, method: 'client' | 'server' = 'client'): Promise<void> {
    const args = ['install', release, this.chart(chart).reference, '--namespace', this.namespace];
    // Helm 4 goes on applying on the client what Helm 3 has made.
    const version = helmVersions[method === 'server' ? 4 : 3];
    await this.theatre.bed.cluster.helm(version, [...args, '--values', this.values(values)]);
  }

  async helmWithoutDelete(): Promise<Helm> {
    const rules = [
      { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['*'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'] },
    ];
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'careful' }, rules };
    const user = await this.theatre.bed.cluster.createUser(this.namespace, { manifests: JSON.stringify(role) });
    const kubeconfig = join(this.#directory, 'careful');
    writeFileSync(kubeconfig, user.kubeconfig, { mode: 0o600 });
    return this.theatre.helm(this.major, kubeconfig);
  }

  async cut<T>({ at, act, end, meanwhile }: Cut<T>): Promise<{ readonly ended: string; readonly meanwhile?: T }> {
    const gate = await clusterGate(this.theatre.bed);
    try {
      const hold = gate.hold(isAt(at, this.namespace));
      const kubeconfig = join(this.#directory, 'gate');
      writeFileSync(kubeconfig, gate.kubeconfig, { mode: 0o600 });
      const child = join(this.#directory, 'pid');
      const abort = new AbortController();
      const ended = endOf(act(this.theatre.helm(this.major, kubeconfig, knownBy(child)), abort.signal));
      const first = await Promise.race([hold.reached, ended]);
      if (typeof first === 'string') throw new Error(`Helm ended (${first}) without ${JSON.stringify(at)}`);
      const seen = await meanwhile?.();
      if (end === 'kill') process.kill(Number(readFileSync(child, 'utf8')), 'SIGKILL');
      if (end === 'interrupt') abort.abort(new Error('cancelled'));
      if (end === 'release') hold.release();
      return { ended: await ended, ...(seen === undefined ? {} : { meanwhile: seen }) };
    } finally {
      await gate.close();
    }
  }

  /** Until a quota has been counted the server would refuse for another reason. */
  async #limit(counted: string, plural: 'deployments' | 'pods'): Promise<void> {
    const { ports, namespace, theatre } = this;
    const { items } = await ports.list(resources[plural], { namespace });
    const quota = { metadata: { name: 'few' }, spec: { hard: { [counted]: String(items.length) } } };
    await must(theatre.bed.cluster.api, 'POST', collectionPath(quotas, namespace), quota);
    const isCounted = (live: KubeObject): boolean => (live.status as { used?: object } | undefined)?.used !== undefined;
    for await (const event of ports.watch(quotas, { namespace }, AbortSignal.timeout(30_000))) {
      const live = event.type === 'synced' ? event.items : [event.object];
      if (live.some(isCounted)) return;
    }
    throw new Error('the quota was not counted');
  }

  /** https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/ */
  async #compact(): Promise<void> {
    const { stateDirectory } = this.theatre.bed.cluster.record;
    const processes = JSON.parse(readFileSync(join(stateDirectory, 'processes.json'), 'utf8')) as {
      name: string;
      pid: number;
    }[];
    const pid = processes.find(({ name }) => name === 'etcd')?.pid ?? 0;
    const endpoint = /--listen-client-urls=([^\0]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.[1] ?? '';
    const { resourceVersion } = await this.ports.list(resources.events, { namespace: this.namespace });
    const answer = await fetch(`${endpoint}/v3/kv/compaction`, {
      method: 'POST',
      body: JSON.stringify({ revision: resourceVersion, physical: true }),
    });
    if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
  }
}

/** Runs a program that writes its process id down first. */
const knownBy =
  (file: string): Run =>
  (program, options) =>
    run('/bin/sh', { ...options, args: ['-c', 'echo $$ > "$0"; exec "$@"', file, program, ...options.args] });
