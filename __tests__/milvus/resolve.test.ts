import { describe, expect, it } from '@jest/globals';
import { gt } from 'semver';
import { brokenPair, denied, deniedCharts, pairRules } from '../../src/milvus/charts.js';
import { resolveChart, type ChartEntry, type ChartQuestion, type ResolvedChart } from '../../src/milvus/resolve.js';
import { compareMilvusVersions, isPrerelease, sameMinor } from '../../src/milvus/version.js';
import { Problem } from '../../src/problem.js';
import { charts, v } from './fixtures.js';

const installed = (version: string): ChartEntry =>
  charts.find((entry) => entry.version === version) ?? { version, appVersion: 'none' };
const oldest = { version: '3.0.0', appVersion: '2.0.0' };
const ask = (target: string, more: Partial<ChartQuestion> = {}) =>
  resolveChart({ entries: charts, installed: oldest, running: v('2.0.0'), ...more, target: v(target) });
function chartFor(target: string, more: Partial<ChartQuestion> = {}): ResolvedChart {
  const result = ask(target, more);
  if (result instanceof Problem) throw result;
  return result;
}
function problemFor(target: string, more: Partial<ChartQuestion> = {}): Problem {
  const result = ask(target, more);
  if (result instanceof Problem) return result;
  throw new Error(`resolved to ${result.chartVersion}`);
}

/** The whole rule, written out by hand from the index. */
const expected: Partial<Record<string, string>> = {
  '2.0.1': '3.0.15', '2.0.2': '3.0.29', '2.1.0': '3.1.4', '2.1.1': '3.1.11', '2.1.2': '3.2.2', '2.1.3': '3.2.3', '2.1.4': '3.2.18',
  '2.2.0': '3.3.6', '2.2.1': '4.0.1', '2.2.2': '4.0.6', '2.2.3': '4.0.10', '2.2.4': '4.0.12', '2.2.5': '4.0.14', '2.2.6': '4.0.17', '2.2.7': '4.0.19',
  '2.2.8': '4.0.22', '2.2.9': '4.0.24', '2.2.10': '4.0.25', '2.2.11': '4.0.28', '2.2.12': '4.0.29', '2.2.13': '4.0.33', '2.2.14': '4.0.34',
  '2.3.0': '4.1.1', '2.3.1': '4.1.6', '2.3.2': '4.1.8', '2.3.3': '4.1.10', '2.3.4': '4.1.11', '2.3.5': '4.1.15', '2.3.6': '4.1.14', '2.3.7': '4.1.16', '2.3.8': '4.1.17',
  '2.3.9': '4.1.18', '2.3.10': '4.1.23', '2.3.11': '4.1.24', '2.3.12': '4.1.27', '2.3.13': '4.1.28',
  '2.4.0': '4.1.29', '2.4.1': '4.1.31', '2.4.3': '4.1.32', '2.4.4': '4.1.33', '2.4.5': '4.1.36', '2.4.6': '4.2.2', '2.4.7': '4.2.4', '2.4.8': '4.2.5', '2.4.9': '4.2.8',
  '2.4.10': '4.2.10', '2.4.11': '4.2.11', '2.4.12': '4.2.12', '2.4.13': '4.2.14', '2.4.13-hotfix': '4.2.16', '2.4.14': '4.2.18', '2.4.15': '4.2.19', '2.4.16': '4.2.20',
  '2.5.0': '4.2.33', '2.5.1': '4.2.34', '2.5.2': '4.2.35', '2.5.3': '4.2.36', '2.5.4': '4.2.39', '2.5.5': '4.2.40', '2.5.6': '4.2.41', '2.5.7': '4.2.43', '2.5.8': '4.2.44',
  '2.5.9': '4.2.45', '2.5.10': '4.2.47', '2.5.11': '4.2.48', '2.5.12': '4.2.49', '2.5.13': '4.2.53', '2.5.14': '4.2.56', '2.5.15': '4.2.57', '2.5.16': '4.2.58',
  '2.6.0': '5.0.1', '2.6.1': '5.0.2', '2.6.2': '5.0.3', '2.6.3': '5.0.5', '2.6.4': '5.0.6', '2.6.5': '5.0.7', '2.6.6': '5.0.9', '2.6.7': '5.0.10', '2.6.8': '5.0.11',
  '2.6.9': '5.0.12', '2.6.10': '5.0.13', '2.6.11': '5.0.14', '2.6.12': '5.0.15', '2.6.13': '5.0.16', '2.6.14': '5.0.17', '2.6.15': '5.0.19',
  // No chart of their own.
  '2.2.15': '4.0.34', '2.2.16': '4.0.34', '2.3.14': '4.1.28', '2.3.22': '4.1.28', '2.4.2': '4.1.31', '2.4.13-hotfix2': '4.2.16', '2.4.17': '4.2.20', '2.4.18': '4.2.20', '2.4.23': '4.2.20',
  '2.4.24': '4.2.20', '2.5.17': '4.2.58', '2.5.27': '4.2.58', '2.6.16': '5.0.19', '2.6.22': '5.0.19',
  // Asked for exactly, a pre-release is found; from 4.2.26 to 4.2.29 its charts are denied.
  '2.5.0-beta': '4.2.32',
}; // prettier-ignore

