import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../src/action/github.js';
import type { Request } from '../../src/action/request.js';
import type { Cluster, KubeObject, Writes } from '../../src/cluster/port.js';
import { Leftovers } from '../../src/cluster/leftovers.js';
import type { HelmCli } from '../../src/helm/adapter.js';
import type { UpgradeIntent, Values } from '../../src/helm/port.js';
import { endBadly } from '../../src/operations/ending.js';
import type { Session, World } from '../../src/operations/session.js';
import { recorder } from '../../src/report/recorder.js';
import type { Report } from '../../src/report/report.js';
import { Interruption } from '../../src/upgrade/interrupt.js';
import { readGiven } from '../../src/values/given.js';
import { chartPackage } from '../helm/support.js';
import { fakeApi, helmOf, liveOf, namespace, newImage, objectsOf, recordOf, request, written } from '../plan/world.js';
import { FakeClock, flush } from '../upgrade/fake-clock.js';
import { FakeCluster } from '../upgrade/fake-cluster.js';

/** A world in memory, but for one temporary directory. */
export function worldOf(setup: Partial<Pick<World, 'cleanAll' | 'hide'>> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'operations-'));
  const clock = new FakeClock();
  const source = new EventEmitter();
  const report: Report = {
    schema: 1,
    operation: 'upgrade',
    result: 'failed',
    changed: false,
    problems: [],
    startedAt: clock.now(),
    timeline: [],
  };
  const job: Job = {
    temp: directory,
    toolCache: join(directory, 'tools'),
    workspace: directory,
    pathDelimiter: ':',
    os: 'linux',
    arch: 'x64',
    runName: 'octo-org/octo-repo/1/1/upgrade',
    environment: {},
  };
  let words = 0;
  const world: World = {
    job,
    clock,
    run: () => Promise.reject(new Error('no program is run')),
    download: () => new Promise(() => undefined),
    unpackers: {} as World['unpackers'],
    interruption: new Interruption({ source, clock, overdue: () => undefined }),
    leftovers: new Leftovers(() => undefined),
    emit: recorder(clock, report.timeline),
    mask: () => undefined,
    random: () => {
      words += 1;
      return `word${words}`;
    },
    hide: setup.hide ?? (() => undefined),
    cleanAll: setup.cleanAll ?? ((data) => data),
  };
  return { world, report, clock, directory, cancel: () => source.emit('SIGINT') };
}

/** Objects in memory that can be read one by one, listed and watched. */
function clusterOf(objects: FakeCluster): Cluster & Writes {
  const single = async (kind: string): Promise<readonly KubeObject[]> =>
    (await objects.list({ group: '', version: 'v1', plural: kind, kind, namespaced: true })).items;
  const api = fakeApi({ objects: [] }).cluster;
  const get = async ({ kind }: { readonly kind: string }, name: string): Promise<KubeObject | undefined> =>
    (await single(kind)).find(({ metadata }) => metadata.name === name);
  let version = 1000;
  const stored = <T extends KubeObject>(object: T): T => {
    version += 1;
    const written = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    objects.put(written);
    return written;
  };
  const create: Writes['create'] = async (resource, object) => {
    const found = (await get(resource, object.metadata.name)) as typeof object | undefined;
    return found === undefined ? { written: true, object: stored(object) } : { written: false, found };
  };
  const replace: Writes['replace'] = async (resource, object) => {
    const found = (await get(resource, object.metadata.name)) as typeof object | undefined;
    if (found?.metadata.resourceVersion === object.metadata.resourceVersion)
      return { written: true, object: stored(object) };
    return { written: false, ...(found === undefined ? {} : { found }) };
  };
  return new Proxy({} as Cluster & Writes, {
    get: (_, property) => {
      if (property === 'get') return get;
      if (property === 'create') return create;
      if (property === 'replace') return replace;
      if (property === 'list') return objects.list.bind(objects);
      if (property === 'watch') return objects.watch.bind(objects);
      if (property === 'podLogs') return objects.podLogs.bind(objects);
      return Reflect.get(api, property) as unknown;
    },
  });
}

/** User values of the revision that Helm stores in these tests. */
export const storedValues: Values = {
  cluster: { enabled: true },
  image: { all: { repository: 'milvusdb/milvus', tag: 'v2.4.23' } },
};

/** The same for another image. */
export const valuesFor = (image: string): Values => ({
  cluster: { enabled: true },
  image: { all: { repository: image.split(':')[0], tag: image.split(':')[1] } },
});

