import { namespace } from '../model/scenario.js';
import type { Scenario } from './scenarios.js';
import { recordName, toldAs, type Outcome } from './story.js';

/**
 * Somebody deletes the Lease of a run that is held up at a write of its journal, and another run begins: the time of the
 * lock is not over, so that nothing but the versions of the journal tells the first run.
 */
function robbed(scenario: Scenario, at: number): Promise<Outcome> {
  return toldAs(scenario, async (story) => {
    const { world } = story;
    let open = false;
    const first = story.prepare(scenario.ask, { hold: ({ n }) => !open && n >= at });
    const second = story.prepare(scenario.ask);
    const run = async () => {
      while (!first.process.holds && first.process.calls.length < at) await second.process.clock.sleep(50);
      world.store.delete('user', 'Lease', namespace, recordName);
      try {
        return await second.main();
      } finally {
        open = true;
        first.process.release();
      }
    };
    const endings = await world.runAll([
      { process: first.process, main: first.main },
      { process: second.process, main: run },
    ]);
    for (const ending of endings) story.ended(ending);
    const [ended = ''] = story.ends;
    if (ended !== 'lock-lost') story.violations.push(`whoever was robbed of the lock says so: ${ended}`);
    await story.finish(scenario.ask, scenario);
    return [];
  });
}

/** The lock taken away by hand, at every write of the journal. */
export const robberies = (scenario: Scenario, calls: Outcome['calls']) =>
  calls
    .filter(({ name }) => name.startsWith('replace ConfigMap'))
    .map(({ n, name }) => ({
      kind: 'locks taken away by hand',
      what: `${scenario.name}: the Lease is deleted at call ${n} (${name}), and another run begins`,
      run: () => robbed(scenario, n),
    }));
