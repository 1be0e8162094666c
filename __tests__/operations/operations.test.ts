import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { operate } from '../../src/operations/operate.js';
import { endBadly } from '../../src/operations/ending.js';
import { plan } from '../../src/operations/plan.js';
import { status } from '../../src/operations/status.js';
import { upgrade } from '../../src/operations/upgrade.js';
import type { Request } from '../../src/action/request.js';
import type { Plan } from '../../src/plan/plan.js';
import { failed } from '../../src/problem.js';
import { problemOf } from '../helm/support.js';
import { liveOf, newImage, objectsOf, oldImage, recordOf } from '../plan/world.js';
import { flush } from '../upgrade/fake-clock.js';
import type { FakeCluster } from '../upgrade/fake-cluster.js';
import {
  finish,
  newRecord,
  oldRecord,
  running,
  settledRecord,
  storedValues,
  succeed,
  until,
  valuesFor,
  worldOf,
} from './session.js';

const arrived = [...liveOf({ image: newImage }), oldRecord, settledRecord];

describe('status', () => {
  it('reports what runs, and asks Helm and charts for nothing', async () => {
    const run = running(status);
    await finish(run);
    expect(run.report).toMatchObject({
      result: 'reported',
      changed: false,
      sourceVersion: '2.3.11',
      sourceChartVersion: '4.1.24',
      revision: 1,
    });
    expect([run.dryRuns, run.upgrades]).toEqual([[], []]);
  });
});

describe('plan', () => {
  it('ends planned, with the plan in its file as in the report', async () => {
    const run = running(plan);
    await finish(run);
    const { report } = run;
    expect([report.problems, report.result, report.changed]).toEqual([[], 'planned', false]);
    expect(report.planDigest).toMatch(/^[0-9a-f]{64}-/);
    expect(JSON.parse(readFileSync(report.planFile ?? '', 'utf8'))).toEqual(JSON.parse(JSON.stringify(report.plan)));
    expect(report.plan?.hops.map(({ status: end }) => end)).toEqual(['planned']);
    expect(run.upgrades).toEqual([]);
  });

  it('writes no secret that the run knows into the file', async () => {
    const run = running(plan, {
      cleanAll: <T>(data: T): T => JSON.parse(JSON.stringify(data).replaceAll('milvusdb', '***')) as T,
    });
    await finish(run);
    const written = JSON.parse(readFileSync(run.report.planFile ?? '', 'utf8')) as Plan;
    expect(written.hops[0]?.image.repository).toBe('***/milvus');
  });

  it('hides the credentials of given values, of stored ones and of rendered Secrets', async () => {
    const hidden: string[] = [];
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { key: 'canary-rendered' },
    };
    const run = running(plan, {
      objects: [...liveOf(), recordOf({ revision: 1, userValues: { minio: { secretKey: 'canary-stored' } } })],
      rendered: [...objectsOf({ image: newImage, chart: '4.2.20' }), secret],
      inline: 'extraEnv: [{name: PASSWORD, value: canary-given}]',
      hide: (text) => hidden.push(text),
    });
    await finish(run);
    expect(run.report.plan?.release).toBe('rel');
    expect(hidden).toEqual(expect.arrayContaining(['canary-stored', 'canary-given', 'canary-rendered']));
  });

  it('ends refused where an upgrade would, with the plan and without a digest', async () => {
    const run = running(plan, {
      rendered: objectsOf({ image: newImage, chart: '4.2.20' }).filter(({ kind }) => kind !== 'StatefulSet'),
    });
    await finish(run);
    expect(run.report).toMatchObject({ result: 'refused', problems: [{ id: 'statefulset-removed' }] });
    expect([run.report.planDigest, run.report.planFile]).toEqual([undefined, expect.any(String)]);
  });
});

const waiting = ({ report }: ReturnType<typeof running>): boolean =>
  report.timeline.some((event) => event.type === 'phase' && event.phase === 'wait');