describe('resolveChart over the whole repository', () => {
  it.each(Object.entries(expected))('%s -> %s', (target, chart) => {
    expect(chartFor(target).chartVersion).toBe(chart);
  });

  it('has a row for every released app version from 2.0.1 on', () => {
    const released = [...new Set(charts.map(({ appVersion }) => appVersion))].filter(
      (app) => !isPrerelease(v(app)) && compareMilvusVersions(v(app), v('2.0.0')) > 0,
    );
    expect(released.filter((app) => expected[app] === undefined)).toEqual([]);
    expect(released.length).toBeGreaterThan(80);
  });

  it.each([...new Set(charts.map(({ appVersion }) => appVersion))].filter((app) => !isPrerelease(v(app))))(
    'never breaks a rule: %s',
    (app) => {
      const nothing = { version: '0.0.0', appVersion: '0.0.0' };
      const { chartVersion, appVersion, available } = chartFor(app, { installed: nothing, running: v('0.0.0') });
      expect(available).toBe(true);
      expect(denied(chartVersion)).toBeUndefined();
      expect(brokenPair(chartVersion, v(app))).toBeUndefined();
      expect(sameMinor(v(appVersion), v(app))).toBe(true);
      expect(compareMilvusVersions(v(appVersion), v(app))).toBeLessThanOrEqual(0);
      const same = charts.filter((entry) => entry.appVersion === appVersion && denied(entry.version) === undefined);
      expect(same.filter(({ version }) => gt(version, chartVersion))).toEqual([]);
    },
  );

  it('gives 4.2.20 from 2.3.11 on chart 4.1.24 to 2.4.23, and says why', () => {
    expect(ask('2.4.23', { installed: installed('4.1.24'), running: v('2.3.11') })).toEqual({
      chartVersion: '4.2.20',
      appVersion: '2.4.16',
      available: true,
      why: 'Milvus 2.4.23 has no chart of its own; 4.2.20 is the highest usable chart of the newest older version, 2.4.16',
      notices: [],
    });
  });
});

describe('the installed chart', () => {
  it('is kept when the target runs already; a newer one is a notice', () => {
    const result = chartFor('2.4.16', { installed: installed('4.2.19'), running: v('2.4.16') });
    expect(result.chartVersion).toBe('4.2.19');
    expect(result.notices).toEqual([expect.stringContaining('newer chart for Milvus 2.4.16: 4.2.20')]);
  });

  it('is kept quietly when nothing is newer', () => {
    expect(chartFor('2.4.23', { installed: installed('4.2.20'), running: v('2.4.23') }).notices).toEqual([]);
  });

  it('is kept even where the repository does not have it, and says so', () => {
    const gone = { version: '4.2.46', appVersion: '2.5.10' };
    expect(chartFor('2.5.10', { installed: gone, running: v('2.5.10') })).toMatchObject({
      chartVersion: '4.2.46',
      appVersion: '2.5.10',
      available: false,
    });
  });

  it('is kept when it is newer within the line of the target, denied or not', () => {
    const result = chartFor('2.4.23', { installed: installed('4.2.25'), running: v('2.4.17') });
    expect(result.chartVersion).toBe('4.2.25');
    expect(result.why).toContain('a chart never goes down');
    expect(result.notices).toEqual([expect.stringContaining('4.2.21 to 4.2.29')]);
  });

  it('is never taken down across lines', () => {
    const { ending, details } = problemFor('2.4.23', { installed: installed('4.2.58'), running: v('2.4.16') });
    expect([ending, details.id]).toEqual(['refused', 'chart-downgrade']);
    expect(details.remedy).toContain('chart-version to 4.2.58');
  });

  it.each([
    ['2.6.15', '3.0.0'],
    ['3.0.0', '3.0.1'],
  ])('is kept from %s to %s, which have no charts of their own', (running, target) => {
    expect(chartFor(target, { installed: installed('5.0.19'), running: v(running) }).chartVersion).toBe('5.0.19');
  });

  it('is not kept for 3.0 when it is too old for it', () => {
    expect(problemFor('3.0.0', { installed: installed('4.2.58'), running: v('2.5.16') }).details.id).toBe(
      'chart-not-found',
    );
  });
});

