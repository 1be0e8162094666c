import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkDefaults, checkJump, checkRender, type Rendered } from '../../testbed/charts-facts.js';
import { at, within } from '../../testbed/charts-lines.js';

const chart = { version: '4.2.20', appVersion: '2.4.16' };
const render = { ...chart, valueSet: 'cluster', on: 'upgrade' } as const;

const deployment = (component: string, image = 'milvusdb/milvus:v2.4.16'): Rendered => ({
  kind: 'Deployment',
  metadata: { name: `db-milvus-${component}` },
  spec: { strategy: null, template: { spec: { containers: [{ name: component, image }] } } },
});
const config = (text: string): Rendered => ({
  kind: 'ConfigMap',
  metadata: { name: 'db-milvus' },
  data: { 'default.yaml': text },
});

const facts = (rules: object): object => ({
  release: 'db',
  valueSets: { cluster: {}, named: { inventory: false } },
  objects: [],
  fields: [],
  config: [],
  ...rules,
});
const field = (rule: object): object =>
  facts({ objects: [{ Deployment: ['db-milvus-proxy', 'db-milvus-querynode'] }], fields: [rule] });
const both = [deployment('proxy'), deployment('querynode')];

describe('at and within', () => {
  const table = { '3.0.0': 'a', '4.2.4': 'b', '4.10.0': 'c' };
  it.each([
    ['2.9.9', null],
    ['3.0.0', 'a'],
    ['4.2.3', 'a'],
    ['4.2.4', 'b'],
    ['4.9.0', 'b'],
    ['4.10.1', 'c'],
  ])('at %s is %s', (version, wanted) => {
    expect(at(table, version)).toBe(wanted);
  });

  it.each([
    [{}, true],
    [{ from: '4.2.20' }, true],
    [{ to: '4.2.20' }, true],
    [{ from: '4.2.21' }, false],
    [{ to: '4.2.3' }, false],
  ])('4.2.20 in %j is %s', (range, wanted) => {
    expect(within(range, '4.2.20')).toBe(wanted);
  });
});

describe('checkRender', () => {
  it.each<[string, object, readonly Rendered[], number, readonly string[]]>([
    ['the objects named', field({ object: 'Deployment/db-milvus-proxy', path: 'kind', is: 'Deployment' }), both, 3, []],
    [
      'an object that is missing',
      facts({ objects: [{ Service: ['db-milvus'] }] }),
      [],
      0,
      ['4.2.20 cluster (upgrade): Service/db-milvus is not there'],
    ],
    [
      'an object too many',
      facts({}),
      [deployment('cdc')],
      0,
      ['4.2.20 cluster (upgrade): Deployment/db-milvus-cdc is there'],
    ],
    [
      'rules of other versions, value sets and kinds of run',
      facts({
        objects: [
          { from: '5.0.0', Service: ['a'] },
          { in: ['kafka'], Service: ['b'] },
          { on: 'install', Service: ['c'] },
        ],
      }),
      [],
      0,
      [],
    ],
    [
      'a placeholder',
      field({ object: 'Deployment/db-milvus-*', path: 'spec.template.spec.containers', names: ['{component}'] }),
      both,
      4,
      [],
    ],
    [
      'a star before a suffix',
      field({ object: 'Deployment/db-milvus-*node', path: 'spec.template.spec.containers', names: ['{component}'] }),
      both,
      3,
      [],
    ],
    [
      'another image',
      field({
        object: 'Deployment/db-milvus-*',
        path: 'spec.template.spec.containers.0.image',
        is: 'milvusdb/milvus:v{appVersion}',
      }),
      [deployment('proxy'), deployment('querynode', 'milvusdb/milvus:v2.4.15')],
      3,
      [
        '4.2.20 cluster (upgrade): Deployment/db-milvus-querynode spec.template.spec.containers.0.image: "milvusdb/milvus:v2.4.15", not is "milvusdb/milvus:v2.4.16"',
      ],
    ],
    ['null as absent', field({ object: 'Deployment/db-milvus-*', path: 'spec.strategy', absent: true }), both, 4, []],
    [
      'a rule that nothing matches',
      field({ object: 'Deployment/db-milvus-attu', path: 'kind', present: true }),
      both,
      2,
      ['4.2.20 cluster (upgrade): nothing matches Deployment/db-milvus-attu'],
    ],
    [
      'the last of two queues',
      facts({
        objects: [{ ConfigMap: ['db-milvus'] }],
        config: [{ path: 'mq.type', is: 'rocksmq' }],
      }),
      [config('mq:\n  type: pulsar\nmq:\n  type: rocksmq\n')],
      2,
      [],
    ],
  ])('sees %s', (_, table, objects, held, differ) => {
    expect(checkRender(table, render, objects)).toEqual({ held, differ });
  });

  it('asks for no list of objects where the value set says so', () => {
    expect(checkRender(facts({}), { ...render, valueSet: 'named' }, both)).toEqual({ held: 0, differ: [] });
  });

  it('refuses a rule that compares with nothing', () => {
    expect(() => checkRender(field({ object: 'Deployment/db-milvus-proxy', path: 'kind' }), render, both)).toThrow(
      'says nothing to compare with',
    );
  });
});

