import type { ReleaseRecord } from '../../helm/port.js';

/** Revisions that Helm keeps of a release where nobody says otherwise (`--history-max`). */
export const defaultHistoryMax = 10;

/**
 * Revisions that Helm deletes to make room as it stores one more: the oldest ones, never the last that is deployed.
 *
 * @param history all stored revisions
 * @param historyMax as `--history-max`; 0 keeps all
 * @returns revision numbers, oldest first
 * @see https://github.com/helm/helm/blob/main/pkg/storage/storage.go (Create, removeLeastRecent)
 */
export function prunedByOneMore(
  history: readonly Pick<ReleaseRecord, 'revision' | 'status'>[],
  historyMax = defaultHistoryMax,
): readonly number[] {
  if (historyMax <= 0) return [];
  const oldestFirst = [...history].sort((one, other) => one.revision - other.revision);
  const lastDeployed = oldestFirst.findLast(({ status }) => status === 'deployed')?.revision;
  const surplus = Math.max(0, oldestFirst.length - (historyMax - 1));
  return oldestFirst
    .map(({ revision }) => revision)
    .filter((revision) => revision !== lastDeployed)
    .slice(0, surplus);
}
