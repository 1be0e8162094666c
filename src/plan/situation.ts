import type { Inspection } from './facts.js';
import type { Situation } from './plan.js';
import { stoppedByHand } from './stopped.js';
import { imageOf, isTargetVersion, type Target } from './target.js';

/**
 * Where the run stands. `deployed` proves nothing by itself: Helm marks a revision so without waiting for its pods.
 *
 * @param inspection what runs
 * @param target what is asked for
 * @param chartVersion the chart of the target
 * @param settled the stored user values, overlaid with this run's, equal the stored ones
 */
export function situationOf(inspection: Inspection, target: Target, chartVersion: string, settled: boolean): Situation {
  const { facts, record, lastImage } = inspection;
  const sameTarget = record.chart.version === chartVersion && isTargetVersion(lastImage, target);
  if (facts.release.status !== 'deployed') return sameTarget ? 'apply-again' : 'upgrade';
  if (!sameTarget) return 'upgrade';
  const image = imageOf(target);
  const milvus = facts.workloads.filter(({ component }) => component !== undefined);
  // Waiting mends nothing where a template was changed or a workload was scaled to zero by hand: the checks speak.
  const drifted =
    lastImage !== undefined && milvus.some((one) => one.exists && !one.templateImages.includes(lastImage));
  if (drifted || stoppedByHand(inspection).length > 0) return 'upgrade';
  const arrived =
    facts.workloads.every((workload) => workload.healthy) &&
    facts.components.every(({ images }) => images.every((running) => running === image));
  if (settled) return arrived ? 'nothing-to-do' : 'rollout-unfinished';
  // Other values for an upgrade that never ended are its repair, not a new upgrade on top of an ill release.
  return facts.workloads.every((workload) => workload.healthy) ? 'upgrade' : 'apply-again';
}
