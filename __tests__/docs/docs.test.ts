import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { InputDefinition } from '../../src/action/inputs/definition.js';
import { inputNames, inputs, type InputName } from '../../src/action/inputs/table.js';
import { outputNames } from '../../src/action/outputs.js';
import { helmEndsWithinMs } from '../../src/helm/adapter.js';
import { deniedCharts, pairRules } from '../../src/milvus/charts.js';
import { frozenKeys } from '../../src/milvus/frozen.js';
import { backLines, fences } from '../../src/milvus/going-back.js';
import { resolveChart } from '../../src/milvus/resolve.js';
import { badTargets } from '../../src/milvus/routes/bad-targets.js';
import { crossings } from '../../src/milvus/routes/crossings.js';
import { demands } from '../../src/milvus/routes/demands.js';
import { lines } from '../../src/milvus/routes/lines.js';
import { overridableRouteIds } from '../../src/milvus/routes/overridable.js';
import { parseMilvusVersion, type MilvusVersion } from '../../src/milvus/version.js';
import { checks } from '../../src/plan/checks/table.js';
import { Problem } from '../../src/problem.js';
import { successes, type Result } from '../../src/report/report.js';
import { defaultVersions } from '../../src/tools/defaults.js';
import { backWithinMs } from '../../src/upgrade/engine/take-back.js';
import { leaseTimes } from '../../src/upgrade/lock/lease.js';
import { foreignChildMs } from '../../src/upgrade/pending/settle.js';
import { problemIds } from './ids.js';
import { anchors, fenced, pages, prose, read, root, rows, section } from './pages.js';

const readme = read('README.md');
const byId = (a: readonly string[], b: readonly string[]): number => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1);
const sorted = (names: readonly string[]): string[] => [...names].sort();

describe('README tables', () => {
  const documented = rows(section(readme, '## Inputs'));

  it('have every input once', () => {
    expect(sorted(documented.map(([name = '']) => name))).toEqual(sorted(inputNames));
  });

  it.each(documented)('say the default of %s: %s', (name = '', shown = '') => {
    const definition: InputDefinition<unknown> = inputs[name as InputName];
    const bare = shown.startsWith('**required**') ? '' : shown.replaceAll('`', '');
    expect(bare).toBe(definition.default);
    // target-version is required by two operations, which action.yml cannot say.
    const required = definition.required === true || name === 'target-version';
    expect(shown.startsWith('**required**')).toBe(required);
  });

  it('have every output, in the order of the code', () => {
    const outputs = section(readme, '## Outputs').split('| result | exit code |')[0] ?? '';
    expect(rows(outputs).map(([name]) => name)).toEqual(outputNames);
  });

  it('have every result with its exit code', () => {
    const all: Readonly<Record<Result, true>> = {
      upgraded: true,
      unchanged: true,
      planned: true,
      reported: true,
      'rolled-back': true,
      restored: true,
      refused: true,
      failed: true,
      interrupted: true,
    };
    const results = section(readme, '## Outputs').split('| result | exit code |')[1] ?? '';
    const codes = Object.fromEntries(rows(results).map(([name = '', code]) => [name, Number(code)]));
    expect(codes).toEqual(
      Object.fromEntries(Object.keys(all).map((name) => [name, successes.includes(name as Result) ? 0 : 1])),
    );
  });
});

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** Every map of a parsed block that is a step of ours, however deep. */
function ownSteps(tree: unknown): Step[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const step = tree as Step;
  const own =
    typeof step.uses === 'string' && step.uses.startsWith('milvus-upgrade/milvus-upgrade-action') ? [step] : [];
  return [...own, ...Object.values(tree).flatMap(ownSteps)];
}

