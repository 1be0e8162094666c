import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { checkIds, Scenario, standalone, story, useBed } from './harness.js';

/** Chart defaults < stored user values < values-files < values < set < frozen keys; and which image the target gets. */
const bed = useBed();

const image = (repository: string, tag: string) => ({ image: { all: { repository, tag } } });

async function installed(name: string, values: object): Promise<Scenario> {
  const scenario = await Scenario.make(bed(), name, { volumes: 10 });
  await scenario.install('4.1.24', { values: { ...standalone, ...values } });
  return scenario;
}

describe('user values', () => {
  let scenario: Scenario;
  let result: RunnerResult;

  beforeAll(async () => {
    scenario = await installed('values', {
      ...image('milvusdb/milvus', 'v2.3.11'),
      labels: { owner: 'search' },
      extraConfigFiles: { 'user.yaml': 'log:\n  level: debug\n' },
      log: { level: 'warn' },
      standalone: { extraEnv: [{ name: 'KEPT', value: 'stored' }] },
      proxy: { replicas: 2 },
    });
    // Somebody changed the image by hand; the pinned tag would bring the old one back with every upgrade.
    await scenario.kubectl('set', 'image', 'deployment/milvus-standalone', 'standalone=milvusdb/milvus:v2.3.12');
    await scenario.ready();
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
    const layer = (name: string): string =>
      JSON.stringify({
        proxy: { replicas: 3 },
        queryNode: { resources: { limits: { memory: name } } },
        annotations: { [`layer/${name}`]: 'here', 'layer/last': name },
      });
    writeFileSync(join(workspace, 'base.yaml'), layer('base'));
    writeFileSync(join(workspace, 'production.yaml'), layer('production'));
    const inputs = {
      'target-version': '2.4.23',
      'values-files': 'base.yaml\nproduction.yaml',
      values: 'annotations:\n  layer/values: here\n  layer/last: values\nproxy:\n  replicas: 4\n',
      set: 'annotations.layer/last=set\nproxy.replicas=5',
    };
    result = await scenario.run(inputs, { workspace });
  }, 120_000);

  it('are upgraded with', () => {
    expect([result.outputs.result, story(result)]).toEqual(['upgraded', story(result)]);
  });

  it('survive where nothing is said now', async () => {
    expect(await scenario.userValues()).toMatchObject({
      labels: { owner: 'search' },
      extraConfigFiles: { 'user.yaml': 'log:\n  level: debug\n' },
      log: { level: 'warn' },
      standalone: { extraEnv: [{ name: 'KEPT', value: 'stored' }] },
    });
    const config = await scenario.json<{ data: Record<string, string> }>('configmap/milvus');
    expect(config.data['user.yaml']).toContain('level: debug');
    expect(config.data['default.yaml']).toContain('level: warn');
  });

  it('are overlaid in the documented order', async () => {
    expect(await scenario.userValues()).toMatchObject({
      proxy: { replicas: 5 },
      queryNode: { resources: { limits: { memory: 'production' } } },
      annotations: {
        'layer/base': 'here',
        'layer/production': 'here',
        'layer/values': 'here',
        'layer/last': 'set',
      },
    });
  });

  it('do not pin the old image: a stored tag is overridden, and the plan says so', async () => {
    expect(await scenario.userValues()).toMatchObject(image('milvusdb/milvus', 'v2.4.23'));
    expect(await scenario.images()).toEqual({ standalone: 'milvusdb/milvus:v2.4.23' });
    expect(result.outputs['source-version']).toBe('2.3.12');
    expect(checkIds(result, 'warned')).toContain('stored-image-tag');
    expect(result.summary).toContain('pin image.all.tag to v2.3.11; this run writes v2.4.23');
  });
});

describe('the target image', () => {
  const mirror = 'registry.example.com:5000/mirror/milvus';
  const special = `${mirror}:search-team-7`;
  const runs = new Map<string, RunnerResult>();
  const scenarios = new Map<string, Scenario>();

  interface Row {
    readonly title: string;
    readonly name: string;
    readonly stored: object;
    readonly inputs: Record<string, string>;
    readonly image: string;
  }
  const rows: readonly Row[] = [
    {
      title: 'keeps the suffix and the repository of the running one',
      name: 'image-gpu',
      stored: image(mirror, 'v2.3.11-gpu'),
      inputs: {},
      image: `${mirror}:v2.4.23-gpu`,
    },
    {
      title: 'takes the repository of the input image, and keeps the suffix',
      name: 'image-mirror',
      stored: image('milvusdb/milvus', 'v2.3.11-gpu'),
      inputs: { image: mirror },
      image: `${mirror}:v2.4.23-gpu`,
    },
    {
      title: 'is the input image as it stands, and target-version says what it is',
      name: 'image-special',
      stored: {},
      inputs: { image: special },
      image: special,
    },
    {
      title: 'takes source-version where the running tag does not tell it',
      name: 'image-source',
      stored: image('milvusdb/milvus', 'our-build-3'),
      inputs: { image: special, 'source-version': '2.3.11' },
      image: special,
    },
  ];

  beforeAll(async () => {
    await Promise.all(
      rows.map(async ({ title, name, stored, inputs }) => {
        const scenario = await installed(name, stored);
        scenarios.set(title, scenario);
        runs.set(title, await scenario.run({ 'target-version': '2.4.23', ...inputs }));
      }),
    );
  }, 180_000);

  it.each(rows)('$title', async ({ title, image: wanted }) => {
    const [scenario, result] = [scenarios.get(title), runs.get(title)];
    if (scenario === undefined || result === undefined) throw new Error('it did not run');
    expect([result.outputs.result, story(result)]).toEqual(['upgraded', story(result)]);
    expect(await scenario.images()).toEqual({ standalone: wanted });
    expect(result.outputs['source-version']).toBe('2.3.11');
  });

  it.each(rows)('the same run again is unchanged: $title', async ({ title, inputs }) => {
    const scenario = scenarios.get(title);
    if (scenario === undefined) throw new Error('it did not run');
    const result = await scenario.run({ 'target-version': '2.4.23', ...inputs, 'source-version': '' });
    expect([result.outputs.result, story(result)]).toEqual(['unchanged', story(result)]);
    expect(await scenario.revisions()).toEqual([
      [1, 'superseded'],
      [2, 'deployed'],
    ]);
  });

  it('is refused where the running tag has a suffix that is not known and nothing says what to do', async () => {
    const scenario = await installed('image-unknown', image('milvusdb/milvus', 'v2.3.11-team9'));
    const result = await scenario.run({ 'target-version': '2.4.23' });
    expect([result.outputs.result, story(result)]).toEqual(['refused', story(result)]);
    expect(result.log).toMatch(/v2\.3\.11-team9/);
    expect(result.log).toMatch(/input image/);
  });
});
