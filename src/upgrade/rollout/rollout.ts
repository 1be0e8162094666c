import type { Family } from './owners.js';
import { controllerOf, familyOf } from './owners.js';
import type { Deployment, NamespaceObjects, Pod, ReplicaSet, StatefulSet, Workload } from './objects.js';
import { isOver, isReady, isTerminating, podState } from './pods.js';
import { count, some } from './text.js';

/** How far one workload has rolled out. */
export interface Rollout {
  readonly done: boolean;
  /** The controller has taken note of the newest spec. */
  readonly observed: boolean;
  readonly wanted: number;
  /** Pods of the newest template that are Ready. */
  readonly ready: number;
  /** Pods of the newest template. */
  readonly updated: number;
  /** Pods of the newest template that are not being deleted. */
  readonly newPods: readonly Pod[];
  /** Pods of any other template, also those that are Terminating. */
  readonly oldPods: readonly Pod[];
  /** Pods of the newest template that ended without being deleted (evicted): they count for nothing. */
  readonly ended: readonly Pod[];
  /** The Deployment's newest ReplicaSet; undefined for StatefulSets and until it exists. */
  readonly newest?: ReplicaSet;
  /** What it takes until it is done, in words; empty when done. */
  readonly waitingFor: string;
}

/** A condition of being done, and what is said while it does not hold. */
type Condition = readonly [holds: boolean, otherwise: string];

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionLabel = 'controller-revision-hash';

/**
 * State of one workload from its object and what it owns (src/upgrade/rollout/owners.ts). Status and pods are watched
 * apart and may lag behind each other, so both have to agree before anything counts as done.
 * Sources: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment,
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies
 */
export function rolloutOf(workload: Workload, family: Family): Rollout {
  return workload.kind === 'StatefulSet'
    ? statefulSetRollout(workload as StatefulSet, family)
    : deploymentRollout(workload, family);
}

/** Finds a workload's objects in the namespace and says how far it is; undefined when it does not exist. */
export function rolloutIn(
  ref: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string },
  objects: NamespaceObjects,
): { readonly workload: Workload; readonly family: Family; readonly rollout: Rollout } | undefined {
  const all: readonly Workload[] = ref.kind === 'Deployment' ? objects.deployments : objects.statefulSets;
  const workload = all.find((one) => one.metadata.name === ref.name);
  if (workload === undefined) return undefined;
  const family = familyOf(ref, objects);
  return { workload, family, rollout: rolloutOf(workload, family) };
}

function deploymentRollout(deployment: Deployment, family: Family): Rollout {
  const { status, spec, metadata } = deployment;
  const wanted = spec?.replicas ?? 1;
  const revision = metadata.annotations?.[revisionAnnotation];
  const newest = family.replicaSets.find(
    (set) =>
      revision !== undefined &&
      set.metadata.annotations?.[revisionAnnotation] === revision &&
      controllerOf(set)?.uid === metadata.uid,
  );
  const isNew = (pod: Pod) => newest !== undefined && controllerOf(pod)?.uid === newest.metadata.uid;
  const pods = split(family.pods, isNew);
  return {
    ...state(deployment, wanted, pods, [
      [wanted === 0 || newest !== undefined, 'its ReplicaSet for the new template'],
      [(status?.updatedReplicas ?? 0) === wanted, 'the controller to count its pods as updated'],
      [(status?.readyReplicas ?? 0) === wanted, 'the controller to count its pods as ready'],
      [(status?.availableReplicas ?? 0) === wanted, 'its pods to be available (minReadySeconds)'],
      [(status?.replicas ?? 0) === wanted, 'surplus pods to end'],
    ]),
    ...(newest === undefined ? {} : { newest }),
  };
}

function statefulSetRollout(set: StatefulSet, family: Family): Rollout {
  const { status, spec, metadata } = set;
  const wanted = spec?.replicas ?? 1;
  const revision = status?.updateRevision;
  // currentRevision is not asked: with OnDelete it never moves, while the pods' own label always tells the truth.
  const isNew = (pod: Pod) =>
    revision !== undefined &&
    pod.metadata.labels?.[revisionLabel] === revision &&
    controllerOf(pod)?.uid === metadata.uid;
  const available = (spec?.minReadySeconds ?? 0) > 0 ? (status?.availableReplicas ?? 0) : wanted;
  return state(set, wanted, split(family.pods, isNew), [
    [wanted === 0 || revision !== undefined, 'its revision for the new template'],
    [(status?.readyReplicas ?? 0) === wanted, 'the controller to count its pods as ready'],
    [available === wanted, 'its pods to be available (minReadySeconds)'],
    [(status?.replicas ?? 0) === wanted, 'surplus pods to end'],
  ]);
}

interface Pods {
  readonly ended: readonly Pod[];
  readonly newPods: readonly Pod[];
  readonly oldPods: readonly Pod[];
}

function split(pods: readonly Pod[], isNew: (pod: Pod) => boolean): Pods {
  const running = pods.filter((pod) => !isOver(pod));
  return {
    ended: pods.filter((pod) => isOver(pod) && isNew(pod)),
    newPods: running.filter((pod) => isNew(pod) && !isTerminating(pod)),
    oldPods: running.filter((pod) => !isNew(pod)),
  };
}

function state(workload: Workload, wanted: number, pods: Pods, counted: readonly Condition[]): Rollout {
  const { newPods, oldPods } = pods;
  const observed = workload.status?.observedGeneration === workload.metadata.generation;
  const ready = newPods.filter(isReady).length;
  const unready = newPods.filter((pod) => !isReady(pod));
  const seen: readonly Condition[] = [
    [observed, 'its controller to take note of the change'],
    [ready === wanted && newPods.length === wanted, `${ready}/${wanted} ready on the new template${named(unready)}`],
    [oldPods.length === 0, `${count(oldPods.length, 'pod')} of an old template to end${named(oldPods)}`],
  ];
  const open = seen.filter(([holds]) => !holds);
  // The controller's own counts follow the pods; they are worth a word only when nothing else is open.
  const missing = (open.length > 0 ? open : counted.filter(([holds]) => !holds)).map(([, otherwise]) => otherwise);
  return {
    done: missing.length === 0,
    observed,
    wanted,
    ready,
    updated: newPods.length,
    ...pods,
    waitingFor: missing.join('; '),
  };
}

const named = (pods: readonly Pod[]): string =>
  pods.length === 0 ? '' : ` (${some(pods.map((pod) => `pod ${pod.metadata.name}: ${podState(pod)}`))})`;
