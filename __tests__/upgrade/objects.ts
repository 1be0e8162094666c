import type { ContainerStatus, PodCondition } from 'kubernetes-types/core/v1.js';
import type { Deployment, KubeEvent, Pod, ReplicaSet, StatefulSet } from '../../src/upgrade/rollout/objects.js';

export const oldImage = 'milvusdb/milvus:v2.3.11';
export const newImage = 'milvusdb/milvus:v2.4.23';

const time = '2026-11-22T12:00:00Z';
const uid = (kind: string, name: string): string => `${kind}-${name}`;

const owner = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: uid(kind, name), controller: true }],
});

export interface Shape {
  readonly replicas?: number;
  readonly generation?: number;
  readonly observed?: number;
  /** Deployment: number of its revision. */
  readonly revision?: number;
  readonly updated?: number;
  readonly ready?: number;
  readonly available?: number;
  readonly total?: number;
  readonly image?: string;
  readonly container?: string;
}

/** A Deployment; complete unless `shape` says otherwise. */
export function deployment(name: string, shape: Shape = {}, spec: object = {}, status: object = {}): Deployment {
  const { replicas = 1, generation = 2, revision = 2 } = shape;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      uid: uid('Deployment', name),
      generation,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    },
    spec: {
      replicas,
      selector: {},
      template: { spec: { containers: [{ name: shape.container ?? 'main', image: shape.image ?? newImage }] } },
      ...spec,
    },
    status: {
      observedGeneration: shape.observed ?? generation,
      replicas: shape.total ?? replicas,
      updatedReplicas: shape.updated ?? replicas,
      readyReplicas: shape.ready ?? replicas,
      availableReplicas: shape.available ?? shape.ready ?? replicas,
      ...status,
    },
  };
}

export const setName = (deploymentName: string, revision: number): string => `${deploymentName}-h${revision}`;

/** The ReplicaSet of one revision. */
export function replicaSet(deploymentName: string, revision = 2, status: object = {}): ReplicaSet {
  const name = setName(deploymentName, revision);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      uid: uid('ReplicaSet', name),
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ...owner('Deployment', deploymentName),
    },
    status: { replicas: 1, ...status },
  };
}

/** A StatefulSet; complete unless `shape` says otherwise. */
export function statefulSet(name: string, shape: Shape = {}, spec: object = {}, status: object = {}): StatefulSet {
  const { replicas = 1, generation = 2 } = shape;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, uid: uid('StatefulSet', name), generation },
    spec: {
      replicas,
      selector: {},
      serviceName: name,
      template: { spec: { containers: [{ name: 'main', image: shape.image ?? 'etcd:3.5' }] } },
      ...spec,
    },
    status: {
      observedGeneration: shape.observed ?? generation,
      replicas: shape.total ?? replicas,
      readyReplicas: shape.ready ?? replicas,
      updatedReplicas: shape.updated ?? replicas,
      // The controller lets it follow when every replica is updated and ready.
      currentRevision: shape.ready === undefined && shape.updated === undefined ? `${name}-r2` : `${name}-r1`,
      updateRevision: `${name}-r2`,
      ...status,
    },
  };
}

export type Condition =
  | 'ready'
  | 'running'
  | 'creating'
  | 'terminating'
  | 'unschedulable'
  | 'evicted'
  | { readonly waiting: string; readonly message?: string; readonly restarts?: number; readonly init?: true };

interface PodShape {
  readonly image?: string;
  readonly reported?: string;
  readonly container?: string;
  readonly restarts?: number;
  readonly uid?: string;
  readonly readySince?: string;
  readonly message?: string;
}

const phases: Readonly<Record<string, string>> = {
  ready: 'Running',
  running: 'Running',
  terminating: 'Running',
  evicted: 'Failed',
};

function pod(name: string, condition: Condition, shape: PodShape, metadata: object): Pod {
  const word = typeof condition === 'string' ? condition : 'waiting';
  const container = shape.container ?? 'main';
  const image = shape.image ?? newImage;
  const ready = word === 'ready' || word === 'terminating';
  const running = ready || word === 'running';
  const waiting = typeof condition === 'string' ? undefined : condition;
  const restartCount = waiting?.restarts ?? shape.restarts ?? 0;
  const status: ContainerStatus = {
    name: container,
    image: shape.reported ?? `docker.io/${image}`,
    imageID: '',
    ready,
    restartCount,
    state:
      waiting !== undefined
        ? {
            waiting: {
              reason: waiting.waiting,
              ...(waiting.message === undefined ? {} : { message: waiting.message }),
            },
          }
        : running
          ? { running: { startedAt: time } }
          : { waiting: { reason: 'ContainerCreating' } },
    ...(restartCount > 0 ? { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } } : {}),
  };
  const conditions: PodCondition[] = [
    { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: shape.readySince ?? time },
    word === 'unschedulable'
      ? {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: shape.message ?? '0/3 nodes are available: 3 Insufficient memory.',
        }
      : { type: 'PodScheduled', status: 'True' },
  ];
  const none = word === 'unschedulable' || word === 'evicted';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: shape.uid ?? uid('Pod', name),
      ...(word === 'terminating' ? { deletionTimestamp: time } : {}),
      ...metadata,
    },
    spec: { containers: [{ name: container, image }] },
    status: {
      phase: phases[word] ?? 'Pending',
      conditions,
      ...(word === 'evicted' ? { reason: 'Evicted', message: 'The node was low on resource: memory.' } : {}),
      ...(none ? {} : waiting?.init === true ? { initContainerStatuses: [status] } : { containerStatuses: [status] }),
    },
  };
}

/** A pod of one revision of a Deployment. */
export function deployedPod(
  deploymentName: string,
  condition: Condition = 'ready',
  { revision = 2, n = 1, ...shape }: PodShape & { readonly revision?: number; readonly n?: number } = {},
): Pod {
  const set = setName(deploymentName, revision);
  return pod(`${set}-${n}`, condition, shape, {
    labels: { 'pod-template-hash': `h${revision}` },
    ...owner('ReplicaSet', set),
  });
}

/** A pod of one revision of a StatefulSet. */
export function statefulPod(
  setName: string,
  condition: Condition = 'ready',
  { revision = 2, n = 0, ...shape }: PodShape & { readonly revision?: number; readonly n?: number } = {},
): Pod {
  return pod(
    `${setName}-${n}`,
    condition,
    { image: 'etcd:3.5', ...shape },
    {
      labels: { 'controller-revision-hash': `${setName}-r${revision}` },
      ...owner('StatefulSet', setName),
    },
  );
}

/** An event about an object; `minute` orders events. */
export function event(
  about: { readonly kind: string; readonly metadata: { readonly name: string; readonly uid?: string } },
  reason: string,
  message = '',
  minute = 1,
): KubeEvent {
  const { name } = about.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason}.${minute}` },
    type: 'Warning',
    reason,
    message,
    involvedObject: {
      kind: about.kind,
      name,
      ...(about.metadata.uid === undefined ? {} : { uid: about.metadata.uid }),
    },
    lastTimestamp: `2026-11-22T12:${String(minute).padStart(2, '0')}:00Z`,
  };
}
