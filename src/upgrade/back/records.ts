import type { KubeObject } from '../../cluster/port.js';
import { parseManifest } from '../../helm/manifest.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { isKept } from '../../plan/compare/compare.js';

/**
 * How Helm describes a revision that it did not finish. A rollback that fails marks the revision before it as superseded
 * whatever that one was, so that the status alone does not tell that a revision was ever deployed.
 *
 * @see https://github.com/helm/helm/blob/main/pkg/action/rollback.go (performRollback)
 * @see https://github.com/helm/helm/blob/main/pkg/action/upgrade.go (prepareUpgrade, failRelease)
 */
const unfinished = /^(Preparing upgrade|Initial install underway)$|^(Upgrade|Rollback|Release) "[^"]*" failed: /;

/** Whether Helm has applied every object of a revision. */
export const wasDeployed = ({ status, description }: Pick<ReleaseRecord, 'status' | 'description'>): boolean =>
  status === 'deployed' || (status === 'superseded' && !unfinished.test(description));

/** The objects of a record, or undefined where they cannot be read. */
export function manifestOf({ manifest, namespace }: ReleaseRecord): readonly KubeObject[] | undefined {
  try {
    const objects = parseManifest(manifest, namespace);
    return objects.length === 0 ? undefined : objects;
  } catch {
    return undefined;
  }
}

/**
 * The revision that the last one can be taken back to: the newest before it that was deployed with other contents, so
 * that several tries of one upgrade count as one.
 *
 * @param history all stored revisions, oldest first
 */
export function revisionBefore(history: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  const last = history.at(-1);
  return history.findLast(
    (record) => record.revision !== last?.revision && wasDeployed(record) && record.manifest !== last?.manifest,
  );
}

/** Claims that going from one manifest to another deletes, and the data with them. */
export function claimsLost(from: readonly KubeObject[], to: readonly KubeObject[]): readonly string[] {
  const claims = (objects: readonly KubeObject[]) =>
    objects.filter((object) => object.kind === 'PersistentVolumeClaim' && !isKept(object));
  const left = new Set(claims(to).map(({ metadata }) => metadata.name));
  return claims(from)
    .map(({ metadata }) => metadata.name)
    .filter((name) => !left.has(name));
}
