import { random } from '../model/json.js';
import { drive, randomPair, singleFaults, type Case } from './drive.js';
import { cancelled } from './cancelled.js';
import { interleavings } from './interleave.js';
import { meanwhile } from './meanwhile.js';
import { robberies } from './robbed.js';
import { scenarios, type Scenario } from './scenarios.js';
import { special } from './special.js';
import type { Outcome } from './story.js';

/** What one worker does: a share of all cases, by their number. */
export interface Work {
  readonly share: number;
  readonly shares: number;
  /** Only scenarios with these names. */
  readonly only?: readonly string[];
  /** Only cases of these kinds. */
  readonly kinds?: readonly string[];
  /** Random pairs a scenario. */
  readonly pairs: number;
  readonly seed: number;
  /** Every delay of what is read, and every way of holding up one of two runs. */
  readonly deep?: boolean;
  readonly stopAtFirst?: boolean;
}

export interface Found {
  readonly what: string;
  readonly ends: readonly string[];
  readonly violations: readonly string[];
}

export interface Worked {
  readonly counts: Readonly<Record<string, number>>;
  readonly found: readonly Found[];
}

/** Every so many cases a run is repeated once more, to see that it writes nothing. */
const repeatEvery = 10;

/** A case with a name. */
interface Named {
  readonly kind: string;
  readonly what: string;
  readonly run: () => Promise<Pick<Outcome, 'ends' | 'violations'>>;
}

/** A clean run has to end as the scenario says. */
const asMeant = ({ ends }: Scenario, outcome: Outcome): Outcome =>
  outcome.ends[0] === ends
    ? outcome
    : { ...outcome, violations: [...outcome.violations, `a clean run ends ${ends}: ${outcome.ends.join(' > ')}`] };

async function casesOf(scenario: Scenario, { pairs, seed, deep = false }: Work): Promise<readonly Named[]> {
  const clean = await drive({ scenario, faults: [] });
  const { calls } = clean;
  const named = (kind: string, what: Omit<Case, 'scenario'>): Named => ({
    kind,
    what: `${scenario.name}: ${kind} ${JSON.stringify(what)} ${calls[(what.faults[0]?.at ?? 0) - 1]?.name ?? ''}`,
    run: () => drive({ scenario, ...what }),
  });
  const next = random(seed);
  return [
    { kind: 'clean runs', what: `${scenario.name}: clean`, run: () => Promise.resolve(asMeant(scenario, clean)) },
    ...singleFaults(calls, deep).map((fault, index) =>
      named('faults', { faults: [fault], repeat: index % repeatEvery === 0 }),
    ),
    ...Array.from({ length: pairs }, () => named('random pairs', randomPair(calls, next))),
    ...cancelled(scenario, calls),
    ...interleavings(scenario, calls, deep),
    // Both would end in what a person has to decide.
    ...(scenario.ask.onFailure === 'restore' ? [] : [...meanwhile(scenario, calls), ...robberies(scenario, calls)]),
  ];
}

/** Runs its share of the cases. */
export async function work(asked: Work): Promise<Worked> {
  const counts: Record<string, number> = {};
  const found: Found[] = [];
  const wanted = scenarios.filter(({ name }) => asked.only?.includes(name) ?? true);
  let n = 0;
  for (const cases of [...wanted.map((scenario) => () => casesOf(scenario, asked)), special]) {
    for (const { kind, what, run } of await cases()) {
      if (asked.kinds?.includes(kind) === false) continue;
      n += 1;
      if (n % asked.shares !== asked.share) continue;
      const { ends, violations } = await run();
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (violations.length === 0) continue;
      found.push({ what, ends, violations });
      if (asked.stopAtFirst === true) return { counts, found };
    }
  }
  return { counts, found };
}
