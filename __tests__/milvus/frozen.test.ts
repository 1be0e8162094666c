import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gte, lte } from 'semver';
import type { KubeObject } from '../../src/cluster/port.js';
import type { ReleaseRecord, Values } from '../../src/helm/port.js';
import { bucketOf, bucketRootPathOf, rootPathOf } from '../../src/milvus/config.js';
import { frozenKeys, frozenValues, type Running } from '../../src/milvus/frozen.js';
import { known, unknown } from '../../src/milvus/knowledge.js';
import { messageQueueOf, minioModeOf } from '../../src/milvus/queue.js';
import { topologyOf } from '../../src/milvus/components.js';
import { setPath } from '../../src/values/tree.js';
import { cluster, configMap, kafka, milvus, minio, pulsar, release, separate } from './fixtures.js';

/** Defaults of the real charts by range, recorded from values.yaml of every published chart from 3.0.0 on. */
const defaults = readFileSync(new URL('./chart-defaults.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [key = '', from = '', to = '', value = ''] = line.split('\t');
    return { key, from, to, value: JSON.parse(value) as unknown };
  });
const chartValues = (version: string): Values =>
  defaults
    .filter(({ from, to }) => gte(version, from) && lte(version, to))
    .reduce<Values>((values, { key, value }) => setPath(values, key, value), {});

interface Setup {
  readonly chart: string;
  readonly objects: readonly KubeObject[];
  readonly config: string;
  readonly userValues?: Values;
}

/** Facts as inspection reads them; only what the frozen keys look at. */
function running({ chart, objects, config, userValues = {} }: Setup): Running {
  const topology = topologyOf(objects);
  if (topology === undefined) throw new Error('no Milvus');
  const map = configMap({ 'default.yaml': config });
  const source = { configMap: map, manifest: objects };
  const base: Pick<ReleaseRecord, 'chartValues' | 'userValues'> = { chartValues: chartValues(chart), userValues };
  const { mode, coordinators, streamingNode, indexNode } = topology;
  const facts: Partial<Running['facts']> = {
    mode,
    coordinators,
    streamingNode,
    indexNode,
    components: topology.workloads.map(({ component, name }) => ({
      component,
      workload: name,
      images: [],
      version: unknown('not looked at'),
    })),
    messageQueue: messageQueueOf(source, release),
    rootPath: rootPathOf(source),
    bucket: bucketOf(source),
    bucketRootPath: bucketRootPathOf(source),
    minioMode: minioModeOf(objects),
  };
  return { facts: facts as Running['facts'], manifest: objects, base: base as ReleaseRecord };
}

const bucket = 'minio: {bucketName: milvus-bucket, rootPath: file}\n';
const pulsar2 = `${bucket}messageQueue: pulsar\npulsar: {address: rel-pulsar-proxy}\n`;
const objects = [...cluster(...separate, 'indexnode'), ...pulsar('pulsar'), ...minio('StatefulSet')];
const clusterPulsar2: Setup = { chart: '4.1.24', objects, config: pulsar2 };
const standalone: Setup = {
  chart: '4.1.24',
  objects: [milvus({ component: 'standalone' }), ...minio('Deployment')],
  config: `${bucket}mq: {type: rocksmq}\n`,
  userValues: { cluster: { enabled: false }, pulsar: { enabled: false }, minio: { mode: 'standalone' } },
};
const frozen = (setup: Setup, chart: string) => {
  const { values, unknown: missing } = frozenValues(running(setup), chartValues(chart));
  return { values: Object.fromEntries(values.map(({ key, value }) => [key, value])), missing };
};

const common = {
  'cluster.enabled': true,
  'pulsar.enabled': true,
  'kafka.enabled': false,
  'externalPulsar.enabled': false,
  'externalKafka.enabled': false,
  'mixCoordinator.enabled': false,
  'rootCoordinator.enabled': true,
  'queryCoordinator.enabled': true,
  'indexCoordinator.enabled': true,
  'dataCoordinator.enabled': true,
  'indexNode.enabled': true,
  'minio.mode': 'distributed',
  'minio.bucketName': 'milvus-bucket',
  'minio.rootPath': 'file',
};

