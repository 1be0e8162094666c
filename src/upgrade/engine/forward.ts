import { attemptOf } from '../../helm/attempt.js';
import type { Hop } from '../../plan/plan.js';
import { problemId } from '../../problem.js';
import type { Journal } from '../journal/journal.js';
import { endedBadly } from './ending.js';
import type { Ledger } from './ledger.js';
import { causeOf, type Held } from './locked.js';
import type { Ending, Planned, Undertaking } from './ports.js';
import { settledHistory } from './settle.js';
import { hopTitle, walkHops } from './walk.js';

/** How often a Helm of an earlier run may come between. */
const mostWakings = 3;

/** What a Helm that an earlier run began, and that had stood still until now, looks like. */
const strangers: ReadonlySet<string> = new Set(['release-changed', 'release-pending']);

/** What is left of the way of a journal. */
function restOf({ plan, hop }: Journal): { readonly rest: readonly Hop[]; readonly title: string } {
  const rest = plan.hops.slice(hop);
  const [first] = rest;
  return { rest, title: first === undefined ? 'the upgrade' : hopTitle(first, hop, plan.hops.length) };
}

/** Plans what is left. A Helm of an earlier run may begin to write meanwhile: it is let end first. */
export async function plannedRest(undertaking: Undertaking, held: Held, journal: Journal): Promise<Planned> {
  const { order, planner } = undertaking;
  const { rest, title } = restOf(journal);
  for (let wakings = 0; ; wakings += 1) {
    try {
      return await planner.goOn(rest, title, true);
    } catch (error) {
      if (problemId(error) !== 'release-pending' || wakings >= mostWakings) throw error;
      await settledHistory({ order, ports: held.ports, lock: held.lock, journal });
    }
  }
}

/** The hops that were finished by a run that died before it could say so. */
export async function caughtUp(ledger: Ledger, { plan }: Planned): Promise<void> {
  const { rest } = restOf(ledger.journal);
  for (let left = rest.length; left > plan.hops.length; left -= 1) await ledger.advance(plan.installed.revision);
}

/** Walks what is left of the way, and closes the journal. */
export async function forward(undertaking: Undertaking, held: Held, ledger: Ledger, first: Planned): Promise<Ending> {
  let planned = first;
  for (let wakings = 0; ; wakings += 1) {
    try {
      await walkHops({ ...undertaking, ports: held.ports, lock: held.lock, ledger }, planned);
      break;
    } catch (error) {
      const cause = causeOf(held, error);
      const again = wakings < mostWakings && (await isOwnHelm(undertaking, held, ledger, planned, cause));
      if (!again) return endedBadly(undertaking, held, ledger, cause);
      planned = await plannedRest(undertaking, held, ledger.journal);
      await caughtUp(ledger, planned);
    }
  }
  await ledger.close('upgraded');
  return { result: 'upgraded' };
}

/**
 * Whether what came between was a Helm of this very undertaking, begun by a run that died: nobody else is at work then,
 * and what it wrote is gone on with. It has ended when this is told.
 */
async function isOwnHelm(
  { order, ports }: Undertaking,
  held: Held,
  { journal }: Ledger,
  { plan }: Planned,
  cause: unknown,
): Promise<boolean> {
  if (held.ports.signal.aborted || !strangers.has(problemId(cause))) return false;
  const history = await settledHistory({ order, ports: held.ports, lock: held.lock, journal }).catch(() => []);
  const newer = history.filter(({ revision }) => revision > plan.installed.revision);
  const own = newer.length > 0 && newer.every((record) => attemptOf(record)?.attempt === journal.attempt);
  if (own)
    ports.emit({
      type: 'info',
      text: 'A Helm that an earlier run had begun has written its revision only now: going on with that.',
    });
  return own;
}
