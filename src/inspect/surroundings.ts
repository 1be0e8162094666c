import type { Cluster, KubeObject } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import type { Known } from '../milvus/knowledge.js';
import type { Facts } from '../plan/facts.js';
import { horizontalAutoscalers, kedaAutoscalers } from './autoscalers.js';
import { claimFacts } from './claims.js';
import { disruptionBudgets } from './disruption.js';
import type { LiveWorkload } from './live-workloads.js';
import { listIfAllowed, listIfServed, mapKnown } from './optional.js';

/** What a namespace holds besides the release that bears on an upgrade of it. */
export interface Surroundings {
  readonly horizontal: Known<readonly KubeObject[]>;
  readonly keda: Known<readonly KubeObject[]>;
  readonly budgets: Known<readonly KubeObject[]>;
  readonly claims: Known<readonly KubeObject[]>;
}

/** Reads them at once. Fails for nothing that the server answers; what may not be read is unknown. */
export async function readSurroundings(
  cluster: Pick<Cluster, 'list' | 'resourceFor'>,
  namespace: string,
): Promise<Surroundings> {
  const [horizontal, keda, budgets, claims] = await Promise.all([
    listIfAllowed(cluster, resources.horizontalPodAutoscalers, namespace),
    listIfServed(cluster, 'keda.sh/v1alpha1', 'ScaledObject', namespace),
    listIfAllowed(cluster, resources.podDisruptionBudgets, namespace),
    listIfAllowed(cluster, resources.persistentVolumeClaims, namespace),
  ]);
  return { horizontal, keda, budgets, claims };
}

/** The part of the surroundings that belongs to the workloads of one release. */
export function surroundingFacts(
  { horizontal, keda, budgets, claims }: Surroundings,
  workloads: readonly LiveWorkload[],
): Pick<Facts, 'autoscalers' | 'disruptionBudgets' | 'claims'> {
  return {
    autoscalers: {
      horizontal: mapKnown(horizontal, (objects) => horizontalAutoscalers(objects, workloads, keda.known)),
      keda: mapKnown(keda, (objects) => kedaAutoscalers(objects, workloads)),
    },
    disruptionBudgets: mapKnown(budgets, (objects) => disruptionBudgets(objects, workloads)),
    claims: mapKnown(claims, (objects) => claimFacts(objects, workloads)),
  };
}