describe('frozenValues', () => {
  it.each([
    ['4.1.28', common],
    ['4.2.20', { ...common, 'streaming.enabled': false }],
    ['4.2.58', { ...common, 'streaming.enabled': false, 'pulsarv3.enabled': false, 'woodpecker.enabled': false }],
  ])('keep a cluster with Pulsar 2 and separate coordinators on chart %s', (chart, values) => {
    expect(frozen(clusterPulsar2, chart)).toEqual({ values, missing: [] });
  });

  it('keep a standalone with RocksMQ over every default that charts flipped', () => {
    expect(frozen(standalone, '5.0.19')).toEqual({
      values: {
        'cluster.enabled': false,
        'pulsar.enabled': false,
        'pulsarv3.enabled': false,
        'kafka.enabled': false,
        'externalPulsar.enabled': false,
        'externalKafka.enabled': false,
        'woodpecker.enabled': false,
        'streaming.woodpecker.embedded': true,
        'standalone.messageQueue': 'rocksmq',
        'minio.mode': 'standalone',
        'minio.bucketName': 'milvus-bucket',
        'minio.rootPath': 'file',
      },
      missing: [],
    });
  });

  it('keep mixcoord, and each coordinator of a mixture', () => {
    const mixcoord = { ...clusterPulsar2, objects: [...cluster('mixcoord', 'rootcoord'), ...pulsar('pulsar')] };
    expect(frozen(mixcoord, '4.2.20').values).toMatchObject({
      'mixCoordinator.enabled': true,
      'rootCoordinator.enabled': true,
      'queryCoordinator.enabled': false,
      'indexNode.enabled': false,
    });
  });

  it('keep an idle queue: nobody but the user decides to remove it', () => {
    const config = `${bucket}messageQueue: kafka\nkafka: {brokerList: "rel-kafka:9092"}\n`;
    const setup = { chart: '4.2.58', objects: [...cluster('mixcoord'), ...kafka, ...pulsar('pulsarv3')], config };
    expect(frozen(setup, '4.2.58').values).toMatchObject({
      'kafka.enabled': true,
      'pulsarv3.enabled': true,
      'pulsar.enabled': false,
    });
  });

  it.each([
    [[...pulsar('pulsar')], 'messageQueue: pulsar\npulsar: {address: rel-pulsar-proxy}', 'pulsar'],
    [[...kafka], 'messageQueue: kafka\nkafka: {brokerList: rel-kafka}', 'kafka'],
    [[], 'messageQueue: pulsar\npulsar: {address: pulsar.example.com}', 'pulsar'],
    [[], 'messageQueue: natsmq', 'natsmq'],
    [[], 'messageQueue: woodpecker', 'woodpecker'],
  ])('set standalone.messageQueue to what runs: %#', (others, text, queue) => {
    const setup = { ...standalone, objects: [milvus({ component: 'standalone' }), ...others], config: bucket + text };
    expect(frozen(setup, '5.0.19').values['standalone.messageQueue']).toBe(queue);
  });

  it('keep the switches of an external queue as the installed values have them', () => {
    const setup = { ...clusterPulsar2, userValues: { externalPulsar: { enabled: true } } };
    expect(frozen(setup, '4.2.20').values['externalPulsar.enabled']).toBe(true);
  });

  it('keep the root path where the chart still writes it', () => {
    const setup = { ...clusterPulsar2, chart: '3.2.4', config: `${pulsar2}etcd: {rootPath: mine}\n` };
    expect(frozen(setup, '3.2.18').values['metadata.rootPath']).toBe('mine');
    expect(frozen(setup, '4.0.31').values).not.toHaveProperty(['metadata.rootPath']);
  });

  it('keep the bucket in the section that is in use', () => {
    const userValues = { externalS3: { enabled: true } };
    const external = frozen({ ...clusterPulsar2, objects: objects.slice(0, -2), userValues }, '4.2.20').values;
    expect(external).toMatchObject({ 'externalS3.bucketName': 'milvus-bucket', 'externalS3.rootPath': 'file' });
    expect(Object.keys(external).filter((key) => key.startsWith('minio.'))).toEqual([]);
    const custom = frozen({ ...clusterPulsar2, userValues: { customConfigMap: 'mine' } }, '4.2.20').values;
    expect(Object.keys(custom).filter((key) => /bucketName|rootPath/.test(key))).toEqual([]);
  });

  it('say which keys cannot be kept, and why', () => {
    const missing = [...cluster('mixcoord'), ...minio('StatefulSet')];
    const { values, missing: keys } = frozen({ ...clusterPulsar2, objects: missing }, '4.2.58');
    expect(keys.map(({ key }) => key)).toEqual(['pulsar.enabled', 'pulsarv3.enabled', 'kafka.enabled']);
    expect(keys[0]?.reason).toContain('the release has none');
    expect(values).not.toHaveProperty(['pulsar.enabled']);
    const noBucket = frozen(
      { ...clusterPulsar2, config: 'messageQueue: pulsar\npulsar: {address: rel-pulsar-proxy}' },
      '4.2.20',
    );
    expect(noBucket.missing.map(({ key }) => key)).toEqual(['minio.bucketName', 'minio.rootPath']);
  });

  it('write nothing that the target chart does not have', () => {
    expect(frozen(clusterPulsar2, '2.9.9')).toEqual({ values: {}, missing: [] });
    expect(frozenValues(running(clusterPulsar2), { cluster: { enabled: true } }).values).toEqual([
      { key: 'cluster.enabled', value: known(true, '').known, from: expect.stringContaining('Deployments') },
    ]);
  });
});

describe('the table of frozen keys', () => {
  it.each(frozenKeys.map(({ key, since, until }) => ({ key, since, until: until ?? '5.0.19' })))(
    'knows the charts that have $key',
    ({ key, since, until }) => {
      const rows = defaults.filter((row) => row.key === key);
      expect([rows.at(0)?.from, rows.at(-1)?.to]).toEqual([since, until]);
    },
  );

  it('holds every key whose default ever changed', () => {
    const flipped = defaults.map(({ key }) => key).filter((key, index, keys) => keys.indexOf(key) !== index);
    expect(new Set(flipped).size).toBe(10);
    expect(flipped.filter((key) => !frozenKeys.some((row) => row.key === key))).toEqual([]);
  });
});
