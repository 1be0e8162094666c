import { refused } from '../problem.js';
import { attemptOf } from '../helm/attempt.js';
import type { ReleaseRecord, ReleaseStatus } from '../helm/port.js';
import type { ServerVersion } from '../cluster/port.js';

const oldestKubernetes = { major: 1, minor: 20 };

/** `helm rollback` puts the older image back, whatever the newer one has written. */
const caution =
  'Look at the images of its pods first: where one of a newer minor version has started already, the older one may not read what it wrote, and only a backup leads back.';

/** What a pending status means. The record alone cannot tell whether Helm still runs. */
const pending: Partial<Record<ReleaseStatus, string>> = {
  'pending-upgrade': 'an upgrade is running now, or was killed before it could say how it ended',
  'pending-rollback': 'a rollback is running now, or was killed before it could say how it ended',
  'pending-install': 'the first installation is running now, or was killed before it could say how it ended',
};

/** What a run does about a pending revision, as the end of a sentence. */
export const settles =
  'waits until the revision has ended by itself, or marks it failed once its Helm cannot be at work any more and nothing of it changes';

/**
 * How a pending release is freed. Helm copies the labels of another revision to a rollback, so that its maker is told by
 * the journal, which is not read here.
 */
export function howToFree(record: ReleaseRecord): string {
  const { status } = record;
  if (status === 'pending-upgrade' && attemptOf(record) !== undefined)
    return `This action made the revision. Run \`operation: upgrade\` with the same inputs as then: it ${settles}, and goes on.`;
  const foreign = `make sure that no helm and no other workflow works on it, and run \`operation: upgrade\` with \`allow: release-pending\`: it ${settles}.`;
  if (status === 'pending-rollback')
    return `If a run of this action was going back, run it again with the same inputs: it ${settles}, and goes on. Else ${foreign}`;
  return `If somebody works on it now, wait for the end of that. Else ${foreign}`;
}

/**
 * Refuses releases that this action must not touch, each by name.
 *
 * @param record the last revision
 * @throws Problem (refused) `not-milvus`, `release-uninstalling`, `release-uninstalled`, `release-pending`,
 *   `release-status-unknown`
 */
export function refuseRelease(record: ReleaseRecord): void {
  const { name, namespace, revision, status, chart } = record;
  const release = `Release ${name} in namespace ${namespace}`;
  if (chart.name !== 'milvus') {
    throw refused({
      id: 'not-milvus',
      what: `${release} is made from chart ${chart.name}, not from the milvus chart.`,
      remedy: 'Name the Milvus release in the inputs release and namespace (helm list --all-namespaces shows them).',
    });
  }
  if (status === 'uninstalling' || status === 'uninstalled') {
    throw refused({
      id: `release-${status}`,
      what: `${release} is ${status} (revision ${revision}).`,
      why: 'There is no running Milvus to upgrade.',
      remedy: 'Name another release, or install this one again first.',
    });
  }
  if (status === 'superseded' || status === 'unknown') {
    throw refused({
      id: 'release-status-unknown',
      what: `${release} has status ${status} at its last revision ${revision}, which no finished or failed Helm operation leaves.`,
      why: 'What this revision means for the running objects is not known.',
      remedy: `Look at helm history ${name} --namespace ${namespace}, and bring the release to a deployed revision (helm rollback). ${caution}`,
    });
  }
  const means = pending[status];
  if (means !== undefined) {
    throw refused({
      id: 'release-pending',
      what: `${release} is in status ${status} at revision ${revision}: ${means}.`,
      why: 'A second Helm operation beside a running one could leave a mixture of both.',
      remedy: howToFree(record),
    });
  }
}

/**
 * @throws Problem (refused) `kubernetes-too-old` below 1.20, the oldest version that the Milvus documentation supports
 * @see https://milvus.io/docs/upgrade_milvus_cluster-helm.md
 */
export function refuseKubernetes(version: ServerVersion): void {
  const { major, minor, gitVersion } = version;
  if (major > oldestKubernetes.major || (major === oldestKubernetes.major && minor >= oldestKubernetes.minor)) return;
  throw refused({
    id: 'kubernetes-too-old',
    what: `The cluster runs Kubernetes ${gitVersion}; 1.20 is the oldest that Milvus supports for this upgrade.`,
    remedy: 'Upgrade the cluster first.',
  });
}
