import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { jsonFile, problemIds, Scenario, standalone, story, useBed } from './harness.js';

/** What the action does not start, on a healthy Milvus 2.3.11. Nothing of it may write. */
const bed = useBed();

interface Row {
  readonly title: string;
  readonly inputs: Record<string, string>;
  readonly id: string;
  readonly says: RegExp;
}

const rows: readonly Row[] = [
  {
    title: 'a target two minors away: the next hop is named',
    inputs: { 'target-version': '2.5.16' },
    id: 'several-hops',
    says: /takes 2 upgrades: 2\.3\.11 -> 2\.4\.24 -> 2\.5\.16.*target-version: 2\.4\.24/s,
  },
  {
    title: 'an older target',
    inputs: { 'target-version': '2.3.10' },
    id: 'downgrade',
    says: /2\.3\.10 is older than 2\.3\.11, which runs.*restore a backup/s,
  },
  {
    title: 'a pre-release',
    inputs: { 'target-version': '2.4.0-rc.1' },
    id: 'prerelease-target',
    says: /2\.4\.0-rc\.1 is a pre-release/,
  },
  {
    title: 'a release that is not there',
    inputs: { 'target-version': '2.4.23', release: 'milvs' },
    id: 'release-not-found',
    says: /milvs/,
  },
  {
    title: 'a namespace that is not there',
    inputs: { 'target-version': '2.4.23', namespace: 'no-such-namespace' },
    id: 'release-not-found',
    says: /no-such-namespace/,
  },
  {
    title: 'a release that is not Milvus',
    inputs: { 'target-version': '2.4.23', release: 'web' },
    id: 'not-milvus',
    says: /web.*hello/s,
  },
  {
    title: 'a chart that is older than the installed one',
    inputs: { 'target-version': '2.3.11', 'chart-version': '4.0.31' },
    id: 'chart-downgrade',
    says: /4\.0\.31 is older than the installed chart 4\.1\.24/,
  },
  {
    title: 'a chart version that nobody published',
    inputs: { 'target-version': '2.4.23', 'chart-version': '4.2.199' },
    id: 'chart-version-unknown',
    says: /no chart 4\.2\.199/,
  },
  {
    title: 'a value that contradicts a frozen key: both are named',
    inputs: { 'target-version': '2.4.23', values: 'cluster: {enabled: true}' },
    id: 'value-conflict',
    says: /values sets cluster\.enabled to true, but this run sets cluster\.enabled to false/,
  },
  {
    title: 'a value that contradicts target-version: both are named',
    inputs: { 'target-version': '2.4.23', set: 'image.all.tag=v2.4.22' },
    id: 'value-conflict',
    says: /set sets image\.all\.tag to "v2\.4\.22".*"v2\.4\.23".*target-version/s,
  },
  {
    title: 'a value that contradicts image: both are named',
    inputs: {
      'target-version': '2.4.23',
      image: 'mirror.example.com/milvus',
      values: 'image: {all: {repository: milvusdb/milvus}}',
    },
    id: 'value-conflict',
    says: /image\.all\.repository to "milvusdb\/milvus".*"mirror\.example\.com\/milvus".*input image/s,
  },
];

/** A release of another chart, in the same namespace. */
async function installOther({ namespace }: Scenario): Promise<void> {
  const chart = join(mkdtempSync(join(tmpdir(), 'hello-')), 'hello');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: hello\nversion: 1.0.0\n');
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hello}\n';
  writeFileSync(join(chart, 'templates', 'configmap.yaml'), configMap);
  await bed().cluster.helm('3.22.0', ['install', 'web', chart, '--namespace', namespace]);
}

const results = new Map<string, RunnerResult>();
let scenario: Scenario;

const resultOf = (title: string): RunnerResult => {
  const result = results.get(title);
  if (result === undefined) throw new Error(`${title} did not run`);
  return result;
};

