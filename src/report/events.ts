import type { CheckResult } from '../plan/plan.js';
import type { StepId } from '../upgrade/journal/journal.js';
import type { PodTrouble } from './report.js';

/**
 * One stream of events feeds the log, the summary's time line and report.json. Texts from the cluster may be hostile;
 * whoever prints an event escapes it (src/report/safe.ts).
 */
export type Event =
  /** A phase of the run begins: shown as a log group. */
  | { readonly type: 'phase'; readonly phase: Phase; readonly title: string }
  | { readonly type: 'info'; readonly text: string }
  /** Becomes a warning annotation: few and useful. */
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'check'; readonly check: CheckResult }
  /** A step of the run: begun, seen done, or found done before it was begun. */
  | {
      readonly type: 'step';
      readonly step: StepId;
      readonly state: 'begun' | 'done' | 'already';
      readonly text: string;
    }
  /** How the rollout stands, one line a workload that changed, or the 30 s sign of life. */
  | { readonly type: 'progress'; readonly workload?: string; readonly text: string }
  /** A pod that is not well after a bad end of the wait. */
  | { readonly type: 'pod'; readonly trouble: PodTrouble }
  /** Raw text of a program; printed so that it cannot issue workflow commands. */
  | { readonly type: 'raw'; readonly title: string; readonly text: string };

export type Phase =
  | 'inputs'
  | 'credentials'
  | 'tools'
  | 'inspect'
  | 'decide'
  | 'lock'
  | 'upgrade'
  | 'wait'
  | 'settle'
  | 'back'
  | 'report';

/** An event with the time it was emitted, milliseconds since the epoch. */
export type Timed = Event & { readonly at: number };

export type Emit = (event: Event) => void;
