import { gte, lt, valid } from 'semver';
import type { Values } from '../../helm/port.js';
import { known, unknown, type Known } from '../../milvus/knowledge.js';
import { effective } from '../../values/merge.js';
import { getPath } from '../../values/tree.js';
import { over, printedText, readSettings, settingsOf, settingText, type Settings } from './settings.js';

/**
 * What the templates of charts 3.1.0 to 4.0.34 make of values, for the settings that decide about data.
 *
 * @see https://github.com/zilliztech/milvus-helm/blob/milvus-3.2.18/charts/milvus/templates/config.tpl
 * @see https://github.com/zilliztech/milvus-helm/blob/milvus-4.0.34/charts/milvus/templates/config.tpl
 */

/** First chart whose pods get `user.yaml`; before, it only stood in the ConfigMap. */
export const userFileSince = '3.3.2';

/** First chart that writes addresses only, and leaves paths and prefixes to Milvus's own file. */
export const wiringOnlySince = '4.0.0';

const covered = { from: '3.1.0', before: '4.1.0' } as const;

interface Reader {
  readonly release: string;
  readonly chart: string;
  readonly on: (path: string) => boolean;
  /** As a template prints it. */
  readonly text: (path: string) => string;
}

/** One setting: where it stands in Milvus's configuration, and what the template writes; undefined: nothing. */
interface Wiring {
  readonly setting: string;
  readonly read: (from: Reader) => string | undefined;
}

/** Name of a dependency's Service: the release's own where that contains the dependency's name. */
const serviceOf = ({ release, text }: Reader, dependency: string): string =>
  release.includes(text(`${dependency}.name`)) ? release : `${release}-${text(`${dependency}.name`)}`;

const pulsarOn = (from: Reader): boolean => from.on('externalPulsar.enabled') || from.on('pulsar.enabled');
const kafkaOn = (from: Reader): boolean => from.on('externalKafka.enabled') || from.on('kafka.enabled');
const rocksmqOn = (from: Reader): boolean =>
  !from.on('cluster.enabled') && from.text('standalone.messageQueue') === 'rocksmq';

const storage =
  (external: string, own: (from: Reader) => string): Wiring['read'] =>
  (from) =>
    from.on('externalS3.enabled') ? from.text(`externalS3.${external}`) : own(from);

/** Settings that charts before 4.0.0 wrote. */
const inFull =
  (read: (from: Reader) => string | undefined): Wiring['read'] =>
  (from) =>
    lt(from.chart, wiringOnlySince) ? read(from) : undefined;

/** The last block of the template that is written wins. */
function queueOf(from: Reader): string | undefined {
  if (rocksmqOn(from)) return 'rocksmq';
  if (kafkaOn(from)) return 'kafka';
  return pulsarOn(from) ? 'pulsar' : undefined;
}

/** Tenant and namespace came with 3.3.3; a chart without the values writes nothing. */
const externalPulsar =
  (key: string): Wiring['read'] =>
  (from) =>
    from.on('externalPulsar.enabled') && from.text(`externalPulsar.${key}`) !== ''
      ? from.text(`externalPulsar.${key}`)
      : undefined;

