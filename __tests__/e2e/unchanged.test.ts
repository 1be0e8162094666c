import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunnerResult } from '../../testbed/runner.js';
import { jsonFile, root, Scenario, standalone, story, useBed } from './harness.js';

/** Most days a deployment workflow finds nothing to do: no revision, no write, no restart. A changed value is a change. */
const bed = useBed();

const reads = new Set(['get', 'list', 'watch']);
const first = 'standalone: {extraEnv: [{name: MODE, value: first}]}';
const second = 'standalone: {extraEnv: [{name: MODE, value: second}]}';

interface Run {
  readonly title: string;
  readonly inputs: Record<string, string>;
  readonly result: 'upgraded' | 'unchanged';
  readonly revision: string;
}

/** One after another on one release. */
const chain: readonly Run[] = [
  { title: 'the upgrade', inputs: { values: first }, result: 'upgraded', revision: '2' },
  { title: 'the same run again', inputs: { values: first }, result: 'unchanged', revision: '2' },
  { title: 'without the values, which are stored', inputs: {}, result: 'unchanged', revision: '2' },
  {
    title: 'with a frozen key named as it runs, although it is stored too',
    inputs: { values: first, set: 'cluster.enabled=false' },
    result: 'unchanged',
    revision: '2',
  },
  {
    title: 'with the installed chart-version named',
    inputs: { 'chart-version': '4.2.20' },
    result: 'unchanged',
    revision: '2',
  },
  { title: 'by Helm 3.22', inputs: { 'helm-version': '3.22.0' }, result: 'unchanged', revision: '2' },
  { title: 'with a changed value', inputs: { values: second }, result: 'upgraded', revision: '3' },
  { title: 'with the changed value again', inputs: { values: second }, result: 'unchanged', revision: '3' },
];

const results = new Map<string, RunnerResult>();
const resultOf = (title: string): RunnerResult => {
  const result = results.get(title);
  if (result === undefined) throw new Error(`${title} did not run`);
  return result;
};

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly containers: readonly { readonly env?: readonly unknown[] }[] };
}

let scenario: Scenario;
/** Pods before and after all `unchanged` runs that follow the upgrade. */
let podsBefore: string[];
let podsAfter: string[];
/** What the account asked for during these runs. */
let asked: ReturnType<ReturnType<typeof bed>['cluster']['requestsOf']>;

const pods = async (): Promise<string[]> =>
  (await scenario.json<{ items: Pod[] }>('pods')).items.map(({ metadata }) => metadata.uid).sort();

interface Newer {
  readonly ordinary: RunnerResult;
  readonly unreachable: RunnerResult;
  readonly taken: RunnerResult;
}
let newer: Newer;

/** A release whose chart is older than what the repository has for its Milvus version. */
async function newerChart(): Promise<Newer> {
  const older = await Scenario.make(bed(), 'newer-chart', { volumes: 10 });
  await older.install('4.1.36', { values: { ...standalone, image: { all: { tag: 'v2.4.16' } } } });
  const inputs = { 'target-version': '2.4.16' };
  const ordinary = await older.run(inputs);
  const unreachable = await older.run({ ...inputs, repository: 'http://127.0.0.1:9/charts' });
  return { ordinary, unreachable, taken: await older.run({ ...inputs, 'chart-version': '4.2.20' }) };
}

async function walkChain(): Promise<void> {
  scenario = await Scenario.make(bed(), 'unchanged', { volumes: 10 });
  await scenario.install('4.2.20', { values: standalone });
  // An account that may write, so that it is the action that does not.
  const user = await bed().cluster.createUser(scenario.namespace, {
    manifests: readFileSync(join(root, 'docs', 'roles', 'upgrader.yaml'), 'utf8'),
  });
  for (const [index, { title, inputs, result }] of chain.entries()) {
    const quiet = result === 'unchanged' && index < 6;
    results.set(
      title,
      await scenario.run({ 'target-version': '2.4.23', ...(quiet ? { kubeconfig: user.kubeconfig } : {}), ...inputs }),
    );
    if (index === 0) podsBefore = await pods();
    if (index === 5) podsAfter = await pods();
  }
  asked = bed().cluster.requestsOf(user.name);
}

