import type { ProblemDetails } from '../problem.js';
import type { Facts, WorkloadFact } from '../plan/facts.js';
import type { Hop, Plan } from '../plan/plan.js';
import type { Operation } from '../action/request.js';
import type { Timed } from './events.js';

/** How a run can end; README.md has what each means. */
export type Result =
  'upgraded' | 'unchanged' | 'planned' | 'reported' | 'rolled-back' | 'refused' | 'failed' | 'restored' | 'interrupted';

/** Results that end the step with exit code 0. */
export const successes: readonly Result[] = ['upgraded', 'unchanged', 'planned', 'reported', 'rolled-back'];

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

/** One stored revision of the release. */
export interface StoredRevision {
  readonly revision: number;
  readonly status: string;
  readonly chartVersion: string;
  /** RFC 3339. */
  readonly writtenAt: string;
  /** In Helm's words, or in those of whoever gave it. */
  readonly description: string;
  /** This action wrote it by an upgrade. */
  readonly ours: boolean;
}

/** What an earlier run of this action has left on the release, and who is at work now. In sentences. */
export interface Standing {
  /** Absent where the release has no journal. */
  readonly journal?: { readonly state: string; readonly open: boolean; readonly ways?: string };
  /** Absent where nobody has ever locked the release. */
  readonly lock?: { readonly state: string; readonly held: boolean };
  /** The last revision, where Helm works on it or was killed while it did. */
  readonly pending?: {
    readonly revision: number;
    readonly status: string;
    readonly made: string;
    readonly ways: string;
  };
  /** Newest first. */
  readonly revisions: readonly StoredRevision[];
}

/** A release that was, or is being, taken back. */
export interface Back {
  readonly revision: number;
  /** Milvus versions; absent where they are not known. */
  readonly from?: string;
  readonly to?: string;
  readonly because?: string;
  readonly mind?: string;
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
  /** An earlier run began this undertaking: when, and which run. */
  resumed?: { readonly openedAt: string; readonly by: string };
  /** What is unfinished on the release, and what was; of `operation: status` alone. */
  standing?: Standing;
  /** The revision that the release was taken back to, the Milvus versions, and why that returns what was there. */
  back?: Back;
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
