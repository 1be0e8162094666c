import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import type { Pod } from './objects.js';

export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

const condition = (pod: Pod, type: string) => pod.status?.conditions?.find((one) => one.type === type);

export const isReady = (pod: Pod): boolean => !isTerminating(pod) && condition(pod, 'Ready')?.status === 'True';

/**
 * A pod whose containers have all ended and which nobody is deleting: an evicted pod stays like this for days. It runs
 * nothing, its controller no longer counts it, and so neither do we.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
export const isOver = (pod: Pod): boolean =>
  !isTerminating(pod) && (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded');

/** Statuses of init and main containers, in the order in which they start. */
export const containerStatuses = (pod: Pod): readonly ContainerStatus[] => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
];

/** Why the scheduler has not placed the pod, if it said so. */
export function unschedulable(pod: Pod): { readonly message: string } | undefined {
  const scheduled = condition(pod, 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
    ? { message: scheduled.message ?? '' }
    : undefined;
}

/** False while volumes are not mounted (Kubernetes 1.29 or later says so); undefined where the server does not say. */
export function sandboxReady(pod: Pod): boolean | undefined {
  const ready = condition(pod, 'PodReadyToStartContainers');
  return ready === undefined ? undefined : ready.status === 'True';
}

/** What keeps a pod from being ready, in a few words. */
export function podState(pod: Pod): string {
  if (isTerminating(pod)) return 'Terminating';
  if (pod.status?.phase === 'Failed')
    return `Failed${pod.status.reason === undefined ? '' : ` (${pod.status.reason})`}`;
  if (unschedulable(pod) !== undefined) return 'Unschedulable';
  const waiting = containerStatuses(pod).find((status) => status.state?.waiting !== undefined);
  if (waiting !== undefined) return waiting.state?.waiting?.reason ?? 'waiting';
  if (isReady(pod)) return 'Ready';
  return pod.status?.phase === 'Running' ? 'running, not ready yet' : (pod.status?.phase ?? 'Pending');
}

/**
 * Changes whenever the pod was replaced, restarted or changed readiness, also when it is back to what it was: what two
 * looks at a pod cannot tell by its state alone.
 */
export const podStamp = (pod: Pod): string =>
  [
    pod.metadata.uid,
    condition(pod, 'Ready')?.status,
    condition(pod, 'Ready')?.lastTransitionTime,
    ...containerStatuses(pod).map((status) => status.restartCount),
  ].join(' ');
