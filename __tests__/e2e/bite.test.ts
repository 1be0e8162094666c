import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { useBed } from './harness.js';
import { buildMutant } from './mutant.js';
import { expectNotUpgraded, expectUpgradedAfterReady, neverReady, readyLate } from './readiness.js';
import { beside } from './trouble.js';

jest.setTimeout(400_000);
const bed = useBed();

/** Verification replaced by "Helm returned 0": nothing is waited for, and nothing looked at afterwards. */
const mutant = beside(() =>
  buildMutant({
    'upgrade/wait.ts':
      'export const waitForRollout = (..._: unknown[]) => Promise.resolve({ workloads: [], seconds: 0, settledSeconds: 0 });\n',
    'upgrade/verify.ts': 'export const verifyRollout = (..._: unknown[]) => Promise.resolve([]);\n',
  }),
);
afterAll(async () => {
  await mutant().then(
    (directory) => {
      rmSync(directory, { recursive: true });
    },
    () => undefined,
  );
});

describe('the end-to-end tests, where verification is replaced by "Helm returned 0"', () => {
  it('fail for pods that never get ready', async () => {
    const result = await neverReady(bed(), { action: await mutant() });
    expect(result.outputs.result).toBe('upgraded');
    expect(() => {
      expectNotUpgraded(result);
    }).toThrow(/upgraded/);
  });

  it('fail for a pod that is ready after 40 s', async () => {
    const run = await readyLate(bed(), { action: await mutant() });
    expect(run.result.outputs.result).toBe('upgraded');
    expect(() => {
      expectUpgradedAfterReady(run);
    }).toThrow(/False/);
  });
});
