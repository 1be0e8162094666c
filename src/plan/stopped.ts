import { at } from './compare/fields.js';
import type { Inspection, WorkloadFact } from './facts.js';

/**
 * Milvus workloads that somebody scaled to zero by hand: the release's manifest wants pods, the cluster has none to want.
 * Nothing of them is unready, so they would pass for healthy.
 */
export function stoppedByHand({ facts, manifest }: Pick<Inspection, 'facts' | 'manifest'>): readonly WorkloadFact[] {
  const meant = new Map(
    manifest.map(({ kind, metadata, spec }) => [`${kind}/${metadata.name}`, at(spec, 'replicas') ?? 1]),
  );
  return facts.workloads.filter(
    ({ component, exists, wanted, kind, name }) =>
      component !== undefined && exists && wanted === 0 && meant.get(`${kind}/${name}`) !== 0,
  );
}
