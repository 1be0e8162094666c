import { Problem, type ProblemDetails } from '../problem.js';
import type { Emit } from '../report/events.js';
import type { Report } from '../report/report.js';
import { RolloutFailure } from '../upgrade/wait.js';
import { recordTakenBack } from './facts-report.js';
import { nextStep } from './next-step.js';

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
  if (done.length === hops.length)
    return `The upgrade itself is done: Milvus ${reached.targetVersion} on chart ${reached.chartVersion} was seen ready everywhere (revision ${revision ?? 'unknown'}). ${volumesStay}`;
  return `${done.length} of ${hops.length} upgrades are done: Milvus ${reached.targetVersion} on chart ${reached.chartVersion} was seen ready everywhere (revision ${revision ?? 'unknown'}), and nothing of the next one was written. ${volumesStay}`;
}

/** A release on its way back: Helm may have written the old revision's objects, all of them or some. */
function halfWayBack({ back, changed, revision }: Report): string | undefined {
  if (back === undefined || !changed) return undefined;
  return `The release is being taken back to what revision ${back.revision} had, and that has not ended: pods may run the old image, the new one, or not at all. The last revision that was seen is ${revision ?? 'unknown'}. ${volumesStay}`;
}

/** Nothing was written by this run. */
function untouched({ revision, before, plan, result, resumed }: Report): string {
  const waited = plan?.situation === 'rollout-unfinished' && plan.hops[0]?.status !== 'done' && result !== 'refused';
  if (resumed === undefined && waited)
    return `Nothing was written by this run. Revision ${revision ?? 'unknown'} was deployed before it, and its rollout has not ended.`;
  if (resumed === undefined && revision !== undefined && before !== undefined && revision > before.release.revision)
    return `Nothing that is known was written by this run. Revision ${revision} is somebody else's, who changed the release at the same time.`;
  if (resumed !== undefined)
    return `Nothing was written by this run. What an earlier run began and did not finish is as it left it: pods may run the new image, the old one, or not at all. ${volumesStay}`;
  return 'Nothing was written: the release, its pods and its data are as they were.';
}

/** What is known of the data after a bad ending. */
function dataState(report: Report, error: unknown): string {
  const { changed, revision, before, resumed } = report;
  const known = betweenHops(report) ?? halfWayBack(report);
  if (known !== undefined) return known;
  if (!changed) return untouched(report);
  const seen = revision !== undefined && (resumed !== undefined || revision !== before?.release.revision);
  const written = seen ? `Revision ${revision} was written` : 'Helm had begun to write a new revision';
  return error instanceof RolloutFailure
    ? `${written}, but it is not known to run everywhere: pods may run the new image, the old one, or not at all. ${volumesStay}`
    : `${written}, and it is not known whether all objects are of it. ${volumesStay}`;
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

/** The target was not reached, and the old state is back: the cause, and what is there now. */
export function endRestored(report: Report, because: unknown, emit: Emit): void {
  const problem = because instanceof Problem ? because : undefined;
  const details = problem?.details ?? unexpected(because);
  report.problems = [details, ...(problem?.others ?? [])];
  report.result = 'restored';
  recordTakenBack(report);
  const { back, revision, approvedDigest } = report;
  report.dataState = [
    `The release has what revision ${back?.revision ?? 'before'} had, as revision ${revision ?? 'unknown'}, and every workload was seen ready.`,
    ...(back?.because === undefined ? [] : [back.because]),
    ...(back?.mind === undefined ? [] : [back.mind]),
    volumesStay,
  ].join(' ');
  report.next =
    approvedDigest === undefined
      ? 'Remove the cause, then run the same workflow again with the same inputs: it plans from what runs now.'
      : 'Remove the cause, then run operation: plan again and approve its plan-digest: the release is at another revision than the approved plan.';
  log(report.problems, emit);
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
