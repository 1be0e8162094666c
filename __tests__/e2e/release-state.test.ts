import { describe, expect, it, jest } from '@jest/globals';
import { clusterGate } from './gate.js';
import { Scenario, useBed, type Values } from './harness.js';
import { beside, expectEnd, lineOf, reportOf, smallCluster, standalone, startHelm } from './trouble.js';

jest.setTimeout(300_000);
const bed = useBed();
const target = { 'target-version': '2.4.23' };

async function installed(name: string, { values = standalone, wait = true } = {}): Promise<Scenario> {
  const scenario = await Scenario.make(bed(), name, { volumes: 4 });
  await scenario.install('4.1.24', { values, wait });
  return scenario;
}

/** `helm upgrade` by hand to chart 4.2.20 that fails half-way, at a field that a StatefulSet cannot change. */
async function failHalfWay(scenario: Scenario, tag: string): Promise<void> {
  const values: Values = { image: { all: { tag } }, etcd: { persistence: { size: '20Gi' } } };
  await expect(scenario.upgradeByHand('4.2.20', { values })).rejects.toThrow(/statefulset spec/i);
}

const pending = beside(async () => {
  const scenario = await installed('pending');
  const gate = await clusterGate(bed());
  const hold = gate.hold(({ method, path }) => method === 'PATCH' && path.includes('/deployments/'));
  const values: Values = { image: { all: { tag: 'v2.4.23' } } };
  const helm = await startHelm(bed(), scenario, { chart: '4.2.20', values, kubeconfig: gate.kubeconfig });
  await hold.reached;
  helm.child.kill('SIGKILL');
  const ended = await helm.ended;
  await gate.close();
  const left = await scenario.revisions();
  const refused = await scenario.run(target);
  const afterRefusal = await scenario.revisions();
  await bed().cluster.helm('3.22.0', ['rollback', scenario.release, '--namespace', scenario.namespace]);
  return { ended, left, refused, afterRefusal, freed: await scenario.run(target) };
});

const sameTarget = beside(async () => {
  const scenario = await installed('failed-same');
  await failHalfWay(scenario, 'v2.4.23');
  const left = await scenario.revisions();
  const result = await scenario.run(target);
  return { left, result, revisions: await scenario.revisions(), values: await scenario.userValues() };
});

const otherTarget = beside(async () => {
  const scenario = await installed('failed-other');
  await failHalfWay(scenario, 'v2.4.16');
  const refused = await scenario.run(target);
  const afterRefusal = await scenario.revisions();
  const allowed = await scenario.run({ ...target, allow: 'failed-revision' });
  return { refused, afterRefusal, allowed, revisions: await scenario.revisions() };
});

const neverEnded = beside(async () => {
  const scenario = await installed('never-ended');
  const values: Values = { image: { all: { tag: 'v2.4.23' } }, annotations: { 'testbed/never-ready': 'true' } };
  await scenario.upgradeByHand('4.2.20', { values });
  const planned = await scenario.run({ ...target, operation: 'plan' });
  const waiting = lineOf(/0\/1 ready on the new template$/);
  const run = scenario.start(target, { onLine: waiting.onLine });
  await Promise.race([waiting.seen, run.done]);
  const pod = (await scenario.kubectl('get', 'pods', '--selector', 'component=standalone', '--output', 'name')).trim();
  await scenario.kubectl('annotate', pod, 'testbed/never-ready-', 'testbed/ready-after=1s');
  return { planned, result: await run.done, revisions: await scenario.revisions() };
});

const mixed = beside(async () => {
  const scenario = await installed('mixed', { values: smallCluster });
  await scenario.kubectl('set', 'image', 'deployment/milvus-querynode', 'querynode=milvusdb/milvus:v2.3.4');
  await scenario.ready();
  const refused = await scenario.run(target);
  const afterRefusal = await scenario.revisions();
  return { refused, afterRefusal, allowed: await scenario.run({ ...target, allow: 'mixed-images' }) };
});

