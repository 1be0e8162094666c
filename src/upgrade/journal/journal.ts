import type { Plan } from '../../plan/plan.js';

/** Steps that change the cluster or wait for it. */
export type StepId = 'helm-upgrade' | 'rollout' | 'helm-rollback' | 'rollout-back';

/** What is written down of one try of a step: what was meant before the act, what was seen after it. */
export interface StepEntry {
  readonly id: StepId;
  /** Index of the hop. */
  readonly hop: number;
  readonly epoch: number;
  /** RFC 3339, by the clock of that run. */
  readonly intendedAt: string;
  /** What is needed to know the effect again, and to undo it. Numbers and short texts. */
  readonly intended: Readonly<Record<string, string | number>>;
  readonly observedAt?: string;
  readonly observed?: Readonly<Record<string, string | number>>;
  /** Id of the problem that the try ended with. */
  readonly failed?: string;
}

/** How an undertaking ended. Without one it is open: its run was killed, cancelled, or still goes on. */
export interface Outcome {
  readonly result: 'upgraded' | 'failed' | 'restored' | 'rolled-back' | 'overtaken';
  readonly at: string;
  /** Id of the problem, for `failed` and `restored`. */
  readonly problem?: string;
}

/**
 * The journal of one release: what a run was about to do, written down before it does it. One object for a release;
 * the next undertaking replaces a closed one.
 */
export interface Journal {
  readonly schema: 1;
  readonly release: string;
  readonly namespace: string;
  /** A random word for this undertaking; the revisions that it writes are labelled with it. */
  readonly attempt: string;
  /** A slow salted hash of the inputs that decide what is done. */
  readonly asked: string;
  /** Digest of the plan, where somebody approved it or could. */
  readonly planDigest?: string;
  readonly plan: Plan;
  /** Epoch of the lock under which this was written. */
  readonly epoch: number;
  /** Who wrote this: repository, run and attempt. */
  readonly run: string;
  /** Address of the run, where there is one. */
  readonly url?: string;
  readonly openedAt: string;
  /** The run that began it: its address, or its name. */
  readonly openedBy: string;
  readonly updatedAt: string;
  /** The hop that is being worked on. */
  readonly hop: number;
  /** Revision of the release when the hop was begun. */
  readonly base: number;
  /** `back`: the release is being taken back to the revision before the hop. */
  readonly direction: 'forward' | 'back';
  /** Oldest first; bounded, the oldest ones are dropped. */
  readonly steps: readonly StepEntry[];
  /** Set when the run was cancelled and could still say so. */
  readonly interruptedAt?: string;
  readonly outcome?: Outcome;
}

/** Still to be finished or taken back before anything else is begun. */
export const isOpen = ({ outcome }: Journal): boolean => outcome === undefined;

/** Tries that are kept; a release that fails again and again must not outgrow its object. */
export const mostSteps = 60;

/** The last try of a step in a hop. */
export const lastTry = ({ steps }: Journal, id: StepId, hop: number): StepEntry | undefined =>
  steps.findLast((entry) => entry.id === id && entry.hop === hop);
