import type { Cluster } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import { attemptOf } from '../helm/attempt.js';
import type { ReleaseRecord } from '../helm/port.js';
import { isPending } from '../helm/unlock.js';
import { howToFree, settles } from '../inspect/refusals.js';
import type { Standing } from '../report/report.js';
import { duration, moment } from '../report/time.js';
import { decide } from '../upgrade/engine/decide.js';
import { expectedOf } from '../upgrade/engine/settle.js';
import type { ReadJournal } from '../upgrade/journal/codec.js';
import { isOpen } from '../upgrade/journal/journal.js';
import { journalProblem, readJournal } from '../upgrade/journal/store.js';
import { stateInWords, waysOut } from '../upgrade/journal/words.js';
import { holderOf, leaseTimes, patienceFor, recordName, type Lease } from '../upgrade/lock/lease.js';
import { isOurs } from '../upgrade/pending/whose.js';

/** Helm keeps ten revisions unless somebody asks for more. */
const mostRevisions = 10;

/** What could not be read, as a sentence that stands where the answer would. */
const unread = (what: string, error: unknown): string =>
  `${what} could not be read: ${error instanceof Error ? error.message : String(error)}`;

/** What the journal says, and what can be done about it. Undefined where there is none. */
function journalOf(read: ReadJournal, history: readonly ReleaseRecord[]): Standing['journal'] {
  if (read.state === 'none') return undefined;
  const problem = journalProblem(read)?.details;
  if (problem !== undefined) return { state: `${problem.what} ${problem.why ?? ''}`, open: true, ways: problem.remedy };
  if (read.state !== 'readable') return undefined;
  const { journal } = read;
  const state = stateInWords(journal);
  if (!isOpen(journal)) return { state, open: false };
  const last = history.at(-1);
  const decision =
    last === undefined || isPending(last) ? undefined : decide({ journal, history, same: true, repeats: false });
  if (decision?.kind !== 'overtaken') return { state, open: true, ways: waysOut(journal) };
  const since = decision.by.length === 0 ? 'its revisions are gone' : `revisions ${decision.by.join(', ')}`;
  return {
    state: `${state} Somebody else has changed the release since (${since}).`,
    open: false,
    ways: 'Nothing has to be finished: the next upgrade closes this journal and plans from what runs.',
  };
}

/** Who holds the lock, as far as one look can tell. */
function lockOf(lease: Lease | undefined, now: number): Standing['lock'] {
  if (lease === undefined) return undefined;
  const holder = holderOf(lease);
  if (holder === undefined)
    return { state: 'Nobody holds the lock: no run of this action is at work on the release.', held: false };
  const renewedAt = Date.parse(lease.spec?.renewTime ?? '');
  const patience = patienceFor(lease);
  const takesOver = `the next run takes the lock over once it has seen it unchanged for ${duration(patience)}`;
  if (Number.isNaN(renewedAt))
    return { state: `${holder} holds the lock, and when it was renewed cannot be read; ${takesOver}.`, held: true };
  const age = Math.max(0, now - renewedAt);
  const said = `${holder} holds the lock, renewed last at ${moment(renewedAt)} by the clock of that run, ${duration(age)} before this look.`;
  const means =
    age <= patience
      ? 'So that run is at work, or died just now: wait for its end first.'
      : `A run that is at work renews it every ${leaseTimes.renewEveryMs / 1000} s, so that this one has most likely died; ${takesOver}.`;
  return { state: `${said} ${means}`, held: true };
}

/** The last revision, where Helm has not ended it: whose it is, and what frees the release. */
function pendingOf(read: ReadJournal, history: readonly ReleaseRecord[]): Standing['pending'] {
  const last = history.at(-1);
  if (last === undefined || !isPending(last)) return undefined;
  const { revision, status } = last;
  const journal = read.state === 'readable' ? read.journal : undefined;
  if (!isOurs(last, expectedOf(journal)))
    return { revision, status, made: 'It is not known to be made by this action.', ways: howToFree(last) };
  const run =
    status === 'pending-rollback'
      ? 'operation: rollback'
      : 'operation: upgrade with the same inputs as then, or operation: rollback';
  return {
    ...{ revision, status },
    made: 'A run of this action made it.',
    ways: `Run ${run}: the run ${settles}, and goes on.`,
  };
}

const revisionsOf = (history: readonly ReleaseRecord[]): Standing['revisions'] =>
  history
    .slice(-mostRevisions)
    .reverse()
    .map((record) => ({
      revision: record.revision,
      status: record.status,
      chartVersion: record.chart.version,
      writtenAt: record.lastDeployed,
      description: record.description,
      ours: attemptOf(record) !== undefined,
    }));

export interface StandingQuestion {
  readonly cluster: Pick<Cluster, 'get'>;
  readonly namespace: string;
  readonly release: string;
  /** All stored revisions, oldest first. */
  readonly history: readonly ReleaseRecord[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * How the release stands towards this action: its journal, who holds its lock, and whether Helm is at work on it. What
 * cannot be read is said to be so, and nothing is an error: a status tells what there is.
 */
export async function standingOf({ cluster, namespace, release, history, now }: StandingQuestion): Promise<Standing> {
  const [read, lock] = await Promise.all([
    readJournal(cluster, namespace, release).catch((error: unknown) => ({ error })),
    cluster.get<Lease>(resources.leases, recordName(release), namespace).then(
      (lease) => lockOf(lease, now),
      (error: unknown) => ({ state: unread('Who holds the lock', error), held: false }),
    ),
  ]);
  const none: ReadJournal = { state: 'none' };
  const journal =
    'error' in read ? { state: unread('The journal', read.error), open: false } : journalOf(read, history);
  const pending = pendingOf('error' in read ? none : read, history);
  return {
    ...(journal === undefined ? {} : { journal }),
    ...(lock === undefined ? {} : { lock }),
    ...(pending === undefined ? {} : { pending }),
    revisions: revisionsOf(history),
  };
}
