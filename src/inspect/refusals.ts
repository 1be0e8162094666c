import { refused } from '../problem.js';
import type { ReleaseRecord, ReleaseStatus } from '../helm/port.js';
import type { ServerVersion } from '../cluster/port.js';

const oldestKubernetes = { major: 1, minor: 20 };

/** `helm rollback` puts the older image back, whatever the newer one has written. */
const caution =
  'Look at the images of its pods first: where one of a newer minor version has started already, the older one may not read what it wrote, and only a backup leads back.';

/**
 * What a pending status means and how to free it. The record alone cannot tell whether Helm still runs, so nothing is
 * unlocked here.
 */
const pending: Partial<Record<ReleaseStatus, { readonly means: string; readonly free: (r: ReleaseRecord) => string }>> =
  {
    'pending-upgrade': {
      means: 'an upgrade is running now, or was killed before it could say how it ended',
      free: ({ name, namespace }) =>
        `Make sure that no helm and no workflow works on it. ${caution} Else roll back to the last good revision: helm rollback ${name} --namespace ${namespace}. Then run this again.`,
    },
    'pending-rollback': {
      means: 'a rollback is running now, or was killed before it could say how it ended',
      free: ({ name, namespace }) =>
        `Make sure that no helm and no workflow works on it, then repeat the rollback: helm rollback ${name} --namespace ${namespace}. Then run this again.`,
    },
    'pending-install': {
      means: 'the first installation is running now, or was killed before it could say how it ended',
      free: ({ name, namespace }) =>
        `Wait for it; if nothing works on it any more, look at what it made (helm status ${name} --namespace ${namespace}) and install again. There is no earlier revision to go back to.`,
    },
  };

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
  const lock = pending[status];
  if (lock !== undefined) {
    throw refused({
      id: 'release-pending',
      what: `${release} is in status ${status} at revision ${revision}: ${lock.means}.`,
      why: 'A second Helm operation beside a running one could leave a mixture of both.',
      remedy: lock.free(record),
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
