import type { KubeObject } from '../cluster/port.js';
import { isMap } from '../values/tree.js';
import { setting, type ConfigSource } from './config.js';
import { known, type Known, type MessageQueue } from './knowledge.js';

/**
 * Which servers Milvus's configuration points at, in a form in which two spellings of one server are equal.
 *
 * @see https://milvus.io/docs/configure_etcd.md
 * @see https://milvus.io/docs/configure_minio.md
 */

/** The dependencies that are told by an address, with the settings that hold it and the port Milvus takes without one. */
const dependencies = {
  etcd: { address: 'etcd.endpoints', port: undefined, otherwise: '2379' },
  'object storage': { address: 'minio.address', port: 'minio.port', otherwise: '9000' },
  pulsar: { address: 'pulsar.address', port: 'pulsar.port', otherwise: '6650' },
  kafka: { address: 'kafka.brokerList', port: undefined, otherwise: '9092' },
} as const satisfies Record<string, unknown>;

export type Dependency = keyof typeof dependencies;

/** The dependencies of a release: those that all have, and its queue; a leftover section of another queue is idle. */
export function dependenciesOf(queue: Known<MessageQueue>): readonly Dependency[] {
  const served = (['pulsar', 'kafka'] as const).filter((name) => queue.known && queue.value.includes(name));
  return ['etcd', 'object storage', ...served];
}

/** The setting to correct when a dependency's address is wrong. */
export const addressSetting = (dependency: Dependency): string => dependencies[dependency].address;

interface Address {
  readonly host: string;
  readonly port: string;
}

/** One item of an address list, without scheme, credentials and path. */
function addressOf(item: string, otherwise: string): Address {
  const bare = item
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/\/.*$/s, '')
    .replace(/^.*@/s, '');
  const [, host = bare, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bare) ?? [];
  return { host: host.toLowerCase().replace(/\.$/, ''), port: port ?? otherwise };
}

const labelsOf = (value: unknown): Record<string, unknown> => (isMap(value) ? value : {});

/** `StatefulSet/my-milvus-etcd`: the workloads that a Service sends to, by its selector. */
function behind(service: KubeObject, manifest: readonly KubeObject[]): string {
  const spec = isMap(service.spec) ? service.spec : {};
  const selector = Object.entries(labelsOf(spec.selector));
  const workloads = manifest
    .filter(({ kind }) => kind === 'StatefulSet' || kind === 'Deployment')
    .filter(({ spec: own }) => {
      const template = isMap(own) ? own.template : undefined;
      const metadata = isMap(template) ? template.metadata : undefined;
      const labels = labelsOf(isMap(metadata) ? metadata.labels : undefined);
      return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
    })
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  return workloads.length === 0 ? `Service/${service.metadata.name}` : [...new Set(workloads)].sort().join('+');
}

/**
 * The server behind an address. A Service of the release, or one pod of a headless one, is the workload behind it, so
 * that `rel-etcd:2379` (charts before 4.2.3) and the addresses of its pods (from 4.2.3 on) are the same.
 */
function serverAt({ host, port }: Address, manifest: readonly KubeObject[], namespace: string): string {
  const labels = host.split('.');
  const service = (name: string | undefined): KubeObject | undefined =>
    manifest.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
  const inNamespace = (rest: readonly string[]): boolean =>
    (rest[0] ?? namespace) === namespace && (rest[1] ?? 'svc') === 'svc';
  const direct = inNamespace(labels.slice(1)) ? service(labels[0]) : undefined;
  const pod = labels.length > 1 && inNamespace(labels.slice(2)) ? service(labels[1]) : undefined;
  const own = direct ?? pod;
  if (own !== undefined) return behind(own, manifest);
  // Any other server of the cluster: `a`, `a.db`, `a.db.svc` and `a.db.svc.cluster.local` are one.
  const svc = labels.indexOf('svc');
  const short = svc === 2 || svc === 3 ? labels.slice(0, svc) : /^[^.[]+$/.test(host) ? [host, namespace] : labels;
  return `${short.join('.')}:${port}`;
}

/** Whether a server of `serversOf` is a workload of the release. */
export const isOwnServer = (server: string): boolean => /^(StatefulSet|Deployment|Service)\//.test(server);

/**
 * The servers of one dependency as the configuration has them.
 *
 * @param source configuration and objects of one revision
 * @param namespace of the release
 * @returns sorted, each once: `StatefulSet/my-milvus-etcd` for one of the release, `host:port` for any other; empty
 *   where the configuration says nothing, so that Milvus's own default holds. Never holds credentials
 */
export function serversOf(source: ConfigSource, dependency: Dependency, namespace: string): Known<readonly string[]> {
  const { address, port, otherwise } = dependencies[dependency];
  const said = setting(source, address);
  if (said === undefined) return known([], "Milvus's default");
  if (!said.known) return said;
  const portSaid = port === undefined ? undefined : setting(source, port);
  if (portSaid?.known === false) return portSaid;
  const servers = said.value
    .split(',')
    .filter((item) => item.trim() !== '')
    .map((item) => serverAt(addressOf(item, portSaid?.value ?? otherwise), source.manifest, namespace));
  return known([...new Set(servers)].sort(), said.from);
}
