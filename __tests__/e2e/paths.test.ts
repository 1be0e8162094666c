import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Claim } from '../../testbed/cluster.js';
import type { RunnerResult } from '../../testbed/runner.js';
import type { Facts } from '../../src/plan/facts.js';
import { jsonFile, Scenario, standalone, story, useBed, type Values } from './harness.js';

/** The main job: Milvus 2.3.11 on chart 4.1.24 goes to 2.4.23, which has no chart of its own and gets 4.2.20. */
const bed = useBed();

const target = 'milvusdb/milvus:v2.4.23';
const coordinators = ['datacoord', 'indexcoord', 'querycoord', 'rootcoord'];
const components = [...coordinators, 'datanode', 'indexnode', 'proxy', 'querynode'];

interface Upgrade {
  readonly scenario: Scenario;
  readonly result: RunnerResult;
  readonly before: { readonly claims: readonly Claim[]; readonly statefulSets: readonly string[] };
}

async function upgraded(name: string, values: Values = {}): Promise<Upgrade> {
  const scenario = await Scenario.make(bed(), name);
  await scenario.install('4.1.24', { values, flags: ['--labels', 'team=search'] });
  const before = {
    claims: await bed().cluster.claims(scenario.namespace),
    statefulSets: await scenario.statefulSets(),
  };
  return { scenario, before, result: await scenario.run({ 'target-version': 'v2.4.23' }) };
}

const runningImages = async (scenario: Scenario): Promise<string[]> => {
  const { items } = await scenario.json<{ items: { spec: { containers: { image: string }[] } }[] }>(
    'pods', '--selector', `app.kubernetes.io/name=milvus`,
  ); // prettier-ignore
  return items.flatMap(({ spec }) => spec.containers.map(({ image }) => image));
};

interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
  readonly description: string;
}

const history = async ({ namespace, release }: Scenario): Promise<Revision[]> => {
  const { stdout } = await bed().cluster.helm('3.22.0', [
    'history', release, '--namespace', namespace, '--output', 'json',
  ]); // prettier-ignore
  return JSON.parse(stdout) as Revision[];
};