describe('workflows in the pages', () => {
  const blocks = pages.flatMap((page) =>
    fenced(read(page), 'yaml').map((text, index): [string, number, string] => [page, index + 1, text]),
  );

  it.each(blocks)('of %s are YAML with inputs that exist: block %i', (_page, _index, text) => {
    for (const step of ownSteps(parse(text))) {
      expect(step.uses).toBe('milvus-upgrade/milvus-upgrade-action@v1');
      for (const name of Object.keys(step.with ?? {})) expect(inputNames).toContain(name);
    }
  });

  it('begin with a whole one, which the demo runs', () => {
    const [, after = ''] = readme.split('<!-- demo workflow -->\n');
    expect(after.startsWith('```yaml\n')).toBe(true);
    const workflow = parse(fenced(after, 'yaml')[0] ?? '') as {
      readonly on: { readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, unknown>> } };
    };
    const given = Object.keys(workflow.on.workflow_dispatch.inputs);
    expect(sorted(given)).toEqual(['namespace', 'operation', 'release', 'target-version']);
    const [step, ...more] = ownSteps(workflow);
    expect(more).toEqual([]);
    for (const name of given) expect(step?.with?.[name]).toBe(`\${{ inputs.${name} }}`);
    expect(step?.with?.kubeconfig).toBe('${{ secrets.KUBECONFIG }}');
  });
});

describe('links', () => {
  const links = pages.flatMap((page) =>
    [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target): [string, string] => [page, target]),
  );

  it('are many', () => {
    expect(links.length).toBeGreaterThan(30);
  });

  const fileOf = (page: string, target: string): string => {
    const [path = ''] = target.split('#');
    return path === '' ? page : normalize(join(dirname(page), path));
  };

  it.each(links)('of %s lead somewhere: %s', (page, target) => {
    expect(existsSync(join(root, fileOf(page, target)))).toBe(true);
  });

  it.each(links.filter(([, target]) => target.includes('#')))('of %s lead to a heading: %s', (page, target) => {
    expect([...anchors(read(fileOf(page, target)))]).toContain(target.split('#')[1]);
  });
});

describe('docs/troubleshooting.md', () => {
  const groups = read('docs/troubleshooting.md')
    .split(/^## /m)
    .map((text) => rows(text).map(([id = '']) => id))
    // The first table is of results.
    .filter((ids) => ids.length > 0 && !ids.includes('refused'));

  it('has every id that the sources can produce, and no other', () => {
    expect(sorted(groups.flat())).toEqual(problemIds());
  });

  it('is sorted within its groups', () => {
    for (const ids of groups) expect(ids).toEqual(sorted(ids));
  });

  it('says what each means and what to do', () => {
    for (const [, means = '', remedy = ''] of rows(read('docs/troubleshooting.md'))) {
      expect(means.length).toBeGreaterThan(5);
      expect(remedy.length).toBeGreaterThan(5);
    }
  });
});

describe('docs/checks.md', () => {
  const page = read('docs/checks.md');

  it('is the table of the code', () => {
    const expected = checks.map(({ id, severity, overridable, covered, why, source }) => [
      id,
      severity === 'block' ? 'blocks' : 'warns',
      severity === 'warn' ? '–' : overridable ? 'yes' : '**no**',
      covered ? 'yes' : 'no',
      why,
      `[source](${source})`,
    ]);
    expect(rows(section(page, '# Checks').split('\n## ')[0] ?? '')).toEqual([...expected].sort(byId));
  });

  it('has the refusals of routes that may be overridden', () => {
    const routes = rows(section(page, '## The way from version to version')).map(([id = '']) => id);
    expect(routes).toEqual(sorted(overridableRouteIds));
  });
});

describe('docs/chart-versions.md', () => {
  const page = read('docs/chart-versions.md');
  const entries = read('__tests__/milvus/charts.tsv')
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([version = '', appVersion = '']) => ({ version, appVersion }));
  const milvus = (text: string): MilvusVersion => {
    const version = parseMilvusVersion(text);
    if (version === undefined) throw new Error(`${text} is no version`);
    return version;
  };
  const examples = [...section(page, '## The rule').matchAll(/^\| ([\d.]+) \| ([\d.]+)/gm)].map(
    ([, target = '', chart = '']): [string, string] => [target, chart],
  );

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it.each(examples)('gives for Milvus %s what the code resolves: chart %s', (target, chart) => {
    const installed = { version: '3.0.0', appVersion: '2.0.0' };
    const resolved = resolveChart({ entries, target: milvus(target), installed, running: milvus('2.0.0') });
    expect(resolved instanceof Problem ? resolved.message : resolved.chartVersion).toBe(chart);
  });

  it('has every denied chart and every pair that does not go together', () => {
    const ids = rows(page).map(([id = '']) => id);
    for (const { id } of [...deniedCharts, ...pairRules]) expect(ids).toContain(id);
  });
});

