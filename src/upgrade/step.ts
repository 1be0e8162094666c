import type { StepEntry, StepId } from './journal/journal.js';

/** Numbers and short texts that the journal keeps. */
export type StepDetails = StepEntry['intended'];

/**
 * A step of the run: what has to hold before it, the act, and what holds after it. Safe to repeat: whether its effect is
 * there is asked of the cluster, never of the journal, so that an act whose answer was lost counts as done.
 */
export interface Step {
  readonly id: StepId;
  readonly title: string;
  /**
   * True when the step's effect is already there, so that a repeated run skips the act. Throws a Problem where what has
   * to hold before the act does not.
   */
  done(): Promise<boolean>;
  /** What is written down before the act: enough to know its effect again, and to undo it. */
  intent(): StepDetails;
  /** Has a deadline of its own, and ends early when `signal` is aborted. */
  act(signal: AbortSignal): Promise<void>;
  /** What is seen in the cluster after the act. Throws a Problem unless the effect is there. */
  verify(): Promise<StepDetails>;
}

/** Where steps are written down: intent first, then the act, then what was seen. */
export interface StepNotes {
  intended(id: StepId, details: StepDetails): Promise<void>;
  observed(id: StepId, details: StepDetails): Promise<void>;
  failed(id: StepId, problem: string): Promise<void>;
}
