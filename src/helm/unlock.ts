import type { Clock } from '../clock.js';
import type { KubeObject, WriteOptions, Writes } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import { objectOf } from './json.js';
import { valueSpan } from './json-text.js';
import type { ReleaseRecord, ReleaseStatus } from './port.js';
import { decodeRecord } from './record.js';
import { pack, unpack } from './stored.js';

/** While the last revision has one of these, Helm refuses every upgrade. */
export const pendingStatuses: ReadonlySet<ReleaseStatus> = new Set([
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
]);

export const isPending = ({ status }: Pick<ReleaseRecord, 'status'>): boolean => pendingStatuses.has(status);

/** The record with another status; all other characters of it stay as they are. */
function rewritten(text: string, change: { readonly status: ReleaseStatus; readonly description?: string }): string {
  const span = valueSpan(text, 'info');
  if (span === undefined) throw new Error('a decoded record has no info');
  const info = objectOf(JSON.parse(text.slice(span.start, span.end)));
  return text.slice(0, span.start) + JSON.stringify({ ...info, ...change }) + text.slice(span.end);
}

/** The Secret of a revision with another status, in record and label, and the time of the change. */
function restated(
  secret: KubeObject,
  change: { readonly status: ReleaseStatus; readonly description?: string },
  now: number,
): KubeObject {
  decodeRecord(secret);
  const data = objectOf(secret.data);
  const unpacked = unpack(Buffer.from(String(data.release), 'base64'));
  if ('reason' in unpacked) throw new Error('a record that was decoded does not unpack');
  const release = pack(rewritten(unpacked.text, change)).toString('base64');
  const labels = { ...secret.metadata.labels, status: change.status, modifiedAt: String(Math.floor(now / 1000)) };
  return { ...secret, metadata: { ...secret.metadata, labels }, data: { ...data, release } };
}

/**
 * The Secret of a pending revision as Helm would have left it after an error: status `failed` in record and label, a
 * description, and the time. Everything else, the labels of the revision included, is kept.
 *
 * @param secret as it was read, with its resourceVersion
 * @param now milliseconds since the epoch
 * @throws Problem `release-unreadable`
 * @see https://github.com/helm/helm/blob/main/pkg/storage/driver/secrets.go (Update)
 */
export const unlockedSecret = (secret: KubeObject, description: string, now: number): KubeObject =>
  restated(secret, { status: 'failed', description }, now);

/**
 * The Secret of a revision that stands as deployed beside a later one, as Helm means to leave it. Helm only warns when
 * it cannot write that, and then two revisions are deployed.
 *
 * @see https://github.com/helm/helm/blob/main/pkg/action/upgrade.go (recordRelease)
 * @throws Problem `release-unreadable`
 */
export const supersededSecret = (secret: KubeObject, now: number): KubeObject =>
  restated(secret, { status: 'superseded' }, now);

export type Unlocked =
  | { readonly outcome: 'unlocked'; readonly record: ReleaseRecord }
  /** It is not the pending revision any more that was looked at; `record` is what is there now, if anything is. */
  | { readonly outcome: 'changed'; readonly record?: ReleaseRecord };

/**
 * Turns a pending revision into a failed one, which Helm upgrades from and rolls back from as usual. Whether Helm still
 * works on it cannot be seen in the record: only for a caller who knows that nothing does.
 *
 * @param secret the record as it was read; the write holds only for this state
 * @param description a sentence for `helm history`: who freed it and why
 * @throws Problem `release-unreadable`, `write-unknown`, or what the cluster says
 * @see https://github.com/fluxcd/helm-controller/blob/main/internal/reconcile/unlock.go the same, by Flux
 */
export async function unlock(
  ports: { readonly writes: Pick<Writes, 'replace'>; readonly clock: Pick<Clock, 'now'> },
  secret: KubeObject,
  description: string,
  options: WriteOptions = {},
): Promise<Unlocked> {
  const record = decodeRecord(secret);
  if (!isPending(record)) return { outcome: 'changed', record };
  const wanted = unlockedSecret(secret, description, ports.clock.now());
  const answer = await ports.writes.replace(resources.secrets, wanted, options);
  if (answer.written) return { outcome: 'unlocked', record: decodeRecord(answer.object) };
  return { outcome: 'changed', ...(answer.found === undefined ? {} : { record: decodeRecord(answer.found) }) };
}
