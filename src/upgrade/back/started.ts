import type { KubeObject } from '../../cluster/port.js';
import type { NamespaceObjects } from '../rollout/objects.js';
import { programChanges, type ChangedWorkload } from './images.js';
import { startOf } from './workload.js';

/** Names the evidence of one changed workload, or of another object that cannot be looked into. */
export interface Start {
  /** `Deployment my-milvus-proxy`. */
  readonly workload: string;
  /** It belongs to Milvus itself, not to a dependency. */
  readonly milvus: boolean;
  readonly answer: 'never' | 'started' | 'unknown';
  /** The pod that tells it. */
  readonly pod?: string;
  /** What was seen, a clause without its end: `pod x of Deployment y: container z of it has started (image)`. */
  readonly seen: string;
}

/**
 * Pods, workloads and ReplicaSets of the namespace as one unbroken watch has shown them since before Helm began. Pods
 * that were deleted leave no trace in the cluster: only such a watch can tell that there were none.
 */
export interface Watched {
  /** When the watch had its first complete list, and when Helm was started, milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly helmBeganMs: number;
  /** What any look of it has found to have started. */
  readonly started: readonly Start[];
}

export interface StartedQuestion {
  /** Objects of the revision to go back to, and of the last revision. */
  readonly older: readonly KubeObject[];
  readonly newer: readonly KubeObject[];
  /** One complete look at the namespace, made after the last Helm has ended. */
  readonly live: NamespaceObjects;
  /** Helm has applied every object of the last revision (it is, or was, deployed). */
  readonly applied: boolean;
  /** Leave it out where the watch was broken or began later. */
  readonly watched?: Watched;
}

/** The answers of several workloads as one; unknown counts as started where something has to be decided. */
export type Started = 'never' | 'started' | 'unknown';

export const altogether = (starts: readonly Start[]): Started =>
  starts.some(({ answer }) => answer === 'started')
    ? 'started'
    : starts.some(({ answer }) => answer === 'unknown')
      ? 'unknown'
      : 'never';

/**
 * Whether a container with an image that the last revision brought has ever started, workload by workload. Only changed
 * images count (see `programChanges`). What the cluster shows can prove that one has; that none has is taken from it only
 * where a deleted pod would have left a trace, or where a watch was there all the time.
 *
 * @returns one entry for each workload that runs other images; empty where none does
 */
export function whatStarted(question: StartedQuestion): readonly Start[] {
  const { older, newer, watched } = question;
  const { workloads, others } = programChanges(older, newer);
  const isContinuous = watched !== undefined && watched.sinceMs <= watched.helmBeganMs;
  const seen = new Map((watched?.started ?? []).map((start) => [start.workload, start]));
  const ofWorkload = (workload: ChangedWorkload): Start => {
    const now = startOf(workload, question.live, { applied: question.applied, watched: isContinuous });
    return now.answer === 'started' ? now : (seen.get(now.workload) ?? now);
  };
  return [
    ...workloads.map(ofWorkload),
    ...others.map((workload): Start => ({
      ...{ workload, milvus: false, answer: 'unknown' },
      seen: `${workload} runs other images, and what it has run cannot be told`,
    })),
  ];
}