describe('checkDefaults', () => {
  const table = {
    defaults: { 'pulsar.enabled': { '3.0.0': true, '4.2.27': false }, metadata: { '3.0.0': {}, '4.0.0': null } },
  };
  it.each([
    [{ pulsar: { enabled: true } }, 2, []],
    [{ pulsar: { enabled: false } }, 1, ['4.2.20 default of pulsar.enabled: false, not true']],
    [
      { pulsar: { enabled: true }, metadata: { rootPath: 'x' } },
      1,
      ['4.2.20 default of metadata: {"rootPath":"x"}, not null'],
    ],
  ])('compares %j', (values, held, differ) => {
    expect(checkDefaults(table, chart, values)).toEqual({ held, differ });
  });
});

describe('checkJump', () => {
  const set = (name: string, template: string): Rendered => ({
    kind: 'StatefulSet',
    metadata: { name },
    spec: { template },
  });
  const jump = { from: '4.2.20', to: '4.2.58', in: 'cluster', rolled: [], added: [], removed: [] };
  it.each<[object, readonly Rendered[], readonly Rendered[], readonly string[]]>([
    [jump, [set('a', '1')], [set('a', '1')], []],
    [{ ...jump, rolled: ['StatefulSet/a'] }, [set('a', '1')], [set('a', '2')], []],
    [jump, [set('a', '1')], [set('a', '2')], ['4.2.20 -> 4.2.58 cluster: rolled ["StatefulSet/a"], not []']],
    [
      jump,
      [set('a', '1')],
      [set('b', '1')],
      [
        '4.2.20 -> 4.2.58 cluster: added ["StatefulSet/b"], not []',
        '4.2.20 -> 4.2.58 cluster: removed ["StatefulSet/a"], not []',
      ],
    ],
  ])('compares %j', (expected, before, after, differ) => {
    expect(checkJump(expected, before, after).differ).toEqual(differ);
  });
});

describe('the table of facts', () => {
  const table = JSON.parse(readFileSync(join(import.meta.dirname, '../../testbed/chart/facts.json'), 'utf8')) as {
    valueSets: object;
    objects: { in?: string[] }[];
    fields: { in?: string[]; object: string }[];
    config: { in?: string[] }[];
  };

  it('names value sets that it has', () => {
    const named = [...table.objects, ...table.fields, ...table.config].flatMap((rule) => rule.in ?? []);
    expect([...new Set(named)].filter((name) => !(name in table.valueSets))).toEqual([]);
    expect(Object.keys(table.valueSets).filter((name) => !named.includes(name))).toEqual([]);
  });
});
