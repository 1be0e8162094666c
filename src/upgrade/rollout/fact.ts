import type { WorkloadFact } from '../../plan/facts.js';
import type { NamespaceObjects, Pod, Workload, WorkloadRef } from './objects.js';
import { isOver } from './pods.js';
import { rolloutIn } from './rollout.js';

/** The facts of one workload, from one look at its namespace. Images are those of the template's own containers. */
export function workloadFact(ref: WorkloadRef, objects: NamespaceObjects): WorkloadFact {
  const identity = {
    kind: ref.kind,
    name: ref.name,
    ...(ref.component === undefined ? {} : { component: ref.component }),
  };
  const found = rolloutIn(ref, objects);
  if (found === undefined) {
    return {
      ...identity,
      exists: false,
      wanted: 0,
      ready: 0,
      updated: 0,
      observed: false,
      completed: true,
      templateImages: [],
      runningImages: [],
      healthy: false,
      trouble: ['is in the manifest, but not in the cluster'],
    };
  }
  const { workload, family, rollout } = found;
  return {
    ...identity,
    exists: true,
    wanted: rollout.wanted,
    // As `kubectl get` counts: during a rollout the pods of the old template still serve.
    ready: workload.status?.readyReplicas ?? 0,
    updated: workload.status?.updatedReplicas ?? 0,
    observed: rollout.observed,
    completed: rollout.observed && wasCompleted(workload),
    templateImages: templateContainers(workload).map((container) => container.image ?? ''),
    runningImages: runningImages(workload, family.pods),
    healthy: rollout.done,
    trouble: rollout.done ? [] : [rollout.waitingFor],
  };
}

/**
 * Whether the rollout of the template as it is was over once. The controllers keep that: a Deployment in the reason of
 * its condition, a StatefulSet in its two revisions.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 */
function wasCompleted({ status }: Workload): boolean {
  if (status === undefined) return false;
  if ('updateRevision' in status) return status.currentRevision === status.updateRevision;
  const progress = 'conditions' in status ? status.conditions?.find(({ type }) => type === 'Progressing') : undefined;
  return progress === undefined || progress.reason === 'NewReplicaSetAvailable';
}

const templateContainers = (workload: Workload) => workload.spec?.template.spec?.containers ?? [];

/** Containers that only a pod has (injected sidecars) are not the workload's. */
function runningImages(workload: Workload, pods: readonly Pod[]): readonly string[] {
  const names = new Set(templateContainers(workload).map((container) => container.name));
  const images = pods
    .filter((pod) => !isOver(pod))
    .flatMap((pod) => pod.spec?.containers ?? [])
    .filter((container) => names.has(container.name))
    .map((container) => container.image ?? '');
  return [...new Set(images)].sort();
}
