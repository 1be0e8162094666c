import { isOpen, type Journal, type StepEntry } from './journal.js';

const titles: Readonly<Record<StepEntry['id'], string>> = {
  'helm-upgrade': 'Helm upgrade',
  rollout: 'wait for the rollout',
  'helm-rollback': 'Helm rollback',
  'rollout-back': 'wait for the rollout of the old revision',
};

const stepInWords = (entry: StepEntry): string => {
  const ended =
    entry.failed === undefined
      ? entry.observedAt === undefined
        ? 'not seen to end'
        : `done at ${entry.observedAt}`
      : `ended with ${entry.failed}`;
  return `${titles[entry.id]} begun at ${entry.intendedAt}, ${ended}`;
};

const endings: Readonly<Record<NonNullable<Journal['outcome']>['result'], string>> = {
  upgraded: 'was finished',
  failed: 'ended without reaching its target',
  restored: 'failed, and the release was returned to what it was',
  'rolled-back': 'was taken back',
  overtaken: 'was overtaken by a change that somebody else made to the release',
};

/** What was undertaken, in a few words: `upgrade 2.3.11 -> 2.4.23`. */
export function undertakingInWords({ plan, hop, direction }: Journal): string {
  const at = plan.hops.length > 1 ? ` (hop ${hop + 1} of ${plan.hops.length})` : '';
  const way = `upgrade ${plan.sourceVersion} -> ${plan.targetVersion}${at}`;
  return direction === 'back' ? `taking back of the ${way}` : way;
}

/** The state of an undertaking in one sentence, for the summary of a status and for whoever reads the object itself. */
export function stateInWords(journal: Journal): string {
  const { outcome, steps, openedAt, openedBy, interruptedAt } = journal;
  const what = `The ${undertakingInWords(journal)}, begun at ${openedAt} by ${openedBy}`;
  if (outcome !== undefined) {
    const problem = outcome.problem === undefined ? '' : ` (${outcome.problem})`;
    return `${what}, ${endings[outcome.result]}${problem} at ${outcome.at}.`;
  }
  const last = steps.at(-1);
  const step = last === undefined ? 'nothing was begun' : stepInWords(last);
  const state = interruptedAt === undefined ? 'is open' : `was cancelled at ${interruptedAt}`;
  return `${what}, ${state}: ${step}.`;
}

/** The two ways out of an open undertaking. */
export const waysOut = (journal: Journal): string =>
  isOpen(journal) && journal.direction === 'back'
    ? 'Run operation: rollback to finish taking it back.'
    : 'Run again with the inputs that it was begun with (or its plan-digest) to finish it, or run operation: rollback to take it back.';
