import type { Cluster, KubeObject } from '../../cluster/port.js';
import { keyOf } from '../../plan/compare/objects.js';
import { Problem } from '../../problem.js';

/** What the cluster says to one object of a manifest. */
export type Found = { readonly object: KubeObject } | 'missing' | 'unknown';

/** By `keyOf`. */
export type LiveLook = ReadonlyMap<string, Found>;

const together = 16;

/**
 * The live counterparts of the objects of several manifests, each asked for once. What may not be read, and what is of a
 * kind that the server does not serve, is `unknown`; any other failure is thrown.
 *
 * @param namespace for namespaced objects that name none
 * @throws Problem what the cluster says, other than `forbidden`
 */
export async function lookAtLive(
  cluster: Pick<Cluster, 'get' | 'resourceFor'>,
  namespace: string,
  ...manifests: readonly (readonly KubeObject[])[]
): Promise<LiveLook> {
  const versions = new Map<string, KubeObject[]>();
  for (const object of manifests.flat()) {
    const key = keyOf(object);
    versions.set(key, [...(versions.get(key) ?? []), object]);
  }
  const read = async ([key, objects]: readonly [string, readonly KubeObject[]]): Promise<[string, Found]> => [
    key,
    await lookAt(cluster, namespace, objects),
  ];
  const open = [...versions];
  const found: [string, Found][] = [];
  for (let i = 0; i < open.length; i += together)
    found.push(...(await Promise.all(open.slice(i, i + together).map(read))));
  return new Map(found);
}

/** @param objects one object as each manifest has it: the API version of either may be one that the server has dropped */
async function lookAt(
  cluster: Pick<Cluster, 'get' | 'resourceFor'>,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<Found> {
  for (const { apiVersion, kind, metadata } of objects) {
    const resource = await cluster.resourceFor(apiVersion, kind);
    if (resource === undefined) continue;
    try {
      const place = resource.namespaced ? (metadata.namespace ?? namespace) : undefined;
      const object = await cluster.get(resource, metadata.name, place);
      return object === undefined ? 'missing' : { object };
    } catch (error) {
      if (error instanceof Problem && error.details.id === 'forbidden') return 'unknown';
      throw error;
    }
  }
  return 'unknown';
}
