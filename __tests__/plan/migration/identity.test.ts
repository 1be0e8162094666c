import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/cluster/port.js';
import type { Values } from '../../../src/helm/port.js';
import { known, unknown } from '../../../src/milvus/knowledge.js';
import type { IdentityKey, Line } from '../../../src/milvus/migration-values-identity.js';
import { compareIdentity, identityOf, type Identity } from '../../../src/plan/migration/identity.js';
import { settingsOfConfig } from '../../../src/plan/migration/live-settings.js';
import { readSettings } from '../../../src/plan/migration/settings.js';
import { settingsOfValues } from '../../../src/plan/migration/value-settings.js';
import { charts } from './charts.js';

type Version = keyof typeof charts;

const valueOf = (identity: Identity, id: IdentityKey): string | undefined => {
  const value = identity.get(id);
  return value?.known === true ? value.value : undefined;
};

const ofText = (text: string, line: Line = '2.1'): Identity =>
  identityOf(readSettings([{ name: 'milvus.yaml', text }]), line);

const ofValues = (userValues: Values, version: Version = '3.2.18', line: Line = '2.1', release = 'rel'): Identity =>
  identityOf(settingsOfValues({ release, chart: charts[version], userValues }), line);

describe('what a configuration means', () => {
  const rows: readonly [text: string, id: IdentityKey, line: Line, value: string | undefined][] = [
    ['', 'root-path', '2.1', 'by-dev'],
    ['etcd: {rootPath: mine}', 'root-path', '2.1', 'mine'],
    ['etcd: {rootPath: 0123}', 'root-path', '2.1', '83'],
    ['etcd: {rootPath: "0123"}', 'root-path', '2.1', '0123'],
    ['ETCD: {ROOTPATH: mine}', 'root-path', '2.1', 'mine'],
    ['etcd: {rootPath: a}\netcd2: {}\n', 'meta-sub-path', '2.1', 'meta'],
    ['etcd: {endpoints: [b:1, a:1, b:1]}', 'etcd-endpoints', '2.1', 'a:1,b:1'],
    ['etcd: {endpoints: "b:1, a:1"}', 'etcd-endpoints', '2.1', 'a:1,b:1'],
    ['etcd: {ssl: {enabled: yes}}', 'etcd-tls', '2.1', 'true'],
    ['etcd: {ssl: {enabled: "1"}}', 'etcd-tls', '2.1', 'true'],
    ['etcd: {ssl: {enabled: "yes"}}', 'etcd-tls', '2.1', undefined],
    ['common: {security: {authorizationEnabled: on}}', 'authorization', '2.1', 'true'],
    ['common: {security: {tlsMode: 2}}', 'tls-mode', '2.1', '2'],
    ['rocksmq: {path: /a}\npulsar: {address: p}', 'message-queue', '2.1', 'rocksmq'],
    ['pulsar: {address: p}', 'message-queue', '2.1', 'pulsar'],
    ['messageQueue: pulsar\nmessageQueue: kafka\npulsar: {}\n', 'message-queue', '2.1', 'kafka'],
    ['mq: {type: woodpecker}\nmessageQueue: kafka\n', 'message-queue', '2.2', 'woodpecker'],
    ['common: {chanNamePrefix: {cluster: a}}', 'channel-prefix', '2.1', 'a'],
    [
      'common: {chanNamePrefix: {cluster: a}}\nmsgChannel: {chanNamePrefix: {cluster: b}}',
      'channel-prefix',
      '2.1',
      'a',
    ],
    [
      'common: {chanNamePrefix: {cluster: a}}\nmsgChannel: {chanNamePrefix: {cluster: b}}',
      'channel-prefix',
      '2.2',
      'b',
    ],
    // The image's own file may have the name that counts more.
    ['common: {chanNamePrefix: {cluster: a}}', 'channel-prefix', '2.2', undefined],
    ['common: {chanNamePrefix: {cluster: by-dev}}', 'channel-prefix', '2.2', 'by-dev'],
  ];

  it.each(rows)('%j: %s for Milvus %s', (text, id, line, value) => {
    expect(valueOf(ofText(text, line), id)).toBe(value);
  });

  it('is not known where the file is no YAML, and the reason quotes nothing', () => {
    const identity = ofText('etcd: {rootPath: hush');
    expect([...identity.values()].every((value) => !value.known)).toBe(true);
    expect(JSON.stringify([...identity.values()])).not.toContain('hush');
  });
});

