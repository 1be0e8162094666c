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

/** Every fault that every call of a clean run can have. */
export const singleFaults = (calls: Outcome['calls']): readonly Fault[] =>
  calls.flatMap((call) => faultsFor(call.class).map((fault) => ({ at: call.n, ...fault })));

/** Two faults at random: two in one run, or one in a run and one in the next. */
export function randomPair(calls: Outcome['calls'], random: Random): Pick<Case, 'faults' | 'nextFaults'> {
  const [one, other] = [randomFault(calls, random), randomFault(calls, random)];
  return isKill(one.kind) || random() < 0.5 ? { faults: [one], nextFaults: [other] } : { faults: [one, other] };
}
