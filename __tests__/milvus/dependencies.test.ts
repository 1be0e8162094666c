import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { switchOf, type ConfigSource } from '../../src/milvus/config.js';
import { etcdOf } from '../../src/milvus/etcd.js';
import type { Known } from '../../src/milvus/knowledge.js';
import { metastoreOf } from '../../src/milvus/metastore.js';
import { objectStorageOf } from '../../src/milvus/object-storage.js';
import { milvus } from './fixtures.js';

const service = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name } },
});
const workload = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: { template: { metadata: { labels: { app: name } } } },
});
const configMap = (text: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'rel-milvus' },
  data: { 'default.yaml': text },
});
const source = (text: string | undefined, env?: readonly unknown[]): ConfigSource => ({
  configMap: text === undefined ? undefined : configMap(text),
  unreadable: 'may not',
  manifest: [
    milvus({ component: 'standalone', ...(env === undefined ? {} : { env }) }),
    ...['rel-etcd', 'rel-minio'].flatMap((name) => [service(name), workload(name)]),
  ],
});

const valuesOf = (facts: Readonly<Record<string, Known<unknown>>>) =>
  Object.fromEntries(Object.entries(facts).map(([key, fact]) => [key, fact.known && fact.value]));

describe('metastore', () => {
  it.each([
    ['nothing', 'log: {}', 'etcd'],
    ['etcd', 'metastore: { type: etcd }', 'etcd'],
    ['MySQL', 'metastore: { type: mysql }', 'mysql'],
    ['TiKV, in capitals', 'metastore: { type: TiKV }', 'tikv'],
  ])('said by %s', (_, text, value) => {
    expect(metastoreOf(source(text))).toMatchObject({ known: true, value });
  });

  it.each([
    ['a name that is not known, whose text is not repeated', 'metastore: { type: canary }', /not known here$/],
    ['a configuration that may not be read', undefined, /may not/],
  ])('is unknown with %s', (_, text, reason) => {
    expect(metastoreOf(source(text))).toMatchObject({ known: false, reason: expect.stringMatching(reason) });
  });

  it('is what an environment variable says', () => {
    const env = [{ name: 'METASTORE_TYPE', value: 'mysql' }];
    expect(metastoreOf(source('metastore: { type: etcd }', env))).toMatchObject({ value: 'mysql' });
  });
});

describe('etcd', () => {
  it.each<[string, string, object]>([
    [
      'of the release',
      'etcd: { endpoints: [rel-etcd:2379] }',
      { place: 'release', servers: ['StatefulSet/rel-etcd'], tls: false, auth: false },
    ],
    [
      'outside, with TLS and a password',
      'etcd: { endpoints: ["https://user:canary@etcd.example.com:2379"], ssl: { enabled: true }, auth: { enabled: true, password: canary } }',
      { place: 'external', servers: ['etcd.example.com:2379'], tls: true, auth: true },
    ],
    [
      'inside and outside at once',
      'etcd: { endpoints: "rel-etcd:2379,etcd.example.com:2379" }',
      { place: 'external', servers: ['StatefulSet/rel-etcd', 'etcd.example.com:2379'] },
    ],
    ['in the process', 'etcd: { use: { embed: true } }', { place: 'embedded', servers: [] }],
  ])('%s', (_, text, expected) => {
    const read = etcdOf(source(text), 'ns');
    expect(valuesOf({ ...read })).toMatchObject(expected);
    expect(JSON.stringify(read)).not.toContain('canary');
  });

  it.each([
    ['no etcd', 'log: {}', /names no etcd/],
    ['no configuration', undefined, /may not/],
  ])('is nowhere known with %s', (_, text, reason) => {
    expect(etcdOf(source(text), 'ns').place).toMatchObject({ known: false, reason: expect.stringMatching(reason) });
  });
});

describe('object storage', () => {
  it.each<[string, string, object]>([
    [
      'of the release',
      'minio: { address: rel-minio, port: 9000 }',
      { place: 'release', servers: ['StatefulSet/rel-minio'] },
    ],
    [
      'outside',
      'minio: { address: s3.example.com, port: 443, useSSL: true, secretAccessKey: canary }',
      { place: 'external', servers: ['s3.example.com:443'], tls: true },
    ],
    ['in a directory', 'common: { storageType: local }', { place: 'local' }],
  ])('%s', (_, text, expected) => {
    const read = objectStorageOf(source(text), 'ns');
    expect(valuesOf({ ...read })).toMatchObject(expected);
    expect(JSON.stringify(read)).not.toContain('canary');
  });

  it('is nowhere known where the configuration names none', () => {
    expect(objectStorageOf(source('log: {}'), 'ns').place).toMatchObject({ known: false });
  });
});

describe('a switch', () => {
  it.each([
    ['a: { b: true }', true],
    ['a: { b: "True" }', true],
    ['a: { b: no }', false],
    ['log: {}', true],
  ])('%s', (text, value) => {
    expect(switchOf(source(text), 'a.b', true)).toMatchObject({ known: true, value });
  });
});