describe('other pages', () => {
  it('name every frozen key', () => {
    const page = section(read('docs/design.md'), '### What is frozen');
    const named = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, key = '']) => key));
    expect(sorted(named)).toEqual(sorted(frozenKeys.map(({ key }) => key)));
  });

  it('name the default versions', () => {
    const page = read('docs/tools.md');
    expect(page).toContain(`| Helm | ${defaultVersions.helm} |`);
    expect(page).toContain(`| kubectl | ${defaultVersions.kubectl} |`);
  });

  it.each(pages)('hold nothing of one machine: %s', (page) => {
    const suspicious =
      /(?<![\w.)])\/(?:work|home|root|Users)\/|npmjs\.|pypi\.org|golang\.org|localhost:\d|\b10\.\d+\.\d+\.\d+\b/;
    expect(
      read(page)
        .split('\n')
        .filter((line) => suspicious.test(line)),
    ).toEqual([]);
  });
});

describe('docs/recovery.md', () => {
  it('has every line within which Milvus is known to go back', () => {
    const over = (minor: string): string =>
      fences
        .map(({ since }) => since)
        .filter((since) => since.startsWith(`${minor}.`) && since !== `${minor}.0`)
        .join(', ');
    expect(rows(section(read('docs/recovery.md'), '## Going back'))).toEqual(
      backLines.map(({ minor, first, last }) => [minor, first, last, over(minor) || '–']),
    );
  });

  it('has the times of the code', () => {
    const page = section(read('docs/recovery.md'), '## How long it takes');
    for (const ms of [
      helmEndsWithinMs(60_000),
      leaseTimes.durationMs,
      leaseTimes.renewEveryMs,
      leaseTimes.writesStopMs,
    ]) {
      expect(page).toContain(`${Math.ceil(ms / 1000)} s`);
    }
    for (const ms of [foreignChildMs, backWithinMs]) expect(page).toContain(`${ms / 60_000} min`);
  });
});

describe('docs/routes.md', () => {
  const page = read('docs/routes.md');
  it('has every crossing', () => {
    expect(rows(section(page, '## From minor to minor'))).toEqual(
      crossings.map(({ row, from, to, path, leave, floor }) => [
        ...[row, from, to, path, leave?.version ?? 'any', floor?.reasons.at(-1)?.version ?? 'any'],
      ]),
    );
  });

  it('has every stop and every release that is none', () => {
    expect(rows(section(page, '## Where a route stops'))).toEqual([
      ...lines.map(({ minor, stop }) => [minor, stop]),
      ...badTargets.map(({ id, from, to, instead }) => [id, from === to ? from : `${from} to ${to}`, instead]),
    ]);
  });

  it('has everything that a hop asks for', () => {
    const effect = (severity: 'block' | 'warn'): string => (severity === 'block' ? 'refused' : 'warning');
    const expected = demands.map(({ id, severity, overridable }) => [
      ...[id, effect(severity), severity === 'warn' ? '' : overridable ? 'yes' : 'no'],
    ]);
    expect(rows(section(page, '## What a hop asks for'))).toEqual(expected.sort(byId));
  });
});
