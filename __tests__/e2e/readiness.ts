import { expect } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { Scenario, type Bed, type RunOptions } from './harness.js';
import { expectEnd, onMilvusPods, reportOf, standalone } from './trouble.js';

/**
 * Two stories that tell an upgrade that is seen through from one that believes Helm. Each is its own file's test, and
 * the proof of bite.test.ts, which runs them on a bundle that believes Helm.
 */

async function installed(bed: Bed, name: string): Promise<Scenario> {
  const scenario = await Scenario.make(bed, name, { volumes: 4 });
  await scenario.install('4.1.24', { values: standalone });
  return scenario;
}

export interface LateRun {
  readonly result: RunnerResult;
  readonly lines: readonly { readonly at: number; readonly text: string }[];
  readonly endedAt: number;
  /** The Ready condition of each Milvus pod when the run had ended, with its time. */
  readonly ready: readonly { readonly status: string; readonly at: number }[];
}

/** An upgrade whose Milvus pod is ready 40 s after its start. */
export async function readyLate(bed: Bed, options: RunOptions = {}): Promise<LateRun> {
  const scenario = await installed(bed, 'late');
  const lines: { at: number; text: string }[] = [];
  const inputs = { 'target-version': '2.4.23', values: onMilvusPods({ 'testbed/ready-after': '40s' }) };
  const result = await scenario.run(inputs, {
    ...options,
    onLine: (text) => lines.push({ at: Date.now(), text }),
  });
  const endedAt = Date.now();
  const { items } = await scenario.json<{
    items: { status: { conditions?: { type: string; status: string; lastTransitionTime: string }[] } }[];
  }>('pods', '--selector', 'component=standalone');
  const ready = items.map(({ status }) => {
    const condition = status.conditions?.find(({ type }) => type === 'Ready');
    return { status: condition?.status ?? 'none', at: Date.parse(condition?.lastTransitionTime ?? '') };
  });
  return { result, lines, endedAt, ready };
}

export function expectUpgradedAfterReady({ result, ready, endedAt }: LateRun): void {
  expectEnd(result, { result: 'upgraded', changed: 'true', revision: '2' });
  expect(ready.map(({ status }) => status)).toEqual(['True']);
  // The pod's own time has whole seconds, rounded down.
  expect(endedAt - (ready[0]?.at ?? endedAt)).toBeGreaterThanOrEqual(5_000);
}

/** An upgrade that Helm ends with 0 and whose Milvus pod never gets ready. */
export async function neverReady(bed: Bed, options: RunOptions = {}): Promise<RunnerResult> {
  const scenario = await installed(bed, 'never');
  const values = onMilvusPods({ 'testbed/never-ready': 'true' });
  return scenario.run({ 'target-version': '2.4.23', values, timeout: '60s' }, options);
}

export function expectNotUpgraded(result: RunnerResult): void {
  expectEnd(result, { result: 'failed', changed: 'true', revision: '2', problems: ['rollout-timeout'] });
  expect(reportOf(result).problems[0]?.what).toContain('Deployment milvus-standalone (standalone): 0/1 ready');
}