describe('what values mean', () => {
  const rows: readonly [userValues: Values, version: Version, id: IdentityKey, value: string | undefined][] = [
    [{}, '3.2.18', 'root-path', 'by-dev'],
    [{ metadata: { rootPath: 'mine' } }, '3.2.18', 'root-path', 'mine'],
    // Chart 4.0.0 ignores it: this is the loss that everything here is about.
    [{ metadata: { rootPath: 'mine' } }, '4.0.34', 'root-path', 'by-dev'],
    [{ extraConfigFiles: { 'user.yaml': 'etcd: {rootPath: mine}' } }, '4.0.34', 'root-path', 'mine'],
    [{ extraConfigFiles: { 'user.yaml': 'etcd: {rootPath: mine}' } }, '3.3.6', 'root-path', 'mine'],
    // Pods of this chart do not get the file.
    [{ extraConfigFiles: { 'user.yaml': 'etcd: {rootPath: mine}' } }, '3.2.18', 'root-path', 'by-dev'],
    [{}, '3.2.18', 'etcd-endpoints', 'rel-etcd:2379'],
    [{ externalEtcd: { enabled: true, endpoints: ['b:1', 'a:1'] } }, '3.2.18', 'etcd-endpoints', 'a:1,b:1'],
    [{}, '3.2.18', 'bucket', 'milvus-bucket'],
    [{ externalS3: { enabled: true, bucketName: 'b', rootPath: 'p' } }, '3.2.18', 'bucket', 'b'],
    [{ externalS3: { enabled: true, bucketName: 'b', rootPath: 'p' } }, '4.0.34', 'bucket-root-path', 'p'],
    [{ minio: { gcsgateway: { enabled: true } }, externalGcs: { bucketName: 'g' } }, '3.2.18', 'bucket', 'g'],
    [{}, '3.2.18', 'message-queue', 'pulsar'],
    [{ pulsar: { enabled: false }, kafka: { enabled: true } }, '3.2.18', 'message-queue', 'kafka'],
    [{ externalKafka: { enabled: true } }, '3.3.6', 'message-queue', 'kafka'],
    [{ externalKafka: { enabled: true, brokerList: 'k:1' } }, '3.3.6', 'kafka-brokers', 'k:1'],
    [{ cluster: { enabled: false } }, '3.2.18', 'message-queue', 'rocksmq'],
    [
      { cluster: { enabled: false }, standalone: { persistence: { mountPath: '/d' } } },
      '3.2.18',
      'rocksmq-path',
      '/d/rdb_data',
    ],
    [
      { cluster: { enabled: false }, standalone: { persistence: { mountPath: '/d' } } },
      '4.0.34',
      'rocksmq-path',
      '/var/lib/milvus/rdb_data',
    ],
    [{ authorization: { enabled: true } }, '3.2.18', 'authorization', 'true'],
    [{ authorization: { enabled: true } }, '4.0.34', 'authorization', 'false'],
    [{ externalMysql: { enabled: true } }, '3.2.18', 'metastore', 'mysql'],
    [{ externalPulsar: { enabled: true, host: 'q', tenant: 't' } }, '3.3.6', 'pulsar-tenant', 't'],
    [{ extraConfigFiles: { 'user.yaml': 'a: [' } }, '3.3.6', 'root-path', undefined],
    [{ extraConfigFiles: { 'user.yaml': ['a'] } }, '3.3.6', 'root-path', undefined],
  ];

  it.each(rows)('%j on chart %s: %s', (userValues, version, id, value) => {
    expect(valueOf(ofValues(userValues, version), id)).toBe(value);
  });

  it('takes the name of the release for a dependency where it contains the name of one', () => {
    const identity = ofValues({}, '3.2.18', '2.1', 'my-etcd');
    expect(valueOf(identity, 'etcd-endpoints')).toBe('my-etcd:2379');
    expect(valueOf(identity, 'pulsar-address')).toBe('my-etcd-pulsar-proxy');
  });

  it.each(['3.0.29', '4.1.28', 'local'])('is not known for chart %s', (version) => {
    const chart = { version, values: charts['3.2.18'].values };
    expect(settingsOfValues({ release: 'rel', chart, userValues: {} }).known).toBe(false);
  });
});

const deployment = (component: string, files: readonly string[], env: readonly unknown[] = []): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name: `rel-milvus-${component}`, labels: { 'helm.sh/chart': 'milvus-3.2.18', component } },
  spec: {
    template: {
      spec: {
        containers: [
          {
            ...{ name: component, env },
            volumeMounts: [
              ...files.map((file) => ({ name: 'milvus-config', mountPath: `/milvus/configs/${file}`, subPath: file })),
              { name: 'tools', mountPath: '/milvus/tools' },
              { name: 'milvus-data-disk', mountPath: '/var/lib/milvus', subPath: 'user.yaml' },
            ],
          },
        ],
      },
    },
  },
});

