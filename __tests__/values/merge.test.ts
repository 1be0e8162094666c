import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { effective, handOver, mergeFiles, overlay } from '../../src/values/merge.js';
import { equal, flatten, getPath, setPath } from '../../src/values/tree.js';

type Tree = Record<string, unknown>;
const { cases } = JSON.parse(readFileSync(new URL('./coalesce-table.json', import.meta.url), 'utf8')) as {
  cases: { stored: Tree; given: Tree; result: Tree; helm314?: Tree }[];
};

describe('overlay', () => {
  it.each(cases)('stores what Helm stores: $given over $stored', ({ stored, given, result }) => {
    const before = structuredClone([stored, given]);
    expect(overlay(stored, given)).toEqual(result);
    expect([stored, given]).toEqual(before);
  });

  it.each(cases)(
    'is stored of what is handed over, in no version with a null over a record: $given over $stored',
    (one) => {
      const { values, whole } = handOver(one.stored, one.given);
      expect(whole ? values : overlay(one.stored, values)).toEqual(one.result);
      const laidOver = flatten(whole ? {} : values);
      // Helm takes a list as it is.
      const nulls = laidOver.filter(
        ({ path, value }) => value === null && path.every((key) => typeof key === 'string'),
      );
      expect(nulls).toEqual([]);
    },
  );

  it('is laid over the stored values by Helm itself where no null is new', () => {
    expect(handOver({ a: 1, b: null }, { c: 2, b: null })).toEqual({ values: { c: 2 }, whole: false });
    expect(handOver({ a: 1, b: 3 }, { c: 2, b: null })).toEqual({ values: { a: 1, c: 2 }, whole: true });
    expect(handOver({ a: 1 }, { c: { d: null } })).toEqual({ values: { a: 1, c: { d: null } }, whole: true });
  });

  it('is not fooled by names that objects inherit', () => {
    expect(overlay({}, { toString: null, constructor: { a: 1 } })).toEqual({ toString: null, constructor: { a: 1 } });
  });
});

describe('mergeFiles', () => {
  it.each([
    [{ a: { x: 1, y: 2 } }, { a: { y: 3 } }, { a: { x: 1, y: 3 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: { x: 1 } }, { a: null }, { a: null }],
    [{ a: 1 }, { a: { x: 1 } }, { a: { x: 1 } }],
    [{ a: null }, { a: { x: 1 } }, { a: { x: 1 } }],
  ])('%j < %j', (lower, upper, merged) => {
    expect(mergeFiles(lower, upper)).toEqual(merged);
  });
});

describe('effective', () => {
  it('takes user values over defaults, and a null of the user takes a default away', () => {
    const defaults = { pulsar: { enabled: true, name: 'pulsar' }, cluster: { enabled: true } };
    expect(effective(defaults, { pulsar: { enabled: false, name: null } })).toEqual({
      pulsar: { enabled: false },
      cluster: { enabled: true },
    });
  });
});

describe('trees', () => {
  it.each([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: '1' }, false],
    [{ a: undefined }, {}, false],
    [[1, 2], [2, 1], false],
    [[1, [2]], [1, [2]], true],
    [[], {}, false],
    [null, {}, false],
    [{ a: null }, {}, false],
    [1.0, 1, true],
  ])('equal(%j, %j) is %s', (a, b, result) => {
    expect(equal(a, b)).toBe(result);
  });

  it('gets and sets by dotted paths', () => {
    const tree = { a: { b: 1 }, c: 5, n: null };
    expect(getPath(tree, 'a.b')).toBe(1);
    expect(getPath(tree, 'c.x')).toBeUndefined();
    expect(getPath(tree, 'n')).toBeNull();
    expect(getPath(tree, 'toString')).toBeUndefined();
    expect(setPath(tree, 'c.x.y', 2)).toEqual({ a: { b: 1 }, c: { x: { y: 2 } }, n: null });
    expect(setPath(tree, 'a.z', 2)).toEqual({ a: { b: 1, z: 2 }, c: 5, n: null });
    expect(tree).toEqual({ a: { b: 1 }, c: 5, n: null });
  });

  it('lists leaves with their paths', () => {
    expect(flatten({ a: [{ b: 1 }, null], c: {}, d: [] })).toEqual([
      { path: ['a', 0, 'b'], value: 1 },
      { path: ['a', 1], value: null },
      { path: ['c'], value: {} },
      { path: ['d'], value: [] },
    ]);
  });
});
