import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import { sameImage } from '../rollout/image.js';
import type { Pod } from '../rollout/objects.js';
import { containerStatuses, isOver } from '../rollout/pods.js';
import { containerImages, type ChangedWorkload } from './images.js';

/** Which of two templates a pod spec was made from, by its images; `neither`: another one, or rewritten on the way. */
export type Side = 'older' | 'newer' | 'neither';

/** Admission may put a mirror in front of an image; what is written exactly so comes first. */
function sideOf(actual: string | undefined, from: string | undefined, to: string): Side {
  if (actual === undefined) return from === undefined ? 'older' : 'neither';
  if (actual === to) return 'newer';
  if (actual === from) return 'older';
  if (sameImage(to, actual)) return 'newer';
  return from !== undefined && sameImage(from, actual) ? 'older' : 'neither';
}

/**
 * Which template a pod spec was made from. One container of the newer template makes it a newer one: an image that was
 * patched into a single container runs the new program all the same.
 */
export function sideOfSpec(podSpec: unknown, { images, added }: ChangedWorkload): Side {
  if (added) return 'newer';
  const actual = containerImages(podSpec);
  const sides = images.map(({ container, from, to }) => sideOf(actual.get(container), from, to));
  if (sides.includes('newer')) return 'newer';
  return sides.includes('neither') ? 'neither' : 'older';
}

/** What a pod tells about the containers with new images: one has run, none has, or why that cannot be told. */
export type PodTale =
  | { readonly ran: 'yes'; readonly text: string }
  | { readonly ran: 'no' }
  | { readonly ran: 'unknown'; readonly text: string };

/** Anything but waiting for its first start. */
const hasRun = ({ state, lastState, restartCount, started, ready }: ContainerStatus): boolean =>
  state?.running !== undefined ||
  state?.terminated !== undefined ||
  lastState?.running !== undefined ||
  lastState?.terminated !== undefined ||
  restartCount > 0 ||
  started === true ||
  ready;

/**
 * Whether a container with a new image has run in a pod of the newer template, as its kubelet last reported it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
 */
export function taleOf(pod: Pod, { images, added }: ChangedWorkload): PodTale {
  const statuses = new Map(containerStatuses(pod).map((status) => [status.name, status]));
  const specs = containerImages(pod.spec);
  // A container of the pod that still has its old image says nothing about the new one.
  const counting = images.filter(
    ({ container, from, to }) => added || sideOf(specs.get(container), from, to) !== 'older',
  );
  const ran = counting.find(({ container }) => {
    const status = statuses.get(container);
    return status !== undefined && hasRun(status);
  });
  if (ran !== undefined) return { ran: 'yes', text: `container ${ran.container} of it has started (${ran.to})` };
  const untold = counting.find(({ container }) => !statuses.has(container));
  if (untold === undefined) return { ran: 'no' };
  // What was evicted or ended may have lost the statuses of its containers.
  if (isOver(pod)) return { ran: 'unknown', text: 'it has ended, and does not tell what it ran' };
  if (pod.spec?.nodeName === undefined) return { ran: 'no' };
  return { ran: 'unknown', text: `its node has not told yet whether container ${untold.container} started` };
}
