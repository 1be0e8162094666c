import type { KubeObject } from '../../cluster/port.js';
import { topologyOf } from '../../milvus/components.js';
import { unknown, type Known } from '../../milvus/knowledge.js';
import { isMap } from '../../values/tree.js';
import { readSettings, type Settings } from './settings.js';

/** Where Milvus's images look for their configuration. */
const directory = '/milvus/configs/';

/** Lowest first: the order in which the files of the chart are merged. */
const order = ['milvus.yaml', 'default.yaml', 'user.yaml'] as const;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Keys of the ConfigMap that a pod template mounts as configuration files. */
function mountedIn(workload: KubeObject): ReadonlySet<string> {
  const template = isMap(workload.spec) ? workload.spec.template : undefined;
  const spec = isMap(template) ? template.spec : undefined;
  const mounts = listOf(isMap(spec) ? spec.containers : undefined).flatMap((container) =>
    isMap(container) ? listOf(container.volumeMounts) : [],
  );
  return new Set(
    mounts.flatMap((mount) =>
      isMap(mount) &&
      typeof mount.subPath === 'string' &&
      typeof mount.mountPath === 'string' &&
      mount.mountPath.startsWith(directory)
        ? [mount.subPath]
        : [],
    ),
  );
}

/**
 * The configuration as the ConfigMap and the pods that mount it have it, live or rendered. A file that stands in the
 * ConfigMap and is not mounted does not count: charts before 3.3.2 put user.yaml there, and no pod got it.
 *
 * @param configMap the one that Milvus's pods mount
 * @param manifest objects of the same release
 * @returns unknown where the Deployments mount different files, or a file is no YAML
 */
export function settingsOfConfig(configMap: KubeObject, manifest: readonly KubeObject[]): Known<Settings> {
  const sets = (topologyOf(manifest)?.workloads ?? []).map(({ object }) => mountedIn(object));
  const [first] = sets;
  const names = order.filter((name) => first?.has(name) === true);
  if (names.length === 0) return unknown('no Milvus Deployment mounts a configuration file');
  if (sets.some((set) => order.some((name) => set.has(name) !== first?.has(name)))) {
    return unknown('the Milvus Deployments mount different configuration files');
  }
  const data = isMap(configMap.data) ? configMap.data : {};
  const files = names.flatMap((name) => {
    const text = data[name];
    return typeof text === 'string' ? [{ name: `${name} of ConfigMap ${configMap.metadata.name}`, text }] : [];
  });
  return files.length === names.length
    ? readSettings(files)
    : unknown(`ConfigMap ${configMap.metadata.name} does not have all files that pods mount (${names.join(', ')})`);
}