describe('upgrade', () => {
  it('plans, applies that, waits and looks once more', async () => {
    const run = running(upgrade);
    await finish(run);
    const { report } = run;
    expect([report.problems, report.result]).toEqual([[], 'upgraded']);
    expect(report).toMatchObject({
      changed: true,
      path: 'helm',
      sourceVersion: '2.3.11',
      chartVersion: '4.2.20',
      revision: 2,
    });
    expect(report.plan?.hops.map(({ status: end }) => end)).toEqual(['done']);
    expect(report.after?.sourceVersion).toMatchObject({ value: '2.4.23' });
    const labels = {
      'milvus-upgrade/attempt': 'word1',
      'milvus-upgrade/base': '1',
      'milvus-upgrade/epoch': '1',
      'milvus-upgrade/from': '1',
    };
    expect(run.upgrades).toEqual(run.dryRuns.map((tried) => ({ ...tried, labels, timeoutMs: 60_000 })));
    expect(run.files.map((text) => JSON.parse(text) as unknown)).toEqual([storedValues]);
  });

  it('does nothing where nothing is to be done', async () => {
    const run = running(upgrade, { objects: arrived });
    await finish(run);
    expect(run.report).toMatchObject({ result: 'unchanged', changed: false, revision: 2, problems: [] });
    expect([run.upgrades, run.dryRuns, run.files]).toEqual([[], [], []]);
    expect(run.report.plan?.hops.map(({ status: end }) => end)).toEqual(['done']);
  });

  it('does not begin when a check blocks', async () => {
    const run = running(upgrade, { objects: [...liveOf({}, ['proxy']), recordOf({ revision: 1 })] });
    await finish(run);
    expect(run.report).toMatchObject({ result: 'refused', changed: false, problems: [{ id: 'unhealthy-workloads' }] });
    expect(run.upgrades).toEqual([]);
    expect(run.report.plan?.hops.map(({ status: end }) => end)).toEqual(['planned']);
  });

  it('does not begin when another plan was approved', async () => {
    const run = running(upgrade, { request: { planDigest: 'a'.repeat(64) } });
    await finish(run);
    expect(run.report).toMatchObject({ result: 'refused', problems: [{ id: 'plan-moved' }] });
    expect(run.upgrades).toEqual([]);
  });

  it('fails, and says what was written, when Helm fails in the middle', async () => {
    const run = running(upgrade, {
      upgrade: (cluster) => {
        cluster.put(recordOf({ revision: 2, status: 'failed', chart: '4.2.20', shape: { image: newImage } }));
        return Promise.reject(failed({ id: 'admission-denied', what: 'No.', remedy: 'Ask.' }));
      },
    });
    await finish(run);
    expect(run.report).toMatchObject({
      result: 'failed',
      changed: true,
      revision: 2,
      problems: [{ id: 'admission-denied' }],
    });
    expect(run.report.dataState).toMatch(/^Revision 2 was written/);
    expect(run.report.plan?.hops.map(({ status: end }) => end)).toEqual(['failed']);
  });

  it('fails without a change when Helm wrote nothing', async () => {
    const run = running(upgrade, {
      upgrade: () => Promise.reject(failed({ id: 'wrong-token', what: 'No.', remedy: 'Ask.' })),
    });
    await finish(run);
    expect(run.report).toMatchObject({ result: 'failed', changed: false, revision: 1 });
    expect(run.report.dataState).toMatch(/^Nothing was written/);
  });

  it('fails at the deadline, with workloads and pods as they stand', async () => {
    const run = running(upgrade, {
      request: { timeoutMs: 20_000 },
      upgrade: (cluster) => {
        cluster.put(oldRecord, newRecord, ...liveOf({ image: newImage }, ['querynode']));
        return Promise.resolve();
      },
    });
    await finish(run);
    expect(run.report).toMatchObject({ result: 'failed', changed: true, problems: [{ id: 'rollout-timeout' }] });
    expect(run.report.stuck?.filter(({ healthy }) => !healthy).map(({ name }) => name)).toEqual([
      'rel-milvus-querynode',
    ]);
    expect(run.report.pods?.map(({ workload }) => workload)).toEqual([expect.stringContaining('rel-milvus-querynode')]);
  });

  it('only waits for a deployed revision whose rollout has not ended, and looks once more', async () => {
    const run = running(upgrade, {
      objects: [...liveOf({ image: newImage }, ['querynode']), oldRecord, settledRecord],
    });
    await until(() => run.clock.sleeping > 0);
    await succeed(run.cluster);
    await finish(run);
    expect(run.report).toMatchObject({ result: 'upgraded', changed: false, revision: 2, problems: [] });
    expect([run.upgrades, run.dryRuns]).toEqual([[], []]);
    expect(run.cluster.requests.filter((asked) => asked === 'list deployments').length).toBeGreaterThanOrEqual(3);
  });

  it('is interrupted while it waits: nothing is taken back, and the next run goes on', async () => {
    const run = running(upgrade, {
      upgrade: (cluster) => {
        cluster.put(oldRecord, newRecord, ...liveOf({ image: newImage }, ['querynode']));
        return Promise.resolve();
      },
    });
    await until(() => waiting(run));
    run.cancel();
    await finish(run);
    expect(run.report).toMatchObject({
      result: 'interrupted',
      changed: true,
      revision: 2,
      problems: [{ id: 'cancelled' }],
    });
    expect(run.report.next).toContain('goes on with what it finds');
    expect(run.report.plan?.hops.map(({ status: end }) => end)).toEqual(['failed']);
  });

  it('has succeeded even if what runs cannot be read once more for the report', async () => {
    const run = running(upgrade);
    await until(() => waiting(run));
    run.cluster.put({ ...recordOf({ revision: 3, status: 'pending-upgrade' }) });
    await finish(run);
    expect([run.report.result, run.report.after, run.report.problems]).toEqual(['upgraded', undefined, []]);
    expect(run.report.timeline.at(-1)).toMatchObject({
      type: 'warning',
      text: expect.stringContaining('pending-upgrade'),
    });
  });
});

