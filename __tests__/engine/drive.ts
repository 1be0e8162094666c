import { faultsFor, isKill, randomFault, type Fault } from '../model/faults.js';
import type { Random } from '../model/world.js';
import type { Scenario } from './scenarios.js';
import { toldAs, type Outcome } from './story.js';

export interface Case {
  readonly scenario: Scenario;
  /** Faults of the first run, and of the one after it. */
  readonly faults: readonly Fault[];
  readonly nextFaults?: readonly Fault[];
  /** Whether a repeat of what is done is tried as well. */
  readonly repeat?: boolean;
}

/** Runs a scenario under faults, then repeats it without any until it has ended well. */
export const drive = ({ scenario, faults, nextFaults, repeat = false }: Case): Promise<Outcome> =>
  toldAs(scenario, async (story) => {
    const { ask } = scenario;
    const calls = await story.run(ask, faults);
    if (nextFaults !== undefined) await story.run(ask, nextFaults);
    await story.finish(ask, scenario);
    if (repeat && scenario.goals.includes(story.ends.at(-1) ?? '') && scenario.ends !== 'restored')
      await story.repeat(ask);
    return calls;
  });

type Calls = Outcome['calls'];

/** Faults that a port gets over are a delay of one second or another to whoever reads: each call meets one of them. */
function fewer(faults: readonly Omit<Fault, 'at'>[], n: number): readonly Omit<Fault, 'at'>[] {
  const lasting = new Set(faults.flatMap(({ kind, extent }) => (extent === 'lasting' ? [kind] : [])));
  const delays = faults.filter(({ kind, extent }) => extent === 'once' && lasting.has(kind));
  return faults.filter((fault) => !delays.includes(fault) || fault === delays[n % delays.length]);
}

const isRead = (of: Calls[number]['class']): boolean => ['read', 'list', 'watch', 'event'].includes(of);

/** Every fault that every call of a clean run can have; of mere delays of what is read one a call, or (`deep`) all. */
export const singleFaults = (calls: Calls, deep = false): readonly Fault[] =>
  calls.flatMap(({ n, class: of }) =>
    (deep || !isRead(of) ? faultsFor(of) : fewer(faultsFor(of), n)).map((fault) => ({ at: n, ...fault })),
  );

/** Two faults at random: two in one run, or one in a run and one in the next. */
export function randomPair(calls: Outcome['calls'], random: Random): Pick<Case, 'faults' | 'nextFaults'> {
  const [one, other] = [randomFault(calls, random), randomFault(calls, random)];
  return isKill(one.kind) || random() < 0.5 ? { faults: [one], nextFaults: [other] } : { faults: [one, other] };
}
