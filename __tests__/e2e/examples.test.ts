import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ACTION, readmeWorkflow, settings } from '../../scripts/readme-workflow.js';
import { runAct, stageAction, type ActResult } from '../../testbed/act.js';
import { defaultVersions } from '../../src/tools/defaults.js';
import { inputNames } from '../../src/action/inputs/table.js';
import { outputNames } from '../../src/action/outputs.js';
import { root, Scenario, useBed, type Bed } from './harness.js';

/**
 * The workflows of examples/ as users copy them, through act, with the committed dist/. GitHub's own part is not in it:
 * environments (approval, their secrets), concurrency groups and permissions have no effect in act.
 */

/** What no plan has as its digest. */
const FORGED = '0'.repeat(64);
const WAIT_MS = 900_000;
const examples = ['deploy.yml', 'upgrade.yml', 'matrix.yml'] as const;
type Example = (typeof examples)[number];

const bed = useBed();
const work = mkdtempSync(join(tmpdir(), 'examples-'));
const action = join(work, 'action');
const cache = join(work, 'cache');

beforeAll(() => {
  stageAction(root, action);
});
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

const text = (example: Example): string => readFileSync(join(root, 'examples', example), 'utf8');

/** What every run with act has. */
const machine = () => ({
  path: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  repositories: { [ACTION]: action },
  cache,
});

interface Given {
  readonly event?: string;
  readonly inputs?: Record<string, string>;
  readonly secrets: Record<string, string>;
  /** Files of the user's repository, by path. */
  readonly files?: Record<string, string>;
  /** Changes the workflow; without it, it runs as it is. */
  readonly change?: (workflow: string) => string;
}

/** Runs an example in a repository of its own, with a mirror's addresses as variables. */
async function runExample(
  { mirror }: Bed,
  example: Example,
  { files = {}, change = (same) => same, ...given }: Given,
): Promise<ActResult> {
  const directory = mkdtempSync(join(work, 'run-'));
  const workspace = join(directory, 'workspace');
  mkdirSync(workspace);
  for (const [path, content] of Object.entries(files)) {
    const file = join(workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  const workflow = join(directory, example);
  writeFileSync(workflow, change(text(example)));
  return runAct({
    ...machine(),
    workflow,
    workspace,
    vars: {
      CHART_REPOSITORY: mirror.chartsUrl,
      TOOL_MIRROR: mirror.url,
      HELM_CHECKSUM: mirror.helmSha256(defaultVersions.helm),
      KUBECTL_CHECKSUM: mirror.kubectlSha256(defaultVersions.kubectl),
    },
    ...given,
  });
}

/** The steps with this id, one for each job of a matrix. */
const steps = ({ steps: all }: ActResult, id: string) => all.filter((step) => step.id === id);
const step = (run: ActResult, id: string) => {
  const [found] = steps(run, id);
  if (found === undefined) throw new Error(`no step ${id}:\n${run.log}`);
  return found;
};

/** The content of an artifact's files whose name begins so. */
const artifact = ({ artifacts }: ActResult, prefix: string): string[] =>
  Object.entries(artifacts).flatMap(([name, content]) => (name.startsWith(prefix) ? [content] : []));

describe.each(examples)('%s', (example) => {
  interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Record<string, unknown>;
  }
  interface Job {
    readonly concurrency?: unknown;
    readonly strategy?: unknown;
    readonly 'timeout-minutes'?: number;
    readonly steps: readonly Step[];
  }
  interface Workflow {
    readonly permissions: unknown;
    readonly concurrency?: unknown;
    readonly jobs: Record<string, Job>;
  }
  const workflow = parse(text(example)) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const all = jobs.flatMap((job) => job.steps);
  const uses = (name: string) => all.filter((one) => one.uses?.startsWith(`${name}@`));

  it('asks for no more than to read the repository', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(uses('actions/checkout').map((one) => one.with)).toEqual(
      uses('actions/checkout').map(() => ({ 'persist-credentials': false })),
    );
  });

  it('lets runs for one release wait for each other', () => {
    const found = [workflow, ...jobs].flatMap(({ concurrency }) => (concurrency === undefined ? [] : [concurrency]));
    expect(found).toEqual([
      { group: expect.stringMatching(/^milvus-/) as unknown, 'cancel-in-progress': false, queue: 'max' },
    ]);
  });

  it('puts no expression into a script, and bounds every job', () => {
    expect(all.filter(({ run }) => run?.includes('${{'))).toEqual([]);
    expect(jobs.filter((job) => job['timeout-minutes'] === undefined)).toEqual([]);
  });

  it('does not end the other jobs of a matrix when one fails', () => {
    // act lets them go on in any case, so that a run does not show it.
    for (const { strategy } of jobs.filter((job) => job.strategy !== undefined))
      expect(strategy).toMatchObject({ 'fail-fast': false, 'max-parallel': expect.any(Number) as unknown });
  });

  it('names actions by version, and inputs and outputs that there are', () => {
    expect(uses(ACTION).length).toBeGreaterThan(0);
    for (const one of all.filter(({ uses: name }) => name !== undefined))
      expect(one.uses).toMatch(/^(milvus-upgrade\/milvus-upgrade-action@v\d+|actions\/[a-z-]+@v\d+\.\d+\.\d+)$/);
    for (const one of uses(ACTION)) expect(inputNames).toEqual(expect.arrayContaining(Object.keys(one.with ?? {})));
    const named = [...text(example).matchAll(/steps\.(?:plan|upgrade|milvus)\.outputs\.([a-z-]+)/g)];
    expect(outputNames).toEqual(expect.arrayContaining(named.map(([, output]) => output)));
  });
});

