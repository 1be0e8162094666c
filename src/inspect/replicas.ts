import type { KubeObject } from '../cluster/port.js';
import { at } from '../plan/compare/fields.js';
import type { ReplicasFact, WorkloadFact } from '../plan/facts.js';
import { workloadName } from './live-workloads.js';

/** Workloads whose live replicas are not those of the manifest. A manifest without replicas leaves them to others. */
export function replicasFacts(workloads: readonly WorkloadFact[], manifest: readonly KubeObject[]): ReplicasFact[] {
  const meant = new Map(manifest.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
  return workloads.flatMap((workload) => {
    const name = workloadName(workload);
    const wanted = at(meant.get(name), 'spec', 'replicas');
    return workload.exists && typeof wanted === 'number' && wanted !== workload.wanted
      ? [{ workload: name, live: workload.wanted, manifest: wanted }]
      : [];
  });
}
