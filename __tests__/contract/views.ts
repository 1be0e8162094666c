import type { KubeObject } from '../../src/cluster/port.js';
import { markOf } from '../../src/cluster/write-rules.js';
import type { ReleaseRecord } from '../../src/helm/port.js';
import { readHistory } from '../../src/helm/record.js';
import { Problem } from '../../src/problem.js';
import type { Deployment, Pod, ReplicaSet, StatefulSet } from '../../src/upgrade/rollout/objects.js';
import { controllerOf } from '../../src/upgrade/rollout/owners.js';
import { isReady, podState } from '../../src/upgrade/rollout/pods.js';
import { release, type Stage } from './stage.js';

/** How a call ended: `done`, or the id of its Problem. */
export async function endOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof Problem) return error.details.id;
    throw error;
  }
}

export const history = (stage: Stage): Promise<readonly ReleaseRecord[]> =>
  readHistory(stage.ports, stage.namespace, release);

/** `1 superseded`, `2 deployed`. */
export const statuses = async (stage: Stage): Promise<readonly string[]> =>
  (await history(stage)).map(({ revision, status }) => `${revision} ${status}`);

/** The object without what only this object has: names of chance, times, versions, and who wrote which field. */
export function plain(object: KubeObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { name, labels, annotations = {} } = object.metadata;
  const { 'milvus-upgrade/write': _, ...rest } = annotations;
  return {
    ...object,
    metadata: {
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(Object.keys(rest).length === 0 ? {} : { annotations: rest }),
    },
  };
}

export const isMarked = (object: KubeObject | undefined): boolean =>
  object !== undefined && typeof markOf(object) === 'string';

const revisionOf = ({ metadata }: KubeObject): string | undefined =>
  metadata.annotations?.['deployment.kubernetes.io/revision'];

const imageOf = (object: Deployment | StatefulSet | ReplicaSet): string | undefined =>
  object.spec?.template?.spec?.containers[0]?.image;

/** What the engine reads of a Deployment. Counts that are not there stay away. */
export const deploymentView = (deployment: Deployment) => ({
  image: imageOf(deployment),
  wanted: deployment.spec?.replicas,
  generation: deployment.metadata.generation,
  revision: revisionOf(deployment),
  observedGeneration: deployment.status?.observedGeneration,
  replicas: deployment.status?.replicas,
  updatedReplicas: deployment.status?.updatedReplicas,
  readyReplicas: deployment.status?.readyReplicas,
  availableReplicas: deployment.status?.availableReplicas,
  // Kubernetes has several words for a rollout that goes on.
  complete: deployment.status?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable'),
});

/** What the engine reads of the ReplicaSets of a Deployment, in the order of their revisions. */
export const setViews = (sets: readonly ReplicaSet[], deployment: string) =>
  sets
    .filter((set) => controllerOf(set)?.name === deployment)
    .map((set) => ({
      revision: Number(revisionOf(set)),
      image: imageOf(set),
      wanted: set.spec?.replicas,
      owner: controllerOf(set)?.kind,
      named: set.metadata.name === `${deployment}-${set.metadata.labels?.['pod-template-hash'] ?? ''}`,
    }))
    .sort((one, other) => one.revision - other.revision);

/** What the engine reads of a StatefulSet. */
export const statefulSetView = ({ metadata, spec, status }: StatefulSet) => ({
  image: spec?.template.spec?.containers[0]?.image,
  wanted: spec?.replicas,
  generation: metadata.generation,
  observedGeneration: status?.observedGeneration,
  replicas: status?.replicas,
  readyReplicas: status?.readyReplicas,
  availableReplicas: status?.availableReplicas,
  current: status?.currentRevision === status?.updateRevision ? 'as updated' : 'another',
});

/** A pod in a few words, without its name: `app:1 Ready`. */
export const podView = (pod: Pod): string =>
  `${(pod.spec?.containers[0]?.image ?? '').replace('registry.test/', '')} ${podState(pod)}`;

export const podViews = (pods: readonly Pod[]): readonly string[] => pods.map(podView).sort();

export const readyPods = (pods: readonly Pod[]): number => pods.filter(isReady).length;

/** Each value once in a row. */
export const steps = <T>(values: readonly T[]): readonly T[] =>
  values.filter((value, index) => index === 0 || JSON.stringify(value) !== JSON.stringify(values[index - 1]));
