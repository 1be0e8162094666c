import type { NamespaceObjects, Pod, ReplicaSet, WorkloadRef } from './objects.js';

/** The objects under one workload, whatever revision they belong to. */
export interface Family {
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
}

export const controllerOf = (object: Pod | ReplicaSet) =>
  object.metadata.ownerReferences?.find((owner) => owner.controller === true);

const hashLabel = 'pod-template-hash';

/**
 * Pods and ReplicaSets of a workload, by owner references (Pod -> ReplicaSet -> Deployment, Pod -> StatefulSet) and
 * never by labels, which several workloads of a release may share. The owner is matched by kind and name, not by uid,
 * so that what an earlier workload of the same name left behind is seen as well.
 *
 * A pod can outlive its ReplicaSet (`revisionHistoryLimit: 0`, or a Deployment that was deleted): it is then known by the
 * ReplicaSet's name, which is the Deployment's name and the pod template's hash.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label
 */
export function familyOf(ref: WorkloadRef, objects: Pick<NamespaceObjects, 'pods' | 'replicaSets'>): Family {
  if (ref.kind === 'StatefulSet') {
    return { replicaSets: [], pods: objects.pods.filter((pod) => owns(ref, pod)) };
  }
  const known = new Set(objects.replicaSets.map((set) => set.metadata.uid));
  const replicaSets = objects.replicaSets.filter((set) => owns(ref, set));
  const own = new Set(replicaSets.map((set) => set.metadata.uid));
  const pods = objects.pods.filter((pod) => {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return false;
    if (known.has(owner.uid)) return own.has(owner.uid);
    const hash = pod.metadata.labels?.[hashLabel];
    return hash !== undefined && owner.name === `${ref.name}-${hash}`;
  });
  return { replicaSets, pods };
}

function owns(ref: WorkloadRef, object: Pod | ReplicaSet): boolean {
  const owner = controllerOf(object);
  return owner?.kind === ref.kind && owner.name === ref.name;
}
