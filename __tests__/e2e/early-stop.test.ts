import { describe, expect, it, jest } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { Scenario, useBed } from './harness.js';
import { beside, expectEnd, onMilvusPods, reportOf, standalone } from './trouble.js';

jest.setTimeout(400_000);
const bed = useBed();
const target = { 'target-version': '2.4.23' };

interface Stopped {
  readonly first: RunnerResult;
  /** The same run with the cause repaired. */
  readonly again: RunnerResult;
}

/** Installs, upgrades with something that cannot succeed, repairs it and upgrades again. */
const stopped = (
  name: string,
  broken: Record<string, string>,
  repaired: Record<string, string>,
  { before, between }: Partial<Record<'before' | 'between', (scenario: Scenario) => Promise<unknown>>> = {},
) =>
  beside(async (): Promise<Stopped> => {
    const scenario = await Scenario.make(bed(), name, { volumes: 4 });
    await scenario.install('4.1.24', { values: standalone });
    await before?.(scenario);
    const first = await scenario.run({ ...target, ...broken });
    await between?.(scenario);
    return { first, again: await scenario.run({ ...target, ...repaired }) };
  });

const stories = {
  'image-pull': stopped('image-pull', { image: 'registry.invalid/milvusdb/milvus' }, { image: 'milvusdb/milvus' }),
  'crash-loop': stopped(
    'crash-loop',
    { values: onMilvusPods({ 'testbed/crash-loop': 'true' }) },
    { values: onMilvusPods({ 'testbed/crash-loop': null }) },
  ),
  unschedulable: stopped(
    'unschedulable',
    { values: JSON.stringify({ standalone: { nodeSelector: { disk: 'nowhere' } } }) },
    { values: JSON.stringify({ standalone: { nodeSelector: { disk: null } } }) },
  ),
  'quota-exceeded': stopped(
    'quota',
    {},
    {},
    {
      before: (scenario) => scenario.kubectl('create', 'quota', 'few', '--hard=pods=2'),
      between: (scenario) => scenario.kubectl('delete', 'resourcequota', 'few'),
    },
  ),
};

/** What the reader is shown of each, in the log and in the summary. */
const shown: Readonly<Record<keyof typeof stories, readonly (string | RegExp)[]>> = {
  'image-pull': [
    /milvus-standalone-[\w-]+: ImagePullBackOff/,
    'Warning Failed: Error: ErrImagePull',
    'registry.invalid/milvusdb/milvus:v2.4.23',
  ],
  'crash-loop': [
    /milvus-standalone-[\w-]+( of Deployment\/milvus-standalone)?: CrashLoopBackOff/,
    /container standalone restarted \d+ times/,
    'Warning BackOff: Back-off restarting failed container',
    'panic: failed to connect to etcd',
  ],
  unschedulable: ['cannot be scheduled on any node', /Warning FailedScheduling: .*node affinity/],
  'quota-exceeded': ['pods are refused by a ResourceQuota', /exceeded quota: few/],
};

describe.each(Object.entries(stories) as [keyof typeof stories, () => Promise<Stopped>][])('%s', (id, run) => {
  it('ends the wait early, by its own name', async () => {
    const { first } = await run();
    expectEnd(first, { result: 'failed', changed: 'true', revision: '2', problems: [id] });
    expect(reportOf(first).dataState).toMatch(/^Revision 2 was written, .* Volumes are untouched/);
  });

  it.each(shown[id])('shows in log and summary: %s', async (text) => {
    const { first } = await run();
    expect(first.log).toMatch(text);
    expect(first.summary).toMatch(text);
  });

  it('tells the cause in one error annotation, and lets nothing of a pod become a command', async () => {
    const { first } = await run();
    const errors = first.annotations.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(reportOf(first).problems[0]?.what.slice(0, 60));
    expect(JSON.stringify([first.annotations, first.masks])).not.toContain('injected');
    expect(first.masks).not.toContain('upgraded');
    expect(new Set(first.commands)).toEqual(new Set(['group', 'endgroup']));
  });

  it('ends upgraded in one run once the cause is gone', async () => {
    const { again } = await run();
    expectEnd(again, { result: 'upgraded' });
    expect(again.outputs).toMatchObject({ 'target-version': '2.4.23', 'chart-version': '4.2.20' });
  });
});

describe('the log of a pod that tries to issue commands', () => {
  it('is shown, and does nothing', async () => {
    const { first } = await stories['crash-loop']();
    expect(first.log).toContain(': :error::injected by a pod log');
    expect(first.log).toContain('## [error]injected by a pod log');
    expect(first.summary).toContain('::error::injected by a pod log');
    expect(first.outputs.result).toBe('failed');
  });
});
