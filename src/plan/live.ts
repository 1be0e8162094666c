import type { Cluster, KubeObject } from '../cluster/port.js';
import { keyOf } from './compare/objects.js';

const together = 16;

/** The live counterparts of a set of objects by `keyOf`; undefined: looked for and not there. */
export type LiveObjects = ReadonlyMap<string, KubeObject | undefined>;

/**
 * Looks for the live counterparts of a set of objects, each once.
 *
 * @param cluster to ask
 * @param namespace for namespaced objects that name none
 * @param objects from one or more manifests
 * @param known those that were looked for before
 */
export async function lookFor(
  cluster: Cluster,
  namespace: string,
  objects: readonly KubeObject[],
  known: LiveObjects = new Map(),
): Promise<LiveObjects> {
  const wanted = new Map(objects.map((object) => [keyOf(object), object]));
  const open = [...wanted].filter(([key]) => !known.has(key));
  const found = new Map<string, KubeObject | undefined>([...known].filter(([key]) => wanted.has(key)));
  const read = async ([key, object]: (typeof open)[number]): Promise<void> => {
    const resource = await cluster.resourceFor(object.apiVersion, object.kind);
    const place = resource?.namespaced === true ? (object.metadata.namespace ?? namespace) : undefined;
    found.set(key, resource === undefined ? undefined : await cluster.get(resource, object.metadata.name, place));
  };
  for (let i = 0; i < open.length; i += together) await Promise.all(open.slice(i, i + together).map(read));
  return found;
}

/** Those that exist; of a kind that the server does not serve, none does. */
export const existing = (live: LiveObjects): Map<string, KubeObject> =>
  new Map([...live].flatMap(([key, object]) => (object === undefined ? [] : [[key, object] as const])));
