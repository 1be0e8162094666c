import type { ReleaseRecord } from './port.js';

/** Labels that this action gives to each revision that it writes by an upgrade. */
export const attemptLabels = {
  /** A random word for the undertaking. */
  attempt: 'milvus-upgrade/attempt',
  /** The last revision before this one. */
  from: 'milvus-upgrade/from',
  /** The revision that the hop began with: several tries have the same. */
  base: 'milvus-upgrade/base',
  /** Epoch of the lock under which it was begun. */
  epoch: 'milvus-upgrade/epoch',
} as const;

const count = /^[1-9]\d{0,8}$/;

/** Which undertaking of this action wrote a revision. */
export interface Attempt {
  readonly attempt: string;
  readonly epoch: number;
  /** The revision to which the release would be taken back. */
  readonly base: number;
}

/**
 * The undertaking of this action that wrote a revision by an upgrade; undefined for every other revision.
 *
 * Labels alone do not say it: a later `helm upgrade` of somebody else inherits those of the last revision, and
 * `helm rollback` copies those of the revision that it goes back to. Both show in `from`, which is then not the revision
 * before. A rollback of this action has no label of its own and is not recognised here.
 *
 * @see https://github.com/helm/helm/blob/main/pkg/action/upgrade.go (mergeCustomLabels)
 * @see https://github.com/helm/helm/blob/main/pkg/action/rollback.go (prepareRollback)
 */
export function attemptOf({ labels, revision }: Pick<ReleaseRecord, 'labels' | 'revision'>): Attempt | undefined {
  const { [attemptLabels.attempt]: attempt = '', [attemptLabels.from]: from } = labels;
  const [epoch, base] = [labels[attemptLabels.epoch] ?? '', labels[attemptLabels.base] ?? ''];
  if (attempt === '' || from !== String(revision - 1)) return undefined;
  return count.test(epoch) && count.test(base) ? { attempt, epoch: Number(epoch), base: Number(base) } : undefined;
}

/** The labels of a revision that an undertaking writes after revision `from`. */
export const labelsOf = ({ attempt, epoch, base }: Attempt, from: number): Readonly<Record<string, string>> => ({
  [attemptLabels.attempt]: attempt,
  [attemptLabels.from]: String(from),
  [attemptLabels.base]: String(base),
  [attemptLabels.epoch]: String(epoch),
});
