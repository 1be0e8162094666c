import { describe, expect, it } from '@jest/globals';
import { advice, badTargets, crossings, detours } from '../../src/milvus/route-table.js';
import { routeOf } from '../../src/milvus/routes.js';
import type { CoordinatorStyle } from '../../src/milvus/knowledge.js';
import { parseMilvusVersion } from '../../src/milvus/version.js';
import { v } from './fixtures.js';

const route = (source: string, target: string, coordinators: CoordinatorStyle = 'separate') =>
  routeOf({ source: v(source), target: v(target), coordinators });

describe('routeOf', () => {
  it.each([
    ['2.3.11', '2.3.11', 'same-version'],
    ['2.4.13', '2.4.13', 'same-version'],
    ['2.5.0-beta', '2.5.0-beta', 'same-version'],
    ['2.0.1', '2.0.2', 'within-minor'],
    ['2.1.0', '2.1.4', 'within-minor'],
    ['2.2.3', '2.2.16', 'within-minor'],
    ['2.4.13', '2.4.13-hotfix', 'within-minor'],
    ['2.5.4', '2.5.27', 'within-minor'],
    ['2.6.4', '2.6.15', 'within-minor'],
    ['3.0.0', '3.0.1', 'within-minor'],
    ['2.0.2', '2.1.4', '2.0-to-2.1'],
    ['2.2.15', '2.3.4', '2.2-to-2.3'],
    ['2.2.16', '2.3.22', '2.2-to-2.3'],
    ['2.3.11', '2.4.23', '2.3-to-2.4'],
    ['2.4.24', '2.5.4', '2.4-to-2.5'],
  ])('allows %s -> %s (%s)', (source, target, id) => {
    expect(route(source, target)).toMatchObject({ allowed: true, id });
  });

  it.each([
    ['2.4.23', '2.4.22', 'downgrade', undefined, false],
    ['2.4.13-hotfix', '2.4.13', 'downgrade', undefined, false],
    ['2.5.0-beta', '2.5.4', 'prerelease-source', undefined, false],
    ['2.5.16', '2.6.0-rc1', 'prerelease-target', undefined, false],
    ['2.2.1', '2.2.2', 'bad-target-2.2.2', undefined, true],
    ['2.2.1', '2.2.4', 'bad-target-2.2.2', undefined, true],
    ['2.4.9', '2.4.13', 'bad-target-2.4.13', undefined, true],
    ['2.5.16', '2.6.1', 'bad-target-2.6.0', undefined, true],
    ['2.1.4', '2.2.16', 'metadata-migration', undefined, false],
    ['2.2.14', '2.3.22', '2.2-to-2.3-source', '2.2.16', false],
    ['2.2.16', '2.3.3', '2.2-to-2.3-target', undefined, true],
    ['2.4.24', '2.5.3', '2.4-to-2.5-target', undefined, true],
    ['2.5.4', '2.6.15', 'streaming-migration', '2.5.16', false],
    ['2.5.16', '2.6.15', 'streaming-migration', undefined, false],
    ['2.6.15', '3.0.0', 'storage-generation', undefined, false],
    ['2.0.2', '2.2.16', 'skipped-minor', '2.1.4', false],
    ['2.1.4', '2.4.23', 'skipped-minor', undefined, false],
    ['2.2.3', '2.4.23', 'skipped-minor', '2.2.16', false],
    ['2.2.15', '2.4.23', 'skipped-minor', '2.2.16', true],
    ['2.2.16', '2.4.23', 'skipped-minor', '2.3.22', true],
    ['2.3.11', '2.5.16', 'skipped-minor', '2.4.24', true],
    ['2.3.11', '2.6.15', 'skipped-minor', '2.4.24', false],
    ['2.4.23', '2.6.15', 'skipped-minor', '2.5.27', false],
    ['2.5.16', '3.0.0', 'skipped-minor', undefined, false],
    ['1.1.1', '2.4.23', 'unknown-line', undefined, false],
    ['1.1.0', '1.1.1', 'unknown-line', undefined, false],
    ['2.6.15', '2.7.0', 'unknown-line', undefined, false],
    ['3.0.0', '3.1.0', 'unknown-line', undefined, false],
  ])('refuses %s -> %s (%s), next hop %s', (source, target, id, nextHop, overridable) => {
    const result = route(source, target);
    if (result.allowed) throw new Error('allowed');
    expect(result.details.id).toBe(id);
    expect(result.overridable).toBe(overridable);
    expect(result.details.what).toContain(target);
    expect(result.source).toMatch(/^https:\/\//);
    expect(result.details.remedy).toContain(result.source);
    expect(result.details.remedy.includes(`target-version: ${String(nextHop)}`)).toBe(nextHop !== undefined);
  });

  it('advises on an allowed crossing', () => {
    const notices = (source: string, target: string, style?: CoordinatorStyle): number => {
      const result = route(source, target, style);
      return result.allowed ? result.notices.length : -1;
    };
    expect(notices('2.2.16', '2.3.4')).toBe(2);
    expect(notices('2.2.16', '2.3.12')).toBe(1);
    expect(notices('2.4.23', '2.5.11', 'mixcoord')).toBe(1);
    expect(notices('2.4.23', '2.5.11', 'separate')).toBe(0);
    expect(notices('2.4.23', '2.5.12', 'mixcoord')).toBe(0);
  });

  it('names a next hop that it then allows', () => {
    for (const { from, hops } of detours) {
      for (const hop of hops) {
        const start = hop.startsWith(`${from}.`) ? `${from}.0` : hops.length > 1 ? (hops[0] ?? '') : `${from}.2`;
        expect([from, hop, route(start, hop).allowed]).toEqual([from, hop, true]);
      }
    }
  });
});

describe('the tables', () => {
  it('hold readable versions, unique ids and public sources', () => {
    const versions = [
      ...badTargets.flatMap(({ from, to, instead }) => [from, to, instead]),
      ...crossings.flatMap(({ sourceFrom, targetFrom, blocked }) => [
        ...(sourceFrom === undefined ? [] : [sourceFrom.version, sourceFrom.hop]),
        ...(targetFrom === undefined ? [] : [targetFrom.version]),
        ...(blocked?.nextHop === undefined ? [] : [blocked.nextHop]),
      ]),
      ...detours.flatMap(({ hops }) => hops),
      ...advice.flatMap(({ below }) => (below === undefined ? [] : [below])),
    ];
    expect(versions.filter((text) => parseMilvusVersion(text) === undefined)).toEqual([]);
    const ids = [...badTargets, ...crossings].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { source } of [...badTargets, ...crossings, ...detours, ...advice]) {
      expect(source).toMatch(/^https:\/\/(github\.com|milvus\.io)\//);
    }
    expect(advice.filter(({ crossing }) => !ids.includes(crossing))).toEqual([]);
  });
});
