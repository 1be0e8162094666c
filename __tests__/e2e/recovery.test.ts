import { describe, expect, it, jest } from '@jest/globals';
import { Scenario, useBed, type Values } from './harness.js';
import { beside, expectEnd, lineOf, reportOf, standalone } from './trouble.js';

/**
 * What an earlier run has left, and the way back, with the bundled action on the API server. Runs that are killed at
 * random moments are those of `npm run test:kill`.
 */
jest.setTimeout(300_000);
const bed = useBed();

/** A pair that is known to go back: one minor, the same images of the dependencies. */
const before = { chart: '4.2.20', tag: 'v2.4.16', version: '2.4.16' };
const target = { 'target-version': '2.4.23' };
const image = (tag: string): string => `milvusdb/milvus:${tag}`;

async function installed(name: string, values: Values = {}): Promise<Scenario> {
  const scenario = await Scenario.make(bed(), name, { volumes: 4 });
  await scenario.install(before.chart, { values: { ...standalone, ...values, image: { all: { tag: before.tag } } } });
  await scenario.ready();
  return scenario;
}

const takenBack = beside(async () => {
  const scenario = await installed('back');
  const upgraded = await scenario.run(target);
  const back = await scenario.run({ operation: 'rollback' });
  const images = await scenario.images();
  const revisions = await scenario.revisions();
  const again = await scenario.run({ operation: 'rollback' });
  return { scenario, upgraded, back, images, revisions, again, after: await scenario.revisions() };
});

const restored = beside(async () => {
  const scenario = await installed('restore', { log: { level: 'debug' } });
  const stored = await scenario.userValues();
  const bad = { ...target, image: 'registry.invalid/milvusdb/milvus:v2.4.23', 'on-failure': 'restore' };
  // A null takes a stored value out, and must not take it out of the revision that is gone back to.
  const result = await scenario.run({ ...bad, values: 'log: { level: null }' });
  const after = { images: await scenario.images(), revisions: await scenario.revisions() };
  return { scenario, result, stored, values: await scenario.userValues(), ...after };
});

const foreign = beside(async () => {
  const scenario = await installed('foreign');
  await scenario.upgradeByHand(before.chart, { values: { extra: { key: 1 } } });
  const back = await scenario.run({ operation: 'rollback' });
  return { back, revisions: await scenario.revisions() };
});

const interrupted = beside(async () => {
  const scenario = await installed('open');
  const wait = lineOf(/ready on the new template/);
  const slow = { ...target, values: JSON.stringify({ annotations: { 'testbed/ready-after': '20s' } }) };
  const run = scenario.start(slow, { onLine: wait.onLine });
  await Promise.race([wait.seen, run.done]);
  const locked = scenario.run(slow);
  const refused = await locked;
  run.interrupt();
  const cut = await run.done;
  const [status, other] = await Promise.all([
    scenario.run({ operation: 'status' }),
    scenario.run({ 'target-version': '2.4.24' }),
  ]);
  return { refused, cut, status, other, finished: await scenario.run(slow) };
});

describe('operation: rollback', () => {
  it('takes back what the action did last, and says why that is truthful', async () => {
    const { upgraded, back, images, revisions } = await takenBack();
    expectEnd(upgraded, { result: 'upgraded', revision: '2' });
    expectEnd(back, { result: 'rolled-back', changed: 'true', revision: '3' });
    expect(images).toEqual({ standalone: image(before.tag) });
    expect(revisions).toEqual([[1, 'superseded'], [2, 'superseded'], [3, 'deployed']]); // prettier-ignore
    expect(back.summary).toContain('going back to 2.4.16 is known');
  });

  it('that is repeated writes no revision', async () => {
    const { again, revisions, after } = await takenBack();
    expectEnd(again, { result: 'rolled-back', changed: 'false', revision: '3' });
    expect(after).toEqual(revisions);
  });

  it('does not undo what somebody else did', async () => {
    const { back, revisions } = await foreign();
    expectEnd(back, { result: 'refused', changed: 'false', problems: ['nothing-to-take-back'] });
    expect(revisions.at(-1)).toEqual([2, 'deployed']);
  });
});

describe('on-failure: restore', () => {
  it('returns the release where no container of the new image has started, and tells the cause', async () => {
    const { result, images, revisions, stored, values } = await restored();
    expectEnd(result, { result: 'restored', changed: 'true', revision: '3', problems: ['image-pull'] });
    expect(images).toEqual({ standalone: image(before.tag) });
    expect(revisions.at(-1)).toEqual([3, 'deployed']);
    expect(result.summary).toContain('has what revision 1 had, as revision 3');
    expect(stored).toMatchObject({ log: { level: 'debug' } });
    expect(values).toEqual(stored);
    expect(reportOf(result).dataState).toContain('was seen ready');
  });
});

describe('a run beside another, and after one that was cancelled', () => {
  it('is refused while the other one lives, which goes on', async () => {
    const { refused, cut } = await interrupted();
    expectEnd(refused, { result: 'refused', changed: 'false', problems: ['release-locked'] });
    expect(cut.outputs.result).toBe('interrupted');
  });

  it('status tells what is unfinished, and the two ways out', async () => {
    const { status } = await interrupted();
    expectEnd(status, { result: 'reported' });
    expect(status.summary).toContain('was cancelled at');
    expect(status.summary).toContain('operation: rollback');
  });

  it('other inputs are refused until it is finished', async () => {
    const { other } = await interrupted();
    expectEnd(other, { result: 'refused', changed: 'false', problems: ['upgrade-open'] });
  });

  it('the same inputs finish it', async () => {
    const { finished } = await interrupted();
    expectEnd(finished, { result: 'upgraded', revision: '2' });
    expect(finished.outputs['source-version']).toBe(before.version);
  });
});