async function upgradeExample() {
  const { cluster } = bed();
  const scenario = await Scenario.make(bed(), 'example-upgrade', { release: 'my-milvus' });
  await scenario.install('4.1.24');
  const role = (name: string) => readFileSync(join(root, 'docs', 'roles', `${name}.yaml`), 'utf8');
  const user = (name: string) => cluster.createUser(scenario.namespace, { manifests: role(name) });
  const [reader, upgrader] = [await user('reader'), await user('upgrader')];
  const given = {
    inputs: {
      cluster: 'production',
      namespace: scenario.namespace,
      release: scenario.release,
      'target-version': '2.4.23',
    },
    secrets: { MILVUS_KUBECONFIG_READER: reader.kubeconfig, MILVUS_KUBECONFIG_UPGRADER: upgrader.kubeconfig },
  };
  const forge = (workflow: string) =>
    workflow.replace('plan-digest: ${{ steps.plan.outputs.plan-digest }}', `plan-digest: ${FORGED}`);
  return {
    scenario,
    reader: reader.name,
    forged: await runExample(bed(), 'upgrade.yml', { ...given, change: forge }),
    first: await runExample(bed(), 'upgrade.yml', given),
    second: await runExample(bed(), 'upgrade.yml', given),
  };
}

async function deployExample() {
  const { cluster, adminKubeconfig } = bed();
  // The example names its namespace, so it is not made up here; the volumes come from the pool of another one.
  const namespace = 'milvus';
  await cluster.deleteNamespace(namespace); // from an earlier run on a test bed that stayed up
  await cluster.createNamespace(namespace, { volumes: 0 });
  const pool = await Scenario.make(bed(), 'example-deploy');
  const scenario = Object.assign(Object.create(pool) as Scenario, { namespace });
  await scenario.install('4.1.24');
  const given = {
    event: 'push',
    secrets: { MILVUS_KUBECONFIG_UPGRADER: adminKubeconfig },
    files: {
      'build.sh': '#!/bin/sh\necho built\n',
      'deploy.sh': '#!/bin/sh\necho "deployed, Milvus changed: $MILVUS_CHANGED"\n',
      'deploy/milvus-values.yaml': 'queryNode:\n  replicas: 2\n',
    },
  };
  return {
    scenario,
    first: await runExample(bed(), 'deploy.yml', given),
    second: await runExample(bed(), 'deploy.yml', given),
  };
}

