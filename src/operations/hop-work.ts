import type { KubeObject } from '../cluster/port.js';
import { helmEndsWithinMs } from '../helm/adapter.js';
import { parseManifest } from '../helm/manifest.js';
import type { ReleaseRecord, Values } from '../helm/port.js';
import { manifestImage } from '../inspect/images.js';
import { workloadsOf } from '../inspect/workloads.js';
import { isKept } from '../plan/compare/compare.js';
import { imageOf, type Target } from '../plan/target.js';
import type { HopWork } from '../upgrade/engine/ports.js';
import type { Expectation } from '../upgrade/rollout/survey.js';
import { equal } from '../values/tree.js';
import type { Prepared } from './prepare.js';

/**
 * Helm without `--wait` writes objects and ends; this bounds one that hangs, and with it the time after which a record
 * that it left pending is unlocked. Hooks are waited for by Helm, so they get what the plan says.
 */
const withoutHooksMs = 60_000;

/** What has to be rolled out, and what has to be gone, when the upgrade is done. `image`: of Milvus's own workloads. */
export function expectationOf(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  image: string | undefined,
): Expectation {
  const wanted = workloadsOf(after);
  const names = new Set(wanted.map(({ kind, name }) => `${kind}/${name}`));
  return {
    workloads: wanted.map((ref) => (ref.component === undefined || image === undefined ? ref : { ...ref, image })),
    removed: workloadsOf(before.filter((object) => !isKept(object))).filter(
      ({ kind, name }) => !names.has(`${kind}/${name}`),
    ),
  };
}

/** Whether a stored revision is what this run asks for: chart, image and values. */
const isTargetOf =
  (target: Target, chartVersion: string, userValues: Values) =>
  (record: ReleaseRecord): boolean =>
    record.chart.version === chartVersion &&
    manifestImage(parseManifest(record.manifest, record.namespace)) === imageOf(target) &&
    equal(record.userValues, userValues);

/** The first hop of a plan, ready to be carried out. */
export function hopWork({ intent, rendered, chart, target, inspection }: Prepared): HopWork {
  const installedRevision = inspection.facts.release.revision;
  if (intent === undefined) {
    // A deployed revision whose rollout never ended: nothing is written, only waited for.
    return { installedRevision, expectation: expectationOf([], inspection.manifest, imageOf(target)) };
  }
  if (rendered === undefined || chart === undefined) throw new Error('an upgrade needs a chart and a dry run');
  const timeoutMs = rendered.hooks.length > 0 ? intent.timeoutMs : Math.min(intent.timeoutMs, withoutHooksMs);
  return {
    installedRevision,
    expectation: expectationOf(inspection.manifest, rendered.manifest, imageOf(target)),
    apply: {
      intent: { ...intent, timeoutMs },
      endsWithinMs: helmEndsWithinMs(timeoutMs),
      isTarget: isTargetOf(target, chart.chartVersion, rendered.userValues),
    },
  };
}