const unhealthy = beside(async () => {
  const neverReady = (value: string | null): Values => ({ etcd: { podAnnotations: { 'testbed/never-ready': value } } });
  const values: Values = {
    ...standalone,
    etcd: { replicaCount: 1, podAnnotations: { 'testbed/never-ready': 'true' } },
  };
  const scenario = await installed('unhealthy', { values, wait: false });
  await scenario.kubectl('rollout', 'status', 'deployment/milvus-standalone', '--timeout=60s');
  await scenario.kubectl('wait', '--for=create', 'pod/milvus-etcd-0', '--timeout=60s');
  const refused = await scenario.run(target);
  const afterRefusal = await scenario.revisions();
  const repaired = { ...target, values: JSON.stringify(neverReady(null)) };
  return { refused, afterRefusal, allowed: await scenario.run({ ...repaired, allow: 'unhealthy-workloads' }) };
});

describe('a release that a killed Helm left pending', () => {
  it('is refused: the sentence says what it means and how to free it', async () => {
    const { ended, left, refused, afterRefusal } = await pending();
    expect([ended, left]).toEqual(['SIGKILL', [[1, 'deployed'], [2, 'pending-upgrade']]]); // prettier-ignore
    expectEnd(refused, { result: 'refused', changed: 'false', problems: ['release-pending'] });
    const [problem] = reportOf(refused).problems;
    expect(problem?.what).toContain('is in status pending-upgrade at revision 2: an upgrade is running now, or was');
    expect(problem?.remedy).toContain('`allow: release-pending`');
    expect(afterRefusal).toEqual(left);
  });

  it('is upgraded after a rollback by hand', async () => {
    const { freed } = await pending();
    expectEnd(freed, { result: 'upgraded', revision: '4' });
  });
});

describe('a last revision that failed', () => {
  it('for the same target is applied again', async () => {
    const { left, result, revisions, values } = await sameTarget();
    expect(left).toEqual([[1, 'deployed'], [2, 'failed']]); // prettier-ignore
    expectEnd(result, { result: 'upgraded', changed: 'true' });
    expect(revisions.at(-1)).toEqual([3, 'deployed']);
    // What failed is not taken over.
    expect(values).not.toMatchObject({ etcd: { persistence: expect.anything() } });
  });

  it('for another target is refused, and upgraded when that is allowed', async () => {
    const { refused, afterRefusal, allowed, revisions } = await otherTarget();
    expectEnd(refused, { result: 'refused', changed: 'false', problems: ['failed-revision'] });
    expect(afterRefusal.at(-1)).toEqual([2, 'failed']);
    expectEnd(allowed, { result: 'upgraded', changed: 'true' });
    expect(revisions.at(-1)).toEqual([3, 'deployed']);
  });
});

describe('a deployed revision whose rollout never ended', () => {
  it('is an unfinished upgrade in a plan, not nothing to do', async () => {
    const { planned } = await neverEnded();
    expectEnd(planned, { result: 'planned', changed: 'false' });
    expect(planned.summary).not.toMatch(/nothing to do/i);
  });

  it('is waited for, and nothing is written', async () => {
    const { result, revisions } = await neverEnded();
    expectEnd(result, { result: 'upgraded', changed: 'false' });
    expect(revisions).toEqual([[1, 'superseded'], [2, 'deployed']]); // prettier-ignore
  });
});

describe('components on different images', () => {
  it('are refused, and upgraded when that is allowed', async () => {
    const { refused, afterRefusal, allowed } = await mixed();
    expectEnd(refused, { result: 'refused', changed: 'false', problems: ['mixed-images'] });
    expect(afterRefusal).toEqual([[1, 'deployed']]);
    expectEnd(allowed, { result: 'upgraded', changed: 'true' });
  });
});

describe('a dependency that was not healthy before', () => {
  it('is refused by name, and upgraded when that is allowed', async () => {
    const { refused, afterRefusal, allowed } = await unhealthy();
    expectEnd(refused, { result: 'refused', changed: 'false', problems: ['unhealthy-workloads'] });
    expect(reportOf(refused).problems[0]?.what).toContain('StatefulSet milvus-etcd (0 of 1 ready)');
    expect(afterRefusal).toEqual([[1, 'deployed']]);
    expectEnd(allowed, { result: 'upgraded', changed: 'true' });
  });
});
