import { describe, expect, it } from '@jest/globals';
import type { ReleaseRecord, UpgradeIntent } from '../../src/helm/port.js';
import { failed, Problem } from '../../src/problem.js';
import { helmPath } from '../../src/upgrade/helm-path.js';
import { FakeClock } from './fake-clock.js';
import { FakeCluster } from './fake-cluster.js';

const record = (revision: number, status: ReleaseRecord['status'], chart = '4.2.20'): ReleaseRecord => ({
  ...{ name: 'm', namespace: 'db', revision, status, description: '', lastDeployed: '2026-11-22T12:00:00Z' },
  chart: { name: 'milvus', version: chart, appVersion: '2.4.16' },
  ...{ chartValues: {}, applyMethod: 'client', userValues: {}, manifest: '', labels: {}, storedBytes: 1 },
});

const before = [record(6, 'superseded', '4.1.0'), record(7, 'deployed', '4.1.24')];
const broken = failed({ id: 'helm-failed', what: 'Helm failed.', remedy: 'Look.' });

/** The Helm step of an upgrade from revision 7, with so much time left. */
function stepWith({ history = before, leftMs = 600_000, fails = false }: { history?: readonly ReleaseRecord[]; leftMs?: number; fails?: boolean }) {
  const clock = new FakeClock();
  const intents: UpgradeIntent[] = [];
  const { steps, state } = helmPath({
    helm: {
      upgrade: (intent) => {
        intents.push(intent);
        return fails ? Promise.reject(broken) : Promise.resolve();
      },
    },
    intent: {
      ...{ release: 'm', namespace: 'db', chart: { reference: 'c' }, valuesFile: 'v', timeoutMs: 60_000 },
      ...{ description: '', applyMethod: 'client', validate: true },
    },
    ...{ endsWithinMs: 83_000, cluster: new FakeCluster(), clock, emit: () => undefined, installedRevision: 7 },
    history: () => Promise.resolve(history),
    tidy: (all) => Promise.resolve(all),
    isTarget: ({ chart }) => chart.version === '4.2.20',
    expectation: { workloads: [], removed: [] },
    deadlineAt: clock.now() + leftMs,
    critical: (ended) => ended,
  });
  const step = steps[0];
  if (step === undefined) throw new Error('there is no step');
  const end = (ends: Promise<unknown>) =>
    ends.then(
      (value) => ({ value }),
      (error: unknown) => (error instanceof Problem ? { ...error.details, others: error.others.map(({ id }) => id) } : { error }),
    );
  const { signal } = new AbortController();
  return { state, intents, done: () => end(step.done()), act: () => end(step.act(signal)), verify: () => end(step.verify()) };
} // prettier-ignore

describe('the Helm step', () => {
  it.each<[readonly ReleaseRecord[], string]>([
    [[...before, record(8, 'deployed')], 'was at revision 7 when this run looked at it, and is now at 8.'],
    [before.slice(0, 1), 'was at revision 7 when this run looked at it, and is now at 6.'],
    [[], 'was at revision 7 when this run looked at it, and is now at none.'],
  ])('does not begin on another revision: %#', async (history, what) => {
    const { done } = stepWith({ history });
    expect(await done()).toMatchObject({ id: 'release-changed', what: expect.stringContaining(what) });
    expect(await stepWith({}).done()).toEqual({ value: false });
  });

  it.each([
    [600_000, 60_000],
    [60_001, 60_000],
    [5_000, 5_000],
    [1, 1],
  ])('gives Helm its time, and no more than is left: of %d ms %d', async (leftMs, timeoutMs) => {
    const { act, intents, state } = stepWith({ leftMs });
    expect(await act()).toEqual({ value: undefined });
    expect(intents).toMatchObject([{ timeoutMs }]);
    expect(state.written).toBe(true);
  });

  it.each([0, -5_000])('does not begin with %d ms left', async (leftMs) => {
    const { act, intents, state } = stepWith({ leftMs });
    expect(await act()).toMatchObject({ id: 'deadline-before-upgrade' });
    expect([intents, state.written]).toEqual([[], false]);
  });

  it.each<[string, readonly ReleaseRecord[], object, readonly string[]]>([
    ['nothing', before, { written: false, revision: 7 }, []],
    ['nothing that can be seen', [], { written: true, revision: 7 }, []],
    ['its revision', [...before, record(8, 'failed')], { written: true, revision: 8 }, []],
    ['its revision, and somebody another one', [...before, record(8, 'failed'), record(9, 'deployed', '5.0.2')], { written: true, revision: 9 }, ['release-changed']],
    ['nothing, and somebody two revisions', [...before, record(8, 'failed', '5.0.2'), record(9, 'deployed', '5.0.2')], { written: false, revision: 9 }, ['release-changed']],
  ])('that fails has written %s', async (_, history, wrote, others) => {
    const { act, state } = stepWith({ history, fails: true });
    expect(await act()).toMatchObject({ id: 'helm-failed', others });
    expect(state).toMatchObject(wrote);
  }); // prettier-ignore

  it.each<[readonly ReleaseRecord[], string | undefined]>([
    [[before[0] ?? record(6, 'superseded'), record(7, 'superseded', '4.1.24'), record(8, 'deployed')], undefined],
    [[...before, record(8, 'deployed')], 'has revision 8, deployed (deployed: 7, 8) instead of revision 8'],
    [[record(7, 'superseded', '4.1.24'), record(8, 'failed')], 'has revision 8, failed instead of revision 8'],
    [[record(7, 'deployed', '4.1.24'), record(8, 'failed')], 'has revision 8, failed instead of revision 8'],
    [[record(8, 'superseded'), record(9, 'deployed')], 'has revision 9, deployed instead of revision 8'],
    [[record(7, 'superseded', '4.1.24'), record(8, 'deployed', '5.0.2')], 'has revision 8, deployed instead of revision 8'],
    [[record(8, 'deployed'), record(9, 'failed')], 'has revision 9, failed instead of revision 8'],
    [[], 'has no revision at all instead of revision 8'],
  ])('ends well with its revision deployed alone: %#', async (history, what) => {
    const { verify, state } = stepWith({ history });
    const wrong = { id: 'revision-unexpected', what: expect.stringContaining(what ?? '') };
    expect(await verify()).toMatchObject(what === undefined ? { value: { revision: 8 } } : wrong);
    expect(state.revision).toBe(history.at(-1)?.revision ?? 7);
  }); // prettier-ignore
});
