import { parseDocument } from 'yaml';
import type { KubeObject } from '../cluster/port.js';
import { isMap } from '../values/tree.js';
import { topologyOf } from './components.js';
import { known, unknown, type Known } from './knowledge.js';

/**
 * Milvus's configuration as its pods get it: files from a ConfigMap, and environment variables above them.
 *
 * @see https://milvus.io/docs/configure-helm.md
 * @see https://github.com/milvus-io/milvus/tree/master/pkg/config
 */

/** Where the configuration of one release is read from. */
export interface ConfigSource {
  /** The ConfigMap that Milvus's pods mount (live, or rendered), if it could be read. */
  readonly configMap: KubeObject | undefined;
  /** Why it could not be read, where that is known. */
  readonly unreadable?: string;
  /** Objects of the same release: their pod templates may set configuration by environment variables. */
  readonly manifest: readonly KubeObject[];
}

/** Lowest first: later files override earlier ones. */
const files = ['milvus.yaml', 'default.yaml', 'user.yaml'] as const;

/** The volume that holds the configuration, the same name in every chart version. */
const volumeName = 'milvus-config';

/** Milvus compares names without case and separators: `etcd.rootPath`, `ETCD_ROOT_PATH` and `ETCD_ROOTPATH` are one. */
const plainName = (name: string): string => name.toLowerCase().replaceAll(/[._/]/g, '');

export interface MilvusConfig {
  /** The value of a dotted path and the file it stands in; the last file that has it wins. */
  value(path: string): { readonly value: string; readonly file: string } | undefined;
  /** Whether a top-level section is there, empty or not. */
  hasSection(name: string): boolean;
}

const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length;

function flattenInto(target: Map<string, string>, tree: unknown, prefix: readonly string[]): void {
  if (isMap(tree)) {
    for (const [key, value] of Object.entries(tree)) flattenInto(target, value, [...prefix, key]);
  } else if (typeof tree === 'string') target.set(plainName(prefix.join('.')), tree);
  // A list of texts is one value with commas to Milvus, as in `etcd.endpoints`.
  else if (Array.isArray(tree) && tree.every((item) => typeof item === 'string')) {
    target.set(plainName(prefix.join('.')), tree.join(','));
  }
}

/**
 * Parses the configuration files of a ConfigMap. Scalars stay text, so that a root path `0123` is what it is.
 *
 * @returns unknown when a file is not YAML; the reason names file and line, never content (passwords stand in there)
 */
export function readMilvusConfig(configMap: KubeObject): Known<MilvusConfig> {
  const data = isMap(configMap.data) ? configMap.data : {};
  const values = new Map<string, { value: string; file: string }>();
  const sections = new Set<string>();
  for (const file of files) {
    const text = data[file];
    if (typeof text !== 'string') continue;
    const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
    for (const { code, pos } of document.errors) {
      // Of a key that is there twice Milvus takes the last one.
      if (code === 'DUPLICATE_KEY') continue;
      const place = `${file} line ${lineAt(text, pos[0])}`;
      return unknown(`${place} of ConfigMap ${configMap.metadata.name} is not valid YAML`);
    }
    let tree: unknown;
    try {
      tree = document.toJS();
    } catch {
      return unknown(`${file} of ConfigMap ${configMap.metadata.name} uses YAML aliases that cannot be resolved`);
    }
    const flat = new Map<string, string>();
    flattenInto(flat, tree, []);
    for (const [name, value] of flat) values.set(name, { value, file });
    if (isMap(tree)) for (const name of Object.keys(tree)) sections.add(name.split('.')[0]?.toLowerCase() ?? '');
  }
  return known(
    {
      value: (path) => values.get(plainName(path)),
      hasSection: (name) => sections.has(name.toLowerCase()),
    },
    `ConfigMap ${configMap.metadata.name}`,
  );
}

