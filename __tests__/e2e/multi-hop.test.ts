import { describe, expect, it, jest } from '@jest/globals';
import { jsonFile, problemIds, Scenario, standalone, useBed, type Values } from './harness.js';
import { beside, expectEnd, lineOf } from './trouble.js';

/** Several upgrades in one run: each stop is planned, applied and seen ready before the next one begins. */
jest.setTimeout(600_000);
const bed = useBed();

const chain = { 'target-version': '2.6.15', 'multi-hop': 'true' };
const stops = (result: Parameters<typeof jsonFile>[0]) =>
  jsonFile(result, 'report-file').plan?.hops.map(({ targetVersion, chartVersion, status }) => [
    targetVersion,
    chartVersion,
    status,
  ]);

const from22 = (name: string, values: Values) =>
  beside(async () => {
    const scenario = await Scenario.make(bed(), name);
    await scenario.install('4.0.31', { values: { ...values, image: { all: { tag: 'v2.2.16' } } } });
    const before = await scenario.statefulSets();
    const refused = await scenario.run({ 'target-version': '2.6.15' });
    const untouched = await scenario.revisions();
    const result = await scenario.run(chain);
    return { scenario, before, refused, untouched, result, after: await scenario.statefulSets() };
  });

/** Something that exists from the last hop on cannot be scheduled. */
const cut = beside(async () => {
  const scenario = await Scenario.make(bed(), 'hops-cut');
  await scenario.install('4.2.20', { values: { image: { all: { tag: 'v2.4.24' } } } });
  const nowhere = (disk: string | null): string => JSON.stringify({ streamingNode: { nodeSelector: { disk } } });
  const first = await scenario.run({ ...chain, values: nowhere('nowhere') });
  const again = await scenario.run({ ...chain, values: nowhere(null) });
  return { first, again, images: await scenario.images(), revisions: await scenario.revisions() };
});

/** Between two hops a GitOps controller takes the release over. */
const takenOver = beside(async () => {
  const scenario = await Scenario.make(bed(), 'hops-owner');
  await scenario.install('4.2.20', { values: { ...standalone, image: { all: { tag: 'v2.4.24' } } } });
  const settling = lineOf(/stays so/);
  const run = scenario.start(chain, { onLine: settling.onLine });
  await Promise.race([settling.seen, run.done]);
  const tracking = `argocd.argoproj.io/tracking-id=milvus:apps/Deployment:${scenario.namespace}/milvus-standalone`;
  await scenario.kubectl('annotate', 'deployment/milvus-standalone', tracking);
  const stopped = await run.done;
  const images = await scenario.images();
  await scenario.kubectl('annotate', 'deployment/milvus-standalone', 'argocd.argoproj.io/tracking-id-');
  return { stopped, images, again: await scenario.run(chain) };
});

const toThree = beside(async () => {
  const scenario = await Scenario.make(bed(), 'hops-three');
  await scenario.install('5.0.19', {
    values: { ...standalone, pulsarv3: { enabled: false }, image: { all: { tag: 'v2.6.20' } } },
  });
  const target = { 'target-version': '3.0.0' };
  const refused = await scenario.run(target);
  return { refused, result: await scenario.run({ ...target, allow: 'backup-not-confirmed' }) };
});

const whole = {
  'cluster mode with Pulsar 2': from22('hops-cluster', {}),
  'standalone with rocksmq': from22('hops-alone', standalone),
};

describe.each(Object.entries(whole))('2.2.16 to 2.6.15, %s', (_, story) => {
  it('without multi-hop is refused with the whole way, and names the next stop', async () => {
    const { refused, untouched } = await story();
    expectEnd(refused, { result: 'refused', changed: 'false', problems: ['several-hops'] });
    expect(untouched).toEqual([[1, 'deployed']]);
    expect(JSON.stringify(jsonFile(refused, 'report-file').problems)).toContain('target-version: 2.3.22');
    expect(jsonFile(refused, 'plan-file').hops.map(({ targetVersion }) => targetVersion)).toEqual([
      ...['2.3.22', '2.4.24', '2.5.27', '2.6.15'],
    ]);
    expect(refused.outputs['plan-digest']).toBeUndefined();
  });

  it('is one run with a revision for each stop', async () => {
    const { result, scenario } = await story();
    expectEnd(result, { result: 'upgraded', changed: 'true' });
    expect(stops(result)).toEqual([
      ['2.3.22', '4.1.24', 'done'],
      ['2.4.24', '4.2.20', 'done'],
      ['2.5.27', '4.2.58', 'done'],
      ['2.6.15', '5.0.19', 'done'],
    ]);
    expect(result.outputs).toMatchObject({ 'source-version': '2.2.16', 'chart-version': '5.0.19', revision: '5' });
    expect((await scenario.revisions()).at(-1)).toEqual([5, 'deployed']);
  });

  it('keeps every StatefulSet, and gets no other', async () => {
    const { before, after } = await story();
    expect(after).toEqual(before);
  });

  it('runs the target image everywhere', async () => {
    const { scenario } = await story();
    expect(new Set(Object.values(await scenario.images()))).toEqual(new Set(['milvusdb/milvus:v2.6.15']));
  });
});

it('cluster mode ends with mixcoord and streaming nodes, without index nodes and separate coordinators', async () => {
  const { scenario } = await whole['cluster mode with Pulsar 2']();
  expect(Object.keys(await scenario.images()).sort()).toEqual([
    ...['datanode', 'mixcoord', 'proxy', 'querynode', 'streamingnode'],
  ]);
});

describe('a chain that is cut', () => {
  it('by a hop that fails, says which hops are done and which one failed', async () => {
    const { first } = await cut();
    expectEnd(first, { result: 'failed', changed: 'true', problems: ['unschedulable'] });
    expect(stops(first)?.map(([version, , status]) => [version, status])).toEqual([
      ['2.5.27', 'done'],
      ['2.6.15', 'failed'],
    ]);
  });

  it('is gone on with by the next run', async () => {
    const { again, images } = await cut();
    expectEnd(again, { result: 'upgraded', changed: 'true' });
    expect(new Set(Object.values(images))).toEqual(new Set(['milvusdb/milvus:v2.6.15']));
  });

  it('by a check between two hops, stops on a healthy version, and the next run plans from there', async () => {
    const { stopped, images, again } = await takenOver();
    expectEnd(stopped, { result: 'failed', changed: 'true', problems: ['gitops-owner'] });
    expect(stops(stopped)?.map(([, , status]) => status)).toEqual(['done', 'not-started']);
    expect(images).toEqual({ standalone: 'milvusdb/milvus:v2.5.27' });
    expectEnd(again, { result: 'upgraded', changed: 'true' });
    expect(stops(again)?.map(([version]) => version)).toEqual(['2.6.15']);
  });
});

describe('2.6 to 3.0', () => {
  it('asks for a backup first, and then changes the image alone', async () => {
    const { refused, result } = await toThree();
    expect(problemIds(refused)).toEqual(['backup-not-confirmed']);
    expectEnd(result, { result: 'upgraded', changed: 'true' });
    expect(result.outputs).toMatchObject({ 'source-chart-version': '5.0.19', 'chart-version': '5.0.19' });
  });
});
