import type { Cluster, KubeObject } from '../cluster/port.js';
import { known, unknown } from '../milvus/knowledge.js';
import type { Facts } from '../plan/facts.js';
import { unservedObjects } from '../plan/unserved.js';
import { Problem } from '../problem.js';
import { sortedBy } from './live-workloads.js';

/** Objects of the installed manifest that Helm could not build any more; unknown where discovery fails. */
export async function unservedFact(
  cluster: Pick<Cluster, 'resourceFor'>,
  manifest: readonly KubeObject[],
): Promise<Facts['unserved']> {
  try {
    const objects = await unservedObjects(cluster, manifest);
    const named = objects.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name }));
    return known(
      sortedBy(named, ({ apiVersion, kind, name }) => [apiVersion, kind, name].join(' ')),
      "the release's manifest and the API of the cluster",
    );
  } catch (error) {
    if (error instanceof Problem) return unknown(`the API of the cluster could not be read: ${error.details.what}`);
    throw error;
  }
}