const configMap = (data: Readonly<Record<string, string>>): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rel-milvus' }, data },
});

describe('the live configuration', () => {
  const data = {
    'milvus.yaml': 'etcd: {rootPath: a}',
    'default.yaml': 'etcd: {rootPath: b}',
    'user.yaml': 'etcd: {rootPath: c}',
  };

  it.each([
    [['milvus.yaml'], 'a'],
    [['default.yaml', 'user.yaml'], 'c'],
    [['default.yaml'], 'b'],
  ])('is what pods mount (%j)', (files, rootPath) => {
    const settings = settingsOfConfig(configMap(data), [deployment('proxy', files), deployment('datanode', files)]);
    expect(valueOf(identityOf(settings, '2.1'), 'root-path')).toBe(rootPath);
  });

  it.each([
    ['no Deployment mounts one', [deployment('proxy', [])]],
    ['two mount different ones', [deployment('proxy', ['milvus.yaml']), deployment('datanode', ['user.yaml'])]],
  ])('is not known where %s', (_, manifest) => {
    expect(settingsOfConfig(configMap(data), manifest).known).toBe(false);
  });

  it('is not known where a mounted file is not there', () => {
    const manifest = [deployment('proxy', ['default.yaml', 'user.yaml'])];
    expect(settingsOfConfig(configMap({ 'default.yaml': '' }), manifest).known).toBe(false);
  });
});

describe('environment variables', () => {
  const settings = readSettings([{ name: 'f', text: 'etcd: {rootPath: a, endpoints: [e:1]}' }]);
  const identity = (line: Line, name: string, value: string): Identity =>
    identityOf(settings, line, [deployment('proxy', [], [{ name, value }])]);

  it.each<[Line, string, string, IdentityKey, string | undefined]>([
    ['2.1', 'ETCD_ENDPOINTS', 'x:1', 'etcd-endpoints', 'x:1'],
    ['2.2', 'ETCD_ROOT_PATH', 'b', 'root-path', 'b'],
    // 2.1 does not read it, 2.2 does: nobody may find that out on the day.
    ['2.1', 'ETCD_ROOT_PATH', 'b', 'root-path', undefined],
    ['2.1', 'ETCD_ROOT_PATH', 'a', 'root-path', 'a'],
    ['2.2', 'UNRELATED', 'b', 'root-path', 'a'],
  ])('Milvus %s with %s=%s: %s', (line, name, value, id, result) => {
    expect(valueOf(identity(line, name, value), id)).toBe(result);
  });

  it('are not known where only one Deployment has them', () => {
    const manifest = [deployment('proxy', [], [{ name: 'ETCD_ENDPOINTS', value: 'x:1' }]), deployment('datanode', [])];
    expect(valueOf(identityOf(settings, '2.1', manifest), 'etcd-endpoints')).toBeUndefined();
  });
});

describe('compareIdentity', () => {
  it('has nothing to say where both are equal', () => {
    expect(compareIdentity(ofValues({}), ofValues({}, '4.0.34', '2.2'))).toEqual([]);
  });

  it('names what a chart without shortcuts loses', () => {
    const stored = {
      ...{ metadata: { rootPath: 'mine' }, authorization: { enabled: true } },
      msgChannel: { chanNamePrefix: { cluster: 'mine' } },
    };
    const found = compareIdentity(ofValues(stored), ofValues(stored, '4.0.34', '2.2'));
    expect(found.map(({ key }) => key)).toEqual(['root-path', 'channel-prefix', 'authorization']);
    expect(found[0]?.what).toBe('the root path is mine now and would be by-dev');
    // The chart still writes it, under the name that a newer Milvus reads last.
    expect(compareIdentity(ofValues(stored), ofValues(stored, '3.3.6', '2.2')).map(({ key }) => key)).toEqual([
      'channel-prefix',
    ]);
  });

  it('counts what is not known as a difference, on either side', () => {
    const one = (value: Identity): Identity => new Map([...ofValues({}), ...value]);
    const dark: Identity = new Map([['bucket', unknown('no right to read')]]);
    expect(compareIdentity(one(dark), ofValues({}))).toHaveLength(1);
    expect(compareIdentity(ofValues({}), one(dark))[0]?.what).toBe(
      'the bucket is milvus-bucket now and would be not known (no right to read)',
    );
    expect(compareIdentity(one(dark), one(dark))).toHaveLength(1);
  });

  it('shows no credentials that stand in an address', () => {
    const live: Identity = new Map([...ofValues({}), ['pulsar-address', known('pulsar://me:hush@q:6650', 'x')]]);
    expect(JSON.stringify(compareIdentity(live, ofValues({})))).not.toContain('hush');
  });
});
