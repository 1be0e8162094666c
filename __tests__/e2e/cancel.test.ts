import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { clusterGate, mirrorGate } from './gate.js';
import { Scenario, useBed } from './harness.js';
import { expectEnd, lineOf, onMilvusPods, reportOf, standalone } from './trouble.js';

jest.setTimeout(180_000);
const bed = useBed();
const target = { 'target-version': '2.4.23' };
/** What the wait says first of the pod that is not ready. */
const waiting = /milvus-standalone: 0\/1 ready on the new template$/;

async function installed(): Promise<Scenario> {
  const scenario = await Scenario.make(bed(), 'cancel', { volumes: 4 });
  await scenario.install('4.1.24', { values: standalone });
  return scenario;
}

/** What holds for every cancelled run, wherever it was. */
function expectCancelled(result: RunnerResult, changed: 'true' | 'false'): void {
  expectEnd(result, { result: 'interrupted', changed, problems: ['cancelled'] });
  expect(result.interrupted?.signal).toBe('SIGINT');
  expect(result.interrupted?.exitMs).toBeLessThan(5_000);
  expect(result.orphans).toEqual([]);
  expect(result.tempDirLeft.filter((file) => !/^milvus-upgrade-(plan|report)-.*\.json$/.test(file))).toEqual([]);
  expect(result.summary).toMatch(/cancelled/);
  expect(reportOf(result).next).toMatch(/run the same workflow again/);
}

describe('SIGINT while Helm upgrades', () => {
  it('reaches Helm, which marks its revision failed; one re-run ends upgraded', async () => {
    const scenario = await installed();
    const gate = await clusterGate(bed());
    const hold = gate.hold(
      ({ method, path, agent }) => agent.startsWith('Helm') && method === 'PATCH' && path.includes('/deployments/'),
    );
    const run = scenario.start({ ...target, kubeconfig: gate.kubeconfig });
    await Promise.race([hold.reached, run.done]);
    run.interrupt();
    const result = await run.done;
    await gate.close();
    expectCancelled(result, 'true');
    expect(result.outputs.revision).toBe('2');
    expect(await scenario.revisions()).toEqual([[1, 'deployed'], [2, 'failed']]); // prettier-ignore

    expectEnd(await scenario.run(target), { result: 'upgraded', changed: 'true', revision: '3' });
  });

  it('kills a Helm that the API server keeps waiting, and leaves what the next run frees', async () => {
    const scenario = await installed();
    const gate = await clusterGate(bed());
    // From the first Deployment on nothing passes any more, so that Helm cannot write how it ended.
    let stuck = false;
    const hold = gate.hold(({ method, path, agent }) => {
      stuck ||= agent.startsWith('Helm') && method === 'PATCH' && path.includes('/deployments/');
      return stuck;
    });
    const run = scenario.start({ ...target, kubeconfig: gate.kubeconfig });
    await Promise.race([hold.reached, run.done]);
    run.interrupt();
    const result = await run.done;
    await gate.close();
    expectCancelled(result, 'true');
    expect(reportOf(result).problems[0]?.what).toContain('Helm had to be killed');
    expect(await scenario.revisions()).toEqual([[1, 'deployed'], [2, 'pending-upgrade']]); // prettier-ignore
    // The next run frees it by itself, after the times that docs/recovery.md names: npm run test:kill does that.
    const plan = await scenario.run({ ...target, operation: 'plan' });
    expectEnd(plan, { result: 'refused', changed: 'false', problems: ['release-pending'] });
    expect(reportOf(plan).problems[0]?.remedy).toContain('Run `operation: upgrade` with the same inputs');
  });
});

describe('SIGINT before anything is written', () => {
  it.each([
    ['the download of Helm', 'mirror', /^\/helm-v/],
    ['the reading of the release', 'cluster', /\/secrets\?/],
    ["Helm's dry run", 'helm', /\//],
  ] as const)('ends during %s; one re-run ends upgraded', async (_, where, path) => {
    const scenario = await installed();
    const gates = { cluster: await clusterGate(bed()), mirror: await mirrorGate(bed()) };
    const hold = gates[where === 'mirror' ? 'mirror' : 'cluster'].hold(
      (seen) => path.test(seen.path) && (where !== 'helm' || seen.agent.startsWith('Helm')),
    );
    const empty = mkdtempSync(join(tmpdir(), 'tools-'));
    const run = scenario.start(
      { ...target, kubeconfig: gates.cluster.kubeconfig, 'tool-mirror': gates.mirror.url },
      where === 'mirror' ? { toolCache: empty } : {},
    );
    await Promise.race([hold.reached, run.done]);
    run.interrupt();
    const result = await run.done;
    await Promise.all([gates.cluster.close(), gates.mirror.close()]);
    rmSync(empty, { recursive: true });
    expectCancelled(result, 'false');
    expect(await scenario.revisions()).toEqual([[1, 'deployed']]);

    expectEnd(await scenario.run(target), { result: 'upgraded', changed: 'true', revision: '2' });
  });
});

describe('a run that ends in the wait', () => {
  const inputs = { ...target, values: onMilvusPods({ 'testbed/ready-after': '20s' }) };

  it('by SIGINT leaves the rollout to the re-run, which only waits', async () => {
    const scenario = await installed();
    const wait = lineOf(waiting);
    const run = scenario.start(inputs, { onLine: wait.onLine });
    await Promise.race([wait.seen, run.done]);
    run.interrupt();
    const result = await run.done;
    expectCancelled(result, 'true');
    expect(result.outputs).toMatchObject({ revision: '2', 'chart-version': '4.2.20' });
    expect(reportOf(result).problems[0]?.what).toContain('standalone');

    expectEnd(await scenario.run(inputs), { result: 'upgraded', changed: 'false', revision: '2' });
  });

  it('by SIGKILL, as when the runner is lost, leaves the rollout to the re-run, and nothing on the machine', async () => {
    const scenario = await installed();
    const wait = lineOf(waiting);
    const run = scenario.start(inputs, { onLine: wait.onLine });
    await Promise.race([wait.seen, run.done]);
    process.kill(run.pid() ?? 0, 'SIGKILL');
    const result = await run.done;
    expect([result.code, result.postCode, result.outputs]).toEqual([137, 0, {}]);
    expect(result.orphans).toEqual([]);
    expect(result.tempDirLeft.filter((file) => !/^milvus-upgrade-plan-.*\.json$/.test(file))).toEqual([]);

    expectEnd(await scenario.run(inputs), { result: 'upgraded', changed: 'false', revision: '2' });
  });
});
