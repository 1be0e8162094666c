import { attemptOf } from '../../helm/attempt.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { refused, type Problem } from '../../problem.js';
import type { Journal } from '../journal/journal.js';
import { journalProblem, readJournal } from '../journal/store.js';
import { stateInWords } from '../journal/words.js';
import { foreignRevisions } from './decide.js';
import { byOf } from './ending.js';
import { Ledger } from './ledger.js';
import { causeOf, lastWords, withLock, type Held } from './locked.js';
import type { BackPlanner, EnginePorts, Listener, Order } from './ports.js';
import { childOver, settledHistory } from './settle.js';
import { againstBack, takeBack } from './take-back.js';

export interface TakingBack {
  readonly order: Order;
  readonly ports: EnginePorts;
  readonly planner: BackPlanner;
  readonly listener: Listener;
}

/** Undertakings whose end leaves nothing to be taken back. */
const over: ReadonlySet<string> = new Set(['rolled-back', 'restored', 'overtaken']);

const nothingToTakeBack = ({ release, namespace }: Order, last: ReleaseRecord | undefined): Problem =>
  refused({
    id: 'nothing-to-take-back',
    what: `Revision ${last?.revision ?? 'none'} of release ${release} in namespace ${namespace} was not written by this action, and no journal tells of an upgrade that could be taken back.`,
    why: 'What somebody else did is not undone here.',
    remedy: `helm history ${release} --namespace ${namespace} shows what was done; helm rollback goes back where that is safe.`,
  });

/** The undertaking that the release is in, from the journal where it tells the truth, else from the labels. */
function whatToTakeBack(
  journal: Journal | undefined,
  history: readonly ReleaseRecord[],
): { readonly base: number; readonly attempt: string; readonly journal?: Journal } | undefined {
  const last = history.at(-1);
  const said = journal === undefined || over.has(journal.outcome?.result ?? '') ? undefined : journal;
  if (said !== undefined && foreignRevisions(said, history).length === 0 && (last?.revision ?? 0) >= said.base) {
    return { base: said.base, attempt: said.attempt, journal: said };
  }
  const label = last === undefined ? undefined : attemptOf(last);
  return label === undefined ? undefined : { base: label.base, attempt: label.attempt };
}

/**
 * `operation: rollback`: takes back what this action did last to the release, one hop at most, where that is truthful.
 *
 * @returns false where it had been taken back already, and nothing was written
 * @throws Problem (refused) `nothing-to-take-back`, `not-taken-back`, `release-locked`; what Helm, cluster or wait say
 */
export async function rollBack(taking: TakingBack): Promise<boolean> {
  const { order, ports } = taking;
  const read = await readJournal(ports.cluster, order.namespace, order.release);
  const problem = journalProblem(read);
  if (problem !== undefined) throw problem;
  return withLock(order, ports, read, (held) => underLock(taking, held));
}

async function underLock({ order, ports, planner, listener }: TakingBack, held: Held): Promise<boolean> {
  const { journal, lock, book } = held;
  const settling = { order, ports: held.ports, lock, journal };
  const history = await childOver(settling, await settledHistory(settling));
  const found = whatToTakeBack(journal, history);
  if (found === undefined) {
    if (journal?.outcome !== undefined && over.has(journal.outcome.result) && isStillThere(journal, history)) {
      ports.emit({ type: 'info', text: stateInWords(journal) });
      return false;
    }
    throw nothingToTakeBack(order, history.at(-1));
  }
  const work = await planner.look(found.base);
  const by = { ...byOf(order), epoch: lock.epoch };
  // Nothing is begun, not even in the journal, where going back is not truthful.
  const against = againstBack(work, found.journal);
  if (against !== undefined) throw refused(against);
  const ledger =
    found.journal === undefined
      ? await Ledger.open(book, ports.clock, {
          ...{
            release: order.release,
            namespace: order.namespace,
            attempt: found.attempt,
            base: found.base,
            plan: work.plan,
            ...by,
          },
          asked: await order.asked(found.attempt),
        })
      : await Ledger.takeUp(book, ports.clock, found.journal, by);
  // As it was found: the ledger's says already that this run has it.
  listener.resumed(found.journal ?? ledger.journal);
  const back = { order, ports: held.ports, planner, listener, lock, ledger, written: false };
  try {
    await takeBack(back, work);
  } catch (error) {
    if (ports.signal.aborted) await lastWords(ports, () => ledger.interrupted());
    throw causeOf(held, error);
  }
  await ledger.close('rolled-back');
  return true;
}

/** Nobody has written a revision since it was taken back. */
const isStillThere = (journal: Journal, history: readonly ReleaseRecord[]): boolean => {
  const back = journal.steps.findLast(({ id }) => id === 'helm-rollback');
  return back !== undefined && history.at(-1)?.revision === back.intended.revision;
};