/** What holds for every successful upgrade. */
function commonTo(get: () => Upgrade): void {
  it('ends well, and leaves nothing behind but plan and report', () => {
    const { result } = get();
    expect([result.outputs.result, result.code, result.postCode, story(result)]).toEqual([
      'upgraded', 0, 0, story(result),
    ]); // prettier-ignore
    expect(result.orphans).toEqual([]);
    expect(result.homeLeft).toEqual([]);
    expect(result.tempDirLeft).toEqual([
      expect.stringMatching(/^milvus-upgrade-plan-.*milvus\.json$/),
      expect.stringMatching(/^milvus-upgrade-report-.*milvus\.json$/),
    ]);
    expect(result.annotations.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('sets every output', () => {
    const { outputs } = get().result;
    expect(outputs).toEqual({
      result: 'upgraded',
      changed: 'true',
      path: 'helm',
      'source-version': '2.3.11',
      'target-version': '2.4.23',
      'source-chart-version': '4.1.24',
      'chart-version': '4.2.20',
      revision: '2',
      'helm-version': '4.3.0',
      'kubectl-version': '1.36.4',
      hops: expect.any(String),
      'plan-digest': expect.stringMatching(/^[0-9a-f]{64}-[0-9a-f]+$/),
      'plan-file': expect.any(String),
      'report-file': expect.any(String),
    });
    expect(JSON.parse(outputs.hops ?? '')).toEqual([
      {
        path: 'helm',
        sourceVersion: '2.3.11',
        targetVersion: '2.4.23',
        chartVersion: '4.2.20',
        image: { repository: 'milvusdb/milvus', tag: 'v2.4.23' },
        status: 'done',
      },
    ]);
  });

  it('keeps every claim with its UID and volume', async () => {
    const { scenario, before } = get();
    expect(before.claims.length).toBeGreaterThan(0);
    expect(before.claims.every(({ phase }) => phase === 'Bound')).toBe(true);
    expect(await bed().cluster.claims(scenario.namespace)).toEqual(before.claims);
  });

  it('keeps the StatefulSets, and adds none', async () => {
    const { scenario, before } = get();
    expect(await scenario.statefulSets()).toEqual(before.statefulSets);
  });

  it('leaves one deployed revision, which says what made it and keeps the labels of the release', async () => {
    const { scenario } = get();
    expect(await scenario.revisions()).toEqual([
      [1, 'superseded'],
      [2, 'deployed'],
    ]);
    const last = (await history(scenario)).at(-1);
    expect(last).toMatchObject({ revision: 2, status: 'deployed', chart: 'milvus-4.2.20' });
    expect(last?.description).toBe(
      'Milvus 2.4.23 by milvus-upgrade-action (https://github.com/octo-org/octo-repo/actions/runs/1658821493)',
    );
    const secret = await scenario.json<{ metadata: { labels: Record<string, string> } }>(
      `secret/sh.helm.release.v1.${scenario.release}.v2`,
    );
    expect(secret.metadata.labels.team).toBe('search');
  });
}

let cluster: Upgrade;
let single: Upgrade;

beforeAll(async () => {
  [cluster, single] = await Promise.all([upgraded('paths-cluster'), upgraded('paths-single', standalone)]);
}, 300_000);

describe('cluster mode from 2.3.11 to 2.4.23', () => {
  commonTo(() => cluster);

  it('runs the target image in every component, and keeps the coordinators separate', async () => {
    const images = await cluster.scenario.images();
    expect(images).toEqual(Object.fromEntries(components.map((component) => [component, target])));
    expect(new Set(await runningImages(cluster.scenario))).toEqual(new Set([target]));
  });

  it('stores what the data lives in as user values', async () => {
    expect(await cluster.scenario.userValues()).toMatchObject({
      cluster: { enabled: true },
      pulsar: { enabled: true },
      kafka: { enabled: false },
      minio: { mode: 'distributed', bucketName: 'milvus-bucket', rootPath: 'file' },
      mixCoordinator: { enabled: false },
      rootCoordinator: { enabled: true },
      queryCoordinator: { enabled: true },
      indexCoordinator: { enabled: true },
      dataCoordinator: { enabled: true },
      streaming: { enabled: false },
      indexNode: { enabled: true },
      image: { all: { repository: 'milvusdb/milvus', tag: 'v2.4.23' } },
    });
  });

  it('tells before and after by component in the summary, what was frozen, and where the time went', () => {
    const { summary } = cluster.result;
    expect(summary).toContain('## ✅ milvus upgraded: Milvus 2.3.11 → 2.4.23');
    for (const component of components) {
      expect(summary).toContain(
        `| ${component} | 2.3.11 → 2.4.23 | \`milvusdb/milvus:v2.3.11\`<br>→ \`${target}\` | 1/1 |`,
      );
    }
    expect(summary).toContain('| Chart | 4.1.24 → 4.2.20 |');
    expect(summary).toContain('| Revision | 1 → 2 |');
    expect(summary).toContain('| Mode | cluster, coordinators: separate |');
    expect(summary).toContain('| `pulsar.enabled` | `true` | StatefulSets in the release&#39;s manifest |');
    expect(summary).toMatch(/```mermaid\ngantt\n[^`]*Helm upgrade :\d+, \d+\n/);
  });

  it('writes report.json with facts of before and after', () => {
    const report = jsonFile(cluster.result, 'report-file');
    expect(report).toMatchObject({
      schema: 1,
      operation: 'upgrade',
      result: 'upgraded',
      changed: true,
      release: 'milvus',
      sourceVersion: '2.3.11',
      targetVersion: '2.4.23',
      problems: [],
    });
    const told = ({ sourceVersion, mode, coordinators: style, messageQueue, rootPath }: Facts) => [
      sourceVersion.known && sourceVersion.value, mode, style,
      messageQueue.known && messageQueue.value, rootPath.known && rootPath.value,
    ]; // prettier-ignore
    expect(report.before && told(report.before)).toEqual(['2.3.11', 'cluster', 'separate', 'pulsar2', 'by-dev']);
    expect(report.after && told(report.after)).toEqual(['2.4.23', 'cluster', 'separate', 'pulsar2', 'by-dev']);
    expect(report.after?.workloads.every(({ healthy }) => healthy)).toBe(true);
  });

  it('writes plan.json with what was planned: every Milvus Deployment changes, no StatefulSet goes or comes', () => {
    const plan = jsonFile(cluster.result, 'plan-file');
    expect(plan).toMatchObject({
      schema: 1,
      release: 'milvus',
      namespace: cluster.scenario.namespace,
      situation: 'upgrade',
      installed: { revision: 1, chartVersion: '4.1.24', images: ['milvusdb/milvus:v2.3.11'] },
    });
    const spoken = plan.checks.filter(({ status }) => status !== 'passed').map(({ id, status }) => [id, status]);
    // 2.4.24 has a security fix that the documented target lacks, and the chart brings another etcd.
    expect(spoken).toEqual([
      ['known-vulnerability', 'warned'],
      ['etcd-image-jump', 'warned'],
    ]);
    expect(plan.diff.filter(({ kind, change }) => kind === 'Deployment' && change === 'changed')).toHaveLength(
      components.length,
    );
    expect(
      plan.diff.filter(({ kind, change }) => kind === 'StatefulSet' && ['added', 'removed'].includes(change)),
    ).toEqual([]);
  });

  it('groups the log by phase, and shows the rollout in it', () => {
    const groups = [...cluster.result.log.matchAll(/^::group::(.*)$/gm)].map(([, title]) => title);
    // Where something moves while it settles, it is waited for once more.
    expect([...new Set(groups.filter((title) => !title?.startsWith('Wait again')))]).toEqual([
      'Inputs', 'Credentials', 'Tools', 'Inspect release milvus', 'Plan', 'Lock the release', 'Helm upgrade',
      'Wait for the rollout', 'See whether it stays so',
    ]); // prettier-ignore
    expect(cluster.result.log).toMatch(/^\[\d:\d\d\] .*ready/m);
  });
});

describe('standalone from 2.3.11 to 2.4.23', () => {
  commonTo(() => single);

  it('runs the target image, keeps RocksMQ, and gets no Pulsar', async () => {
    const { scenario } = single;
    expect(await scenario.images()).toEqual({ standalone: target });
    expect(await runningImages(scenario)).toEqual([target]);
    expect(await scenario.statefulSets()).toEqual(['milvus-etcd']);
    expect(await scenario.userValues()).toMatchObject({
      cluster: { enabled: false },
      pulsar: { enabled: false },
      standalone: { messageQueue: 'rocksmq' },
      minio: { mode: 'standalone' },
    });
    const { after } = jsonFile(single.result, 'report-file');
    expect(after?.messageQueue).toMatchObject({ known: true, value: 'rocksmq' });
  });
});
