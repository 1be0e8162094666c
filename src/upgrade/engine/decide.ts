import { attemptOf } from '../../helm/attempt.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { refused, type Problem } from '../../problem.js';
import { isOpen, type Journal } from '../journal/journal.js';
import { stateInWords, waysOut } from '../journal/words.js';
import type { Order } from './ports.js';

/** What a run does about the journal that it found. */
export type Decision =
  /** Nothing is open: plan and begin. */
  | { readonly kind: 'begin' }
  /** The open undertaking is not what the release shows any more: close it, then plan and begin. */
  | { readonly kind: 'overtaken'; readonly by: readonly number[] }
  /** The same undertaking: finish it. */
  | { readonly kind: 'go-on' }
  /** It was being taken back: finish that. */
  | { readonly kind: 'take-back' }
  | { readonly kind: 'refuse'; readonly problem: Problem };

export interface Question {
  readonly journal: Journal;
  /** All stored revisions, oldest first; none is pending. */
  readonly history: readonly Pick<ReleaseRecord, 'revision' | 'labels' | 'description'>[];
  /** This run asks for what the journal was opened for: by its inputs, or by the digest of the plan. */
  readonly same: boolean;
  /** By the digest: an approved run is repeated. */
  readonly repeats: boolean;
}

/** Helm's own words for a rollback, done or failed, this action's, and those of one that was freed. */
const backDescriptions = /^Rollback |^Marked failed by .* it was pending-rollback,/;

/** Digits of a digest that tell the plan; the marks of its sections may be left out. */
const telling = 64;

/** Whether the digest that somebody approved is that of the journal's plan. */
export const isApproved = ({ planDigest }: Pick<Journal, 'planDigest'>, approved: string | undefined): boolean =>
  approved !== undefined && planDigest?.slice(0, telling) === approved.slice(0, telling);

/** Whether a run asks for what the journal was opened for. */
export async function sameness(
  { asked, approved }: Pick<Order, 'asked' | 'approved'>,
  journal: Journal,
): Promise<Pick<Question, 'same' | 'repeats'>> {
  const repeats = isApproved(journal, approved);
  return { same: repeats || (await asked(journal.attempt)) === journal.asked, repeats };
}

/** The revision that taking back writes says so in its description; it has the labels of the one it goes back to. */
const isTakenBack = (journal: Journal, { revision, description }: Question['history'][number]): boolean => {
  const tries = journal.steps.filter(({ id, hop }) => id === 'helm-rollback' && hop === journal.hop);
  return tries.some(({ intended }) => intended.revision === revision) && backDescriptions.test(description);
};

/** Revisions since the hop was begun that are not of this undertaking. */
export function foreignRevisions(journal: Journal, history: Question['history']): readonly number[] {
  return history
    .filter(({ revision }) => revision > journal.base)
    .filter((record) => attemptOf(record)?.attempt !== journal.attempt && !isTakenBack(journal, record))
    .map(({ revision }) => revision);
}

/** The refusal of a run with other inputs. */
export const otherOpen = (journal: Journal): Problem =>
  refused({
    id: 'upgrade-open',
    what: `Another undertaking is not finished: ${stateInWords(journal)}`,
    why: 'What this run is asked for was not planned for a release that is half-way to somewhere else.',
    remedy: waysOut(journal),
  });

/** Decides from journal and history alone what a run with these inputs does. */
export function decide({ journal, history, same, repeats }: Question): Decision {
  // An approved run that failed may be repeated: its plan is finished, not made anew with another digest.
  const repeated = journal.outcome?.result === 'failed' && repeats && journal.direction === 'forward';
  if (!isOpen(journal) && !repeated) return { kind: 'begin' };
  const by = foreignRevisions(journal, history);
  const last = history.at(-1)?.revision ?? 0;
  if (by.length > 0 || last < journal.base) return { kind: 'overtaken', by };
  if (!same) return { kind: 'refuse', problem: otherOpen(journal) };
  return journal.direction === 'back' ? { kind: 'take-back' } : { kind: 'go-on' };
}
