import type { Pod, StatefulSet } from '../../src/upgrade/rollout/objects.js';
import { isReady } from '../../src/upgrade/rollout/pods.js';
import { hashOf } from './json.js';
import { createPod, deletePod, podsOf, setStatus, withoutZeros } from './pods-of.js';
import type { Store } from './store.js';

const revisionLabel = 'controller-revision-hash';

const ordinal = (pod: Pod): number => Number(/\d+$/.exec(pod.metadata.name)?.[0] ?? -1);
const revisionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[revisionLabel];

/** One turn of the controller, ordered pods: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
export function reconcileStatefulSet(store: Store, set: StatefulSet): void {
  const { spec, status, metadata } = set;
  if (spec === undefined) return;
  const wanted = spec.replicas ?? 1;
  const newest = `${metadata.name}-${hashOf(spec.template)}`;
  const { present, terminating } = podsOf(store, set);
  const pods = [...present].sort((a, b) => ordinal(a) - ordinal(b));

  // One thing at a time: nothing while a pod ends, or while one that came before is not ready.
  const next = Array.from({ length: wanted }, (_, n) => n).find((n) => !pods.some((pod) => ordinal(pod) === n));
  const surplus = pods.filter((pod) => ordinal(pod) >= wanted).at(-1);
  const stale = pods.filter((pod) => revisionOf(pod) !== newest).at(-1);
  const allReady = pods.every(isReady);
  if (terminating.length === 0) {
    if (surplus !== undefined) deletePod(store, surplus);
    else if (next !== undefined && pods.filter((pod) => ordinal(pod) < next).every(isReady))
      createPod(store, set, `${metadata.name}-${next}`, spec.template, { [revisionLabel]: newest });
    else if (stale !== undefined && allReady && spec.updateStrategy?.type !== 'OnDelete') deletePod(store, stale);
  }

  const now = podsOf(store, set).present;
  const updated = now.filter((pod) => revisionOf(pod) === newest);
  const done = updated.length === wanted && now.length === wanted && updated.every(isReady);
  const ready = now.filter(isReady).length;
  setStatus(store, set, {
    observedGeneration: metadata.generation,
    replicas: now.length,
    availableReplicas: ready,
    ...withoutZeros({ readyReplicas: ready, updatedReplicas: updated.length }),
    updateRevision: newest,
    // With OnDelete it never moves.
    currentRevision: done && spec.updateStrategy?.type !== 'OnDelete' ? newest : (status?.currentRevision ?? newest),
  });
}
