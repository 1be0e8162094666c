import type { Cluster } from '../../cluster/port.js';
import { resources } from '../../cluster/resources.js';
import { attemptOf } from '../../helm/attempt.js';
import { isRecord, readHistory } from '../../helm/record.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { isPending, pendingStatuses } from '../../helm/unlock.js';
import { refuseRelease } from '../../inspect/refusals.js';
import { failed } from '../../problem.js';
import { duration } from '../../report/time.js';
import { lastTry, type Journal, type StepEntry } from '../journal/journal.js';
import { leaseTimes } from '../lock/lease.js';
import type { Lock } from '../lock/lock.js';
import { LiveRecords } from '../pending/records.js';
import { foreignChildMs, settlePending, type PendingOwner } from '../pending/settle.js';
import { isOurs, revisionBefore, type ExpectedRevision } from '../pending/whose.js';
import { awaken } from '../wake.js';
import type { EnginePorts, Order } from './ports.js';
import { tidied } from './tidy.js';

/** A Helm of this action that no journal tells of has ended after this, in milliseconds; its parent sees to it. */
const unknownChildMs = 2 * 60_000;
/** However often something changes, a pending revision is not waited for longer than this, in milliseconds. */
const longestMs = 20 * 60_000;

const isPendingSelector = `owner=helm,status in (${[...pendingStatuses].join(',')})`;

/** Whether any revision of the release is pending. One small LIST, and nothing is decoded. */
export async function hasPending(cluster: Pick<Cluster, 'list'>, namespace: string, release: string): Promise<boolean> {
  const labelSelector = `${isPendingSelector},name=${release}`;
  const { items } = await cluster.list(resources.secrets, { namespace, labelSelector });
  return items.some(isRecord);
}

const isHelmStep = (id: StepEntry['id']): boolean => id === 'helm-upgrade' || id === 'helm-rollback';

/** The last try of a Helm in the journal, whichever way it went. */
const lastHelm = (journal: Journal | undefined): StepEntry | undefined =>
  journal?.steps.findLast(({ id }) => isHelmStep(id));

/** The revision that the journal says this action was about to write last. */
export function expectedOf(journal: Journal | undefined): ExpectedRevision | undefined {
  const helm = lastHelm(journal);
  if (journal === undefined || helm === undefined) return undefined;
  const { revision, to } = helm.intended;
  return {
    attempt: journal.attempt,
    act: helm.id === 'helm-upgrade' ? 'upgrade' : 'rollback',
    revision: Number(revision),
    description: backDescription(journal),
    ...(typeof to === 'number' ? { target: to } : {}),
  };
}

/** How long the Helm of a try can still be at work, from now on, by the own clock. */
function childLeftMs(helm: StepEntry | undefined, revision: number): number {
  if (helm?.intended.revision !== revision) return unknownChildMs;
  // Its end was seen by the run that started it.
  if (helm.failed !== undefined || helm.observedAt !== undefined) return 0;
  const { endsWithinMs } = helm.intended;
  return typeof endsWithinMs === 'number' ? endsWithinMs : unknownChildMs;
}

/** What is waited for under the lock before the history tells how things stand. */
export interface Settling {
  readonly order: Order;
  /** `signal` ends with the lock too. */
  readonly ports: EnginePorts;
  readonly lock: Lock;
  readonly journal: Journal | undefined;
}

/**
 * The try that began a pending revision. Two tries may have meant to write the same one, where the Helm of the first had
 * stood still: the epoch that an upgrade is labelled with tells whose it is; without one it is the oldest.
 */
function tryOf(journal: Journal | undefined, pending: ReleaseRecord): StepEntry | undefined {
  const epoch = attemptOf(pending)?.epoch;
  return journal?.steps.find(
    ({ id, intended, epoch: of }) =>
      isHelmStep(id) && intended.revision === pending.revision && (epoch === undefined || of === epoch),
  );
}

function ownerOf({ journal, order }: Settling, pending: ReleaseRecord): PendingOwner {
  const ours = isOurs(pending, expectedOf(journal));
  if (!ours && !order.unlockForeign) refuseRelease(pending);
  return { ours, childEndsInMs: ours ? childLeftMs(tryOf(journal, pending), pending.revision) : foreignChildMs };
}

/**
 * What `--description` says of a taking back; Helm from 4.3 on stores it. The same for every run of the undertaking: a
 * pending rollback is known again by it.
 */
export const backDescription = ({ attempt }: Pick<Journal, 'attempt'>): string =>
  `Rollback by milvus-upgrade-action, undertaking ${attempt}`;

/**
 * Lets a pending revision end, or frees it when nothing can work on it any more. A run that finds nothing pending goes on
 * at once.
 *
 * @returns all stored revisions, oldest first; none is pending
 * @throws Problem (refused) `release-pending` where the revision is not this action's and was not allowed
 */
export async function settledHistory(settling: Settling): Promise<readonly ReleaseRecord[]> {
  const { order, ports, lock } = settling;
  const { cluster, clock, emit, signal } = ports;
  const { namespace, release } = order;
  for (let history = await readHistory(cluster, namespace, release); ;) {
    const pending = history.at(-1);
    if (pending === undefined || !isPending(pending)) return tidied(order, ports, lock, history);
    await settlePending({
      ...{ cluster, writes: cluster, clock, emit, signal, pending },
      before: revisionBefore(history, pending),
      owner: ownerOf(settling, pending),
      quietMs: leaseTimes.durationMs,
      deadlineAt: clock.now() + longestMs,
      held: () => {
        lock.assertHeld();
        return { until: lock.until, signal };
      },
      by: order.url ?? order.run,
    });
    history = await readHistory(cluster, namespace, release);
  }
}

/**
 * Waits until a Helm that was begun, and left no trace, can no longer begin to write: what is taken back must not be
 * written once more behind the back of the one who takes it back.
 *
 * @returns all stored revisions, oldest first; none is pending
 */
export async function childOver(
  settling: Settling,
  history: readonly ReleaseRecord[],
): Promise<readonly ReleaseRecord[]> {
  const { order, ports, journal } = settling;
  const helm = lastHelm(journal);
  const revision = helm?.intended.revision;
  if (journal === undefined || helm === undefined || typeof revision !== 'number') return history;
  if (lastTry(journal, helm.id, journal.hop) !== helm || history.some((record) => record.revision >= revision)) {
    return history;
  }
  const leftMs = childLeftMs(helm, revision);
  if (leftMs === 0) return history;
  const { clock, cluster, emit, signal } = ports;
  emit({
    type: 'info',
    text: `A Helm that an earlier run began may not have written anything yet; waiting ${duration(leftMs)} for its end.`,
  });
  const until = clock.now() + leftMs;
  await awaken(ports, async (wake, ended) => {
    const poke = (): void => {
      wake.poke();
    };
    const records = new LiveRecords(cluster, order, ended, poke);
    while (clock.now() < until && (!records.synced || (records.last()?.record.revision ?? 0) < revision)) {
      if (signal.aborted) throw failed(cancelledBefore);
      settling.lock.assertHeld();
      await wake.at(Math.min(until, settling.lock.until));
    }
  });
  return settledHistory(settling);
}

const cancelledBefore = {
  id: 'cancelled',
  what: 'The run was cancelled while it waited for the end of an earlier Helm.',
  remedy: 'Run again with the same inputs: the run goes on from what it finds.',
};
