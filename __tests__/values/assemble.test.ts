import { describe, expect, it } from '@jest/globals';
import type { FrozenValue } from '../../src/plan/plan.js';
import { assembleValues, nothingToWrite, type Assembly } from '../../src/values/assemble.js';
import { readGiven, type Given } from '../../src/values/given.js';

const frozen: FrozenValue[] = [
  { key: 'pulsar.enabled', value: true, from: "StatefulSets in the release's manifest" },
  { key: 'pulsarv3.enabled', value: false, from: "StatefulSets in the release's manifest" },
];
const image = { repository: 'milvusdb/milvus', tag: 'v2.4.23' };

function given(inline: string, set: string[] = [], files: { name: string; text: string }[] = []): Given {
  const read = readGiven({ inline, set, files });
  expect(read.problems).toEqual([]);
  return read.given;
}
const assembly = (inline: string, set: string[] = [], files: { name: string; text: string }[] = []): Assembly => ({
  given: given(inline, set, files),
  frozen,
  image,
});

describe('readGiven', () => {
  it('puts files < values < set', () => {
    const files = [
      { name: 'a.yaml', text: 'x: file a\nv: file a\nz: file a\nw: file a\n' },
      { name: 'b.yaml', text: 'v: file b\nz: file b\nw: file b\n' },
    ];
    expect(given('z: inline\nw: inline', ['w=set'], files).values).toEqual({
      x: 'file a',
      v: 'file b',
      z: 'inline',
      w: 'set',
    });
  });

  it('reports everything that is wrong together, each by the name of its input', () => {
    const { problems } = readGiven({
      files: [
        { name: 'a.yaml', text: 'a: [' },
        { name: 'b.yaml', text: 'b: 1' },
      ],
      inline: '- x',
      set: ['c'],
    });
    expect(problems.map(({ id, what }) => [id, what.split(' cannot')[0]?.split(' is not')[0]])).toEqual([
      ['invalid-values', 'values-files: a.yaml'],
      ['invalid-values', 'values'],
      ['invalid-set', 'set, line 1'],
    ]);
  });
});

describe('assembleValues', () => {
  it('writes image and frozen keys over what is given', () => {
    expect(assembleValues(assembly('proxy: {replicas: 2}\npulsar: {maxMessageSize: "1"}'))).toEqual({
      given: { proxy: { replicas: 2 }, pulsar: { maxMessageSize: '1' } },
      merged: {
        proxy: { replicas: 2 },
        pulsar: { maxMessageSize: '1', enabled: true },
        pulsarv3: { enabled: false },
        image: { all: { repository: 'milvusdb/milvus', tag: 'v2.4.23' } },
      },
      conflicts: [],
    });
  });

  it('takes an equal value given now', () => {
    const same = assembly('pulsar: {enabled: true}\nimage: {all: {tag: v2.4.23}}', ['pulsarv3.enabled=false']);
    expect(assembleValues(same).conflicts).toEqual([]);
  });

  it.each([
    ['values', 'pulsar.enabled', 'false', assembly('pulsar: {enabled: false}')],
    ['set', 'pulsar.enabled', 'false', assembly('pulsar: {enabled: true}', ['pulsar.enabled=false'])],
    ['values-files: p.yaml', 'pulsar.enabled', '"true"', assembly('', ['a=1'], [{ name: 'p.yaml', text: 'pulsar: {enabled: "true"}' }])], // prettier-ignore
    ['values', 'pulsar', 'null', assembly('pulsar: null')],
    ['values', 'pulsar.enabled', 'null', assembly('pulsar: {enabled: null}')],
    ['values', 'pulsar', '5', assembly('pulsar: 5')],
    ['values', 'pulsar', 'a list', assembly('pulsar: [1]')],
    ['values', 'pulsar', 'a text', assembly('pulsar: a-secret-in-the-wrong-place')],
    ['values', 'pulsar.enabled', 'a section', assembly('pulsar: {enabled: {a: 1}}')],
    ['set', 'image.all.tag', '"v2.3.11"', assembly('', ['image.all.tag=v2.3.11'])],
    ['values', 'image.all.repository', '"mirror/milvus"', assembly('image: {all: {repository: mirror/milvus}}')],
    ['values', 'image.all', 'null', assembly('image: {all: null}')],
  ])('refuses a contradiction and names both sides: %s sets %s to %s', (input, at, value, contradiction) => {
    const first = assembleValues(contradiction).conflicts.at(0);
    expect(first?.id).toBe('value-conflict');
    expect(first?.what).toMatch(
      new RegExp(`^${input} sets ${at.replaceAll('.', '\\.')} to ${value}, but this run sets `),
    );
    expect(first?.what).toMatch(/target-version|the input image|what runs now/);
  });

  it('says once for each key that a section given away holds', () => {
    expect(assembleValues(assembly('image: null')).conflicts).toHaveLength(2);
  });
});

describe('nothingToWrite', () => {
  const defaults = {
    image: { all: { repository: 'milvusdb/milvus', tag: 'v2.4.23' } },
    pulsar: { enabled: true },
    pulsarv3: { enabled: false },
  };
  const stored = { ...defaults, proxy: { replicas: 2 } };

  it.each([
    ['all stored', stored, defaults, assembly(''), true],
    ['never stored, but what the chart gives', {}, defaults, assembly(''), true],
    ['the same values again', stored, defaults, assembly('proxy: {replicas: 2}'), true],
    ['the same as the default, but never stored', {}, defaults, assembly('pulsar: {enabled: true}'), false],
    ['a changed value', stored, defaults, assembly('proxy: {replicas: 3}'), false],
    ['a new value', stored, defaults, assembly('', ['dataNode.replicas=2']), false],
    ['a value taken away', stored, defaults, assembly('proxy: null'), false],
    ['an older tag stored', { image: { all: { tag: 'v2.3.11' } } }, defaults, assembly(''), false],
    ['an older tag by default', {}, { ...defaults, image: { all: { repository: 'milvusdb/milvus', tag: 'v2.4.16' } } }, assembly(''), false], // prettier-ignore
    ['a frozen key that the default flips', {}, { ...defaults, pulsarv3: { enabled: true } }, assembly(''), false],
    [
      'a frozen key that the chart does not have',
      {},
      { image: defaults.image, pulsar: defaults.pulsar },
      assembly(''),
      false,
    ],
    ['a stored frozen key with another value', { pulsarv3: { enabled: true } }, defaults, assembly(''), false],
    ['a stored null where the frozen key belongs', { pulsarv3: null }, defaults, assembly(''), false],
  ])('%s', (_name, storedValues, chart, asked, result) => {
    expect(nothingToWrite(storedValues, chart, asked)).toBe(result);
  });
});
