import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { Scenario, standalone, story, useBed } from './harness.js';

/** Where a chart may come from. The same chart makes the same plan, wherever it lay. */
const bed = useBed();

const runs: Record<string, RunnerResult> = {};
let scenario: Scenario;
let byDirectory: RunnerResult;

const sources: readonly (readonly [title: string, inputs: Record<string, string>])[] = [
  ['a chart repository', {}],
  ['a directory of packaged charts, relative to the workspace', { repository: './charts' }],
  ['a packaged chart', { repository: '', chart: 'charts/milvus-4.2.20.tgz' }],
  ['an unpacked chart', { repository: '', chart: './milvus' }],
];

beforeAll(async () => {
  scenario = await Scenario.make(bed(), 'charts', { volumes: 10 });
  const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
  mkdirSync(join(workspace, 'charts'));
  for (const version of ['4.1.24', '4.2.20', '4.2.58']) {
    const name = `milvus-${version}.tgz`;
    copyFileSync(join(bed().charts, name), join(workspace, 'charts', name));
  }
  execFileSync('tar', ['-xzf', join(workspace, 'charts', 'milvus-4.2.20.tgz'), '-C', workspace]);
  await scenario.install('4.1.24', { values: standalone });
  const go = (inputs: Record<string, string>) => scenario.run({ 'target-version': '2.4.23', ...inputs }, { workspace });
  await Promise.all(
    sources.map(async ([title, inputs]) => {
      runs[title] = await go({ operation: 'plan', ...inputs });
    }),
  );
  const last = Object.fromEntries(sources)['an unpacked chart'];
  byDirectory = await go({ ...last, 'plan-digest': runs['a chart repository']?.outputs['plan-digest'] ?? '' });
}, 180_000);

describe('a chart from', () => {
  it.each(sources.map(([title]) => title))('%s makes the same plan', (title) => {
    const result = runs[title];
    if (result === undefined) throw new Error('it did not run');
    expect([result.outputs.result, story(result)]).toEqual(['planned', story(result)]);
    expect(result.outputs['chart-version']).toBe('4.2.20');
    expect(result.outputs['plan-digest']).toBe(runs['a chart repository']?.outputs['plan-digest']);
  });

  it('one place may be planned with, and from another applied', async () => {
    expect([byDirectory.outputs.result, story(byDirectory)]).toEqual(['upgraded', story(byDirectory)]);
    expect(await scenario.images()).toEqual({ standalone: 'milvusdb/milvus:v2.4.23' });
  });
});
