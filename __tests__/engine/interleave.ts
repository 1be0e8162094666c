import { holderOf } from '../../src/upgrade/lock/lease.js';
import { mayChange } from '../model/faults.js';
import type { Call } from '../model/process.js';
import type { Scenario } from './scenarios.js';
import { toldAs, type Outcome } from './story.js';

/** How long the first of two runs is held up: too short for its lock to be lost, or long enough for another to take over. */
const holdUps = { 'for 15 s': 15_000, 'for 10 min': 600_000 } as const;

/**
 * Two runs of the same inputs at once: the first is held up at one call (that one alone, or that and every later one, as
 * in a machine that is halted), while the second begins and runs to its end; then the first goes on.
 */
function heldUp(scenario: Scenario, at: number, everything: boolean, ms: number): Promise<Outcome> {
  return toldAs(scenario, async (story) => {
    const { world } = story;
    const { ask } = scenario;
    let open = false;
    const isHeld = ({ n }: Call): boolean => !open && (everything ? n >= at : n === at);
    const first = story.prepare(ask, { hold: isHeld });
    const second = story.prepare(ask);
    const release = async (): Promise<void> => {
      open = true;
      first.process.release();
      return Promise.resolve();
    };
    const late = async (): Promise<never> => {
      await second.process.clock.sleep(ms);
      await release();
      throw new Error('only to be late');
    };
    const run = async () => {
      // The second begins when the first is held up.
      while (!first.process.holds && first.process.alive && first.process.calls.length < at) {
        await second.process.clock.sleep(50);
      }
      void late().catch(() => undefined);
      return second.main();
    };
    const endings = await world.runAll([
      { process: first.process, main: first.main },
      { process: second.process, main: run },
    ]);
    for (const ending of endings) story.ended(ending);
    const [ended = '', other = ''] = story.ends;
    // Whoever was overtaken says so, and not only that a write of his came to nothing.
    const had = world.store.history.some(
      ({ kind, after }) => kind === 'Lease' && holderOf(after)?.includes(`/${first.process.id}/`) === true,
    );
    const tookOver = had && ms > holdUps['for 15 s'] && scenario.goals.includes(other);
    if (
      tookOver &&
      ask.onFailure !== 'restore' &&
      ![...scenario.goals, 'lock-lost', 'nothing-to-take-back'].includes(ended)
    )
      story.violations.push(`a run that lost the lock says so: ${ended}`);
    await story.finish(ask, scenario);
    return [];
  });
}

const variants = Object.entries(holdUps).flatMap(([time, ms]) =>
  [false, true].map((everything) => ({ time, ms, everything })),
);

/**
 * Two runs at once, the first held up at every call that it makes: in every way, or (not `deep`) in two of the four ways
 * by turns where the call changes something, and in one where it reads.
 */
export const interleavings = (scenario: Scenario, calls: Outcome['calls'], deep = false) =>
  calls.flatMap(({ n, name, class: of }) =>
    variants
      .filter((_, index) => deep || (n - index) % (mayChange(of) ? 2 : variants.length) === 0)
      .map(({ time, ms, everything }) => ({
        kind: 'two runs at once',
        what: `${scenario.name}: the first of two runs held up ${time} at call ${n} (${name})${everything ? ', and at all later ones' : ''}`,
        run: () => heldUp(scenario, n, everything, ms),
      })),
  );