beforeAll(async () => {
  scenario = await Scenario.make(bed(), 'refused', { volumes: 10 });
  await Promise.all([scenario.install('4.1.24', { values: standalone }), installOther(scenario)]);
  await Promise.all(
    rows.map(async ({ title, inputs }) => {
      results.set(title, await scenario.run(inputs));
    }),
  );
}, 300_000);

describe.each(rows)('$title', ({ title, id, says }) => {
  it(`is refused as ${id}, and says so in log, annotation and summary`, () => {
    const result = resultOf(title);
    expect([result.outputs.result, story(result)]).toEqual(['refused', story(result)]);
    expect(result.code).toBe(1);
    expect(result.outputs.changed).toBe('false');
    expect(problemIds(result)).toContain(id);
    expect(result.log).toMatch(says);
    const errors = result.annotations.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(result.summary).toContain('⛔');
    expect(result.summary).toContain('Nothing was written');
    expect(result.outputs['plan-digest']).toBeUndefined();
  });
});

describe('after all of them', () => {
  it('the release is as it was', async () => {
    expect(await scenario.revisions()).toEqual([[1, 'deployed']]);
    expect(await scenario.images()).toEqual({ standalone: 'milvusdb/milvus:v2.3.11' });
  });
});

describe('a blocked plan', () => {
  it('ends as refused too, with the whole plan in plan-file and summary, and no digest to approve', async () => {
    const result = await scenario.run({ operation: 'plan', 'target-version': '2.5.16' });
    expect([result.outputs.result, story(result)]).toEqual(['refused', story(result)]);
    expect(result.code).toBe(1);
    expect(result.outputs['plan-digest']).toBeUndefined();
    expect(jsonFile(result, 'plan-file')).toMatchObject({ targetVersion: '2.5.16', situation: 'upgrade' });
    expect(jsonFile(result, 'plan-file').diff.length).toBeGreaterThan(0);
    expect(result.summary).toContain('target-version: 2.4.24');
    expect(result.summary).toContain('What changes in the cluster');
    expect(JSON.parse(result.outputs.hops ?? '')).toMatchObject([
      { targetVersion: '2.4.24', status: 'planned' },
      { targetVersion: '2.5.16', status: 'planned' },
    ]);
  });

  it('can be planned with the check allowed, where the check may be overridden', async () => {
    const result = await scenario.run({ operation: 'plan', 'target-version': '2.5.16', allow: 'skipped-minor' });
    expect([result.outputs.result, story(result)]).toEqual(['planned', story(result)]);
    expect(result.outputs['plan-digest']).toMatch(/^[0-9a-f]{64}-/);
    expect(result.summary).toContain('`skipped-minor`');
  });
});

describe('bad inputs', () => {
  it('are reported all together, before anything is downloaded or contacted', async () => {
    bed().mirror.forgetRequests();
    const result = await scenario.run(
      {
        release: 'Milvus Prod',
        'target-version': '',
        timeout: '60',
        'multi-hop': 'yes',
        'on-failure': 'undo',
        path: 'migration',
        'values-files': 'nowhere.yaml',
        set: 'a.b',
        values: 'a: [1',
        kubeconfig: '',
        server: 'https://127.0.0.1:1',
      },
      { toolCache: mkdtempSync(join(tmpdir(), 'tools-')) },
    );
    expect([result.outputs.result, result.code]).toEqual(['refused', 1]);
    const { problems } = jsonFile(result, 'report-file');
    const said = problems.map(({ what }) => what).join('\n');
    for (const input of ['release', 'target-version', 'timeout', 'multi-hop', 'on-failure', 'path', 'values-files']) {
      expect(said).toContain(`\`${input}\``);
    }
    expect(said).toMatch(/set, line 1/);
    expect(said).toMatch(/values cannot be read as YAML/);
    expect(said).toMatch(/`token`|`server`/);
    expect(bed().mirror.allRequests()).toEqual({});
    expect(result.commandLines).toEqual([]);
  });
});
