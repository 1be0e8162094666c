import type { KubeObject } from '../cluster/port.js';
import { componentOf } from '../milvus/components.js';
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

/**
 * Whether Milvus is stopped and would stay so: every one of its workloads is at zero in the cluster, and in what the
 * upgrade would write. Then nothing tells how many of each are wanted.
 */
export function nothingWouldRun({ facts }: Pick<Inspection, 'facts'>, rendered: readonly KubeObject[]): boolean {
  const next = rendered.filter((object) => componentOf(object) !== undefined);
  return (
    next.length > 0 &&
    next.every((object) => at(object, 'spec', 'replicas') === 0) &&
    facts.workloads.every(({ component, wanted }) => component === undefined || wanted === 0)
  );
}
