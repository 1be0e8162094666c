import type { ProblemDetails } from '../problem.js';
import type { Facts, WorkloadFact } from '../plan/facts.js';
import type { Hop, Plan } from '../plan/plan.js';
import type { Operation } from '../action/request.js';
import type { Timed } from './events.js';

/** How a run can end; README.md has what each means. */
export type Result = 'upgraded' | 'unchanged' | 'planned' | 'reported' | 'refused' | 'failed' | 'interrupted';

/** Results that end the step with exit code 0. */
export const successes: readonly Result[] = ['upgraded', 'unchanged', 'planned', 'reported'];

/** One pod that was not well when a wait failed, with what there is to know about it. */
export interface PodTrouble {
  readonly pod: string;
  readonly workload: string;
  readonly reasons: readonly string[];
  readonly events: readonly string[];
  readonly logs: readonly { readonly container: string; readonly lines: string }[];
}

/** What a plan for a nearby goal would be, for the page of `operation: status`. */
export interface Outlook {
  /** The newest release of the running minor version, or of the next one. */
  readonly goal: 'newest patch' | 'next minor' | 'newest minor';
  /** Milvus version, without a leading v. */
  readonly targetVersion: string;
  /** The way there; empty where there is none, or where the release is there already. */
  readonly hops: readonly Pick<Hop, 'sourceVersion' | 'targetVersion' | 'chartVersion' | 'path'>[];
  /** What would stand against it, as far as that can be told without a dry run. */
  readonly blocked: readonly { readonly id: string; readonly seen: string }[];
  /** One sentence more, for example what was not looked at. */
  readonly note?: string;
}

/** Everything that is known at the end of a run; grows while the run goes on, so that every ending can be reported. */
export interface Report {
  readonly schema: 1;
  operation: Operation | 'unknown';
  result: Result;
  /** A revision or an object was written. */
  changed: boolean;
  release?: string;
  namespace?: string;
  clusterHost?: string;
  path?: 'helm' | 'migration';
  sourceVersion?: string;
  targetVersion?: string;
  sourceChartVersion?: string;
  chartVersion?: string;
  revision?: number;
  helmVersion?: string;
  kubectlVersion?: string;
  before?: Facts;
  after?: Facts;
  plan?: Plan;
  /** What would come next; of `operation: status` alone. */
  outlook?: readonly Outlook[];
  planDigest?: string;
  /** The input `plan-digest`: what somebody approved. */
  approvedDigest?: string;
  planFile?: string;
  /** Path of report.json, once it is written. */
  reportFile?: string;
  /** How long the rollout took, and how long everything was then watched to stay as it is, in seconds. */
  rollout?: { readonly seconds: number; readonly settledSeconds: number };
  /** Workloads at the moment a wait ended badly. */
  stuck?: readonly WorkloadFact[];
  pods?: readonly PodTrouble[];
  problems: readonly ProblemDetails[];
  /** State of the data in one sentence, for a failure's summary. */
  dataState?: string;
  /** What to run next, in one sentence or command. */
  next?: string;
  readonly startedAt: number;
  endedAt?: number;
  readonly timeline: Timed[];
}
