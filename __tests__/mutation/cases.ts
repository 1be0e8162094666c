import { cancelled } from '../engine/cancelled.js';
import { drive, singleFaults } from '../engine/drive.js';
import { interleavings } from '../engine/interleave.js';
import { scenarios, type Scenario } from '../engine/scenarios.js';
import { special } from '../engine/special.js';
import type { Outcome } from '../engine/story.js';

/**
 * A sample of the fault driver's cases for the mutants of the engine: all of them would take minutes for each mutant.
 */
export interface SampledCase {
  readonly name: string;
  /** Throws where something does not hold. */
  readonly run: () => Promise<void>;
}

/** How many of each kind, a scenario. */
const sizes = { faults: 30, cancellations: 4, interleavings: 6, leftByKill: 64 } as const;

/** So many of a list, evenly spread. */
const spread = <T>(all: readonly T[], size: number): readonly T[] =>
  all.filter((_, n) => Math.floor((n * size) / all.length) !== Math.floor(((n - 1) * size) / all.length));

const holding = (name: string, run: () => Promise<Pick<Outcome, 'ends' | 'violations'>>): SampledCase => ({
  name,
  run: async () => {
    const { ends, violations } = await run();
    if (violations.length > 0) throw new Error(`${violations.join('\n')}\nended ${ends.join(', then ')}`);
  },
});

/** A clean run has to end as the scenario says, and its repeat to write nothing. */
const clean = (scenario: Scenario): SampledCase =>
  holding(`${scenario.name}: clean`, async () => {
    const { ends, violations } = await drive({ scenario, faults: [], repeat: true });
    return ends[0] === scenario.ends ? { ends, violations } : { ends, violations: [...violations, 'ends otherwise'] };
  });

async function casesOf(scenario: Scenario): Promise<readonly SampledCase[]> {
  const { calls } = await drive({ scenario, faults: [] });
  const faults = spread(singleFaults(calls), sizes.faults).map((fault) =>
    holding(`${scenario.name}: ${JSON.stringify(fault)}`, () => drive({ scenario, faults: [fault] })),
  );
  const others = [
    ...spread(cancelled(scenario, calls), sizes.cancellations),
    ...spread(interleavings(scenario, calls), sizes.interleavings),
  ];
  return [clean(scenario), ...others.map(({ what, run }) => holding(what, run)), ...faults];
}

/** The sample, the same one every time: all of what is rare, and some of the rest. */
export async function sampledCases(): Promise<readonly SampledCase[]> {
  const left = await special();
  const isRare = ({ kind, what }: (typeof left)[number]): boolean =>
    kind === 'states left by others' || (what.includes('stands still') && what.includes('child-lives-on'));
  const rare = left.filter(isRare);
  const byKill = spread(
    left.filter((one) => !isRare(one)),
    sizes.leftByKill,
  );
  const cases = [...rare, ...byKill].map(({ what, run }) => holding(what, run));
  for (const scenario of scenarios) cases.push(...(await casesOf(scenario)));
  return cases;
}