beforeAll(async () => {
  [newer] = await Promise.all([newerChart(), walkChain()]);
}, 300_000);

describe.each(chain)('on a release at its target: $title', ({ title, result, revision }) => {
  it(`is ${result}, at revision ${revision}`, () => {
    const run = resultOf(title);
    expect([run.outputs.result, story(run)]).toEqual([result, story(run)]);
    expect(run.code).toBe(0);
    expect(run.outputs).toMatchObject({
      changed: String(result === 'upgraded'),
      revision,
      'chart-version': '4.2.20',
      'target-version': '2.4.23',
    });
  });
});

describe('what unchanged means', () => {
  it('every hop is done, and the summary is a title and one paragraph', () => {
    const { outputs, summary } = resultOf('the same run again');
    expect(JSON.parse(outputs.hops ?? '')).toMatchObject([{ status: 'done' }]);
    expect(summary).toContain('## ✅ Nothing to do');
    expect(summary).toContain('No revision was written.');
    expect(summary.trim().split('\n\n')).toHaveLength(2);
  });

  it('no request of the account was a write, of whatever kind', () => {
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter(({ verb }) => !reads.has(verb))).toEqual([]);
    // Discovery may ask for a group that the server does not serve.
    expect(asked.filter(({ code, resource }) => code >= 400 && resource !== '')).toEqual([]);
  });

  it('no pod was replaced', () => {
    expect(podsBefore.length).toBeGreaterThan(0);
    expect(podsAfter).toEqual(podsBefore);
  });

  it('the lock is free, and tells of the two runs that wrote; the journal is closed', async () => {
    const { items } = await scenario.json<{ items: unknown[] }>('leases');
    expect(items).toMatchObject([{ spec: { holderIdentity: '', leaseTransitions: 2 } }]);
    const journal = await scenario.json<{ data: Record<string, string> }>('configmap', 'milvus-upgrade-milvus');
    expect(JSON.parse(journal.data['journal.json'] ?? '')).toMatchObject({ epoch: 2, outcome: { result: 'upgraded' } });
    expect(journal.data.state).toMatch(/was finished at .*\.$/);
    expect(await scenario.revisions()).toEqual([
      [1, 'superseded'],
      [2, 'superseded'],
      [3, 'deployed'],
    ]);
  });

  it('the changed value arrived in the pods', async () => {
    const { items } = await scenario.json<{ items: Pod[] }>('pods', '--selector', 'component=standalone');
    expect(items.flatMap(({ spec }) => spec.containers.flatMap(({ env }) => env))).toEqual([
      { name: 'MODE', value: 'second' },
    ]);
    expect(resultOf('with a changed value').summary).toContain('upgraded: new values or chart');
  });
});

describe('a newer chart in the repository', () => {
  it('restarts nothing on an ordinary day: it is a notice', () => {
    const { ordinary } = newer;
    expect([ordinary.outputs.result, story(ordinary)]).toEqual(['unchanged', story(ordinary)]);
    expect(ordinary.outputs['chart-version']).toBe('4.1.36');
    expect(ordinary.summary).toContain('newer chart for Milvus 2.4.16: 4.2.20');
  });

  it('is not even needed: a repository that does not answer is no reason to fail', () => {
    const { unreachable } = newer;
    expect([unreachable.outputs.result, story(unreachable)]).toEqual(['unchanged', story(unreachable)]);
  });

  it('is taken where chart-version asks for it', () => {
    const { taken } = newer;
    expect([taken.outputs.result, story(taken)]).toEqual(['upgraded', story(taken)]);
    expect(taken.outputs).toMatchObject({ 'source-chart-version': '4.1.36', 'chart-version': '4.2.20' });
    expect(jsonFile(taken, 'report-file').after?.sourceVersion).toMatchObject({ value: '2.4.16' });
  });
});
