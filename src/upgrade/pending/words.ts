import type { ReleaseRecord } from '../../helm/port.js';
import { failed, type Problem } from '../../problem.js';
import { duration, moment } from '../../report/time.js';
import { comparisonInWords, type Comparison } from './compare.js';

/** How a wait for a pending revision stands. Times are milliseconds since the epoch, by the own clock. */
export interface Standing {
  readonly pending: ReleaseRecord;
  readonly ours: boolean;
  readonly now: number;
  readonly startedAt: number;
  /** Until here its Helm can be at work. */
  readonly childOverAt: number;
  readonly quietMs: number;
  readonly deadlineAt: number;
  /** Whether the cluster has shown the release's records yet. */
  readonly synced: boolean;
  /** Since when nothing has changed, once that counts. */
  readonly quietSince?: number;
  readonly comparison?: Comparison;
}

const subject = ({ name, namespace, revision, status }: ReleaseRecord): string =>
  `Revision ${revision} of release ${name} in namespace ${namespace} is ${status}`;

const seen = ({ comparison }: Standing, before: string, after = ''): string =>
  comparison === undefined ? '' : `${before}${comparisonInWords(comparison)}${after}`;

/** What is waited for, and until when. */
export function beginning({ pending, ours, startedAt, childOverAt, quietMs, deadlineAt }: Standing): string {
  const freeAt = childOverAt + quietMs;
  const maker = ours ? 'an earlier run of this action' : 'somebody else';
  const helm =
    childOverAt <= startedAt
      ? 'Its Helm should have ended by now'
      : `Its Helm may be at work for up to ${duration(childOverAt - startedAt)} more`;
  const free =
    freeAt < deadlineAt
      ? `when nothing has changed for ${duration(quietMs)} after that, it is marked failed (${moment(freeAt)} if nothing changes)`
      : 'this run has too little time left to mark it failed after that';
  return `${subject(pending)}, made by ${maker}. ${helm}; ${free}. Waiting until ${moment(deadlineAt)} at the latest`;
}

function waitsFor({ synced, quietSince, quietMs, childOverAt, now }: Standing): string {
  if (!synced) return "the cluster's first answer";
  if (quietSince !== undefined) return `${duration(quietSince + quietMs - now)} more without a change`;
  return `its Helm to end, ${duration(childOverAt - now)} at most`;
}

export function signOfLife(standing: Standing): string {
  const { pending, now, startedAt, deadlineAt } = standing;
  const times = `${duration(now - startedAt)} waited, ${duration(deadlineAt - now)} left`;
  return `${subject(pending)}: waiting for ${waitsFor(standing)}${seen(standing, '; ')} (${times})`;
}

/** For `helm history`: who marked it failed, and why. */
export const unlockDescription = ({ pending, ours }: Standing, by: string, comparison: Comparison): string =>
  `Marked failed by ${by}: it was ${pending.status}, made by ${ours ? 'this action' : 'somebody else'}, and nothing worked on it any more; ${comparisonInWords(comparison)}.`;

function whyNot({ synced, quietSince, quietMs }: Standing): string {
  if (!synced) return 'The cluster did not show the records of the release in that time.';
  if (quietSince === undefined) return 'Its Helm could still be at work.';
  return `There were not yet ${duration(quietMs)} without a change of it or of its objects.`;
}

/** The end of the wait without an answer. */
export function stillPending(standing: Standing): Problem {
  const { pending, now, startedAt } = standing;
  return failed({
    id: 'release-pending',
    what: `${subject(pending)}, and still was after ${duration(now - startedAt)} of waiting.${seen(standing, ' ', '.')}`,
    why: `${whyNot(standing)} A second Helm operation beside a running one could leave a mixture of both.`,
    remedy: `Find out what works on it (helm history ${pending.name} --namespace ${pending.namespace}, other workflows, the managedFields of its objects) and let that end. Then run again with the same inputs, and with more time in the input timeout if it was short.`,
  });
}

export const cancelledWait = ({ revision, status }: ReleaseRecord): Problem =>
  failed({
    id: 'cancelled',
    what: `The run was cancelled while it waited for revision ${revision}, which is ${status}.`,
    why: 'Nothing was written.',
    remedy: 'Run again with the same inputs: the run waits for that revision or marks it failed, and goes on.',
  });
