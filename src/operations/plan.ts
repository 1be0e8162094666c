import { readHistory } from '../helm/record.js';
import { isPending } from '../helm/unlock.js';
import { decide, otherOpen, sameness, type Decision } from '../upgrade/engine/decide.js';
import { isOpen, type Journal } from '../upgrade/journal/journal.js';
import { journalProblem, readJournal } from '../upgrade/journal/store.js';
import { stateInWords } from '../upgrade/journal/words.js';
import { orderOf } from './order.js';
import { prepare, refuseBlocked } from './prepare.js';
import type { Session } from './session.js';

/** What an upgrade with these inputs would do about the journal that is there. */
async function decided(session: Session, journal: Journal): Promise<Decision> {
  const { cluster, request } = session;
  const order = orderOf(session);
  if (!isOpen(journal) && order.approved === undefined) return { kind: 'begin' };
  const [{ same, repeats }, history] = await Promise.all([
    sameness(order, journal),
    readHistory(cluster, request.namespace, request.release),
  ]);
  const last = history.at(-1);
  if (last === undefined || isPending(last)) {
    // A pending release is refused by name when it is read for the plan.
    return isOpen(journal) && !same ? { kind: 'refuse', problem: otherOpen(journal) } : { kind: 'begin' };
  }
  const decision = decide({ journal, history, same, repeats });
  // An upgrade would take back first, and end as restored: that is not the plan of these inputs.
  return decision.kind === 'take-back' ? { kind: 'refuse', problem: otherOpen(journal) } : decision;
}

/** What the reader of the plan has to know of an upgrade that was begun before. */
const told: Readonly<Partial<Record<Decision['kind'], (state: string) => string>>> = {
  'go-on': (state) =>
    `An upgrade with these inputs would finish the one that was begun, and not begin another. ${state} This plan shows what is left of it.`,
  overtaken: (state) =>
    `An unfinished upgrade would be given up, because the release was changed by somebody else since. ${state}`,
};

/** `operation: plan`: ends as `upgrade` with the same inputs would start, and writes nothing to the cluster. */
export async function plan(session: Session): Promise<void> {
  const { cluster, request, report, emit } = session;
  const read = await readJournal(cluster, request.namespace, request.release);
  const problem = journalProblem(read);
  if (problem !== undefined) throw problem;
  const journal = read.state === 'readable' ? read.journal : undefined;
  const decision: Decision = journal === undefined ? { kind: 'begin' } : await decided(session, journal);
  if (decision.kind === 'refuse') throw decision.problem;
  if (journal !== undefined) {
    const text = told[decision.kind]?.(stateInWords(journal));
    if (text !== undefined) emit({ type: 'warning', text });
  }
  const prepared = await prepare(session);
  // What was begun is finished by its own plan, which is the approved one; this one begins in the middle of it.
  const { planDigest, ...unapproved } = request;
  refuseBlocked(decision.kind === 'go-on' ? { ...session, request: unapproved } : session, prepared);
  report.result = 'planned';
}
