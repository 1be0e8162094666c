import { describe, expect, it } from '@jest/globals';
import { objectKey, parseManifest } from '../../src/helm/manifest.js';
import { problemOf } from './support.js';

const object = (kind: string, name: string, namespace?: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}`;

describe('parseManifest', () => {
  it('reads documents in order, leaves out empty ones and fills in the namespace', () => {
    const manifest = [
      '',
      `# Source: milvus/templates/config.yaml\n${object('ConfigMap', 'a')}`,
      '# Source: milvus/templates/nothing.yaml\n',
      object('Secret', 'b', 'elsewhere'),
      object('ClusterRole', 'c'),
      object('Milvus', 'd'),
      '',
    ].join('---\n');
    expect(
      parseManifest(manifest, 'db').map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace]),
    ).toEqual([
      ['ConfigMap', 'a', 'db'],
      ['Secret', 'b', 'elsewhere'],
      ['ClusterRole', 'c', undefined],
      ['Milvus', 'd', 'db'],
    ]);
  });

  it('opens lists, also typed and nested ones', () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } },
        { apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata: { name: 'm' }, data: { a: 'b' } }] },
      ],
    });
    expect(parseManifest(list, 'db')).toEqual([
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'db' } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'db' }, data: { a: 'b' } },
    ]);
  });

  it('keeps everything else of an object, with values as Kubernetes reads them', () => {
    const [deployment] = parseManifest(`${object('Deployment', 'd')}spec:\n  paused: no\n  replicas: 2\n`, 'db');
    expect(deployment?.spec).toEqual({ paused: false, replicas: 2 });
  });

  it.each([
    ['bad YAML', 'kind: [hunter2'],
    ['a text', 'hunter2'],
    ['no kind', 'apiVersion: v1\nmetadata: {name: hunter2}'],
    ['no name', 'apiVersion: v1\nkind: Secret\nmetadata: {labels: {a: hunter2}}'],
    ['no metadata', 'apiVersion: v1\nkind: Secret\nhunter2: a'],
    ['an item that is none', 'apiVersion: v1\nkind: List\nitems: [hunter2]'],
  ])('refuses %s without quoting it', async (_what, manifest) => {
    const { details } = await problemOf(() => parseManifest(manifest, 'db'));
    expect(details.id).toBe('manifest-unreadable');
    expect(JSON.stringify(details)).not.toContain('hunter2');
  });
});

describe('objectKey', () => {
  it('tells kinds, namespaces and names apart', () => {
    const keys = [
      objectKey('Deployment', 'a', 'db'),
      objectKey('Deployment', 'a', 'other'),
      objectKey('Deployment', 'b', 'db'),
      objectKey('StatefulSet', 'a', 'db'),
      objectKey('ClusterRole', 'a'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(objectKey('Deployment', 'a', 'db')).toBe(keys[0]);
  });
});
