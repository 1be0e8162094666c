import type { KubeObject } from '../cluster/port.js';
import { readMilvusConfig, setting, type ConfigSource } from './config.js';
import { topologyOf } from './components.js';
import { known, unknown, type Known, type MessageQueue } from './knowledge.js';

/** A message queue that the chart itself can bring along. */
export type BundledQueue = 'pulsar2' | 'pulsar3' | 'kafka';

/** How each bundled queue's objects are labelled, the same in all chart versions. */
const bundledLabels: readonly { readonly queue: BundledQueue; readonly label: string; readonly value: string }[] = [
  { queue: 'pulsar2', label: 'app', value: 'pulsar' },
  { queue: 'pulsar3', label: 'app', value: 'pulsarv3' },
  { queue: 'kafka', label: 'app.kubernetes.io/name', value: 'kafka' },
];

const queueOf = ({ metadata }: KubeObject): BundledQueue | undefined =>
  bundledLabels.find(({ label, value }) => metadata.labels?.[label] === value)?.queue;

/** The bundled queues whose StatefulSets are part of the release, used by Milvus or idle. */
export function bundledQueues(manifest: readonly KubeObject[]): readonly BundledQueue[] {
  const present = new Set(manifest.filter(({ kind }) => kind === 'StatefulSet').map(queueOf));
  return bundledLabels.flatMap(({ queue }) => (present.has(queue) ? [queue] : []));
}

/** `minio.mode` as the release runs it: a StatefulSet is distributed, a Deployment standalone. */
export function minioModeOf(manifest: readonly KubeObject[]): Known<'standalone' | 'distributed'> {
  const kinds = manifest
    .filter(({ metadata }) => metadata.labels?.app === 'minio')
    .map(({ kind }) => kind)
    .filter((kind) => kind === 'StatefulSet' || kind === 'Deployment');
  if (kinds.length === 0) return unknown('MinIO is not part of the release');
  return known(kinds.includes('StatefulSet') ? 'distributed' : 'standalone', 'the MinIO workload of the release');
}

/** Queues that are told by their name alone. */
const embedded = ['rocksmq', 'natsmq', 'woodpecker'] as const;

/** Queues that are told by where the configuration points. */
const served = {
  pulsar: {
    setting: 'pulsar.address',
    external: 'external-pulsar',
    bundled: ['pulsar2', 'pulsar3'],
    /** Names that the chart gives the Service of a Pulsar of its own. */
    services: (release: string) => [`${release}-pulsar-proxy`, `${release}-pulsarv3-proxy`, `${release}-proxy`],
  },
  kafka: {
    setting: 'kafka.brokerList',
    external: 'external-kafka',
    bundled: ['kafka'],
    services: (release: string) => [`${release}-kafka`, release],
  },
} as const satisfies Record<string, unknown>;

/** From 3.3.2 on the chart writes the queue's name; before, only the section of the queue in use is there. */
const namesQueueSince = [3, 3, 2] as const;

function writtenBefore(manifest: readonly KubeObject[], version: readonly [number, number, number]): boolean {
  const label = topologyOf(manifest)?.workloads[0]?.object.metadata.labels?.['helm.sh/chart'];
  const [, ...parts] = /^milvus-(\d+)\.(\d+)\.(\d+)/.exec(label ?? '') ?? [];
  if (parts.length < version.length) return false;
  const difference = version.map((part, index) => Number(parts[index]) - part).find((value) => value !== 0);
  return difference !== undefined && difference < 0;
}

/** `pulsar`, `kafka`, `rocksmq`... as the configuration names it. */
function nameOf(source: ConfigSource): Known<string> {
  const type = setting(source, 'mq.type');
  const older = setting(source, 'messageQueue');
  if (type?.known === false) return type;
  if (older?.known === false) return older;
  const [first, second] = [type ?? older, older ?? type];
  if (first !== undefined && second !== undefined) {
    return first.value === second.value
      ? first
      : unknown(`the configuration names two message queues: mq.type ${first.value}, messageQueue ${second.value}`);
  }
  const config = source.configMap === undefined ? undefined : readMilvusConfig(source.configMap);
  if (config?.known === true && writtenBefore(source.manifest, namesQueueSince)) {
    const sections = ['rocksmq', 'pulsar', 'kafka'].filter((name) => config.value.hasSection(name));
    const only = sections.at(0);
    if (only !== undefined && (sections.length === 1 || only === 'rocksmq')) {
      return known(only, `${config.from} (section ${only})`);
    }
  }
  return unknown("the configuration does not name the message queue, so Milvus's own default decides");
}

/** Host of `pulsar://host:6650`, `host:9092,host2:9092` or `host.namespace.svc.cluster.local`, in its labels. */
function hostLabels(address: string): readonly string[] {
  const [host = ''] = address
    .trim()
    .replace(/^[a-z+]+:\/\//, '')
    .split(/[,:/]/);
  return host.toLowerCase().split('.');
}

/**
 * The message queue that Milvus uses: what its configuration names (the last of several, `user.yaml` above the chart's
 * file), and for Pulsar and Kafka whether the address is a Service of the release or something outside.
 *
 * @returns unknown when configuration and workloads contradict each other; the reason says how. Losing the queue loses
 *   data that is not yet in object storage, so nobody should guess
 * @see https://milvus.io/docs/message_storage_operator.md
 */
export function messageQueueOf(
  source: ConfigSource,
  release: { readonly name: string; readonly namespace: string },
): Known<MessageQueue> {
  const name = nameOf(source);
  if (!name.known) return name;
  const own = embedded.find((queue) => queue === name.value);
  if (own !== undefined) {
    return own !== 'woodpecker' && topologyOf(source.manifest)?.mode === 'cluster'
      ? unknown(`the configuration names ${own}, which works in standalone mode only, but the release is a cluster`)
      : known(own, name.from);
  }
  if (name.value !== 'pulsar' && name.value !== 'kafka') {
    return unknown(`the configuration names a message queue that is not known here: ${name.value}`);
  }
  const kind = served[name.value];
  const address = setting(source, kind.setting);
  if (address === undefined) return unknown(`the configuration names ${name.value}, but no ${kind.setting}`);
  if (!address.known) return address;
  const [host = '', namespace = release.namespace] = hostLabels(address.value);
  const inside = namespace === release.namespace;
  const service = source.manifest.find(({ kind: k, metadata }) => k === 'Service' && metadata.name === host);
  const queue = service === undefined || !inside ? undefined : queueOf(service);
  if (queue !== undefined) {
    return bundledQueues(source.manifest).includes(queue)
      ? known(queue, `${address.from} and Service ${host}`)
      : unknown(`the configuration points at Service ${host}, but the release has no StatefulSet behind it`);
  }
  return inside && (kind.services(release.name) as readonly string[]).includes(host)
    ? unknown(`the configuration points at ${host}, as for a ${name.value} of the release, but the release has none`)
    : known(kind.external, address.from);
}
