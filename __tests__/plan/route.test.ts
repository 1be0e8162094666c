import { describe, expect, it } from '@jest/globals';
import { overridableRouteIds } from '../../src/milvus/routes/overridable.js';
import { known } from '../../src/milvus/knowledge.js';
import { planRoute, routeChecks } from '../../src/plan/route.js';
import { checks } from '../../src/plan/checks/table.js';
import { problemOf } from '../helm/support.js';
import { inspectionOf, target, type InspectionSetup } from './context.js';
import { request } from './world.js';

const entries = [
  ...[
    ['4.0.34', '2.2.14'],
    ['4.1.28', '2.3.13'],
    ['4.2.20', '2.4.16'],
    ['4.2.33', '2.5.0'],
    ['4.2.58', '2.5.16'],
    ['5.0.19', '2.6.15'],
  ],
].map(([version = '', appVersion = '']) => ({ version, appVersion }));

const on = (version: string, chart: string): InspectionSetup => ({
  facts: { sourceVersion: known(version, 'images') },
  release: { chartVersion: chart, appVersion: version },
  lastImage: `milvusdb/milvus:v${version}`,
});

const asked = (source: string, version: string, chart = '4.1.28', given: Parameters<typeof request>[0] = {}) => {
  const wanted = request(given);
  const { route } = planRoute(inspectionOf(on(source, chart)), { ...target, source, version }, wanted, entries);
  return { route, checks: routeChecks(route, wanted, inspectionOf(on(source, chart)).facts) };
};
const blocked = (found: ReturnType<typeof asked>) =>
  found.checks.filter(({ status }) => status === 'blocked').map(({ id }) => id);

describe('the route as checks', () => {
  it('says nothing against one allowed upgrade', () => {
    const { route, checks: found } = asked('2.3.11', '2.4.23');
    expect(found.filter(({ status }) => status === 'blocked')).toEqual([]);
    expect(route.hops.map(({ target: stop }) => stop)).toEqual(['2.4.23']);
  });

  it('blocks several upgrades, and names the next one', () => {
    const found = asked('2.2.16', '2.6.15', '4.0.34');
    expect(blocked(found)).toEqual(['several-hops']);
    expect(found.checks[0]).toMatchObject({
      seen: expect.stringContaining('2.2.16 -> 2.3.22 -> 2.4.24 -> 2.5.27 -> 2.6.15'),
      remedy: expect.stringContaining('target-version: 2.3.22'),
    });
  });

  it('offers no single step where the first one only prepares the release for the next', () => {
    const found = asked('2.5.27', '2.6.15', '4.2.58');
    expect(found.route.hops[0]).toMatchObject({ source: '2.5.27', target: '2.5.27', row: '2.5-mixcoord' });
    expect(blocked(found)).toEqual(['several-hops']);
    expect(found.checks.find(({ id }) => id === 'several-hops')?.remedy).toMatch(/^Set multi-hop: true/);
  });

  it('runs several where they are asked for', () => {
    expect(blocked(asked('2.2.16', '2.6.15', '4.0.34', { multiHop: true }))).toEqual([]);
  });

  it('plans a migration, and never runs it', () => {
    const found = asked('2.1.4', '2.3.22', '3.2.18', { multiHop: true });
    expect(found.route.hops.map(({ path }) => path)).toEqual(['migration', 'helm']);
    expect(blocked(found)).toContain('metadata-migration');
    expect(blocked(asked('2.1.4', '2.3.22', '3.2.18', { allow: ['metadata-migration'] }))).toContain(
      'metadata-migration',
    );
  });

  it.each([
    ['2.3.11', '2.4.13', 'bad-target-2.4.13'],
    ['2.4.16', '2.5.1', '2.4-to-2.5-target'],
  ])('%s to %s blocks as %s unless allowed', (source, version, id) => {
    const status = (allow: readonly string[]) =>
      asked(source, version, '4.1.28', { allow }).checks.find((check) => check.id === id)?.status;
    expect([status([]), status([id])]).toEqual(['blocked', 'allowed']);
    expect(overridableRouteIds).toContain(id);
  });

  it.each([
    ['2.4.23', '2.3.11', 'downgrade'],
    ['2.3.11', '2.4.0-rc.1', 'prerelease-target'],
  ])('%s to %s is blocked as %s, whatever is allowed', (source, version, id) => {
    expect(blocked(asked(source, version, '4.1.28', { allow: [id] }))).toContain(id);
    expect(overridableRouteIds).not.toContain(id);
  });

  it('refuses what is no version', async () => {
    const problem = await problemOf(() => asked('2.3.11', 'x'));
    expect(problem.details.id).toBe('version-unreadable');
  });

  it('shares no id with the table of checks', () => {
    const ids = new Set(checks.map(({ id }) => id));
    expect(overridableRouteIds.filter((id) => ids.has(id))).toEqual([]);
  });
});

