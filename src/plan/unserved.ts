import type { Cluster, KubeObject } from '../cluster/port.js';

/**
 * Objects of a manifest whose kind and version the server does not serve: an API that was removed, or a custom resource
 * definition that is gone. Helm stops at the first of them, even in a dry run.
 *
 * @param objects of the stored manifest
 * @see https://helm.sh/docs/topics/kubernetes_apis/
 */
export async function unservedObjects(
  cluster: Pick<Cluster, 'resourceFor'>,
  objects: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const kindOf = ({ apiVersion, kind }: KubeObject): string => `${apiVersion}/${kind}`;
  const kinds = [...new Map(objects.map((object) => [kindOf(object), object])).values()];
  const served = await Promise.all(kinds.map(({ apiVersion, kind }) => cluster.resourceFor(apiVersion, kind)));
  const gone = new Set(kinds.filter((_, i) => served[i] === undefined).map(kindOf));
  return objects.filter((object) => gone.has(kindOf(object)));
}
