import type { KubeObject } from '../cluster/port.js';
import { parseManifest } from '../helm/manifest.js';
import type { ReleaseRecord, UpgradeIntent, Values } from '../helm/port.js';
import { readHistory } from '../helm/record.js';
import { manifestImage } from '../inspect/images.js';
import { workloadsOf } from '../inspect/workloads.js';
import { imageOf, type Target } from '../plan/target.js';
import { diagnose } from '../upgrade/diagnose.js';
import { helmPath, type HelmPathState } from '../upgrade/helm-path.js';
import type { Expectation } from '../upgrade/rollout/survey.js';
import { runSteps } from '../upgrade/run-steps.js';
import { verifyRollout } from '../upgrade/verify.js';
import { RolloutFailure, waitForRollout } from '../upgrade/wait.js';
import { equal } from '../values/tree.js';
import type { Prepared } from './prepare.js';
import type { Session } from './session.js';

const kept = ({ metadata }: KubeObject): boolean => metadata.annotations?.['helm.sh/resource-policy'] === 'keep';

/** What has to be rolled out, and what has to be gone, when the upgrade is done. */
function expectationOf(before: readonly KubeObject[], after: readonly KubeObject[], image: string): Expectation {
  const wanted = workloadsOf(after);
  const names = new Set(wanted.map(({ kind, name }) => `${kind}/${name}`));
  return {
    workloads: wanted.map((ref) => (ref.component === undefined ? ref : { ...ref, image })),
    removed: workloadsOf(before.filter((object) => !kept(object))).filter(
      ({ kind, name }) => !names.has(`${kind}/${name}`),
    ),
  };
}

async function recordTrouble(session: Session, error: unknown, expectation: Expectation): Promise<void> {
  const { report, cluster, request, clock, interruption, emit } = session;
  if (!(error instanceof RolloutFailure) || interruption.signal.aborted) return;
  report.stuck = error.workloads;
  report.pods = await diagnose(cluster, request.namespace, expectation, clock);
  for (const trouble of report.pods) emit({ type: 'pod', trouble });
}

/** Whether a stored revision is what this run asks for: chart, image and values. */
const isTargetOf =
  (target: Target, chartVersion: string, userValues: Values) =>
  (record: ReleaseRecord): boolean =>
    record.chart.version === chartVersion &&
    manifestImage(parseManifest(record.manifest, record.namespace)) === imageOf(target) &&
    equal(record.userValues, userValues);

async function apply(session: Session, prepared: Prepared, intent: UpgradeIntent, begun: () => void): Promise<void> {
  const { cluster, clock, emit, report, request, interruption, helm } = session;
  const { rendered, inspection, target, chart } = prepared;
  if (helm === undefined || rendered === undefined || chart === undefined)
    throw new Error('an upgrade needs Helm, a chart and a dry run');
  const expectation = expectationOf(inspection.manifest, rendered.manifest, imageOf(target));
  const earlier = report.changed;
  const { steps, state } = helmPath({
    helm,
    intent,
    cluster,
    clock,
    emit,
    installedRevision: inspection.facts.release.revision,
    history: () => readHistory(cluster, request.namespace, request.release),
    isTarget: isTargetOf(target, chart.chartVersion, rendered.userValues),
    expectation,
    deadlineAt: report.startedAt + request.timeoutMs,
    critical: (ended) => {
      // A cancelled run may have to end before Helm's end is known: what may have been written is told from here on.
      recordState(session, state, earlier);
      begun();
      return interruption.critical(ended);
    },
  });
  try {
    await runSteps(steps, emit, interruption.signal);
  } catch (error) {
    recordState(session, state, earlier);
    await recordTrouble(session, error, expectation);
    throw error;
  }
  recordState(session, state, earlier);
}

/** `earlier`: another hop of this run has written already. */
function recordState({ report }: Session, state: HelmPathState, earlier: boolean): void {
  report.changed = earlier || state.written;
  report.revision = state.revision;
  if (state.rollout !== undefined) report.rollout = state.rollout;
}

/** A deployed revision whose rollout never ended: nothing is written, only waited for. */
async function waitOnly(session: Session, { inspection, target }: Prepared): Promise<void> {
  const { cluster, clock, emit, report, request, interruption } = session;
  const expectation = expectationOf([], inspection.manifest, imageOf(target));
  try {
    report.rollout = await waitForRollout({
      cluster,
      namespace: request.namespace,
      ...expectation,
      clock,
      deadlineAt: report.startedAt + request.timeoutMs,
      emit,
      signal: interruption.signal,
    });
    await verifyRollout(cluster, request.namespace, expectation);
  } catch (error) {
    await recordTrouble(session, error, expectation);
    throw error;
  }
}

/**
 * One hop, as it was planned: apply and wait, or only wait where an earlier run applied it.
 *
 * @param begun called when something may be written from now on
 */
export const runHop = (session: Session, prepared: Prepared, begun: () => void): Promise<void> =>
  prepared.intent === undefined ? waitOnly(session, prepared) : apply(session, prepared, prepared.intent, begun);
