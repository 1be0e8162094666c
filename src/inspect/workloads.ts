import type { KubeObject } from '../cluster/port.js';
import { componentOf } from '../milvus/components.js';
import type { WorkloadFact } from '../plan/facts.js';
import { workloadFact } from '../upgrade/rollout/fact.js';
import type { NamespaceObjects, WorkloadRef } from '../upgrade/rollout/objects.js';

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