/** The last revision went from 2.3.22 to 2.4.24; the target is 2.5.27. */
describe('an upgrade on the way that never ended', () => {
  const milvus = inspectionOf().facts.workloads.filter(({ component }) => component !== undefined);
  const components = (...versions: readonly string[]) =>
    inspectionOf().facts.components.map((one, index) => ({
      ...one,
      images: [`milvusdb/milvus:v${versions[index] ?? versions.at(-1) ?? ''}`],
    }));
  const way = (setup: InspectionSetup = {}, onward = false) => {
    const inspection = inspectionOf({
      ...on('2.4.24', '4.2.20'),
      previousImage: 'milvusdb/milvus:v2.3.22',
      ...setup,
      facts: { sourceVersion: known('2.4.24', 'images'), components: components('2.4.24'), ...setup.facts },
    });
    const { route, source } = planRoute(
      inspection,
      { ...target, source: '2.4.24', version: '2.5.27' },
      request(),
      entries,
      onward,
    );
    return { stops: [source, ...route.hops.map((hop) => hop.target)], route, inspection };
  };
  const whole = ['2.3.22', '2.4.24', '2.5.27'];
  const rest = ['2.4.24', '2.5.27'];
  const failedRevision: InspectionSetup = { record: { status: 'failed' } };

  it('is finished first where a rollout was never over, an old image runs, or Helm failed', () => {
    const open = milvus.map((one, index) => (index === 0 ? { ...one, completed: false, healthy: false } : one));
    expect(way({ facts: { workloads: open } }).stops).toEqual(whole);
    expect(way({ facts: { components: components('2.3.22', '2.4.24') } }).stops).toEqual(whole);
    expect(way(failedRevision).stops).toEqual(whole);
  });

  it('is over where every rollout was over once, whatever the health of the moment', () => {
    expect(way().stops).toEqual(rest);
    expect(way({ facts: { workloads: milvus.map((one) => ({ ...one, healthy: false })) } }).stops).toEqual(rest);
  });

  it('is not over where everything was scaled to zero since: nothing of it need have run', () => {
    const manifest = milvus.map(({ kind, name }) => ({
      ...{ apiVersion: 'apps/v1', kind, metadata: { name } },
      spec: { replicas: 1 },
    }));
    const workloads = milvus.map((one) => ({ ...one, wanted: 0, ready: 0, updated: 0 }));
    expect(way({ manifest, facts: { workloads } }).stops).toEqual(whole);
  });

  it('is not taken up where somebody went on to a newer version by other means', () => {
    const { stops } = way({ ...failedRevision, facts: { components: components('2.5.20') } });
    expect(stops).toEqual(rest);
  });

  it('is not taken up by the run that has just finished the hop before', () => {
    expect(way(failedRevision, true).stops).toEqual(rest);
  });

  it('is not taken up where it is no stop of the way', () => {
    expect(way({ ...failedRevision, previousImage: 'milvusdb/milvus:v2.4.16' }).stops).toEqual(rest);
  });

  it('is never a migration: pods of 2.2 prove that it was passed', () => {
    const inspection = inspectionOf({
      ...on('2.2.16', '4.0.34'),
      ...failedRevision,
      previousImage: 'milvusdb/milvus:v2.1.4',
      facts: { sourceVersion: known('2.2.16', 'images'), components: components('2.2.16') },
    });
    const goal = { ...target, source: '2.2.16', version: '2.3.22' };
    const { route } = planRoute(inspection, goal, request(), entries);
    expect(route.hops.map(({ path }) => path)).toEqual(['helm']);
  });

  it('leads nowhere below what any component runs', () => {
    const { route, inspection } = way({ facts: { components: components('2.4.24', '2.5.20') } });
    const older = { ...route, hops: route.hops.map((hop) => ({ ...hop, target: '2.4.24' })) };
    const [found] = routeChecks(older, request({ allow: ['downgrade'] }), inspection.facts).filter(
      ({ id }) => id === 'downgrade',
    );
    expect(found).toMatchObject({ status: 'blocked', seen: expect.stringContaining('2.5.20') });
  });
});
