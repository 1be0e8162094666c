import type { Family } from './owners.js';
import { familyOf } from './owners.js';
import { staleImages, wrongImages } from './milvus-pods.js';
import type { ExpectedWorkload, NamespaceObjects, Workload, WorkloadRef } from './objects.js';
import { isOver, podState, podStamp } from './pods.js';
import { rolloutIn } from './rollout.js';
import type { Rollout } from './rollout.js';
import { some } from './text.js';

/** What a rollout has to reach. */
export interface Expectation {
  /** Every Deployment and StatefulSet of the new manifest, dependencies too. */
  readonly workloads: readonly ExpectedWorkload[];
  /**
   * Workloads of the manifest before that the new one lacks: they and their pods have to be gone. Without those that
   * Helm keeps (`helm.sh/resource-policy: keep`).
   */
  readonly removed: readonly WorkloadRef[];
}

/** One workload in one look at the cluster. */
export interface View {
  readonly ref: ExpectedWorkload;
  /** It has to be gone, not rolled out. */
  readonly removed: boolean;
  readonly done: boolean;
  readonly workload?: Workload;
  readonly family: Family;
  readonly rollout?: Rollout;
  /** What it takes until it is done; empty when done. */
  readonly waitingFor: string;
}

/** All of them in one look. */
export interface Survey {
  readonly views: readonly View[];
  readonly done: boolean;
  /** Dependencies (etcd, object store, message queue) are all rolled out. */
  readonly dependenciesDone: boolean;
  /** Changes when a pod was replaced, restarted or changed readiness in between. */
  readonly stamp: string;
}

export function survey(expectation: Expectation, objects: NamespaceObjects): Survey {
  const views = [
    ...expectation.workloads.map((ref) => viewOf(ref, objects)),
    ...expectation.removed.map((ref) => removedView(ref, objects)),
  ];
  const open = views.filter((view) => !view.done);
  return {
    views,
    done: open.length === 0,
    dependenciesDone: open.every((view) => view.removed || view.ref.component !== undefined),
    stamp: views.map(viewStamp).join('\n'),
  };
}

function viewOf(ref: ExpectedWorkload, objects: NamespaceObjects): View {
  const found = rolloutIn(ref, objects);
  if (found === undefined) {
    const family = familyOf(ref, objects);
    return { ref, removed: false, done: false, family, waitingFor: 'it is in the manifest, but not in the cluster' };
  }
  const { workload, rollout } = found;
  const images = rollout.done ? [...wrongImages(ref, workload, rollout), ...staleImages(ref, workload, rollout)] : [];
  const waitingFor = [rollout.waitingFor, ...images.map(({ pod, text }) => `pod ${pod}: ${text}`)]
    .filter((text) => text !== '')
    .join('; ');
  return { ref, removed: false, done: waitingFor === '', ...found, waitingFor };
}

function removedView(ref: WorkloadRef, objects: NamespaceObjects): View {
  const found = rolloutIn(ref, objects);
  const family = familyOf(ref, objects);
  const pods = family.pods.filter((pod) => !isOver(pod));
  const waitingFor =
    pods.length > 0
      ? `it was removed; ${some(pods.map((pod) => `pod ${pod.metadata.name}: ${podState(pod)}`))}`
      : found === undefined
        ? ''
        : 'it is no longer in the manifest, but still in the cluster';
  return {
    ref,
    removed: true,
    done: waitingFor === '',
    family,
    waitingFor,
    ...(found === undefined ? {} : { workload: found.workload }),
  };
}

const viewStamp = (view: View): string =>
  [
    view.workload?.metadata.generation,
    ...view.family.pods
      .filter((pod) => !isOver(pod))
      .map(podStamp)
      .sort(),
  ].join(' ');
