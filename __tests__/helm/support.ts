import { gzipSync } from 'node:zlib';
import type { Cluster, KubeObject, ListOptions, Resource } from '../../src/cluster/port.js';
import { Problem } from '../../src/problem.js';

/** A release as Helm stores it, with what a test wants otherwise. */
export function release(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'my',
    info: {
      first_deployed: '2026-11-22T14:18:28Z',
      last_deployed: '2026-11-22T14:19:28Z',
      deleted: '',
      description: 'Upgrade complete',
      status: 'deployed',
    },
    chart: {
      metadata: { name: 'milvus', version: '4.1.24', appVersion: '2.3.11', apiVersion: 'v1' },
      templates: [{ name: 'templates/x.yaml', data: 'e30=' }],
      values: { pulsar: { enabled: true } },
    },
    config: { image: { all: { tag: 'v2.3.11' } } },
    manifest: '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: my-milvus\n',
    version: 3,
    namespace: 'db',
    ...changes,
  };
}

export interface SecretChanges {
  readonly name?: string;
  readonly namespace?: string;
  readonly type?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Instead of the encoded release: the bytes below the Secret's own base64. */
  readonly stored?: Buffer;
}

/** The stored form of a release: JSON, gzip, base64; `compressed: false` as old versions wrote it. */
export const stored = (object: unknown, compressed = true): Buffer => {
  const json = Buffer.from(JSON.stringify(object));
  return Buffer.from((compressed ? gzipSync(json) : json).toString('base64'));
};

export function secret(object: Readonly<Record<string, unknown>>, changes: SecretChanges = {}): KubeObject {
  const name = String(object.name);
  const version = String(object.version);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: changes.type ?? 'helm.sh/release.v1',
    metadata: {
      name: changes.name ?? `sh.helm.release.v1.${name}.v${version}`,
      namespace: changes.namespace ?? 'db',
      labels: changes.labels ?? { name, owner: 'helm', status: 'deployed', version, modifiedAt: '1795357108' },
    },
    data: { release: (changes.stored ?? stored(object)).toString('base64') },
  };
}

export interface ListCall {
  readonly resource: Resource;
  readonly options: ListOptions;
}

/** A cluster that only lists, from `answer`; everything else is an error. */
export function listing(answer: (call: ListCall) => readonly KubeObject[]): { cluster: Cluster; calls: ListCall[] } {
  const calls: ListCall[] = [];
  const list = (resource: Resource, options: ListOptions = {}) => {
    calls.push({ resource, options });
    return Promise.resolve({ items: answer({ resource, options }), resourceVersion: '1' });
  };
  const cluster = new Proxy({} as Cluster, {
    get: (_target, property) => {
      if (property === 'list') return list;
      throw new Error(`unexpected call of ${String(property)}`);
    },
  });
  return { cluster, calls };
}

/** The Problem that a promise or function ends with. */
export async function problemOf(act: () => unknown): Promise<Problem> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('there was no Problem');
}

interface TarFile {
  readonly name: string;
  readonly content: string;
  /** Type flag, '0' for a file. */
  readonly type?: string;
}

function tarHeader({ name, content, type = '0' }: TarFile): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'utf8');
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A gzipped tar archive. */
export function archive(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap((file) => {
    const content = Buffer.from(file.content);
    return [tarHeader(file), content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

/** A packaged chart. */
export const chartPackage = (name: string, version: string, appVersion: string): Buffer =>
  archive([
    {
      name: `${name}/Chart.yaml`,
      content: `apiVersion: v1\nname: ${name}\nversion: ${version}\nappVersion: ${appVersion}\n`,
    },
    { name: `${name}/values.yaml`, content: `cluster:\n  enabled: true\n# ${version}\n` },
    {
      name: `${name}/requirements.yaml`,
      content:
        'dependencies:\n- name: pulsarv2\n  alias: pulsar\n  version: 2.7.8\n  condition: pulsar.enabled\n- name: etcd\n  version: 6.3.3\n',
    },
    { name: `${name}/charts/etcd/Chart.yaml`, content: 'name: etcd\nversion: 6.3.3\n' },
  ]);