export const newRecord = recordOf({
  revision: 2,
  chart: '4.2.20',
  appVersion: '2.4.16',
  shape: { image: newImage },
  userValues: storedValues,
});
/** The same revision, with all values that an upgrade by the whole chart writes. */
export const settledRecord = recordOf({
  revision: 2,
  chart: '4.2.20',
  appVersion: '2.4.16',
  shape: { image: newImage },
  userValues: written('v2.4.23'),
});
export const oldRecord = recordOf({ revision: 1, status: 'superseded' });

export interface Setup {
  readonly objects?: readonly KubeObject[];
  readonly rendered?: readonly KubeObject[];
  readonly request?: Partial<Request>;
  /** Images that the dry runs render, one after another; the last one repeats. */
  readonly images?: readonly string[];
  /** What `helm upgrade` does; by default it writes the revision and everything is ready at once. */
  readonly upgrade?: (cluster: FakeCluster, intent: UpgradeIntent, signal?: AbortSignal) => Promise<void>;
  readonly cleanAll?: World['cleanAll'];
  readonly hide?: World['hide'];
  /** The input `values`. */
  readonly inline?: string;
}

export function succeed(cluster: FakeCluster): Promise<void> {
  cluster.put(oldRecord, newRecord, ...liveOf({ image: newImage }));
  return Promise.resolve();
}

/** One run of an operation on the release of __tests__/plan/world.ts. */
export function running(operation: (session: Session) => Promise<void>, setup: Setup = {}) {
  const {
    objects = [...liveOf(), recordOf({ revision: 1 })],
    rendered = objectsOf({ image: newImage, chart: '4.2.20' }),
  } = setup;
  const { world, report, clock, directory, cancel } = worldOf(setup);
  mkdirSync(join(directory, 'charts'));
  for (const [version, app] of [
    ['4.1.24', '2.3.11'],
    ['4.2.20', '2.4.16'],
    ['4.2.58', '2.5.16'],
  ] as const) {
    writeFileSync(join(directory, 'charts', `milvus-${version}.tgz`), chartPackage('milvus', version, app));
  }
  const cluster = new FakeCluster();
  cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, uid: 'uid-of-db' } }, ...objects);
  const upgrades: UpgradeIntent[] = [];
  const files: string[] = [];
  const { helm: planner, intents } = helmOf(rendered);
  const helm: HelmCli = {
    ...planner,
    dryRun: async (intent) => {
      const image = setup.images?.at(Math.min(intents.length, setup.images.length - 1));
      const tried = await planner.dryRun(intent);
      const userValues = image === undefined ? storedValues : valuesFor(image);
      return {
        ...tried,
        userValues,
        ...(image === undefined ? {} : { manifest: objectsOf({ image, chart: '4.2.20' }) }),
      };
    },
    upgrade: (intent, signal) => {
      upgrades.push(intent);
      return (setup.upgrade ?? succeed)(cluster, intent, signal);
    },
    pullChart: () => Promise.reject(new Error('nothing is pulled')),
  };
  const session: Session = {
    ...world,
    request: request({ repository: './charts', ...setup.request }),
    given: readGiven({ files: [], inline: setup.inline ?? '', set: [] }).given,
    cluster: clusterOf(cluster),
    helm,
    report,
    workDir: directory,
    writePrivate: (_prefix, content) => {
      files.push(content);
      return join(directory, 'values');
    },
  };
  const ended = operation(session).catch((error: unknown) => {
    endBadly(report, error, world.interruption.by !== undefined, world.emit);
  });
  return { ended, report, clock, cluster, cancel, directory, upgrades, dryRuns: intents, files };
}

/** Lets everything happen that needs no time, real files included, until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !condition(); turn += 1) await flush();
  if (!condition()) throw new Error('it did not come to that');
}

/** Lets time pass, where somebody waits for it, until the run has ended. */
export async function finish({ ended, clock }: Pick<ReturnType<typeof running>, 'ended' | 'clock'>): Promise<void> {
  const state = { over: false };
  void ended.then(() => (state.over = true));
  for (let second = 0; second < 600 && !state.over; second += 1) {
    await until(() => state.over || clock.sleeping > 0);
    // The lock is renewed all the time: what needs no time comes first all the same.
    for (let turn = 0; turn < 8; turn += 1) await flush();
    await clock.advance(1000);
  }
  if (!state.over) throw new Error('the run did not end');
}
