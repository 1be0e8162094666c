import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { jsonFile, problemIds, Scenario, standalone, story, useBed } from './harness.js';

/** Plan, approval, apply: a digest says what a person approved, and an upgrade does that or nothing. */
const bed = useBed();

const runs: Record<string, RunnerResult> = {};
let scenario: Scenario;
let afterPlans: Awaited<ReturnType<Scenario['revisions']>>;

const run = (name: string): RunnerResult => {
  const result = runs[name];
  if (result === undefined) throw new Error(`${name} did not run`);
  return result;
};
const digestOf = (name: string): string => run(name).outputs['plan-digest'] ?? '';
const resultOf = (name: string): unknown[] => [run(name).outputs.result, story(run(name))];

beforeAll(async () => {
  scenario = await Scenario.make(bed(), 'plan', { volumes: 10 });
  await scenario.install('4.1.24', { values: { ...standalone, minio: { mode: 'standalone', secretKey: 'before' } } });
  const go = async (name: string, inputs: Record<string, string>): Promise<void> => {
    runs[name] = await scenario.run({ 'target-version': '2.4.23', values: 'log: {level: warn}', ...inputs });
  };
  const plan = { operation: 'plan' };
  await Promise.all([
    go('plan', plan),
    go('plan by Helm 3.22', { ...plan, 'helm-version': '3.22.0' }),
    go('plan by Helm 3.14, with other time-outs and charts from a directory', {
      ...plan,
      'helm-version': '3.14.4',
      timeout: '5m',
      repository: bed().charts,
    }),
    go('plan with another value', { ...plan, values: 'log: {level: error}' }),
    go('plan for another target', { ...plan, 'target-version': '2.4.22' }),
    go('plan with a check allowed', { ...plan, allow: 'unhealthy-workloads' }),
    go('status', { operation: 'status', 'target-version': '', values: '' }),
  ]);
  await go('plan again', plan);
  afterPlans = await scenario.revisions();

  // Between approval and apply somebody changes a credential by hand, which makes a new revision.
  await scenario.upgradeByHand('4.1.24', { values: { minio: { secretKey: 'changed by hand' } } });
  await scenario.ready();
  await Promise.all([
    go('upgrade by the old digest', { 'plan-digest': digestOf('plan') }),
    go('upgrade by the old digest without its marks', { 'plan-digest': digestOf('plan').slice(0, 64) }),
    go('new plan', plan),
  ]);
  await go('upgrade', { 'plan-digest': digestOf('new plan').slice(0, 64) });
}, 300_000);

describe('operation: plan', () => {
  it('ends as planned, says what an upgrade would do, and writes nothing', () => {
    expect(resultOf('plan')).toEqual(['planned', story(run('plan'))]);
    expect(run('plan').code).toBe(0);
    expect(run('plan').outputs).toMatchObject({
      changed: 'false',
      path: 'helm',
      'source-version': '2.3.11',
      'target-version': '2.4.23',
      'source-chart-version': '4.1.24',
      'chart-version': '4.2.20',
      revision: '1',
    });
    expect(JSON.parse(run('plan').outputs.hops ?? '')).toMatchObject([{ status: 'planned' }]);
    expect(afterPlans).toEqual([[1, 'deployed']]);
  });

  it('has a summary to approve from: restarts, digest with the inputs that apply it, changes, frozen values', () => {
    const { summary } = run('plan');
    expect(summary).toContain('## 📋');
    expect(summary).toMatch(/\d workloads restart: .*`milvus-standalone`/);
    expect(summary).toContain(`plan-digest: ${digestOf('plan')}`);
    expect(summary).toContain('What changes in the cluster');
    expect(summary).toContain('| `standalone.messageQueue` | `rocksmq` |');
    expect(summary).toContain('plan-digest:');
    // What restarts comes before every detail.
    expect(summary.indexOf('restart')).toBeLessThan(summary.indexOf('What changes in the cluster'));
  });

  it('writes a plan file that holds no credential, but shows that one would change', () => {
    const plan = jsonFile(run('plan'), 'plan-file');
    expect(plan.situation).toBe('upgrade');
    expect(plan.values).toMatchObject({
      log: { level: 'warn' },
      minio: { secretKey: expect.stringMatching(/^hash:/), mode: 'standalone' },
    });
  });
});

describe('the digest', () => {
  it.each(['plan again', 'plan by Helm 3.22', 'plan by Helm 3.14, with other time-outs and charts from a directory'])(
    'is the same: %s',
    (name) => {
      expect([...resultOf(name), digestOf(name)]).toEqual(['planned', story(run(name)), digestOf('plan')]);
    },
  );

  it.each(['plan with another value', 'plan for another target', 'plan with a check allowed'])(
    'is another one: %s',
    (name) => {
      expect(resultOf(name)).toEqual(['planned', story(run(name))]);
      expect(digestOf(name).slice(0, 64)).not.toBe(digestOf('plan').slice(0, 64));
    },
  );
});

describe('an upgrade with plan-digest', () => {
  it('is refused when something moved since, with the list of it, and writes nothing', () => {
    const result = run('upgrade by the old digest');
    expect(resultOf('upgrade by the old digest')).toEqual(['refused', story(result)]);
    expect(problemIds(result)).toEqual(['plan-moved']);
    const what = jsonFile(result, 'report-file').problems[0]?.what;
    expect(what).toMatch(/What moved: installed revision and chart, .*values/);
    expect(what).not.toMatch(/target|route|frozen|allow/);
    expect(result.outputs.changed).toBe('false');
    expect(result.outputs['plan-digest']).toBeUndefined();
  });

  it('is refused also for the bare SHA-256, which cannot say what moved', () => {
    const name = 'upgrade by the old digest without its marks';
    expect(resultOf(name)).toEqual(['refused', story(run(name))]);
    expect(problemIds(run(name))).toEqual(['plan-moved']);
  });

  it('runs when the plan is the one that was approved', async () => {
    expect(resultOf('upgrade')).toEqual(['upgraded', story(run('upgrade'))]);
    expect(await scenario.revisions()).toEqual([
      [1, 'superseded'],
      [2, 'superseded'],
      [3, 'deployed'],
    ]);
    expect(await scenario.userValues()).toMatchObject({
      log: { level: 'warn' },
      minio: { secretKey: 'changed by hand' },
    });
  });
});

describe('operation: status', () => {
  it('reports what runs, needs no Helm and no target, and writes nothing', () => {
    const result = run('status');
    expect(resultOf('status')).toEqual(['reported', story(result)]);
    expect(result.code).toBe(0);
    expect(result.outputs).toEqual({
      result: 'reported',
      changed: 'false',
      'source-version': '2.3.11',
      'source-chart-version': '4.1.24',
      revision: '1',
      'kubectl-version': '1.36.4',
      'report-file': expect.any(String),
    });
    expect(result.commandLines.filter((line) => (line.split(' ')[0] ?? '').includes('helm'))).toEqual([]);
    expect(result.summary).toContain('| standalone | 2.3.11 | `milvusdb/milvus:v2.3.11` | 1/1 |');
    expect(result.summary).toContain('| Message queue | `rocksmq` |');
  });
});
