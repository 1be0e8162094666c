import { attemptOf } from '../../helm/attempt.js';
import { readHistory } from '../../helm/record.js';
import type { Hop } from '../../plan/plan.js';
import { revisionBefore } from '../back/records.js';
import type { ReadJournal } from '../journal/codec.js';
import * as changes from '../journal/changes.js';
import { isOpen, type Journal } from '../journal/journal.js';
import { journalProblem, readJournal } from '../journal/store.js';
import { stateInWords } from '../journal/words.js';
import { decide, isApproved, otherOpen, sameness, type Decision } from './decide.js';
import { byOf, finishBack } from './ending.js';
import { caughtUp, forward, plannedRest } from './forward.js';
import { Ledger } from './ledger.js';
import { withLock, type Held } from './locked.js';
import type { Ending, Order, Planned, Undertaking } from './ports.js';
import { hasPending, settledHistory } from './settle.js';

const hasOpen = (read: ReadJournal): boolean => read.state === 'readable' && isOpen(read.journal);

/**
 * An upgrade, whatever an earlier run has left: begun, finished where one was begun with the same inputs, or taken back
 * where that was under way. One run writes at a time. Each act is written down before it is done, and every state that a
 * killed run can leave is one that the next run goes on from.
 *
 * @throws Problem: how it ended, with the journal saying so where it could be written
 */
export async function undertake(undertaking: Undertaking): Promise<Ending> {
  const { order, ports, planner } = undertaking;
  const { release, namespace } = order;
  const [read, pending] = await Promise.all([
    readJournal(ports.cluster, namespace, release),
    hasPending(ports.cluster, namespace, release),
  ]);
  const problem = journalProblem(read);
  if (problem !== undefined) throw problem;
  // What an earlier run left is settled first, and that is done under the lock; anything else is looked at without it.
  const early = hasOpen(read) || pending || mayRepeat(read, order) ? undefined : await planner.plan();
  if (early?.settled === true) return { result: 'unchanged' };
  if (early !== undefined) planner.approve(early);
  const attempt = ports.random();
  // Slow on purpose, so not under the lock.
  await Promise.all([attempt, ...(read.state === 'readable' ? [read.journal.attempt] : [])].map(order.asked));
  return withLock(order, ports, read, (held) =>
    underLock({ ...undertaking, attempt }, held, isUntouched(read, held.read) ? early : undefined),
  );
}

/** An approved run that failed and is repeated: its plan is finished, and none is made that would have another digest. */
const mayRepeat = (read: ReadJournal, { approved }: Order): boolean =>
  read.state === 'readable' && read.journal.outcome?.result === 'failed' && isApproved(read.journal, approved);

const isUntouched = (before: ReadJournal, now: ReadJournal): boolean =>
  before.state === 'none'
    ? now.state === 'none'
    : now.state !== 'none' && before.object.metadata.resourceVersion === now.object.metadata.resourceVersion;

/** With the random word for the journal, should one be opened. */
interface Named extends Undertaking {
  readonly attempt: string;
}

async function underLock(undertaking: Named, held: Held, early: Planned | undefined): Promise<Ending> {
  const { ports, planner } = undertaking;
  const { journal, book } = held;
  const decision = early === undefined ? await whatToDo(undertaking, held) : ({ kind: 'begin' } as const);
  if (decision.kind === 'refuse') throw decision.problem;
  if (decision.kind === 'go-on' && journal !== undefined) return goOn(undertaking, held, journal);
  if (decision.kind === 'take-back' && journal !== undefined) return finishBack(undertaking, held, journal);
  if (decision.kind === 'overtaken' && journal !== undefined) {
    ports.emit({
      type: 'warning',
      text: `An unfinished undertaking is given up, because the release was changed by somebody else since (revisions ${decision.by.join(', ')}). ${stateInWords(journal)}`,
    });
    await book.write(changes.closed(journal, 'overtaken', undefined, ports.clock.now()));
  }
  const planned = early ?? (await planner.plan());
  if (planned.settled) return { result: 'unchanged' };
  if (early === undefined) planner.approve(planned);
  return begin(undertaking, held, planned);
}

/** Settles what is pending, and decides from journal and history. */
async function whatToDo({ order }: Undertaking, { ports, lock, journal }: Held): Promise<Decision> {
  const { release, namespace } = order;
  if (journal === undefined) {
    await settledHistory({ order, ports, lock, journal });
    return { kind: 'begin' };
  }
  const { same, repeats } = await sameness(order, journal);
  // A run that will be refused frees nothing.
  if (isOpen(journal) && !same && (await hasPending(ports.cluster, namespace, release))) {
    return { kind: 'refuse', problem: otherOpen(journal) };
  }
  return decide({ journal, history: await settledHistory({ order, ports, lock, journal }), same, repeats });
}

/**
 * The revision that the first hop began with. Where only the rollout of an earlier run's revision is waited for, that is
 * the one before it.
 */
async function baseOf({ order, ports }: Undertaking, { plan, work }: Planned): Promise<number> {
  const { revision } = plan.installed;
  if (work().apply !== undefined) return revision;
  const history = await readHistory(ports.cluster, order.namespace, order.release);
  const last = history.at(-1);
  const own = last === undefined ? undefined : attemptOf(last)?.base;
  return own ?? revisionBefore(history)?.revision ?? revision;
}

async function begin(undertaking: Named, held: Held, planned: Planned): Promise<Ending> {
  const { order, ports, attempt } = undertaking;
  const ledger = await Ledger.open(held.book, ports.clock, {
    ...{ release: order.release, namespace: order.namespace, attempt, plan: planned.plan, epoch: held.lock.epoch },
    base: await baseOf(undertaking, planned),
    asked: await order.asked(attempt),
    ...(planned.digest === undefined ? {} : { planDigest: planned.digest }),
    ...byOf(order),
  });
  return forward(undertaking, held, ledger, planned);
}

/** Finishes what another run began. */
async function goOn(undertaking: Undertaking, held: Held, journal: Journal): Promise<Ending> {
  const { order, ports, planner, listener } = undertaking;
  ports.emit({ type: 'info', text: `Going on with an unfinished undertaking. ${stateInWords(journal)}` });
  listener.resumed(journal);
  const planned = await plannedRest(undertaking, held, journal);
  // What is left may have been planned and approved anew.
  if (order.approved !== undefined && !isApproved(journal, order.approved)) planner.approve(planned);
  const ledger = await Ledger.takeUp(held.book, ports.clock, journal, { ...byOf(order), epoch: held.lock.epoch });
  if (planned.settled) {
    const done: Hop['status'][] = journal.plan.hops.map(() => 'done');
    listener.hops(journal.plan, done);
    listener.state({ written: false, revision: planned.plan.installed.revision });
    await ledger.close('upgraded');
    return { result: 'upgraded' };
  }
  await caughtUp(ledger, planned);
  return forward(undertaking, held, ledger, planned);
}
