import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/cluster/port.js';
import type { Values } from '../../../src/helm/port.js';
import { chartOfMigration } from '../../../src/plan/migration/chart.js';
import { pinDependencies, type Pinned } from '../../../src/plan/migration/pin.js';
import { charts } from './charts.js';

type Version = keyof typeof charts;

interface Workload {
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly env?: readonly unknown[];
}

const workload = (name: string, { labels, image, env }: Workload): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, labels } },
  spec: { template: { spec: { containers: [{ name: 'main', image, ...(env === undefined ? {} : { env }) }] } } },
});

const etcd = (image = 'docker.io/milvusdb/etcd:3.5.0-r7', state = 'existing'): KubeObject =>
  workload('rel-etcd', {
    ...{ labels: { 'app.kubernetes.io/name': 'etcd' }, image },
    env: [{ name: 'ETCD_INITIAL_CLUSTER_STATE', value: state }],
  });
const minio = (image = 'minio/minio:RELEASE.2022-03-17T06-34-49Z'): KubeObject =>
  workload('rel-minio', { labels: { app: 'minio' }, image });
const broker = (image = 'apachepulsar/pulsar:2.8.2'): KubeObject =>
  workload('rel-pulsar-broker', { labels: { app: 'pulsar', component: 'broker' }, image });
const kafka = workload('rel-kafka', {
  ...{ labels: { 'app.kubernetes.io/name': 'kafka' }, image: 'docker.io/bitnami/kafka:3.1.0-debian-10-r52' },
});

const pin = (
  live: readonly KubeObject[],
  target: Version = '3.3.6',
  userValues: Values = {},
  installed: Version = '3.2.18',
): Pinned => pinDependencies({ installed: charts[installed], target: charts[target], userValues }, live);

const pinsOf = ({ pins }: Pinned): Readonly<Record<string, unknown>> =>
  Object.fromEntries(pins.map(({ key, value }) => [key, value]));

const tools = { 'image.tools.tag': 'v0.1.1' };

describe('pinDependencies', () => {
  const rows: readonly [what: string, pinned: Pinned, pins: Readonly<Record<string, unknown>>][] = [
    ['nothing where the chart brings the same', pin([etcd(), minio()]), tools],
    [
      'images that a newer chart would change',
      pin([etcd(), minio()], '4.0.34'),
      { 'etcd.image.tag': '3.5.0-r7', 'minio.image.tag': 'RELEASE.2022-03-17T06-34-49Z' },
    ],
    [
      'images from a registry of the own',
      pin([etcd('reg.example:5000/m/etcd:3.5.0-r7'), minio('reg.example/m/minio:x')]),
      {
        ...{ 'etcd.image.registry': 'reg.example:5000', 'etcd.image.repository': 'm/etcd' },
        ...{ 'minio.image.repository': 'reg.example/m/minio', 'minio.image.tag': 'x', ...tools },
      },
    ],
    ['a tag with a digest', pin([minio('minio/minio:x@sha256:ab')]), { 'minio.image.tag': 'x@sha256:ab', ...tools }],
    // The first upgrade after an install would replace all members of etcd.
    ['the state of a new cluster', pin([etcd(undefined, 'new')]), { 'etcd.initialClusterState': 'new', ...tools }],
    [
      'what held for the broker before the chart had a value for it',
      pin([broker()]),
      { 'pulsar.broker.configData.subscriptionExpirationTimeMinutes': '0', ...tools },
    ],
    [
      "Kafka's lists and new settings",
      pin([kafka], '4.0.34', { kafka: { enabled: true } }),
      { 'kafka.extraEnvVars': [{ name: 'a' }], 'kafka.logRetentionBytes': '_1073741824' },
    ],
    [
      'the older image of an older chart',
      pin([etcd('docker.io/milvusdb/etcd:3.5.0-r6')], '3.3.6', {}, '3.1.4'),
      { 'etcd.image.tag': '3.5.0-r6', ...tools },
    ],
    [
      'no image that the user has set',
      pin([minio('a/b:c')], '4.0.34', { minio: { image: { repository: 'a/b', tag: 'c' } } }),
      {},
    ],
    ['no tool that the user has set', pin([], '3.3.6', { image: { tools: { tag: 'v9' } } }), {}],
  ];

  it.each(rows)('pins %s', (_, pinned, pins) => {
    // Kafka's own image is not in the charts of these tests.
    const found = Object.entries(pinsOf(pinned)).filter(([key]) => !key.startsWith('kafka.image.'));
    expect(Object.fromEntries(found)).toEqual(pins);
    expect(pinned.unpinned).toEqual([]);
  });

  it('gives the pins as values too', () => {
    expect(pin([etcd(undefined, 'new')]).values).toEqual({
      etcd: { initialClusterState: 'new' },
      image: { tools: { tag: 'v0.1.1' } },
    });
  });

  it('keeps the size of volumes whose default grew', () => {
    const small = { standalone: { persistence: { persistentVolumeClaim: { size: '5Gi' } } } };
    const installed = {
      version: '3.1.0',
      values: { ...charts['3.1.4'].values, ...small, cluster: { enabled: false } },
    };
    const question = { installed, target: charts['3.3.6'], userValues: {} };
    expect(pinsOf(pinDependencies(question, []))).toEqual({
      'standalone.persistence.persistentVolumeClaim.size': '5Gi',
      ...tools,
    });
  });

  it.each([
    ['has no tag', [etcd('docker.io/milvusdb/etcd@sha256:ab')]],
    ['differs between workloads', [minio('minio/minio:a'), minio('minio/minio:b')]],
    ['is not there', [workload('rel-etcd', { labels: { 'app.kubernetes.io/name': 'etcd' }, image: '' })]],
  ])('says that an image cannot be pinned which %s', (_, live) => {
    expect(pin(live).unpinned).toHaveLength(1);
  });

  it.each<[string, readonly KubeObject[], Version, Version, number]>([
    ['none where the chart of MinIO stays', [minio()], '3.2.18', '3.3.6', 0],
    ['one where it changes', [minio()], '3.2.18', '4.0.34', 1],
    ['one from an old chart', [minio()], '3.1.4', '3.3.6', 1],
    ['none without MinIO', [etcd()], '3.2.18', '4.0.34', 0],
  ])('names exceptions: %s', (_, live, installed, target, count) => {
    expect(pin(live, target, {}, installed).exceptions).toHaveLength(count);
  });
});

describe('chartOfMigration', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['3.2.18', ['3.3.6', '4.0.34'], '3.3.6'],
    ['3.3.6', ['3.3.6'], '3.3.6'],
    // A chart never goes down.
    ['4.0.34', ['3.3.6', '4.0.34'], undefined],
    ['3.2.18', ['4.0.34'], undefined],
    ['local', ['3.3.6'], undefined],
  ])('from %s with %j: %s', (installed, available, version) => {
    expect(chartOfMigration(installed, available)?.version).toBe(version);
  });
});
