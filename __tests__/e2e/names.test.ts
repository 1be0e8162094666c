import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { Scenario, standalone, story, useBed } from './harness.js';

/** Objects are found by the release's manifest, not by names or labels: both differ from release to release. */
const bed = useBed();

const rows = [
  { title: 'a release whose name holds the chart name', release: 'my-milvus-1', values: {}, name: 'my-milvus-1' },
  { title: 'a release whose name does not', release: 'search', values: {}, name: 'search-milvus' },
  {
    title: 'nameOverride',
    release: 'prod',
    values: { nameOverride: 'vectors' },
    name: 'prod-vectors',
  },
  {
    title: 'fullnameOverride',
    release: 'prod',
    values: { fullnameOverride: 'vector-db' },
    name: 'vector-db',
  },
];

const runs = new Map<string, { scenario: Scenario; result: RunnerResult }>();

beforeAll(async () => {
  await Promise.all(
    rows.map(async ({ title, release, values }, index) => {
      const scenario = await Scenario.make(bed(), `name-${String(index)}`, { release, volumes: 10 });
      await scenario.install('4.1.24', { values: { ...standalone, ...values } });
      runs.set(title, { scenario, result: await scenario.run({ 'target-version': '2.4.23' }) });
    }),
  );
}, 180_000);

describe.each(rows)('$title', ({ title, release, name }) => {
  it('is found, upgraded and seen ready', async () => {
    const run = runs.get(title);
    if (run === undefined) throw new Error('it did not run');
    const { scenario, result } = run;
    expect([result.outputs.result, story(result)]).toEqual(['upgraded', story(result)]);
    expect(await scenario.images()).toEqual({ standalone: 'milvusdb/milvus:v2.4.23' });
    expect(result.summary).toContain(`## ✅ ${release} upgraded: Milvus 2.3.11 → 2.4.23`);
    const deployment = await scenario.json<{ status: { readyReplicas: number } }>(`deployment/${name}-standalone`);
    expect(deployment.status.readyReplicas).toBe(1);
  });
});
