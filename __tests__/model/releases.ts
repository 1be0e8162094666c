import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject } from '../../src/cluster/port.js';
import { parseManifest } from '../../src/helm/manifest.js';
import type { ReleaseStatus, Values } from '../../src/helm/port.js';

/** A release as Helm holds it in memory. https://github.com/helm/helm/blob/main/pkg/release/v1/release.go */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly info: {
    readonly first_deployed: string;
    readonly last_deployed: string;
    readonly deleted: string;
    readonly description: string;
    readonly status: ReleaseStatus;
  };
  readonly chart: {
    readonly metadata: { readonly name: string; readonly version: string; readonly appVersion: string };
    readonly values: Values;
  };
  readonly config: Values;
  readonly manifest: string;
  readonly apply_method?: string;
  /** Not in the stored text: the labels of its Secret. */
  readonly labels: Readonly<Record<string, string>>;
}

const system: ReadonlySet<string> = new Set(['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt']);

export const withoutSystemLabels = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !system.has(key)));

export const recordName = (release: string, revision: number): string => `sh.helm.release.v1.${release}.v${revision}`;

const decoded = new WeakMap<object, Release>();

/**
 * The Secret of a revision. Labels as Helm sets them: its own over the release's, whose old time stamps stay
 * (https://github.com/helm/helm/blob/main/pkg/storage/driver/secrets.go).
 *
 * @param compressed Helm's gzip; left out the reader's work is a tenth, and Helm's reader takes both
 */
export function recordOf(release: Release, stamp: Readonly<Record<string, string>>, compressed: boolean): KubeObject {
  const { labels, ...stored } = release;
  const json = Buffer.from(JSON.stringify({ ...stored, hooks: [] }), 'utf8');
  const text = (compressed ? gzipSync(json) : json).toString('base64');
  const data = { release: Buffer.from(text, 'latin1').toString('base64') };
  decoded.set(data, release);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: recordName(release.name, release.version),
      namespace: release.namespace,
      labels: {
        ...stamp,
        ...labels,
        name: release.name,
        owner: 'helm',
        status: release.info.status,
        version: String(release.version),
      },
    },
    data,
  };
}

/** The release in a Secret, whoever wrote it. */
export function releaseIn(secret: KubeObject): Release {
  const data = secret.data as { readonly release: string };
  const release = decoded.get(data) ?? (JSON.parse(readRecord(data.release)) as Release);
  return { ...release, labels: secret.metadata.labels ?? {} };
}

const readRecord = (text: string): string => {
  const bytes = Buffer.from(Buffer.from(text, 'base64').toString('latin1'), 'base64');
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
};

const parsed = new Map<string, readonly KubeObject[]>();

/** The objects of a manifest, by the real reader; each text is parsed once. */
export function manifestObjects(manifest: string, namespace: string): readonly KubeObject[] {
  const key = `${namespace}\n${manifest}`;
  const objects = parsed.get(key) ?? parseManifest(manifest, namespace);
  parsed.set(key, objects);
  return objects;
}