describe('several upgrades in one run', () => {
  const steps = ['2.4.24', '2.5.27'].map((version) => `milvusdb/milvus:v${version}`);
  const goal = { targetVersion: '2.5.27', multiHop: true };
  const revisionOf = (at: number) =>
    recordOf({
      revision: at + 2,
      chart: ['4.2.20', '4.2.58'][at] ?? '',
      appVersion: ['2.4.16', '2.5.16'][at] ?? '',
      shape: { image: steps[at] ?? '' },
      userValues: valuesFor(steps[at] ?? ''),
    });
  const older = (at: number) =>
    recordOf({ revision: at + 1, status: 'superseded', shape: { image: steps[at - 1] ?? oldImage } });
  /** Helm's nth upgrade writes its revision, and everything is ready at once. */
  const helm = (last = 2) => {
    let at = 0;
    return (cluster: FakeCluster): Promise<void> => {
      if (at >= last) return new Promise(() => undefined);
      cluster.put(older(at), revisionOf(at), ...liveOf({ image: steps[at] ?? '' }));
      at += 1;
      return Promise.resolve();
    };
  };
  const walking = (last = 2, request: Partial<Request> = goal) =>
    running(upgrade, { request, images: steps, upgrade: helm(last) });
  const hops = ({ report }: Pick<ReturnType<typeof running>, 'report'>) => report.plan?.hops.map((hop) => hop.status);

  it('are done one after another, each with its own revision', async () => {
    const run = walking();
    await finish(run);
    expect(run.report.problems).toEqual([]);
    expect(run.report).toMatchObject({ result: 'upgraded', changed: true, revision: 3, chartVersion: '4.2.58' });
    expect(hops(run)).toEqual(['done', 'done']);
  });

  it('stop between two where somebody else wrote a revision', async () => {
    const run = walking();
    await until(() => run.report.timeline.some((event) => event.type === 'phase' && event.phase === 'settle'));
    await until(() => run.clock.sleeping > 0);
    const settled = run.clock.advance(3000);
    await settled;
    run.cluster.put(older(1), recordOf({ revision: 3, chart: '4.2.20', shape: { image: steps[0] ?? '' } }));
    await finish(run);
    expect(run.report).toMatchObject({ result: 'failed', changed: true });
    expect(run.report.problems[0]?.id).toBe('release-changed');
    expect(hops(run)).toEqual(['done', 'not-started']);
  });

  it('say of a cancelled one that it was begun', async () => {
    const run = walking(1);
    await until(() => run.clock.sleeping > 0);
    for (let second = 0; second < 60 && run.upgrades.length < 2; second += 1) {
      await run.clock.advance(1000);
      for (let turn = 0; turn < 8; turn += 1) await flush();
    }
    expect(hops(run)).toEqual(['done', 'failed']);
    endBadly(run.report, new Error('cancelled'), true, () => undefined);
    expect(run.report.dataState).not.toContain('nothing of the next one');
  });
});