const wiring: readonly Wiring[] = [
  {
    setting: 'etcd.endpoints',
    read: (from) =>
      from.on('externalEtcd.enabled')
        ? from.text('externalEtcd.endpoints')
        : `${serviceOf(from, 'etcd')}:${from.text('etcd.service.port')}`,
  },
  { setting: 'etcd.rootPath', read: inFull(({ text }) => text('metadata.rootPath')) },
  { setting: 'etcd.metaSubPath', read: inFull(() => 'meta') },
  { setting: 'etcd.kvSubPath', read: inFull(() => 'kv') },
  {
    setting: 'metastore.type',
    read: ({ on }) => (on('mysql.enabled') || on('externalMysql.enabled') ? 'mysql' : 'etcd'),
  },
  { setting: 'minio.address', read: storage('host', (from) => serviceOf(from, 'minio')) },
  { setting: 'minio.port', read: storage('port', ({ text }) => text('minio.service.port')) },
  { setting: 'minio.useSSL', read: storage('useSSL', ({ text }) => text('minio.tls.enabled')) },
  {
    setting: 'minio.bucketName',
    read: storage('bucketName', ({ on, text }) =>
      text(on('minio.gcsgateway.enabled') ? 'externalGcs.bucketName' : 'minio.bucketName'),
    ),
  },
  { setting: 'minio.rootPath', read: storage('rootPath', ({ text }) => text('minio.rootPath')) },
  { setting: 'common.storageType', read: inFull(() => 'minio') },
  { setting: 'messageQueue', read: queueOf },
  {
    setting: 'pulsar.address',
    read: (from) => {
      if (from.on('externalPulsar.enabled')) return from.text('externalPulsar.host');
      return from.on('pulsar.enabled') ? `${serviceOf(from, 'pulsar')}-proxy` : undefined;
    },
  },
  { setting: 'pulsar.tenant', read: externalPulsar('tenant') },
  { setting: 'pulsar.namespace', read: externalPulsar('namespace') },
  {
    setting: 'kafka.brokerList',
    read: (from) => {
      if (from.on('externalKafka.enabled')) return from.text('externalKafka.brokerList');
      if (!from.on('kafka.enabled')) return undefined;
      return `${serviceOf(from, 'kafka')}:${from.text('kafka.service.ports.client')}`;
    },
  },
  {
    setting: 'rocksmq.path',
    read: inFull((from) => (rocksmqOn(from) ? `${from.text('standalone.persistence.mountPath')}/rdb_data` : undefined)),
  },
  { setting: 'common.chanNamePrefix.cluster', read: inFull(({ text }) => text('msgChannel.chanNamePrefix.cluster')) },
  { setting: 'common.security.authorizationEnabled', read: inFull(({ text }) => text('authorization.enabled')) },
];

/** Go's templates take everything that is not empty for true. */
const truthy = (value: unknown): boolean =>
  !(value === undefined || value === null || value === false || value === '' || value === 0);

const readerOf = (release: string, chart: string, values: Values): Reader => ({
  ...{ release, chart },
  on: (path) => truthy(getPath(values, path)),
  text: (path) => {
    const value = getPath(values, path) ?? null;
    return (Array.isArray(value) ? value : [value]).map((one) => printedText(one) ?? '').join(',');
  },
});

/** A release as it is stored, or as it would be. */
export interface Stored {
  /** Name of the release: the addresses of its dependencies follow from it. */
  readonly release: string;
  readonly chart: { readonly version: string; readonly values: Values };
  /** User values of the revision. */
  readonly userValues: Values;
}

/**
 * The settings that chart and values give Milvus, as far as they decide about data. Independent of the live ConfigMap,
 * so that the two can be held against each other.
 *
 * @returns unknown for charts that are not covered (before 3.1.0, from 4.1.0 on) and for a user.yaml that is no YAML
 */
export function settingsOfValues({ release, chart, userValues }: Stored): Known<Settings> {
  if (valid(chart.version) === null || lt(chart.version, covered.from) || gte(chart.version, covered.before)) {
    return unknown(`what chart ${chart.version} makes of values is not known here`);
  }
  const values = effective(chart.values, userValues);
  const reader = readerOf(release, chart.version, values);
  const written = settingsOf(
    wiring.flatMap(({ setting, read }) => {
      const text = read(reader);
      return text === undefined ? [] : [[setting, text] as const];
    }),
  );
  const from = `the values of chart ${chart.version}`;
  const file = getPath(values, 'extraConfigFiles');
  const user = typeof file === 'object' && file !== null ? (file as Values)['user.yaml'] : undefined;
  if (lt(chart.version, userFileSince) || user === undefined || user === null) return known(written, from);
  const text = settingText(user);
  if (text === undefined) return unknown('extraConfigFiles.user.yaml is no text');
  const own = readSettings([{ name: 'extraConfigFiles.user.yaml', text }]);
  return own.known ? known(over(written, own.value), `${from} and extraConfigFiles.user.yaml`) : own;
}
