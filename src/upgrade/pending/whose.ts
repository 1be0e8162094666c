import { attemptOf } from '../../helm/attempt.js';
import type { ReleaseRecord } from '../../helm/port.js';

/** What an open journal says that this action was about to write. */
export interface ExpectedRevision {
  readonly attempt: string;
  readonly act: 'upgrade' | 'rollback';
  /** The revision that Helm would write: the last one before it, plus 1. */
  readonly revision: number;
  /** For a rollback: the revision that it goes back to. */
  readonly target?: number;
  /** The description that Helm was given. */
  readonly description: string;
}

/**
 * Whether a pending revision was written by this action.
 *
 * An upgrade is known by the labels of its Secret, also without a journal. `helm rollback` takes no labels and copies
 * those of its target, so a rollback is known only by the journal: it was about to write this very revision, and its
 * description is Helm's own for that target or, from Helm 4.3 on, the one that it was given (both are stored from the
 * beginning, while the description of an upgrade is stored at its end). Without a journal it counts as somebody else's.
 *
 * @see https://github.com/helm/helm/blob/main/pkg/action/rollback.go (prepareRollback)
 */
export function isOurs(record: ReleaseRecord, expected?: ExpectedRevision): boolean {
  if (record.status !== 'pending-rollback') return attemptOf(record) !== undefined;
  if (expected?.act !== 'rollback' || expected.revision !== record.revision) return false;
  const { description } = record;
  // Helm is given no more than the first 256 characters.
  return (
    description === `Rollback to ${expected.target}` ||
    (description !== '' && expected.description.startsWith(description))
  );
}

/**
 * The revision whose objects are there when Helm begins with a pending one, as Helm chooses it: for an upgrade the last
 * deployed one, else, and for a rollback, the last. Undefined for a first installation.
 *
 * @param history all stored revisions, oldest first
 * @see https://github.com/helm/helm/blob/main/pkg/action/upgrade.go (prepareUpgrade)
 */
export function revisionBefore(history: readonly ReleaseRecord[], pending: ReleaseRecord): ReleaseRecord | undefined {
  if (pending.status === 'pending-install') return undefined;
  const earlier = history.filter(({ revision }) => revision < pending.revision);
  const deployed =
    pending.status === 'pending-rollback' ? undefined : earlier.findLast(({ status }) => status === 'deployed');
  return deployed ?? earlier.at(-1);
}
