import type { ChartSide } from '../../../src/plan/migration/question.js';
import type { Values } from '../../../src/helm/port.js';
import { effective } from '../../../src/values/merge.js';

/** The parts of the charts' default values that these tests need. */

const common: Values = {
  cluster: { enabled: true },
  image: { all: { repository: 'milvusdb/milvus', tag: 'v2.1.4' } },
  service: { type: 'ClusterIP', annotations: {} },
  serviceAccount: { create: false, annotations: null },
  ingress: { enabled: false, annotations: { a: 'b' }, tls: [] },
  standalone: {
    messageQueue: 'rocksmq',
    persistence: { mountPath: '/var/lib/milvus', persistentVolumeClaim: { size: '50Gi' } },
  },
  log: { level: 'info', persistence: { enabled: false, persistentVolumeClaim: { size: '10Gi' } } },
  proxy: { replicas: 1, resources: {}, http: { enabled: false, debugMode: { enabled: false } } },
  rootCoordinator: { replicas: 1 },
  dataNode: { replicas: 1 },
  externalS3: { enabled: false, host: '', port: '', bucketName: '', rootPath: '', useSSL: false },
  externalEtcd: { enabled: false, endpoints: ['localhost:2379'] },
  externalGcs: { bucketName: '' },
  externalPulsar: { enabled: false, host: 'localhost', port: 6650 },
  externalKafka: { enabled: false, brokerList: 'localhost:9092' },
  minio: {
    name: 'minio',
    mode: 'distributed',
    image: { tag: 'RELEASE.2022-03-17T06-34-49Z' },
    bucketName: 'milvus-bucket',
    rootPath: 'file',
    service: { port: 9000 },
    gcsgateway: { enabled: false },
  },
  etcd: { name: 'etcd', image: { repository: 'milvusdb/etcd', tag: '3.5.0-r7' }, service: { port: 2379 } },
  pulsar: {
    ...{ enabled: true, name: 'pulsar', maxMessageSize: 5242880 },
    images: { broker: { repository: 'apachepulsar/pulsar', tag: '2.8.2' } },
    broker: { configData: { maxMessageSize: '5242880' } },
  },
  kafka: { enabled: false, name: 'kafka', service: { ports: { client: 9092 } }, extraEnvVars: [{ name: 'a' }] },
};

/** Shortcuts that charts before 4.0.0 have. */
const shortcuts: Values = {
  metadata: { rootPath: 'by-dev' },
  msgChannel: { chanNamePrefix: { cluster: 'by-dev' } },
  authorization: { enabled: false },
  ingress: { hosts: ['milvus-example.local'] },
  proxy: { maxTaskNum: 1024 },
  standalone: { rocksmq: { retentionSizeInMB: 8192 } },
};

const chart = (version: string, ...layers: readonly Values[]): ChartSide => ({
  version,
  values: layers.reduce((under, layer) => effective(under, layer), common),
});

const tools = (tag: string): Values => ({
  image: { tools: { tag } },
  extraConfigFiles: { 'user.yaml': '# For example:\n# proxy:\n' },
});

export const charts = {
  '3.1.4': chart('3.1.4', shortcuts, { etcd: { image: { tag: '3.5.0-r6' } } }),
  '3.2.18': chart('3.2.18', shortcuts, { dataNode: { flush: { insertBufSize: '16777216' } } }),
  '3.3.6': chart('3.3.6', shortcuts, tools('v0.1.0'), {
    dataNode: { segment: { insertBufSize: '16777216', syncPeriod: 600 } },
    pulsar: { broker: { configData: { subscriptionExpirationTimeMinutes: '30' } } },
  }),
  '4.0.34': chart('4.0.34', tools('v0.1.1'), {
    ingress: { rules: [{ host: 'milvus-example.local', path: '/', pathType: 'Prefix' }] },
    etcd: { image: { tag: '3.5.5-r2' } },
    minio: { image: { tag: 'RELEASE.2023-03-20T20-16-18Z' } },
    pulsar: { maxMessageSize: '5242880' },
    kafka: { extraEnvVars: [], logRetentionBytes: '_-1' },
  }),
} as const;
