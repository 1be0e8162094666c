import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { helmVersions, jsonFile, problemIds, Scenario, standalone, story, useBed } from './harness.js';

/** The oldest Helm that is supported, the last of Helm 3, and Helm 4; and releases that one of them made. */
const bed = useBed();

interface Run {
  readonly scenario: Scenario;
  readonly upgrade: RunnerResult;
  readonly again: RunnerResult;
}

const runs = new Map<string, Run>();
let byHelm4: Run & { readonly refused: RunnerResult };

async function both(name: string, installedBy: string, helm: string): Promise<Run> {
  const scenario = await Scenario.make(bed(), name, { volumes: 10 });
  await scenario.install('4.1.24', { values: standalone, helm: installedBy });
  const inputs = { 'target-version': '2.4.23', 'helm-version': helm };
  const upgrade = await scenario.run(inputs);
  return { scenario, upgrade, again: await scenario.run(inputs) };
}

/** Helm 3 is asked first, so that what it must not do would show afterwards. */
async function serverSide(): Promise<typeof byHelm4> {
  const scenario = await Scenario.make(bed(), 'server-side', { volumes: 10 });
  await scenario.install('4.1.24', { values: standalone, helm: '4.3.0' });
  const inputs = { 'target-version': '2.4.23' };
  const refused = await scenario.run({ ...inputs, 'helm-version': '3.22.0' });
  const upgrade = await scenario.run({ ...inputs, 'helm-version': '4.3.0' });
  return { scenario, refused, upgrade, again: await scenario.run({ ...inputs, 'helm-version': '4.3.0' }) };
}

beforeAll(async () => {
  await Promise.all([
    ...helmVersions.map(async (helm) => {
      runs.set(helm, await both(`helm-${helm.replaceAll('.', '')}`, '3.22.0', helm));
    }),
    serverSide().then((run) => {
      byHelm4 = run;
    }),
  ]);
}, 300_000);

const after = (result: RunnerResult): string => String(jsonFile(result, 'report-file').after?.release.applyMethod);

describe.each(helmVersions)('Helm %s on a release made by Helm 3', (helm) => {
  const run = (): Run => {
    const found = runs.get(helm);
    if (found === undefined) throw new Error('it did not run');
    return found;
  };

  it('upgrades', async () => {
    const { scenario, upgrade } = run();
    expect([upgrade.outputs.result, story(upgrade)]).toEqual(['upgraded', story(upgrade)]);
    expect(upgrade.outputs['helm-version']).toBe(helm);
    expect(await scenario.images()).toEqual({ standalone: 'milvusdb/milvus:v2.4.23' });
    expect(await scenario.revisions()).toEqual([
      [1, 'superseded'],
      [2, 'deployed'],
    ]);
  });

  it('leaves it applied by the client', () => {
    expect(after(run().upgrade)).toBe('client');
  });

  it('finds nothing to do afterwards', () => {
    const { again } = run();
    expect([again.outputs.result, story(again)]).toEqual(['unchanged', story(again)]);
    expect(again.outputs.revision).toBe('2');
  });
});

describe('a release made by Helm 4, applied server-side', () => {
  it('is not upgraded by Helm 3, which would lose the apply method', async () => {
    const { refused } = byHelm4;
    expect([refused.outputs.result, story(refused)]).toEqual(['refused', story(refused)]);
    expect(problemIds(refused)).toEqual(['helm-apply-method']);
    expect(refused.log).toMatch(/applied server-side.*Helm 3\.22\.0.*Set helm-version to a 4\.x version/s);
    // The upgrade by Helm 4 got the second revision, so this run wrote none.
    expect(await byHelm4.scenario.revisions()).toEqual([
      [1, 'superseded'],
      [2, 'deployed'],
    ]);
  });

  it('is upgraded by Helm 4, and stays server-side', () => {
    const { upgrade } = byHelm4;
    expect([upgrade.outputs.result, story(upgrade)]).toEqual(['upgraded', story(upgrade)]);
    expect(after(upgrade)).toBe('server');
  });

  it('has nothing to do afterwards', () => {
    const { again } = byHelm4;
    expect([again.outputs.result, story(again)]).toEqual(['unchanged', story(again)]);
  });
});
