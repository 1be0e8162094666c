/**
 * Settings that decide which data a Milvus finds and who may read it. An upgrade that changes one of them starts Milvus
 * empty, on other data, or open, so the live ones and those to come have to be equal.
 */

/** Which Milvus reads the configuration: releases of 2.1, or of 2.2 and later. */
export type Line = '2.1' | '2.2';

export type IdentityKey =
  | 'etcd-endpoints'
  | 'root-path'
  | 'meta-sub-path'
  | 'kv-sub-path'
  | 'etcd-tls'
  | 'etcd-auth'
  | 'metastore'
  | 'object-storage-address'
  | 'object-storage-port'
  | 'object-storage-tls'
  | 'bucket'
  | 'bucket-root-path'
  | 'storage-type'
  | 'message-queue'
  | 'channel-prefix'
  | 'pulsar-address'
  | 'pulsar-tenant'
  | 'pulsar-namespace'
  | 'kafka-brokers'
  | 'rocksmq-path'
  | 'authorization'
  | 'tls-mode';

export interface IdentitySetting {
  readonly key: IdentityKey;
  /** For sentences: `the root path`. */
  readonly name: string;
  /** Dotted paths in Milvus's configuration, the one that counts first. */
  readonly paths: Readonly<Record<Line, readonly string[]>>;
  /** What holds where no path says anything: the default of Milvus 2.1 and 2.2 alike, in code or in its image. */
  readonly otherwise: string;
  /** `switch`: true or false as Go reads it. `list`: its order and repetitions do not matter. */
  readonly kind: 'text' | 'switch' | 'list';
  /** Milvus 2.1 reads it from an environment variable too; 2.2 reads everything so. */
  readonly environment?: true;
  /** Milvus 2.2's own file may hold the first path, which then outranks what the others say. */
  readonly firstOnly?: true;
  /** Address of the public description. */
  readonly source: string;
}

const docs = (page: string): string => `https://milvus.io/docs/v2.2.x/${page}`;
const both = (...paths: readonly string[]): IdentitySetting['paths'] => ({ '2.1': paths, '2.2': paths });

const etcd = docs('configure_etcd.md');
const minio = docs('configure_minio.md');
const pulsar = docs('configure_pulsar.md');

const text = { kind: 'text' } as const;
const off = { kind: 'switch', otherwise: 'false' } as const;

export const identitySettings: readonly IdentitySetting[] = [
  {
    ...{ key: 'etcd-endpoints', name: 'the etcd endpoints', paths: both('etcd.endpoints'), kind: 'list', source: etcd },
    ...{ otherwise: 'localhost:2379', environment: true },
  },
  { ...text, key: 'root-path', name: 'the root path', paths: both('etcd.rootPath'), otherwise: 'by-dev', source: etcd },
  {
    ...{ ...text, key: 'meta-sub-path', name: 'the sub-path of the metadata', paths: both('etcd.metaSubPath') },
    ...{ otherwise: 'meta', source: etcd },
  },
  {
    ...{ ...text, key: 'kv-sub-path', name: 'the sub-path of time stamps and IDs', paths: both('etcd.kvSubPath') },
    ...{ otherwise: 'kv', source: etcd },
  },
  { ...off, key: 'etcd-tls', name: 'TLS to etcd', paths: both('etcd.ssl.enabled'), source: etcd },
  { ...off, key: 'etcd-auth', name: 'the login to etcd', paths: both('etcd.auth.enabled'), source: etcd },
  {
    ...{ ...text, key: 'metastore', name: 'the metastore', paths: both('metastore.type'), otherwise: 'etcd' },
    source: 'https://github.com/zilliztech/milvus-helm/blob/milvus-3.2.18/charts/milvus/templates/config.tpl',
  },
  {
    ...{ ...text, key: 'object-storage-address', name: 'the address of the object storage', source: minio },
    ...{ paths: both('minio.address'), otherwise: 'localhost', environment: true },
  },
  {
    ...{ ...text, key: 'object-storage-port', name: 'the port of the object storage', source: minio },
    ...{ paths: both('minio.port'), otherwise: '9000' },
  },
  {
    ...{ ...off, key: 'object-storage-tls', name: 'TLS to the object storage', source: minio },
    ...{ paths: both('minio.useSSL'), environment: true },
  },
  {
    ...{ ...text, key: 'bucket', name: 'the bucket', paths: both('minio.bucketName'), otherwise: 'a-bucket' },
    ...{ source: minio, environment: true },
  },
  {
    ...{ ...text, key: 'bucket-root-path', name: 'the prefix within the bucket', paths: both('minio.rootPath') },
    ...{ otherwise: 'files', source: minio },
  },
  {
    ...{ ...text, key: 'storage-type', name: 'the kind of storage', paths: both('common.storageType') },
    ...{ otherwise: 'minio', source: docs('configure_common.md') },
  },
  {
    ...{ ...text, key: 'message-queue', name: 'the message queue', paths: both('mq.type', 'messageQueue') },
    ...{ otherwise: '', source: 'https://github.com/milvus-io/milvus-operator/blob/main/tool/merge/main.go' },
  },
  {
    ...{ ...text, key: 'channel-prefix', name: 'the prefix of the channels', otherwise: 'by-dev', firstOnly: true },
    paths: {
      '2.1': ['common.chanNamePrefix.cluster', 'msgChannel.chanNamePrefix.cluster'],
      '2.2': ['msgChannel.chanNamePrefix.cluster', 'common.chanNamePrefix.cluster'],
    },
    source: 'https://github.com/milvus-io/milvus/pull/21871',
  },
  {
    ...{ ...text, key: 'pulsar-address', name: 'the address of Pulsar', paths: both('pulsar.address'), otherwise: '' },
    ...{ source: pulsar, environment: true },
  },
  {
    ...{ ...text, key: 'pulsar-tenant', name: 'the Pulsar tenant', paths: both('pulsar.tenant'), otherwise: 'public' },
    source: pulsar,
  },
  {
    ...{ ...text, key: 'pulsar-namespace', name: 'the Pulsar namespace', paths: both('pulsar.namespace') },
    ...{ otherwise: 'default', source: pulsar },
  },
  {
    ...{
      key: 'kafka-brokers',
      name: 'the Kafka brokers',
      paths: both('kafka.brokerList'),
      kind: 'list',
      otherwise: '',
    },
    source: 'https://milvus.io/docs/v2.2.x/mq-switch-kafka.md',
  },
  {
    ...{ ...text, key: 'rocksmq-path', name: 'the directory of RocksMQ', paths: both('rocksmq.path') },
    ...{ otherwise: '/var/lib/milvus/rdb_data', source: docs('configure_rocksmq.md'), environment: true },
  },
  {
    ...{ ...off, key: 'authorization', name: 'authorization', paths: both('common.security.authorizationEnabled') },
    source: 'https://milvus.io/docs/v2.2.x/authenticate.md',
  },
  {
    ...{ ...text, key: 'tls-mode', name: "the TLS mode of Milvus's own port", otherwise: '0' },
    ...{ paths: both('common.security.tlsMode'), source: 'https://milvus.io/docs/v2.2.x/tls.md' },
  },
];
