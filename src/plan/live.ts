import type { Cluster, KubeObject } from '../cluster/port.js';
import { keyOf } from './compare/objects.js';

const together = 16;

/**
 * The live counterparts of a set of objects.
 *
 * @param cluster to ask
 * @param namespace for namespaced objects that name none
 * @param objects from one or more manifests; asked for once each
 * @returns live objects by `keyOf`; those that do not exist (or whose kind the server does not serve) are missing
 */
export async function readLive(
  cluster: Cluster,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<Map<string, KubeObject>> {
  const wanted = [...new Map(objects.map((object) => [keyOf(object), object])).entries()];
  const live = new Map<string, KubeObject>();
  const read = async ([key, object]: (typeof wanted)[number]): Promise<void> => {
    const resource = await cluster.resourceFor(object.apiVersion, object.kind);
    if (resource === undefined) return;
    const place = resource.namespaced ? (object.metadata.namespace ?? namespace) : undefined;
    const found = await cluster.get(resource, object.metadata.name, place);
    if (found !== undefined) live.set(key, found);
  };
  for (let i = 0; i < wanted.length; i += together) await Promise.all(wanted.slice(i, i + together).map(read));
  return live;
}
