import type { KubeObject } from '../../src/cluster/port.js';
import type { ReleaseRecord } from '../../src/helm/port.js';
import { whatStarted, type Start, type StartedQuestion } from '../../src/upgrade/back/started.js';
import type { NamespaceObjects, Pod, ReplicaSet } from '../../src/upgrade/rollout/objects.js';
import { deployedPod, deployment, newImage, oldImage, replicaSet } from './objects.js';

export const etcdOld = 'milvusdb/etcd:3.5.5-r2';
export const etcdNew = 'milvusdb/etcd:3.5.14-r1';
export const proxy = 'my-milvus-proxy';
export const etcd = 'my-milvus-etcd';

export interface Template {
  readonly kind?: string;
  readonly name: string;
  readonly component?: string;
  readonly image: string;
  readonly init?: string;
  readonly env?: string;
}

const podSpec = ({ image, init, env }: Template) => ({
  ...(init === undefined ? {} : { initContainers: [{ name: 'config', image: init }] }),
  containers: [{ name: 'main', image, ...(env === undefined ? {} : { env: [{ name: 'A', value: env }] }) }],
});

/** An object of a manifest, as the Milvus chart labels its own. */
export const made = (template: Template): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: template.kind ?? 'Deployment',
  metadata: {
    name: template.name,
    ...(template.component === undefined
      ? {}
      : { labels: { 'helm.sh/chart': 'milvus-4.2.20', component: template.component } }),
  },
  spec: { template: { spec: podSpec(template) } },
});

export const milvusProxy = (image: string, more: Partial<Template> = {}) =>
  made({ name: proxy, component: 'proxy', image, ...more });
export const etcdSet = (image: string) => made({ kind: 'StatefulSet', name: etcd, image });

const setMade = '2026-11-22T12:00:00Z';

/** A ReplicaSet with its template, made at noon. */
export const setOf = (image: string, revision: number, replicas: number): ReplicaSet => {
  const set = replicaSet(proxy, revision);
  return {
    ...set,
    metadata: { ...set.metadata, creationTimestamp: setMade },
    spec: { replicas, selector: {}, template: { spec: { containers: [{ name: 'main', image }] } } },
  };
};

/** The same pod, made some seconds after noon and placed on a node unless it says otherwise. */
export const madeAfter = (pod: Pod, seconds = 1, node: string | null = 'node-1'): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, creationTimestamp: new Date(Date.parse(setMade) + seconds * 1000).toISOString() },
  spec: { containers: [], ...pod.spec, ...(node === null ? {} : { nodeName: node }) },
});

export const empty: NamespaceObjects = { deployments: [], statefulSets: [], replicaSets: [], pods: [] };

/** The upgrade of one proxy whose image cannot be pulled. */
export const cannotPull: NamespaceObjects = {
  ...empty,
  deployments: [deployment(proxy, { revision: 2 })],
  replicaSets: [setOf(oldImage, 1, 1), setOf(newImage, 2, 1)],
  pods: [
    madeAfter(deployedPod(proxy, 'ready', { revision: 1, image: oldImage }), -900),
    madeAfter(deployedPod(proxy, { waiting: 'ImagePullBackOff' })),
  ],
};

/** What started in an upgrade of one proxy. */
export const ask = (live: Partial<NamespaceObjects>, more: Partial<StartedQuestion> = {}): readonly Start[] =>
  whatStarted({
    older: [milvusProxy(oldImage)],
    newer: [milvusProxy(newImage)],
    live: { ...empty, ...live },
    applied: true,
    ...more,
  });

export const yaml = (objects: readonly KubeObject[]): string =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');

export const record = (revision: number, changes: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  name: 'my-milvus',
  namespace: 'milvus',
  revision,
  status: 'superseded',
  description: 'Upgrade complete',
  lastDeployed: setMade,
  chart: { name: 'milvus', version: '4.2.20', appVersion: '' },
  chartValues: {},
  applyMethod: 'client',
  userValues: {},
  manifest: yaml([milvusProxy(oldImage), etcdSet(etcdOld)]),
  labels: {},
  storedBytes: 0,
  ...changes,
});
