import { parseMilvusVersion } from '../milvus/version.js';
import type { Hop } from '../plan/plan.js';
import { diagnose } from '../upgrade/diagnose.js';
import type { Listener } from '../upgrade/engine/ports.js';
import type { Journal } from '../upgrade/journal/journal.js';
import { RolloutFailure } from '../upgrade/wait.js';
import { recordEstimate, recordHops } from './facts-report.js';
import type { Session } from './session.js';

/** The hops of a way that another run began, as that one left them. */
function hopsOf({ plan, hop: at, steps }: Journal): readonly Hop[] {
  const begun = steps.some(({ id, hop }) => id === 'helm-upgrade' && hop === at);
  const status = (index: number): Hop['status'] =>
    index < at ? 'done' : index === at && begun ? 'failed' : 'not-started';
  return plan.hops.map((hop, index) => ({ ...hop, status: status(index) }));
}

/** Puts what the engine tells into the report, so that every ending can be told. */
export function sessionListener({ report, cluster, request, clock, job, interruption, emit }: Session): Listener {
  return {
    resumed: (journal) => {
      // Taking back without a journal opens one of its own, which is nothing that another run began.
      const own = journal.run === job.runName && Date.parse(journal.openedAt) >= report.startedAt;
      if (!own) report.resumed = { openedAt: journal.openedAt, by: journal.url ?? journal.run };
      report.plan = { ...journal.plan, hops: hopsOf(journal) };
      report.path = 'helm';
      report.sourceVersion = journal.plan.sourceVersion;
      report.targetVersion = journal.plan.targetVersion;
      if (request.operation === 'upgrade') report.sourceChartVersion = journal.plan.installed.chartVersion;
      const chartVersion = journal.plan.hops.at(-1)?.chartVersion;
      if (chartVersion !== undefined) report.chartVersion = chartVersion;
      if (journal.planDigest !== undefined) report.planDigest = journal.planDigest;
    },
    hops: (plan, statuses) => {
      report.plan ??= plan;
      recordHops(report, statuses);
    },
    planned: (index, { plan }) => {
      recordEstimate(report, index, plan.hops[0]?.estimate);
    },
    state: ({ written, revision, rollout }) => {
      report.changed = written;
      report.revision = revision;
      if (rollout !== undefined) report.rollout = rollout;
    },
    back: ({ target, plan, judgement }) => {
      const [from, to] = [plan.targetVersion, plan.sourceVersion].map((version) => parseMilvusVersion(version)?.text);
      report.back = {
        revision: target.revision,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(judgement.truthful ? { because: judgement.because } : {}),
        ...(judgement.truthful && judgement.mind !== undefined ? { mind: judgement.mind } : {}),
      };
    },
    trouble: async (error, expectation) => {
      if (!(error instanceof RolloutFailure) || interruption.signal.aborted) return;
      report.stuck = error.workloads;
      report.pods = await diagnose(cluster, request.namespace, expectation, clock);
      for (const trouble of report.pods) emit({ type: 'pod', trouble });
    },
  } satisfies Listener;
}
