import { holderOf } from '../../src/upgrade/lock/lease.js';
import { namespace } from '../model/scenario.js';
import type { Scenario } from './scenarios.js';
import { recordName, toldAs, type Outcome } from './story.js';

/** A run has to end so long after the signal, in milliseconds; the process is ended by itself a little later. */
const withinMs = 3_800;

/** A run that is cancelled at one call: it ends in time, gives the lock back, and the next run goes on at once. */
function cancelledAt(scenario: Scenario, at: number): Promise<Outcome> {
  return toldAs(scenario, async (story) => {
    const { world } = story;
    const { ask } = scenario;
    let signalledAt: number | undefined;
    const { process, main } = story.prepare(ask, {
      hold: ({ n }) => {
        if (n === at) {
          signalledAt = world.scheduler.now();
          process.signal('SIGINT');
        }
        return false;
      },
    });
    story.ended(await world.run(process, main));
    const took = world.scheduler.now() - (signalledAt ?? world.scheduler.now());
    if (took > withinMs) story.violations.push(`a cancelled run ends within ${withinMs} ms: ${took} ms`);
    const lease = world.store.get('Lease', namespace, recordName);
    if (lease !== undefined && holderOf(lease) !== undefined)
      story.violations.push('a cancelled run gives the lock back');
    await story.finish(ask, scenario);
    return [];
  });
}

/** A run cancelled at every call that it makes. */
export const cancelled = (scenario: Scenario, calls: Outcome['calls']) =>
  calls.map(({ n, name }) => ({
    kind: 'cancellations',
    what: `${scenario.name}: cancelled at call ${n} (${name})`,
    run: () => cancelledAt(scenario, n),
  }));