async function matrixExample() {
  const scenarios = await Promise.all(
    ['milvus', 'vectors'].map((release, index) => Scenario.make(bed(), `example-matrix-${index}`, { release })),
  );
  await Promise.all(scenarios.map((scenario) => scenario.install('4.1.24')));
  // The first one is not there: the others must not suffer.
  const listed = [
    { cluster: 'eu-1', namespace: 'default', release: 'not-there' },
    ...scenarios.map(({ namespace, release }) => ({ cluster: 'eu-1', namespace, release })),
  ];
  const run = (operation: string) =>
    runExample(bed(), 'matrix.yml', {
      inputs: { operation, 'target-version': '2.4.23' },
      secrets: { MILVUS_KUBECONFIG_UPGRADER: bed().adminKubeconfig },
      files: { '.github/milvus-releases.json': JSON.stringify(listed, null, 2) },
    });
  return { scenarios, plan: await run('plan'), upgrade: await run('upgrade') };
}

/** The workflow of the README's quick start, as `npm run demo` runs it. */
async function readmeExample() {
  const { mirror, adminKubeconfig } = bed();
  const scenario = await Scenario.make(bed(), 'example-readme', { release: 'my-release' });
  await scenario.install('4.1.24');
  const workflow = join(work, 'readme.yml');
  writeFileSync(workflow, readmeWorkflow(root));
  const run = await runAct({
    ...machine(),
    workflow,
    inputs: {
      operation: 'upgrade',
      release: scenario.release,
      namespace: scenario.namespace,
      'target-version': '2.4.23',
    },
    ...settings(readmeWorkflow(root), {
      kubeconfig: adminKubeconfig,
      repository: mirror.chartsUrl,
      'tool-mirror': mirror.url,
      'helm-checksum': mirror.helmSha256(defaultVersions.helm),
      'kubectl-checksum': mirror.kubectlSha256(defaultVersions.kubectl),
    }),
  });
  return { scenario, run };
}

/** All examples at the same time: they mostly wait. Each describe block waits for its own. */
const started: {
  upgrade?: ReturnType<typeof upgradeExample>;
  deploy?: ReturnType<typeof deployExample>;
  matrix?: ReturnType<typeof matrixExample>;
  readme?: ReturnType<typeof readmeExample>;
} = {};
beforeAll(() => {
  started.upgrade = upgradeExample();
  started.deploy = deployExample();
  started.matrix = matrixExample();
  started.readme = readmeExample();
  // A failure is told where it is waited for.
  for (const run of Object.values(started)) run.catch(() => undefined);
});

