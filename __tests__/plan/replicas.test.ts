import { describe, expect, it } from '@jest/globals';
import { movedSections } from '../../src/plan/digest.js';
import { liveOf, newImage, objectsOf, oldImage, planned, written, type PlanSetup } from './world.js';

const scaled = { querynode: 3 };
const upgrade: PlanSetup = { live: liveOf({ image: oldImage }, [], scaled) };
const passed = {
  key: 'queryNode.replicas',
  value: 3,
  from: expect.stringContaining('rel-milvus-querynode as it runs'),
};

/** The target runs with everything written, and one component was scaled since. */
const arrived = (stored = {}): PlanSetup => ({
  revisions: [{ revision: 2, chart: '4.2.20', shape: { image: newImage }, userValues: written('v2.4.23', stored) }],
  live: liveOf({ image: newImage }, [], scaled),
  rendered: objectsOf({ image: newImage, chart: '4.2.20' }),
});

describe('replicas that were scaled since the last upgrade', () => {
  it('are written by an upgrade, shown with where they were read, and told as a value of the run', async () => {
    const { prepared, valuesFiles } = await planned(upgrade);
    expect(prepared.plan.frozen).toContainEqual(passed);
    expect(prepared.plan.effects).toContainEqual({ key: 'queryNode.replicas', from: 1, to: 3, by: 'run' });
    expect(prepared.plan.values).toMatchObject({ queryNode: { replicas: 3 } });
    expect(valuesFiles[0]).toMatchObject({ queryNode: { replicas: 3 } });
  });

  it('are what this run says where it says a number, which is told as given', async () => {
    const { prepared, valuesFiles } = await planned({ ...upgrade, values: 'queryNode: { replicas: 2 }' });
    expect(prepared.plan.frozen.map(({ key }) => key)).not.toContain('queryNode.replicas');
    expect(prepared.plan.effects).toContainEqual({ key: 'queryNode.replicas', from: 1, to: 2, by: 'given' });
    expect(valuesFiles[0]).toMatchObject({ queryNode: { replicas: 2 } });
  });

  it('leave a release alone where nothing else is to do', async () => {
    const { prepared, valuesFiles, intents } = await planned(arrived());
    expect(prepared.plan).toMatchObject({ situation: 'nothing-to-do', checks: [], diff: [] });
    expect(prepared.plan.values).not.toHaveProperty('queryNode');
    expect(prepared.plan.frozen).not.toContainEqual(passed);
    expect([valuesFiles, intents]).toEqual([[], []]);
  });

  it('are passed on by the next upgrade, and that one is the last: then nothing is to do again', async () => {
    const next = await planned({ ...arrived(), values: 'proxy: { resources: {} }' });
    expect(next.prepared.plan).toMatchObject({ situation: 'upgrade', frozen: expect.arrayContaining([passed]) });
    const after = await planned(arrived({ queryNode: { replicas: 3 } }));
    expect(after.prepared.plan.situation).toBe('nothing-to-do');
  });

  it('are not recorded where a workload is stopped: the check asks, and Helm starts what the values say', async () => {
    const { prepared } = await planned({
      live: liveOf({ image: oldImage }, [], { proxy: 0, mixcoord: 0, querynode: 0 }),
      request: { allow: ['scaled-to-zero'] },
    });
    expect(prepared.plan.frozen.filter(({ key }) => key.endsWith('.replicas'))).toEqual([]);
    expect(prepared.plan.checks).toContainEqual(expect.objectContaining({ id: 'scaled-to-zero', status: 'allowed' }));
  });

  it('belong to what a person approves: other numbers are another plan', async () => {
    const [before, after] = await Promise.all([planned({}), planned(upgrade)]);
    const { digest } = before.prepared;
    expect(digest).toBeDefined();
    expect(movedSections(digest ?? '', after.prepared.plan)).toEqual(['values', 'frozen values']);
  });
});
