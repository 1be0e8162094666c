import type { Cluster, KubeObject } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import { componentOf } from '../milvus/components.js';
import type { WorkloadFact } from '../plan/facts.js';
import { workloadFact } from '../upgrade/rollout/fact.js';
import type { NamespaceObjects, WorkloadRef } from '../upgrade/rollout/objects.js';

/** Everything of a namespace that tells how workloads are, read in one go. */
export async function readNamespace(cluster: Cluster, namespace: string): Promise<NamespaceObjects> {
  const [deployments, statefulSets, replicaSets, pods] = await Promise.all([
    cluster.list<NamespaceObjects['deployments'][number]>(resources.deployments, { namespace }),
    cluster.list<NamespaceObjects['statefulSets'][number]>(resources.statefulSets, { namespace }),
    cluster.list<NamespaceObjects['replicaSets'][number]>(resources.replicaSets, { namespace }),
    cluster.list<NamespaceObjects['pods'][number]>(resources.pods, { namespace }),
  ]);
  return {
    deployments: deployments.items,
    statefulSets: statefulSets.items,
    replicaSets: replicaSets.items,
    pods: pods.items,
  };
}

/** The Deployments and StatefulSets of a manifest; Milvus's own carry their component. */
export function workloadsOf(manifest: readonly KubeObject[]): WorkloadRef[] {
  return manifest.flatMap((object): WorkloadRef[] => {
    if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return [];
    const component = componentOf(object);
    return [{ kind: object.kind, name: object.metadata.name, ...(component === undefined ? {} : { component }) }];
  });
}

/** How each workload of a manifest runs. */
export const workloadFacts = (manifest: readonly KubeObject[], objects: NamespaceObjects): WorkloadFact[] =>
  workloadsOf(manifest).map((ref) => workloadFact(ref, objects));