function podSpecs(
  manifest: readonly KubeObject[],
): { readonly name: string; readonly spec: Record<string, unknown> }[] {
  return (topologyOf(manifest)?.workloads ?? []).flatMap(({ name, object }) => {
    const template = isMap(object.spec) ? object.spec.template : undefined;
    return isMap(template) && isMap(template.spec) ? [{ name, spec: template.spec }] : [];
  });
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Name of the ConfigMap that Milvus's Deployments mount: neither label nor naming rule survives overrides, the volume does. */
export function configMapName(manifest: readonly KubeObject[]): Known<string> {
  const names = new Set(
    podSpecs(manifest).flatMap(({ spec }) =>
      listOf(spec.volumes).flatMap((volume) => {
        if (!isMap(volume) || volume.name !== volumeName || !isMap(volume.configMap)) return [];
        const name = volume.configMap.name;
        return typeof name === 'string' ? [name] : [];
      }),
    ),
  );
  const name = [...names].at(0);
  if (name === undefined) return unknown(`no Milvus Deployment of the release mounts a ConfigMap as ${volumeName}`);
  return names.size === 1
    ? known(name, `volume ${volumeName} of the Milvus Deployments`)
    : unknown(`the Milvus Deployments mount different ConfigMaps: ${[...names].join(', ')}`);
}

/** What environment variables say about a path; undefined when none does. */
function fromEnvironment(manifest: readonly KubeObject[], path: string): Known<string> | undefined {
  const specs = podSpecs(manifest);
  const found = specs.flatMap(({ spec }) =>
    listOf(spec.containers)
      .flatMap((container) => (isMap(container) ? listOf(container.env) : []))
      .filter((variable) => isMap(variable) && plainName(String(variable.name)) === plainName(path)),
  );
  if (found.length === 0) return undefined;
  const values = new Set(found.map((variable) => (isMap(variable) ? variable.value : undefined)));
  const [value] = values;
  return values.size === 1 && typeof value === 'string' && found.length === specs.length
    ? known(value, 'an environment variable of the Milvus Deployments')
    : unknown(`an environment variable sets ${path}, but not as one plain value for all Milvus Deployments`);
}

/**
 * One setting as Milvus sees it: an environment variable, else `user.yaml`, else the chart's file.
 *
 * @returns undefined when nothing sets it, so that Milvus's own default holds
 */
export function setting({ configMap, manifest, unreadable }: ConfigSource, path: string): Known<string> | undefined {
  const variable = fromEnvironment(manifest, path);
  if (variable !== undefined) return variable;
  if (configMap === undefined) return unknown(unreadable ?? "Milvus's ConfigMap could not be read");
  const config = readMilvusConfig(configMap);
  if (!config.known) return config;
  const found = config.value.value(path);
  return found === undefined ? undefined : known(found.value, `${config.from} (${found.file})`);
}

/** `etcd.rootPath`, the prefix of all metadata. Charts from 4.0.0 on do not write it; Milvus's default is by-dev. */
export const rootPathOf = (source: ConfigSource): Known<string> =>
  setting(source, 'etcd.rootPath') ?? known('by-dev', "Milvus's default");

const fromChart = (source: ConfigSource, path: string): Known<string> =>
  setting(source, path) ?? unknown(`the configuration does not say ${path}`);

/** The bucket that holds the data, in MinIO or in external object storage. */
export const bucketOf = (source: ConfigSource): Known<string> => fromChart(source, 'minio.bucketName');

/** The prefix of the data within its bucket; may be empty. */
export const bucketRootPathOf = (source: ConfigSource): Known<string> => fromChart(source, 'minio.rootPath');

/** A setting that is on or off, as Milvus reads it: anything but `true` is off. */
export function switchOf(source: ConfigSource, path: string, otherwise: boolean): Known<boolean> {
  const said = setting(source, path);
  if (said === undefined) return known(otherwise, "Milvus's default");
  return said.known ? known(said.value.trim().toLowerCase() === 'true', said.from) : said;
}
