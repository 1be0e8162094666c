import { readHistory } from '../helm/record.js';
import { parseManifest } from '../helm/manifest.js';
import type { ReleaseRecord, UpgradeIntent, Values } from '../helm/port.js';
import { manifestImage } from '../inspect/images.js';
import { inspect } from '../inspect/inspect.js';
import { workloadsOf } from '../inspect/workloads.js';
import type { KubeObject } from '../cluster/port.js';
import { imageOf } from '../plan/target.js';
import { Problem } from '../problem.js';
import { diagnose } from '../upgrade/diagnose.js';
import { helmPath, type HelmPathState } from '../upgrade/helm-path.js';
import type { Expectation } from '../upgrade/rollout/survey.js';
import { runSteps } from '../upgrade/run-steps.js';
import { verifyRollout } from '../upgrade/verify.js';
import { RolloutFailure, waitForRollout } from '../upgrade/wait.js';
import { equal } from '../values/tree.js';
import { recordHops } from './facts-report.js';
import { prepare, refuseBlocked, type Prepared } from './prepare.js';
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

/** Puts what runs now beside what ran before. Best effort: the result is known already. */
async function recordAfter({ cluster, request, report, emit }: Session): Promise<void> {
  try {
    const { facts } = await inspect(cluster, request.namespace, request.release);
    report.after = facts;
    report.revision = facts.release.revision;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    emit({
      type: 'warning',
      text: `The release was upgraded, but could not be read once more for the report: ${reason}`,
    });
  }
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
  ({ target, chart }: Prepared, userValues: Values) =>
  (record: ReleaseRecord): boolean =>
    record.chart.version === chart.chartVersion &&
    manifestImage(parseManifest(record.manifest, record.namespace)) === imageOf(target) &&
    equal(record.userValues, userValues);

async function apply(session: Session, prepared: Prepared, intent: UpgradeIntent): Promise<void> {
  const { cluster, clock, emit, report, request, interruption, helm } = session;
  if (helm === undefined || prepared.rendered === undefined) throw new Error('an upgrade needs Helm and a dry run');
  const { rendered, inspection, target } = prepared;
  const expectation = expectationOf(inspection.manifest, rendered.manifest, imageOf(target));
  const { steps, state } = helmPath({
    helm,
    intent,
    cluster,
    clock,
    emit,
    installedRevision: inspection.facts.release.revision,
    history: () => readHistory(cluster, request.namespace, request.release),
    isTarget: isTargetOf(prepared, rendered.userValues),
    expectation,
    deadlineAt: report.startedAt + request.timeoutMs,
    critical: (ended) => {
      // A cancelled run may have to end before Helm's end is known: what may have been written is told from here on.
      recordState(session, state);
      return interruption.critical(ended);
    },
  });
  try {
    await runSteps(steps, emit, interruption.signal);
  } catch (error) {
    recordState(session, state);
    await recordTrouble(session, error, expectation);
    throw error;
  }
  recordState(session, state);
}

function recordState({ report }: Session, state: HelmPathState): void {
  report.changed = state.written;
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

/** `operation: upgrade`: plan, and then exactly that. */
export async function upgrade(session: Session): Promise<void> {
  const { report } = session;
  const prepared = await prepare(session);
  // An approved job that is repeated after it succeeded finds its own work done: nothing is written, nothing to refuse.
  if (prepared.plan.situation === 'nothing-to-do') {
    report.result = 'unchanged';
    return;
  }
  refuseBlocked(session, prepared);
  try {
    if (prepared.intent === undefined) await waitOnly(session, prepared);
    else await apply(session, prepared, prepared.intent);
  } catch (error) {
    recordHops(report, error instanceof Problem && error.ending === 'refused' ? 'not-started' : 'failed');
    throw error;
  }
  recordHops(report, 'done');
  report.result = 'upgraded';
  await recordAfter(session);
}
