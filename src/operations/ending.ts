import { Problem, type ProblemDetails } from '../problem.js';
import type { Emit } from '../report/events.js';
import type { Report } from '../report/report.js';

/** What an ending that nobody foresaw looks like: a bug of ours, said so. */
function unexpected(error: unknown): ProblemDetails {
  return {
    id: 'unexpected-error',
    what: `The action itself failed: ${error instanceof Error ? error.message : String(error)}.`,
    remedy: 'This is a bug. Please report it with the raw text below; run again to see what state the release is in.',
    ...(error instanceof Error && error.stack !== undefined ? { raw: error.stack } : {}),
  };
}

/** What is known of the data after a bad ending, in one sentence. */
function dataState({ changed, revision, result }: Report, id: string): string {
  if (!changed) return 'Nothing was written: the release, its pods and its data are as they were.';
  const written = `Revision ${revision ?? 'unknown'} was written`;
  const volumes = 'Volumes are untouched: no StatefulSet or PersistentVolumeClaim was removed by this upgrade.';
  if (result === 'interrupted') return `${written} or was being written when the run was cancelled. ${volumes}`;
  return id === 'rollout-timeout' || id.startsWith('helm') || id === 'revision-unexpected'
    ? `${written}, and it is not known to run everywhere. ${volumes}`
    : `${written}, but its rollout did not end: some pods run the new image, others still the old one. ${volumes}`;
}

/** What to run next, for the person on call. */
function nextStep({ release, namespace, changed, result }: Report): string {
  if (result === 'refused') return 'Do what is listed, then run the same workflow again.';
  if (!changed) return 'Remove the cause, then run the same workflow again with the same inputs.';
  return (
    'Remove the cause, then run the same workflow again with the same inputs: it goes on with what it finds. ' +
    `To look first: kubectl get pods --namespace ${namespace ?? 'default'}; helm history ${release ?? ''} --namespace ${namespace ?? 'default'}`
  );
}

const cancelled: ProblemDetails = {
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
  report.result = interrupted ? 'interrupted' : (problem?.ending ?? 'failed');
  report.dataState = dataState(report, details.id);
  report.next = nextStep(report);
  log(report.problems, emit);
}
