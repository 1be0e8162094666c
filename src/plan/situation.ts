import type { Inspection } from './facts.js';
import type { Situation } from './plan.js';
import type { RouteChange } from '../milvus/routes/route.js';
import { getPath } from '../values/tree.js';
import { stoppedByHand } from './stopped.js';
import { imageOf, isTargetVersion, type Target } from './target.js';

/**
 * Where the run stands. `deployed` proves nothing by itself: Helm marks a revision so without waiting for its pods.
 *
 * @param inspection what runs
 * @param target what is asked for
 * @param chartVersion the chart of the target
 * @param changes values that the route changes on purpose: a revision without them is not this upgrade begun
 * @param settled the stored user values, overlaid with this run's, equal the stored ones
 */
export function situationOf(
  inspection: Inspection,
  target: Target,
  chartVersion: string,
  changes: readonly RouteChange[],
  settled: boolean,
): Situation {
  const { facts, record, lastImage } = inspection;
  const sameTarget =
    record.chart.version === chartVersion &&
    isTargetVersion(lastImage, target) &&
    changes.every(({ key, value }) => getPath(record.userValues, key) === value);
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
  // Other values for an upgrade that never ended are its repair; on a release that only fell ill they are a new one.
  return facts.workloads.every((workload) => workload.completed) ? 'upgrade' : 'apply-again';
}
