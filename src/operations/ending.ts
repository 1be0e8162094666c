import { Problem, type ProblemDetails } from '../problem.js';
import type { Emit } from '../report/events.js';
import type { Report } from '../report/report.js';
import { RolloutFailure } from '../upgrade/wait.js';

/** What an ending that nobody foresaw looks like: a bug of ours, said so. */
function unexpected(error: unknown): ProblemDetails {
  return {
    id: 'unexpected-error',
    what: `The action itself failed: ${error instanceof Error ? error.message : String(error)}.`,
    remedy: 'This is a bug. Please report it with the raw text below; run again to see what state the release is in.',
    ...(error instanceof Error && error.stack !== undefined ? { raw: error.stack } : {}),
  };
}

// What a plan would remove of these is refused by checks that nobody can override.
const volumesStay = 'Volumes are untouched: the upgrade removes no StatefulSet and no PersistentVolumeClaim.';

/** A run of several hops that stopped between two of them: the last one that was done is seen ready. */
function betweenHops({ plan, revision }: Report): string | undefined {
  const hops = plan?.hops ?? [];
  const done = hops.filter(({ status }) => status === 'done');
  const reached = done.at(-1);
  if (reached === undefined || hops.some(({ status }) => status === 'failed')) return undefined;
  return `${done.length} of ${hops.length} upgrades are done: Milvus ${reached.targetVersion} on chart ${reached.chartVersion} was seen ready everywhere (revision ${revision ?? 'unknown'}), and nothing of the next one was written. ${volumesStay}`;
}

/** What is known of the data after a bad ending. */
function dataState(report: Report, error: unknown): string {
  const { changed, revision, before, plan, result } = report;
  const between = betweenHops(report);
  if (between !== undefined) return between;
  const waited = plan?.situation === 'rollout-unfinished' && plan.hops[0]?.status !== 'done' && result !== 'refused';
  if (!changed && waited) {
    return `Nothing was written by this run. Revision ${revision ?? 'unknown'} was deployed before it, and its rollout has not ended.`;
  }
  if (!changed && revision !== undefined && before !== undefined && revision > before.release.revision) {
    return `Nothing that is known was written by this run. Revision ${revision} is somebody else's, who changed the release at the same time.`;
  }
  if (!changed) return 'Nothing was written: the release, its pods and its data are as they were.';
  const seen = revision !== undefined && revision !== before?.release.revision;
  const written = seen ? `Revision ${revision} was written` : 'Helm had begun to write a new revision';
  return error instanceof RolloutFailure
    ? `${written}, but it is not known to run everywhere: pods may run the new image, the old one, or not at all. ${volumesStay}`
    : `${written}, and it is not known whether all objects are of it. ${volumesStay}`;
}

/** What to run next, for the person on call. */
function nextStep({ release, namespace, changed, result, approvedDigest }: Report): string {
  if (result === 'refused') return 'Do what is listed, then run the same workflow again.';
  if (!changed) return 'Remove the cause, then run the same workflow again with the same inputs.';
  const again =
    approvedDigest === undefined
      ? 'run the same workflow again with the same inputs: it goes on with what it finds.'
      : 'run operation: plan again and approve its plan-digest: the one of this run was for the revision before.';
  const place = `--namespace ${namespace ?? 'default'}`;
  return `Remove the cause, then ${again} To look first: kubectl get pods ${place}; helm history ${release ?? ''} ${place}`;
}

/** A run that was cancelled from outside, where nothing else says how far it came. */
export const cancelled: ProblemDetails = {
  id: 'cancelled',
  what: 'The run was cancelled.',
  remedy: 'Run again with the same inputs: the run goes on from what it finds.',
};

/** Every problem in the log, its raw text wrapped; the first one becomes the error annotation as well. */
function log(problems: readonly ProblemDetails[], emit: Emit): void {
  for (const { what, why, remedy, raw } of problems) {
    emit({ type: 'info', text: [what, why, remedy].filter((text) => text !== undefined).join(' ') });
    if (raw !== undefined) emit({ type: 'raw', title: 'Raw text', text: raw });
  }
}

/** Writes a bad ending into the report and the log. `interrupted`: the run was cancelled from outside. */
export function endBadly(report: Report, error: unknown, interrupted: boolean, emit: Emit): void {
  const problem = error instanceof Problem ? error : undefined;
  // An aborted download or request throws the signal's own reason, which says nothing to a reader.
  const details = problem?.details ?? (interrupted ? cancelled : unexpected(error));
  report.problems = [details, ...(problem?.others ?? [])];
  const ending = report.changed ? 'failed' : (problem?.ending ?? 'failed');
  report.result = interrupted ? 'interrupted' : ending;
  report.dataState = dataState(report, error);
  report.next = nextStep(report);
  log(report.problems, emit);
}
