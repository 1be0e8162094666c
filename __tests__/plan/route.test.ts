import { describe, expect, it } from '@jest/globals';
import { overridableRoutes, routeChecks } from '../../src/plan/route.js';
import { checks } from '../../src/plan/checks/table.js';
import { problemOf } from '../helm/support.js';
import { target } from './context.js';

const from = (source: string, version: string) => ({ ...target, source, version });

describe('the route as a check', () => {
  it('is silent on an allowed crossing, with its notices', () => {
    const { checks: found, notices } = routeChecks(from('2.3.11', '2.4.23'), 'separate', []);
    expect([found, notices]).toEqual([[], [expect.stringContaining('mmap')]]);
  });

  it.each([
    ['2.3.11', '2.4.13', 'bad-target-2.4.13'],
    ['2.4.16', '2.5.1', '2.4-to-2.5-target'],
    ['2.3.11', '2.5.16', 'skipped-minor'],
  ])('%s to %s blocks as %s unless allowed', (source, version, id) => {
    const result = (allow: readonly string[]) => routeChecks(from(source, version), 'separate', allow).checks;
    expect(result([])).toMatchObject([{ id, status: 'blocked', overridable: true }]);
    expect(result([id])).toMatchObject([{ id, status: 'allowed' }]);
    expect(result([])[0]?.source).toMatch(/^https:/);
    expect(overridableRoutes).toContain(id);
  });

  it.each([
    ['2.4.23', '2.3.11', 'downgrade'],
    ['2.1.4', '2.2.16', 'metadata-migration'],
    ['2.5.16', '2.6.4', 'streaming-migration'],
    ['2.3.11', '2.4.0-rc.1', 'prerelease-target'],
  ])('%s to %s is refused as %s, whatever is allowed', async (source, version, id) => {
    const { ending, details } = await problemOf(() => routeChecks(from(source, version), 'separate', [id]));
    expect([ending, details.id]).toEqual(['refused', id]);
    expect(overridableRoutes).not.toContain(id);
  });

  it('refuses what is no version', async () => {
    expect((await problemOf(() => routeChecks(from('2.3.11', 'x'), 'separate', []))).details.id).toBe(
      'version-unreadable',
    );
  });

  it('shares no id with the table of checks', () => {
    const ids = new Set(checks.map(({ id }) => id));
    expect(overridableRoutes.filter((id) => ids.has(id))).toEqual([]);
  });
});
