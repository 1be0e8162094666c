import { describe, expect, it } from '@jest/globals';
import { bundledQueues, messageQueueOf, minioModeOf } from '../../src/milvus/queue.js';
import { cluster, configMap, kafka, milvus, minio, pulsar, release } from './fixtures.js';

const standalone = [milvus({ component: 'standalone' })];
const old = [milvus({ component: 'proxy', chart: '3.2.18' })];
const oldStandalone = [milvus({ component: 'standalone', chart: '3.2.18' })];
const named = (name: string, more = '') => `mq:\n  type: ${name}\nmessageQueue: ${name}\n${more}`;
const pulsarAt = (address: string) => named('pulsar', `pulsar:\n  address: ${address}\n`);
const kafkaAt = (brokers: string) => named('kafka', `kafka:\n  brokerList: ${brokers}\n`);

describe('messageQueueOf', () => {
  it.each([
    ['Pulsar 2', cluster(), pulsar('pulsar'), pulsarAt('rel-pulsar-proxy'), '', 'pulsar2'],
    ['Pulsar 3', cluster(), pulsar('pulsarv3'), pulsarAt('rel-pulsarv3-proxy'), '', 'pulsar3'],
    ['Pulsar 2 beside an idle Pulsar 3', cluster(), [...pulsar('pulsar'), ...pulsar('pulsarv3')], pulsarAt('rel-pulsar-proxy'), '', 'pulsar2'], // prettier-ignore
    ['a full host name', cluster(), pulsar('pulsar'), pulsarAt('pulsar://rel-pulsar-proxy.ns.svc.cluster.local:6650'), '', 'pulsar2'], // prettier-ignore
    ['the same name in another namespace', cluster(), pulsar('pulsar'), pulsarAt('rel-pulsar-proxy.other.svc'), '', 'external-pulsar'], // prettier-ignore
    ['external Pulsar', cluster(), [], pulsarAt('pulsar.example.com'), '', 'external-pulsar'],
    ['external Pulsar by user.yaml, own one idle', cluster(), pulsar('pulsar'), pulsarAt('rel-pulsar-proxy'), 'pulsar: {address: pulsar.example.com}', 'external-pulsar'], // prettier-ignore
    ['Kafka', cluster(), kafka, kafkaAt('rel-kafka:9092'), '', 'kafka'],
    ['external Kafka', cluster(), [], kafkaAt('a.example.com:9092,b.example.com:9092'), '', 'external-kafka'],
    ['Kafka after an unwanted Pulsar 3 block', cluster(), [...kafka, ...pulsar('pulsarv3')], pulsarAt('rel-pulsarv3-proxy') + kafkaAt('rel-kafka:9092'), '', 'kafka'], // prettier-ignore
    ['RocksMQ', standalone, [], named('rocksmq'), '', 'rocksmq'],
    ['RocksMQ after a Pulsar block', standalone, pulsar('pulsarv3'), pulsarAt('rel-pulsarv3-proxy') + named('rocksmq'), '', 'rocksmq'], // prettier-ignore
    ['NATS', standalone, [], named('natsmq'), '', 'natsmq'],
    ['Woodpecker', standalone, [], named('woodpecker'), '', 'woodpecker'],
    ['Woodpecker in a cluster', cluster(), [], named('woodpecker'), '', 'woodpecker'],
    ['messageQueue alone (charts 4.0.0 to 4.0.32)', cluster(), kafka, 'messageQueue: kafka\nkafka: {brokerList: rel-kafka:9092}', '', 'kafka'], // prettier-ignore
    ['both changed by user.yaml', standalone, kafka, named('rocksmq'), kafkaAt('rel-kafka:9092'), 'kafka'],
  ] as const)('%s', (_name, own, others, text, user, queue) => {
    const source = { configMap: configMap({ 'default.yaml': text, 'user.yaml': user }), manifest: [...own, ...others] };
    expect(messageQueueOf(source, release)).toMatchObject({ known: true, value: queue });
  });

  it.each([
    ['a section Pulsar', old, pulsar('pulsar'), 'pulsar: {address: rel-pulsar-proxy}', 'pulsar2'],
    ['a section Kafka', old, kafka, 'kafka: {brokerList: "rel-kafka:9092"}', 'kafka'],
    ['RocksMQ first', oldStandalone, pulsar('pulsar'), 'pulsar: {address: rel-pulsar-proxy}\nrocksmq:\n', 'rocksmq'],
  ] as const)('charts before 3.3.2 name no queue: %s', (_name, own, others, text, queue) => {
    const source = { configMap: configMap({ 'milvus.yaml': text }), manifest: [...own, ...others] };
    expect(messageQueueOf(source, release)).toMatchObject({ known: true, value: queue });
  });

  it.each([
    ['nothing named', cluster(), [], 'etcd: {}', /does not name the message queue/],
    [
      'a section alone in a newer chart',
      cluster(),
      pulsar('pulsar'),
      'pulsar: {address: rel-pulsar-proxy}',
      /does not name/,
    ],
    ['two sections in an old chart', old, [...kafka, ...pulsar('pulsar')], 'pulsar: {address: a}\nkafka: {brokerList: b}', /does not name/], // prettier-ignore
    ['two names', cluster(), kafka, 'mq: {type: kafka}\nmessageQueue: pulsar', /mq.type kafka, messageQueue pulsar/],
    ['an unknown name', cluster(), [], named('default'), /not known here: default/],
    ['a standalone queue in a cluster', cluster(), [], named('rocksmq'), /standalone mode only/],
    ['Pulsar named, and none there', cluster(), [], pulsarAt('rel-pulsar-proxy'), /but the release has none/],
    ['Pulsar 2 named, and only Pulsar 3 there', cluster(), pulsar('pulsarv3'), pulsarAt('rel-pulsar-proxy'), /but the release has none/], // prettier-ignore
    [
      'a Service without StatefulSets',
      cluster(),
      pulsar('pulsar').slice(2),
      pulsarAt('rel-pulsar-proxy'),
      /no StatefulSet behind/,
    ],
    ['Kafka named, and none there', cluster(), [], kafkaAt('rel-kafka:9092'), /but the release has none/],
    ['Pulsar without an address', cluster(), pulsar('pulsar'), named('pulsar'), /no pulsar.address/],
  ] as const)('is unknown: %s', (_name, own, others, text, reason) => {
    const source = { configMap: configMap({ 'default.yaml': text }), manifest: [...own, ...others] };
    expect(messageQueueOf(source, release)).toMatchObject({
      known: false,
      reason: expect.stringMatching(reason),
    });
  });

  it('is unknown without a ConfigMap', () => {
    expect(messageQueueOf({ configMap: undefined, manifest: cluster() }, release)).toMatchObject({ known: false });
  });
});

describe('bundledQueues', () => {
  it.each([
    [[], []],
    [pulsar('pulsar'), ['pulsar2']],
    [
      [...kafka, ...pulsar('pulsarv3')],
      ['pulsar3', 'kafka'],
    ],
    [pulsar('pulsar').slice(2), []],
  ])('%#', (manifest, queues) => {
    expect(bundledQueues(manifest)).toEqual(queues);
  });
});

describe('minioModeOf', () => {
  it.each([
    [minio('StatefulSet'), { known: true, value: 'distributed' }],
    [minio('Deployment'), { known: true, value: 'standalone' }],
    [cluster(), { known: false }],
  ])('%#', (manifest, mode) => {
    expect(minioModeOf(manifest)).toMatchObject(mode);
  });
});
