import { Problem, problemId, withOther } from '../../problem.js';
import { lastTry, type Journal } from '../journal/journal.js';
import { stateInWords } from '../journal/words.js';
import { Ledger } from './ledger.js';
import { causeOf, lastWords, type Held } from './locked.js';
import type { Ending, Order, Undertaking } from './ports.js';
import { settledHistory } from './settle.js';
import { againstBack, takeBack } from './take-back.js';

/** Who goes on with a journal. */
export const byOf = ({ run, url }: Order): { readonly run: string; readonly url?: string } => ({
  run,
  ...(url === undefined ? {} : { url }),
});

/** Writes down how it ended, and takes it back where that was asked for. Throws unless it did. */
export async function endedBadly(
  undertaking: Undertaking,
  held: Held,
  ledger: Ledger,
  error: unknown,
): Promise<Ending> {
  const { order, ports } = undertaking;
  if (held.lock.signal.aborted) throw error;
  if (ports.signal.aborted) {
    await lastWords(ports, () => ledger.interrupted());
    throw error;
  }
  const { base, plan, hop } = ledger.journal;
  // Written by this undertaking, or by the one whose rollout it waits for.
  const begun = lastTry(ledger.journal, 'helm-upgrade', hop) !== undefined || base < plan.installed.revision;
  if (order.onFailure === 'restore' && begun) return restore(undertaking, held, ledger, error);
  await lastWords(ports, () => ledger.close('failed', problemId(error)));
  throw error;
}

async function restore(undertaking: Undertaking, held: Held, ledger: Ledger, because: unknown): Promise<Ending> {
  const { order, ports, listener, backPlanner } = undertaking;
  const back = { order, ports: held.ports, planner: backPlanner, listener, lock: held.lock, ledger, written: true };
  try {
    // A Helm of this run may have left its revision pending; nothing is taken back beside it.
    const history = await settledHistory({ order, ports: held.ports, lock: held.lock, journal: ledger.journal });
    const { base } = ledger.journal;
    // Helm was not begun, or ended before it wrote a revision: nothing is there to be taken back.
    const work = (history.at(-1)?.revision ?? 0) > base ? await backPlanner.look(base) : undefined;
    const against = work === undefined ? undefined : againstBack(work, ledger.journal);
    if (work === undefined || against !== undefined) {
      await lastWords(ports, () => ledger.close('failed', problemId(because)));
      throw against === undefined ? because : withOther(because, against);
    }
    await takeBack(back, work);
    await ledger.close('restored', problemId(because));
  } catch (error) {
    const cause = causeOf(held, error);
    if (ports.signal.aborted) await lastWords(ports, () => ledger.interrupted());
    throw cause === error && cause instanceof Problem && cause !== because && !isAbout(cause, because)
      ? withOther(because, cause.details)
      : cause;
  }
  return { result: 'restored', because };
}

const isAbout = (problem: Problem, because: unknown): boolean =>
  because instanceof Problem && problem.details.id === because.details.id;

/** Finishes the taking back that another run began, because an upgrade had failed. */
export async function finishBack(undertaking: Undertaking, held: Held, journal: Journal): Promise<Ending> {
  const { order, ports, listener, backPlanner } = undertaking;
  ports.emit({ type: 'info', text: `Going on with taking the release back. ${stateInWords(journal)}` });
  listener.resumed(journal);
  const ledger = await Ledger.takeUp(held.book, ports.clock, journal, { ...byOf(order), epoch: held.lock.epoch });
  try {
    await takeBack({
      order,
      ports: held.ports,
      planner: backPlanner,
      listener,
      lock: held.lock,
      ledger,
      written: false,
    });
  } catch (error) {
    if (ports.signal.aborted) await lastWords(ports, () => ledger.interrupted());
    throw causeOf(held, error);
  }
  await ledger.close('restored');
  return { result: 'restored', because: new Problem('failed', restoredBefore(journal)) };
}

const restoredBefore = (journal: Journal) => ({
  id: 'restored',
  what: `An earlier run took the release back, and this one has finished that. ${stateInWords(journal)}`,
  why: 'The upgrade that was asked for did not reach its target.',
  remedy: 'See what that run says of its cause, remove it, and run again with the same inputs.',
});
