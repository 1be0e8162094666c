import { describe, expect, it, jest } from '@jest/globals';
import { Scenario, useBed } from './harness.js';
import { expectNotUpgraded, expectUpgradedAfterReady, neverReady, readyLate } from './readiness.js';
import { beside, expectEnd, reportOf, smallCluster, standalone } from './trouble.js';

jest.setTimeout(300_000);
const bed = useBed();

const upgrade = { 'target-version': '2.4.23' };

async function installed(name: string, values = standalone): Promise<Scenario> {
  const scenario = await Scenario.make(bed(), name, { volumes: 4 });
  await scenario.install('4.1.24', { values });
  return scenario;
}

const late = beside(() => readyLate(bed()));
const never = beside(() => neverReady(bed()));

const terminating = beside(async () => {
  const scenario = await installed('terminating', smallCluster);
  const pod = (await scenario.kubectl('get', 'pods', '--selector', 'component=querynode', '--output', 'name')).trim();
  await scenario.kubectl('annotate', pod, 'testbed/stuck-terminating=true');
  return { pod: pod.replace('pod/', ''), scenario, result: await scenario.run({ ...upgrade, timeout: '60s' }) };
});

const dependency = beside(async () => {
  const scenario = await installed('dependency');
  const values = JSON.stringify({ etcd: { podAnnotations: { 'testbed/never-ready': 'true' } } });
  return { scenario, result: await scenario.run({ ...upgrade, values, timeout: '60s' }) };
});

describe('a pod that is ready after 40 s', () => {
  it('is waited for: upgraded comes after it and 5 s of settling, not before', async () => {
    const run = await late();
    expectUpgradedAfterReady(run);
    expect(run.result.durationMs).toBeGreaterThan(45_000);
  });

  it('gives a sign of life at least every 30 s, and few lines', async () => {
    const { lines } = await late();
    const gaps = lines.slice(1).map(({ at }, i) => at - (lines[i]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(31_000);
    expect(lines.length).toBeLessThan(80);
    expect(lines.map(({ text }) => text).join('\n')).toMatch(/Waiting for 1 of 3 workloads .*standalone/);
  });
});

describe('pods that never get ready', () => {
  it('are no upgrade, although Helm returned 0', async () => {
    expectNotUpgraded(await never());
  });
});

describe('a pod that stays Terminating', () => {
  it('is no upgrade, although its Deployment counts as rolled out, and is named', async () => {
    const { result, pod, scenario } = await terminating();
    expectEnd(result, { result: 'failed', changed: 'true', revision: '2', problems: ['rollout-timeout'] });
    const [problem] = reportOf(result).problems;
    expect(problem?.what).toContain(`pod ${pod}`);
    expect(problem?.what).toMatch(/terminating/i);
    expect(await scenario.kubectl('rollout', 'status', 'deployment/milvus-querynode', '--timeout=1s')).toContain(
      'successfully rolled out',
    );
  });
});

describe('a dependency that never gets ready', () => {
  it('is no upgrade, although Milvus itself is ready', async () => {
    const { result } = await dependency();
    expectEnd(result, { result: 'failed', changed: 'true', revision: '2', problems: ['rollout-timeout'] });
    expect(reportOf(result).problems[0]?.what).toContain('StatefulSet milvus-etcd: 0/1 ready');
    expect(result.summary).toContain('milvus-etcd-0');
  });
});
