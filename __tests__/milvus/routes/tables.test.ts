import { describe, expect, it } from '@jest/globals';
import { frozenKeys } from '../../../src/milvus/frozen.js';
import { advice } from '../../../src/milvus/routes/advice.js';
import { badTarget, badTargets } from '../../../src/milvus/routes/bad-targets.js';
import { coordinatorsIntoMixcoord, streamingNodes } from '../../../src/milvus/routes/changes.js';
import { crossings } from '../../../src/milvus/routes/crossings.js';
import { demands } from '../../../src/milvus/routes/demands.js';
import { endRules } from '../../../src/milvus/routes/find.js';
import { lines, stopOf } from '../../../src/milvus/routes/lines.js';
import { newestPatch, nextMinor } from '../../../src/milvus/routes/newest.js';
import { overridableRouteIds } from '../../../src/milvus/routes/overridable.js';
import { older, tableVersion } from '../../../src/milvus/routes/table-version.js';
import { vulnerabilities } from '../../../src/milvus/routes/vulnerabilities.js';
import { isPrerelease, minorOf, parseMilvusVersion } from '../../../src/milvus/version.js';
import { charts, v } from '../fixtures.js';

const floors = crossings.flatMap(({ floor }) => (floor === undefined ? [] : [floor]));

describe('the tables', () => {
  it('hold readable versions', () => {
    const written = [
      ...lines.flatMap(({ stop, newest }) => [stop, newest ?? stop]),
      ...badTargets.flatMap(({ from, to, instead }) => [from, to, instead]),
      ...crossings.flatMap(({ leave }) => (leave === undefined ? [] : [leave.version])),
      ...floors.flatMap(({ reasons }) => reasons.map(({ version }) => version)),
      ...advice.flatMap(({ reaching, below, from }) => [reaching, below, from].filter((text) => text !== undefined)),
      ...vulnerabilities.map(({ fixed }) => fixed),
    ];
    expect(written.filter((text) => parseMilvusVersion(text) === undefined)).toEqual([]);
    expect(() => tableVersion('latest')).toThrow('not a Milvus version');
    expect(() => stopOf('9.9')).toThrow('not a known minor');
  });

  it('have unique ids and rows', () => {
    const ids = [...badTargets, ...floors, ...demands, ...endRules].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rows = crossings.map(({ row }) => row);
    expect(new Set([...rows, coordinatorsIntoMixcoord.row]).size).toBe(rows.length + 1);
  });

  it('refer to each other by rows that are there', () => {
    const rows = crossings.map(({ row }) => row);
    const used = advice.flatMap(({ crossing }) => (crossing === undefined ? [] : [crossing]));
    expect(used.filter((row) => !rows.includes(row))).toEqual([]);
    const changed = advice.flatMap(({ changes }) => (changes === undefined ? [] : [changes]));
    expect(changed.filter((row) => row !== coordinatorsIntoMixcoord.row)).toEqual([]);
  });

  it('give every row a public source', () => {
    const sources = [
      ...[...lines, ...badTargets, ...demands, ...endRules, ...advice].map(({ source }) => source),
      ...floors.flatMap(({ reasons }) => reasons.map(({ source }) => source)),
      ...crossings.flatMap(({ documentation, leave }) => [
        ...Object.values(documentation),
        ...(leave === undefined ? [] : [leave.source]),
      ]),
    ];
    expect(sources.filter((source) => !/^https:\/\/(github\.com|milvus\.io)\//.test(source))).toEqual([]);
  });

  it('are one chain from minor to minor', () => {
    expect(crossings.map(({ from }) => from)).toEqual(lines.slice(0, -1).map(({ minor }) => minor));
    expect(crossings.map(({ to }) => to)).toEqual(lines.slice(1).map(({ minor }) => minor));
    for (const { row, from, to } of crossings) expect(row).toBe(`${from}-to-${to}`);
  });

  it('stop where it is safe: in the minor, on a good release, above its floor, and where it may be left', () => {
    for (const { minor } of lines) {
      const stop = stopOf(minor);
      expect(minorOf(stop)).toBe(minor);
      expect([badTarget(stop), isPrerelease(stop)]).toEqual([undefined, false]);
      const into = crossings.find(({ to }) => to === minor)?.floor?.reasons ?? [];
      expect(into.filter(({ version }) => older(stop, version))).toEqual([]);
      const leave = crossings.find(({ from }) => from === minor)?.leave?.version ?? '0.0.0';
      expect(older(stop, leave)).toBe(false);
    }
    expect(lines.map(({ stop }) => stop)).toEqual([
      '2.0.2',
      '2.1.4',
      '2.2.16',
      '2.3.22',
      '2.4.24',
      '2.5.27',
      '2.6.20',
      '3.0.0',
    ]);
  });

  it('order the reasons of a floor', () => {
    for (const { reasons } of floors) {
      reasons.slice(1).forEach(({ version }, index) => {
        expect(older(v(reasons[index]?.version ?? ''), version)).toBe(true);
      });
    }
  });

  it('change frozen keys alone', () => {
    const frozen = frozenKeys.map(({ key }) => key);
    const changed = [coordinatorsIntoMixcoord, streamingNodes].flatMap(({ changes }) => changes.map(({ key }) => key));
    expect(changed.filter((key) => !frozen.includes(key))).toEqual([]);
    expect(changed.length).toBe(7);
  });

  it('let these ids be overridden', () => {
    expect(overridableRouteIds).toEqual([
      '2.1-to-2.2-target',
      '2.2-to-2.3-target',
      '2.4-to-2.5-target',
      '2.5-mixcoord-chart',
      '2.5-to-2.6-target',
      'backup-not-confirmed',
      'bad-target-2.2.2',
      'bad-target-2.4.13',
      'bad-target-2.6.0',
      'skipped-minor',
    ]);
  });
});

describe('the newest release', () => {
  it.each([
    ['2.0.1', '2.0.2', '2.1.4'],
    ['2.1.4', undefined, '2.2.16'],
    ['2.2.3', '2.2.16', '2.3.22'],
    ['2.3.11', '2.3.22', '2.4.24'],
    ['2.4.13', '2.4.24', '2.5.27'],
    ['2.5.16', '2.5.27', '2.6.22'],
    ['2.6.15', '2.6.22', '3.0.0'],
    ['2.6.22', undefined, '3.0.0'],
    ['3.0.0', undefined, undefined],
    ['1.1.0', '1.1.1', undefined],
  ])('after %s: patch %s, next minor %s', (version, patch, minor) => {
    expect([newestPatch(v(version), charts)?.text, nextMinor(v(version), charts)?.text]).toEqual([patch, minor]);
  });

  it('may be one that only a chart names, but no pre-release', () => {
    const entries = ['2.6.30', '2.6.31-rc1', '3.0.2', '2.7.0', 'latest'].map((appVersion) => ({
      version: '5.1.0',
      appVersion,
    }));
    expect(newestPatch(v('2.6.15'), entries)?.text).toBe('2.6.30');
    expect(nextMinor(v('2.6.15'), entries)?.text).toBe('3.0.2');
    expect(newestPatch(v('2.6.30'), [])).toBeUndefined();
  });
});