describe('upgrade.yml', () => {
  let runs: Awaited<ReturnType<typeof upgradeExample>>;
  beforeAll(async () => {
    if (started.upgrade) runs = await started.upgrade;
  }, WAIT_MS);

  it('refuses to apply another plan than the approved one', () => {
    expect(runs.forged.code).not.toBe(0);
    expect(step(runs.forged, 'plan').outputs.result).toBe('planned');
    const { result, outputs, summary } = step(runs.forged, 'upgrade');
    expect({ result, ...outputs }).toMatchObject({ result: 'refused', changed: 'false' });
    expect(summary).toContain('not the plan that was approved');
    expect(artifact(runs.forged, 'milvus-upgrade/')).toHaveLength(1);
  });

  it('plans with credentials that only read', () => {
    const { outputs, summary } = step(runs.first, 'plan');
    expect(outputs).toMatchObject({ result: 'planned', changed: 'false', 'source-version': '2.3.11' });
    expect(summary).toContain(outputs['plan-digest']);
    const verbs = new Set(
      bed()
        .cluster.requestsOf(runs.reader)
        .filter(({ group }) => group !== 'authorization.k8s.io')
        .map(({ verb }) => verb),
    );
    expect([...verbs].filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
  });

  it('keeps the plan as an artifact', () => {
    const files = artifact(runs.first, 'milvus-plan/').map((content) => JSON.parse(content) as Record<string, unknown>);
    expect(files).toHaveLength(2);
    expect(files).toContainEqual(
      expect.objectContaining({ release: 'my-milvus', targetVersion: '2.4.23', situation: 'upgrade' }),
    );
  });

  it('applies the approved plan', async () => {
    expect(runs.first.code).toBe(0);
    const { outputs } = step(runs.first, 'upgrade');
    expect(outputs).toMatchObject({
      result: 'upgraded',
      changed: 'true',
      revision: '2',
      'chart-version': '4.2.20',
      'plan-digest': step(runs.first, 'plan').outputs['plan-digest'],
    });
    expect(new Set(Object.values(await runs.scenario.images()))).toEqual(new Set(['milvusdb/milvus:v2.4.23']));
    const [report = ''] = artifact(runs.first, 'milvus-upgrade/');
    expect(JSON.parse(report)).toMatchObject({ result: 'upgraded', planDigest: outputs['plan-digest'] });
  });

  it('asks nobody to approve when there is nothing to do', async () => {
    expect(runs.second.code).toBe(0);
    expect(step(runs.second, 'plan').outputs.result).toBe('planned');
    expect(steps(runs.second, 'upgrade')).toEqual([]);
    expect((await runs.scenario.revisions()).at(-1)).toEqual([2, 'deployed']);
  });
});

describe('deploy.yml', () => {
  let runs: Awaited<ReturnType<typeof deployExample>>;
  beforeAll(async () => {
    if (started.deploy) runs = await started.deploy;
  }, WAIT_MS);

  it('upgrades on the way', async () => {
    expect(runs.first.code).toBe(0);
    expect(step(runs.first, 'milvus').outputs).toMatchObject({ result: 'upgraded', 'target-version': '2.4.23' });
    expect(runs.first.log).toContain('deployed, Milvus changed: true');
    expect(await runs.scenario.userValues()).toMatchObject({ queryNode: { replicas: 2 } });
  });

  it('finds nothing to do the next time', async () => {
    expect(runs.second.code).toBe(0);
    expect(step(runs.second, 'milvus').outputs).toMatchObject({ result: 'unchanged', changed: 'false', revision: '2' });
    expect(runs.second.log).toContain('deployed, Milvus changed: false');
    expect((await runs.scenario.revisions()).at(-1)).toEqual([2, 'deployed']);
  });
});

describe('matrix.yml', () => {
  let runs: Awaited<ReturnType<typeof matrixExample>>;
  beforeAll(async () => {
    if (started.matrix) runs = await started.matrix;
  }, WAIT_MS);

  const results = (run: ActResult) =>
    Object.fromEntries(
      steps(run, 'milvus').map(({ matrix, outputs }) => [matrix.release as string, outputs.result ?? '']),
    );

  it('plans every release', () => {
    expect(results(runs.plan)).toEqual({ 'not-there': 'refused', milvus: 'planned', vectors: 'planned' });
  });

  it('upgrades every release, whatever happens to another', async () => {
    expect(results(runs.upgrade)).toEqual({ 'not-there': 'refused', milvus: 'upgraded', vectors: 'upgraded' });
    expect(runs.upgrade.code).not.toBe(0);
    for (const scenario of runs.scenarios) {
      expect(new Set(Object.values(await scenario.images()))).toEqual(new Set(['milvusdb/milvus:v2.4.23']));
    }
  });

  it('keeps a report for each', () => {
    const names = runs.scenarios.map(({ namespace, release }) => `milvus-eu-1-${namespace}-${release}/`);
    for (const name of names) expect(artifact(runs.upgrade, name)).toHaveLength(1);
  });
});

describe('the quick start of README.md', () => {
  let runs: Awaited<ReturnType<typeof readmeExample>>;
  beforeAll(async () => {
    if (started.readme) runs = await started.readme;
  }, WAIT_MS);

  it('upgrades', async () => {
    const [ours] = runs.run.steps.filter(({ outputs }) => outputs.result !== undefined);
    expect([runs.run.code, ours?.outputs.result]).toEqual([0, 'upgraded']);
    expect(new Set(Object.values(await runs.scenario.images()))).toEqual(new Set(['milvusdb/milvus:v2.4.23']));
  });
});
