import { setTimeout as sleep } from 'node:timers/promises';
import { Scenario, story, type Bed } from '../e2e/harness.js';
import { problemsOf, standalone } from '../e2e/trouble.js';
import type { Bundles } from './bundle.js';
import { faults } from './faults.js';

const inputs = { 'target-version': '2.4.23' };

/**
 * Two runs of the same upgrade that are started within a second.
 *
 * @returns what is wrong: one has to do the work, and the other has to refuse or to find it done
 */
export async function tellAtOnce(bed: Bed, bundles: Bundles, apartMs: number): Promise<string[]> {
  const scenario = await Scenario.make(bed, 'at-once', { volumes: 4 });
  await scenario.install('4.1.24', { values: standalone });
  const start = () => scenario.run(inputs, { action: bundles.quick });
  const both = await Promise.all([start(), sleep(apartMs).then(start)]);
  const told = both.map((result) => {
    const { result: ended = 'none' } = result.outputs;
    return ended === 'refused' ? problemsOf(result).join() : ended;
  });
  const workers = told.filter((ended) => ended === 'upgraded').length;
  const others = told.filter((ended) => ended === 'release-locked' || ended === 'unchanged').length;
  const found = await faults(scenario, { image: 'milvusdb/milvus:v2.4.23', outcomes: ['upgraded'], untouched: false });
  const revisions = await scenario.revisions();
  if (revisions.length !== 2) found.push(`the history is ${JSON.stringify(revisions)}`);
  if (workers !== 1 || others !== 1) found.push(`the two runs ended ${told.join(' and ')}`);
  return found.length === 0 ? [] : [...found, ...both.map(story)];
}