describe('refusals', () => {
  it('downgrade', () => {
    expect(problemFor('2.4.12', { running: v('2.4.13-hotfix') }).details.id).toBe('downgrade');
    expect(problemFor('2.4.13', { running: v('2.4.13-hotfix') }).details.id).toBe('downgrade');
  });

  it.each([
    ['2.7.0', 'The nearest minors with charts are: 2.6.'],
    ['3.1.0', 'The nearest minors with charts are: 2.6.'],
  ])('no chart for %s', (target, what) => {
    const { details } = problemFor(target);
    expect(details.id).toBe('chart-not-found');
    expect(details.what).toContain(what);
  });
});

describe('a directory with a few charts', () => {
  const few = (...versions: string[]) => ({ entries: versions.map(installed) });
  it('offers only those', () => {
    expect(chartFor('2.4.23', few('4.1.24', '4.2.8', '4.2.58')).chartVersion).toBe('4.2.8');
  });
  it('names the nearest minors on both sides', () => {
    expect(problemFor('2.4.23', few('4.0.31', '4.1.24', '4.2.58', '5.0.0')).details.what).toContain('2.3 and 2.5');
  });
  it('says when all its charts of the minor are newer', () => {
    expect(problemFor('2.4.9', few('4.2.20', '4.2.19')).details.what).toContain('begin with 4.2.19 (Milvus 2.4.15)');
  });
  it('may be empty, or hold odd versions', () => {
    expect(problemFor('2.4.9', few()).details.what).toContain('none');
    const odd = [
      { version: 'latest', appVersion: '2.4.9' },
      { version: '4.2.7', appVersion: 'unknown' },
    ];
    expect(problemFor('2.4.9', { entries: odd }).details.id).toBe('chart-not-found');
  });
});

describe('chart-version', () => {
  const from = { installed: installed('4.1.24'), running: v('2.3.11') };
  it.each([
    ['4.2.20', '2.4.23', [expect.stringContaining('made for Milvus 2.4.16')]],
    ['4.2.20', '2.4.16', []],
    ['4.2.30', '2.4.23', [expect.stringContaining('made for Milvus 2.5.0-beta')]],
    ['4.1.24', '2.4.23', [expect.stringContaining('made for Milvus 2.3.11')]],
  ])('takes %s for %s', (requested, target, notices) => {
    expect(chartFor(target, { ...from, requested })).toMatchObject({
      chartVersion: requested,
      available: true,
      notices,
    });
  });

  it.each([
    ['4.2.46', '2.4.23', 'chart-version-unknown', 'near it: 4.2.4'],
    ['4.2.25', '2.4.23', 'chart-broken-pulsar', 'broken for Pulsar'],
    ['4.0.11', '2.3.12', 'chart-beta', '2.3.0-beta'],
    ['4.2.0', '2.3.13', 'chart-4.2-needs-milvus-2.4', 'Milvus 2.3.13'],
    ['5.0.0', '2.5.16', 'chart-5-needs-milvus-2.6', 'Milvus 2.5.16'],
    ['4.2.58', '2.6.15', 'milvus-2.6-needs-chart-5', 'Milvus 2.6.15'],
    ['4.1.23', '2.3.12', 'chart-downgrade', 'older than the installed chart 4.1.24'],
  ])('refuses %s for %s', (requested, target, id, what) => {
    const { ending, details } = problemFor(target, { ...from, requested });
    expect([ending, details.id]).toEqual(['refused', id]);
    expect(details.what).toContain(what);
  });

  it('may name a newer chart for the version that runs', () => {
    const more = { installed: installed('4.2.19'), running: v('2.4.16'), requested: '4.2.20' };
    expect(chartFor('2.4.16', more).chartVersion).toBe('4.2.20');
  });

  it('may name the installed chart, even a denied or missing one', () => {
    const more = { installed: installed('4.2.25'), running: v('2.4.17'), requested: '4.2.25', entries: [] };
    expect(chartFor('2.4.17', more)).toMatchObject({ chartVersion: '4.2.25', available: false });
  });
});

describe('the tables', () => {
  it('give every rule an id and a public source', () => {
    const rules = [...deniedCharts, ...pairRules];
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { source } of rules) expect(source).toMatch(/^https:\/\/(github\.com|milvus\.io)\//);
  });

  it.each(['4.2.20', '4.2.30', '4.0.10', '4.0.12'])('do not deny %s', (version) => {
    expect(denied(version)).toBeUndefined();
  });
  it.each(['4.2.21', '4.2.25', '4.2.29', '4.0.11'])('deny %s', (version) => {
    expect(denied(version)).toBeDefined();
  });
});
