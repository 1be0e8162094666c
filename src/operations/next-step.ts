import type { Report } from '../report/report.js';

/** Where a person looks first. */
function look({ release, namespace }: Report): string {
  const place = `--namespace ${namespace ?? 'default'}`;
  return `To look first: kubectl get pods ${place}; helm history ${release ?? ''} ${place}`;
}

/** The same inputs find the upgrade again that was begun; an approved digest is of its plan, which is not made anew. */
const sameInputs = ({ approvedDigest }: Report): string =>
  approvedDigest === undefined ? 'with the same inputs' : 'with the same inputs, plan-digest included';

const again = (report: Report): string =>
  `run the same workflow again ${sameInputs(report)}: it goes on with what it finds.`;

const hasProblem = ({ problems }: Report, id: string): boolean => problems.some((problem) => problem.id === id);

/** Ends that ask for something else than to run again as soon as the cause is gone. */
const ofProblems: Readonly<Record<string, (report: Report) => string>> = {
  'release-locked': () => 'When that run has ended, run the same workflow again.',
  'lock-lost': (report) =>
    `See first whether another run is at work on the release: it goes on from here. If none is, ${again(report)} ${look(report)}`,
  'upgrade-open': () => 'Finish or take back what is open, as listed. Then run this again.',
  'not-taken-back': () => 'Choose one of the ways that are listed. Nothing was taken back.',
  'nothing-to-take-back': () => 'Nothing has to be run again.',
};

/** A release that is half-way back stays so until that is finished: nothing else is begun on it. */
function finishBack(report: Report): string {
  const ready = report.result === 'interrupted' ? 'When you are ready,' : 'Remove the cause, then';
  return report.operation === 'rollback'
    ? `${ready} run the same workflow again: it finishes taking the release back. ${look(report)}`
    : `${ready} run operation: rollback, or run the same workflow again ${sameInputs(report)}: both finish taking the release back. ${look(report)}`;
}

const orBack = (report: Report): string =>
  hasProblem(report, 'not-taken-back')
    ? ''
    : ' Or run operation: rollback: it takes the upgrade back, where that is truthful.';

/** What to run next after a bad ending, for the person on call. */
export function nextStep(report: Report): string {
  const { result, changed, problems, resumed } = report;
  const special = result === 'interrupted' ? undefined : ofProblems[problems[0]?.id ?? ''];
  if (special !== undefined) return special(report);
  if (result === 'refused') return 'Do what is listed, then run the same workflow again.';
  if (report.back !== undefined) return finishBack(report);
  if (report.operation === 'rollback') return 'Remove the cause, then run the same workflow again.';
  // An earlier run wrote, or may have, where this one only took up what that one began.
  const begun = changed || resumed !== undefined;
  if (result === 'interrupted') {
    if (!begun) return `When you are ready, run the same workflow again ${sameInputs(report)}.`;
    return `When you are ready, ${again(report)}${orBack(report)} Until then an upgrade with other inputs is refused. ${look(report)}`;
  }
  if (!begun) return `Remove the cause, then run the same workflow again ${sameInputs(report)}.`;
  return `Remove the cause, then ${again(report)}${orBack(report)} ${look(report)}`;
}
