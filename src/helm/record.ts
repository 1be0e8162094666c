import type { Cluster, KubeObject } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import { failed, refused } from '../problem.js';
import type { Problem } from '../problem.js';
import { isObject, objectOf, stringOf } from './json.js';
import type { JsonObject } from './json.js';
import { systemLabels } from './labels.js';
import { releaseStatuses, type ApplyMethod, type ReleaseRecord, type ReleaseStatus } from './port.js';
import { presentable } from './stderr.js';
import { unpack } from './stored.js';

/** https://github.com/helm/helm/blob/main/pkg/storage/driver/secrets.go */
const recordType = 'helm.sh/release.v1';
const namedInSentence = 10;

/** Name of the Secret that holds a revision. */
export const recordSecretName = (release: string, revision: number): string =>
  `sh.helm.release.v1.${release}.v${revision}`;

const statusOf = (value: unknown): ReleaseStatus => releaseStatuses.find((status) => status === value) ?? 'unknown';

/** Helm 4 writes `ssa` or `csa`; absent is client-side, https://github.com/helm/helm/blob/main/pkg/release/v1/release.go */
const applyMethodOf = (value: unknown): ApplyMethod => (value === 'ssa' ? 'server' : 'client');

function unreadable(secret: string, namespace: string, reason: string): Problem {
  return failed({
    id: 'release-unreadable',
    what: `The release record in Secret ${secret} (namespace ${namespace}) cannot be read: ${reason}.`,
    why: 'Version, values and manifest of what runs are taken from this record.',
    remedy:
      'See whether `helm history` shows this revision. If Helm cannot read it either, restore the Secret from a backup; ' +
      'delete it only if it is an old revision that nobody will roll back to.',
  });
}

function parsed(text: string): JsonObject | string {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : 'it does not hold an object';
  } catch {
    return 'it is not base64 of (gzipped) JSON';
  }
}

/** Whether a Secret is of Helm's type. */
export const isRecord = (secret: KubeObject): boolean => secret.type === recordType;

/**
 * One revision, decoded from its Secret: JSON, gzipped (not always), base64, in the Secret's own base64
 * (https://github.com/helm/helm/blob/main/pkg/storage/driver/util.go). Unpacking is bounded at 32 MiB.
 * Throws a Problem `release-unreadable`, which never quotes the record.
 */
export function decodeRecord(secret: KubeObject): ReleaseRecord {
  const { name: secretName, namespace = '', labels = {} } = secret.metadata;
  const fail = (reason: string): Problem => unreadable(secretName, namespace, reason);

  const encoded = objectOf(secret.data).release;
  if (typeof encoded !== 'string' || encoded === '') throw fail('it has no key `release`');
  const stored = Buffer.from(encoded, 'base64');
  const unpacked = unpack(stored);
  if ('reason' in unpacked) throw fail(unpacked.reason);
  const release = parsed(unpacked.text);
  if (typeof release === 'string') throw fail(release);

  const { name, version: revision, info, chart } = release;
  if (typeof name !== 'string' || name === '') throw fail('it names no release');
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1) throw fail('it has no revision');
  if (secretName !== recordSecretName(name, revision))
    throw fail(`it holds revision ${revision} of release ${name}, which is another one`);
  // Helm renders into the recorded namespace, so a record that was copied here would change the other one.
  if (release.namespace !== namespace) throw fail('it belongs to a release in another namespace');
  if (!isObject(info)) throw fail('it has no status');
  const metadata = objectOf(objectOf(chart).metadata);
  if (typeof metadata.name !== 'string' || typeof metadata.version !== 'string') throw fail('it names no chart');
  if (typeof release.manifest !== 'string') throw fail('it has no manifest');

  return {
    name,
    namespace,
    revision,
    status: statusOf(info.status),
    // After a failure Helm keeps the error here, and with it what the API server quoted.
    description: presentable(stringOf(info.description)),
    lastDeployed: stringOf(info.last_deployed),
    chart: { name: metadata.name, version: metadata.version, appVersion: stringOf(metadata.appVersion) },
    chartValues: objectOf(objectOf(chart).values),
    applyMethod: applyMethodOf(release.apply_method),
    userValues: objectOf(release.config),
    manifest: release.manifest,
    labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !systemLabels.has(label))),
    storedBytes: stored.length,
  };
}

async function notFound(cluster: Cluster, namespace: string, name: string): Promise<Problem> {
  const { items } = await cluster.list(resources.secrets, { namespace, labelSelector: 'owner=helm' });
  const others = [...new Set(items.filter(isRecord).map((secret) => secret.metadata.labels?.name ?? ''))]
    .filter((other) => other !== '')
    .sort();
  const more = others.length > namedInSentence ? ` and ${others.length - namedInSentence} more` : '';
  const there =
    others.length === 0
      ? 'No other Helm release is there.'
      : `Releases that are there: ${others.slice(0, namedInSentence).join(', ')}${more}.`;
  return refused({
    id: 'release-not-found',
    what: `There is no Helm release ${name} in namespace ${namespace}. ${there}`,
    remedy:
      'Check the inputs `release`, `namespace` and `context`; `helm list --all-namespaces` shows all releases. ' +
      'Releases are read from Secrets, where Helm keeps them by default: one that was installed with ' +
      'HELM_DRIVER=configmap or HELM_DRIVER=sql is not seen here.',
  });
}

/**
 * All stored revisions of a release, oldest first, with one labelled LIST of Secrets (a second one only to name the
 * other releases when there is none). Never empty. Throws a Problem `release-not-found`, `release-unreadable`, or
 * what the cluster says.
 */
export async function readHistory(cluster: Cluster, namespace: string, name: string): Promise<ReleaseRecord[]> {
  const { items } = await cluster.list(resources.secrets, { namespace, labelSelector: `owner=helm,name=${name}` });
  const records = items.filter(isRecord).map(decodeRecord);
  if (records.length === 0) throw await notFound(cluster, namespace, name);
  return records.sort((one, other) => one.revision - other.revision);
}