describe('operate', () => {
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: 'https://cluster.test:6443' } }],
    users: [{ name: 'u', user: { token: 'canary-token' } }],
  });
  const inputs =
    (given: Readonly<Record<string, string>>) =>
    (name: string): string =>
      given[name] ?? '';

  it('refuses all bad inputs together, values included, before anything else', async () => {
    const { world, report } = worldOf();
    const problem = await problemOf(() =>
      operate(inputs({ release: 'UPPER', values: 'a: [1', set: 'a.b', 'target-version': '2.4.23' }), world, report),
    );
    expect([problem.ending, problem.details.id]).toEqual(['refused', 'invalid-inputs']);
    expect(problem.others.length).toBeGreaterThanOrEqual(4);
    expect(report.clusterHost).toBeUndefined();
  });

  it('knows which checks the input allow may name', async () => {
    const { world, report } = worldOf();
    const given = { release: 'rel', 'target-version': '2.4.23', kubeconfig };
    const refusal = await problemOf(() =>
      operate(
        inputs({ ...given, allow: 'mixed-images\nskipped-minor\nstatefulset-removed\nreplicas-reset\nnonsense' }),
        world,
        report,
      ),
    );
    const text = JSON.stringify(refusal.others);
    for (const id of ['statefulset-removed', 'replicas-reset', 'nonsense']) expect(text).toContain(id);
    expect(text).not.toMatch(/`(mixed-images|skipped-minor)` (cannot|is not)/);
  });

  it('tells what it knows from the first moment on, and leaves when it is cancelled', async () => {
    const { world, report, clock, cancel } = worldOf();
    const given = {
      release: 'rel',
      namespace: 'db',
      'target-version': 'v2.4.23',
      kubeconfig,
      'plan-digest': 'a'.repeat(64),
    };
    const run = problemOf(() => operate(inputs(given), world, report));
    await flush();
    expect(report).toMatchObject({
      operation: 'upgrade',
      release: 'rel',
      namespace: 'db',
      targetVersion: '2.4.23',
      clusterHost: 'cluster.test:6443',
      approvedDigest: 'a'.repeat(64),
    });
    cancel();
    await clock.advance(4000);
    const problem = await run;
    expect(problem.details.id).toBe('cancelled');
    endBadly(report, problem, world.interruption.by !== undefined, world.emit);
    expect(report).toMatchObject({ result: 'interrupted', changed: false });
    expect(JSON.stringify(report)).not.toContain('canary');
  });

  it('leaves at once when it was cancelled before it began', async () => {
    const { world, report, clock, cancel } = worldOf();
    cancel();
    const run = problemOf(() =>
      operate(inputs({ release: 'rel', 'target-version': '2.4.23', kubeconfig }), world, report),
    );
    await clock.advance(4000);
    expect((await run).details.id).toBe('cancelled');
  });
});
