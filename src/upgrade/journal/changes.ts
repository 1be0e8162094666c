import type { Plan } from '../../plan/plan.js';
import { mostSteps, type Journal, type Outcome, type StepEntry, type StepId } from './journal.js';

type Details = StepEntry['intended'];

const at = (now: number): string => new Date(now).toISOString();

/** What a new journal begins with. */
export interface Opening {
  readonly release: string;
  readonly namespace: string;
  readonly attempt: string;
  /** The revision that the first hop begins with. */
  readonly base: number;
  readonly asked: string;
  readonly plan: Plan;
  readonly planDigest?: string;
  readonly epoch: number;
  readonly run: string;
  readonly url?: string;
}

/** A new undertaking, before its first act. `now` in milliseconds since the epoch, here and below. */
export const opened = (opening: Opening, now: number): Journal => ({
  schema: 1,
  ...opening,
  openedAt: at(now),
  openedBy: opening.url ?? opening.run,
  updatedAt: at(now),
  hop: 0,
  direction: 'forward',
  steps: [],
});

/** Taken up by another run: its address is what a reader looks for now. */
export function takenUp(journal: Journal, by: Pick<Journal, 'run' | 'url' | 'epoch'>, now: number): Journal {
  const { interruptedAt, outcome, url, ...rest } = journal;
  return { ...rest, ...by, updatedAt: at(now) };
}

/** Written down before the act. */
export const intended = (journal: Journal, id: StepId, details: Details, now: number): Journal => ({
  ...journal,
  updatedAt: at(now),
  steps: [
    ...journal.steps,
    { id, hop: journal.hop, epoch: journal.epoch, intendedAt: at(now), intended: details },
  ].slice(-mostSteps),
});

/** Changes the last try of a step. */
function amended(journal: Journal, id: StepId, change: Partial<StepEntry>, now: number): Journal {
  const index = journal.steps.findLastIndex((entry) => entry.id === id && entry.hop === journal.hop);
  const steps = journal.steps.map((entry, i) => (i === index ? { ...entry, ...change } : entry));
  return { ...journal, steps, updatedAt: at(now) };
}

/** Written down after the act, from what was seen in the cluster. */
export const observed = (journal: Journal, id: StepId, details: Details, now: number): Journal =>
  amended(journal, id, { observedAt: at(now), observed: details }, now);

/** The act ended, and not well. */
export const stepFailed = (journal: Journal, id: StepId, problem: string, now: number): Journal =>
  amended(journal, id, { failed: problem }, now);

/** The hop is done: on to the next one, which begins at this revision. */
export const advanced = (journal: Journal, revision: number, now: number): Journal => ({
  ...journal,
  updatedAt: at(now),
  hop: journal.hop + 1,
  base: revision,
});

/** From here on the release is taken back to what the hop began with. */
export const turnedBack = (journal: Journal, now: number): Journal => ({
  ...journal,
  updatedAt: at(now),
  direction: 'back',
});

export const interrupted = (journal: Journal, now: number): Journal => ({
  ...journal,
  updatedAt: at(now),
  interruptedAt: at(now),
});

export const closed = (
  journal: Journal,
  result: Outcome['result'],
  problem: string | undefined,
  now: number,
): Journal => ({
  ...journal,
  updatedAt: at(now),
  outcome: { result, at: at(now), ...(problem === undefined ? {} : { problem }) },
});
