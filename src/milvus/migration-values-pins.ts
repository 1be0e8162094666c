/**
 * How the pod templates of etcd, MinIO and the message queue are kept as they run while only Milvus moves, and what
 * cannot be kept.
 *
 * @see https://github.com/zilliztech/milvus-helm/tree/milvus-3.3.6/charts/milvus/charts
 */

/** Where the chart takes the image of a dependency's workload from. */
export interface PinnedImage {
  readonly dependency: 'etcd' | 'minio' | 'pulsar' | 'kafka' | 'mysql';
  /** Labels of the workload, all of them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Section with `repository` and `tag`. */
  readonly section: string;
  /** The section has a `registry` too, which stands before the repository. */
  readonly registry?: true;
  /** What the dependency's own chart has, where the Milvus chart shows nothing; the same in charts 3.1.0 to 4.0.34. */
  readonly own?: Readonly<Record<string, string>>;
}

const pulsar = (component: string, image: string): PinnedImage => ({
  ...{ dependency: 'pulsar', labels: { app: 'pulsar', component }, section: `pulsar.images.${image}` },
});

export const pinnedImages: readonly PinnedImage[] = [
  {
    ...{ dependency: 'etcd', labels: { 'app.kubernetes.io/name': 'etcd' }, section: 'etcd.image', registry: true },
  },
  { dependency: 'minio', labels: { app: 'minio' }, section: 'minio.image', own: { repository: 'minio/minio' } },
  pulsar('zookeeper', 'zookeeper'),
  pulsar('bookie', 'bookie'),
  pulsar('broker', 'broker'),
  pulsar('proxy', 'proxy'),
  pulsar('recovery', 'autorecovery'),
  {
    ...{ dependency: 'kafka', labels: { 'app.kubernetes.io/name': 'kafka' }, section: 'kafka.image', registry: true },
  },
  {
    ...{ dependency: 'kafka', labels: { 'app.kubernetes.io/name': 'zookeeper' }, section: 'kafka.zookeeper.image' },
    registry: true,
    own: { registry: 'docker.io', repository: 'bitnami/zookeeper', tag: '3.7.0-debian-10-r320' },
  },
  {
    ...{ dependency: 'mysql', labels: { 'app.kubernetes.io/name': 'mysql' }, section: 'mysql.image', registry: true },
  },
];

/** Sections whose changed defaults would reach pods or volumes that are not Milvus's, and when they count. */
export const pinnedSections: readonly {
  readonly section: string;
  /** Where the release has this dependency. */
  readonly dependency?: PinnedImage['dependency'];
  /** Where the installed values say so. */
  readonly when?: { readonly value: string; readonly is: boolean };
}[] = [
  ...(['etcd', 'minio', 'pulsar', 'kafka', 'mysql'] as const).map((section) => ({ section, dependency: section })),
  { section: 'standalone.persistence.persistentVolumeClaim', when: { value: 'cluster.enabled', is: false } },
  { section: 'log.persistence.persistentVolumeClaim', when: { value: 'log.persistence.enabled', is: true } },
];

/** Values in these sections that Milvus's own configuration is written from. */
export const notPinned: readonly string[] = ['pulsar.maxMessageSize'];

/**
 * Values that a newer chart gives a dependency for the first time, and what held before: the default of that
 * dependency's own chart, or of the program. It is written out, because Helm from 3.22 on does not take such a value away
 * by null but hands the null to the other chart.
 *
 * @see https://github.com/apache/pulsar/blob/v2.8.2/conf/broker.conf
 * @see https://github.com/bitnami/charts/blob/archive-full-index/bitnami/kafka/values.yaml
 */
export const before: readonly {
  readonly dependency: PinnedImage['dependency'];
  readonly value: string;
  readonly was: string | number;
}[] = [
  { dependency: 'pulsar', value: 'pulsar.broker.configData.subscriptionExpirationTimeMinutes', was: '0' },
  { dependency: 'pulsar', value: 'pulsar.broker.configData.ttlDurationDefaultInSeconds', was: '0' },
  { dependency: 'pulsar', value: 'pulsar.broker.configData.defaultRetentionSizeInMB', was: '0' },
  { dependency: 'kafka', value: 'kafka.defaultReplicationFactor', was: 1 },
  { dependency: 'kafka', value: 'kafka.offsetsTopicReplicationFactor', was: 1 },
  { dependency: 'kafka', value: 'kafka.logRetentionBytes', was: '_1073741824' },
];

/** Changes of a dependency's chart that no value holds back. */
export interface Unpinnable {
  readonly dependency: PinnedImage['dependency'];
  /** Milvus charts that bring one, oldest first. */
  readonly charts: readonly string[];
  readonly what: string;
  readonly source: string;
}

export const unpinnable: readonly Unpinnable[] = [
  {
    dependency: 'minio',
    // 8.0.11 -> 8.0.14 (with probes), 8.0.15, 8.0.16, 8.0.17.
    charts: ['3.1.8', '4.0.3', '4.0.19', '4.0.28'],
    what: "MinIO's pods are replaced: the version of its chart changes, and stands in the checksums of their annotations",
    source: 'https://github.com/zilliztech/milvus-helm/blob/milvus-4.0.34/charts/milvus/requirements.yaml',
  },
];

/** The chart of the hop from Milvus 2.1 to 2.2, and why. */
export const migrationChart = {
  version: '3.3.6',
  why: 'it brings the same etcd, MinIO and message queue as the charts of Milvus 2.1, so that in this hop only Milvus moves',
  /** Its own default prints the whole configuration, credentials included, into the log of every pod. */
  tools: { key: 'image.tools.tag', bad: 'v0.1.0', good: 'v0.1.1' },
  source: 'https://github.com/zilliztech/milvus-helm/tree/milvus-3.3.6/charts/milvus',
  toolsSource: 'https://github.com/milvus-io/milvus-operator/pull/207',
} as const;
