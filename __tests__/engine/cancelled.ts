import { holderOf } from '../../src/upgrade/lock/lease.js';
import { namespace } from '../model/scenario.js';
import type { Scenario } from './scenarios.js';
import { recordName, toldAs, type Outcome } from './story.js';

/** A run has to end so long after the signal, in milliseconds; the process is ended by itself a little later. */
const withinMs = 3_800;

/**
 * A run that is cancelled at one call (whose request may hang): it ends in time, gives the lock back, and the next run goes on at once.
 */
function cancelledAt(scenario: Scenario, at: number, hangs: boolean): Promise<Outcome> {
  return toldAs(scenario, async (story) => {
    const { world } = story;
    const { ask } = scenario;
    let signalledAt: number | undefined;
    const { process, main } = story.prepare(ask, {
      faults: hangs ? [{ at, kind: 'timeout-no-effect', extent: 'lasting' }] : [],
      counted: ({ n }) => {
        if (n !== at) return;
        signalledAt = world.scheduler.now();
        process.signal('SIGINT');
      },
    });
    story.ended(await world.run(process, main));
    if (signalledAt === undefined) throw new Error(`there was no call ${at}`);
    const took = world.scheduler.now() - signalledAt;
    if (took > withinMs) story.violations.push(`a cancelled run ends within ${withinMs} ms: ${took} ms`);
    const lease = world.store.get('Lease', namespace, recordName);
    if (lease !== undefined && holderOf(lease) !== undefined)
      story.violations.push('a cancelled run gives the lock back');
    if (process.children.size > 0 && [...process.children].some(({ alive }) => alive))
      story.violations.push('a cancelled run leaves no Helm at work');
    await story.finish(ask, scenario);
    return [];
  });
}

/** A run cancelled at every call that it makes, and while a request of its Helm hangs. */
export const cancelled = (scenario: Scenario, calls: Outcome['calls']) =>
  calls.flatMap(({ n, name, class: of }) =>
    (of.startsWith('helm-') ? [false, true] : [false]).map((hangs) => ({
      kind: 'cancellations',
      what: `${scenario.name}: cancelled at call ${n} (${name})${hangs ? ', which hangs' : ''}`,
      run: () => cancelledAt(scenario, n, hangs),
    })),
  );
