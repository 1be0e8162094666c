import type { RouteChange } from '../milvus/routes/route.js';

/** The plan: what a person reads and approves, and what the run then does. Canonical JSON, built from stable facts only. */

export type CheckStatus = 'passed' | 'warned' | 'blocked' | 'allowed';

/** The outcome of one check; docs/checks.md has them all. */
export interface CheckResult {
  readonly id: string;
  readonly status: CheckStatus;
  /** What was seen, in a sentence. */
  readonly seen: string;
  readonly why: string;
  readonly remedy: string;
  /** Address of the public source of the rule. */
  readonly source: string;
  /** Whether `allow` may override it. */
  readonly overridable: boolean;
}

/** A value this run writes besides what the user gave, and why. */
export interface FrozenValue {
  /** Dotted path, for example `pulsar.enabled`. */
  readonly key: string;
  readonly value: string | number | boolean;
  /** Where the live value was read, or why the route changes it. */
  readonly from: string;
  /** The route changes it on purpose. */
  readonly changed?: true;
}

/** A value that templates see differently after the first hop. */
export interface ValueEffect {
  /** Dotted path. */
  readonly key: string;
  /** Absent: there was (will be) none. Salted hashes at credential places. */
  readonly from?: unknown;
  readonly to?: unknown;
  /** `given`: an input of this run; `run`: image, frozen key or a change of the route; `chart`: another default. */
  readonly by: 'given' | 'run' | 'chart';
}

export type ObjectChange = 'added' | 'removed' | 'changed' | 'unchanged';

/** One object of the dry run against what runs. */
export interface ObjectDiff {
  readonly kind: string;
  readonly name: string;
  readonly change: ObjectChange;
  /** A Helm hook of the upgrade, such as a Job before or after it: made anew each time. */
  readonly hook?: true;
  /** Pods of this workload will be replaced. */
  readonly restarts: boolean;
  /** Image changes, `from` undefined for a new container. */
  readonly images: readonly { readonly container: string; readonly from?: string; readonly to?: string }[];
  /**
   * Changed fields: JSON pointer, old and new value. Values under credential paths and in Secrets are salted hashes.
   */
  readonly fields: readonly { readonly path: string; readonly from?: unknown; readonly to?: unknown }[];
}

/** What a hop is expected to do to the running pods, and how that was found out. */
export interface HopEstimate {
  /**
   * `dry-run`: Helm's server-side dry run against the live objects. `rendered`: the charts of this hop and of the one
   * before it, rendered without the cluster; an estimate. `rule`: from the table of routes alone.
   */
  readonly basis: 'dry-run' | 'rendered' | 'rule';
  /** `Deployment my-milvus-proxy`, sorted. */
  readonly restarts: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Distinct image changes, dependencies included; `from` undefined for a new one. */
  readonly images: readonly { readonly from?: string; readonly to?: string }[];
  /** How long Milvus does not answer, in seconds; `why` says in a sentence what it was estimated from. */
  readonly downtime: { readonly fromSeconds: number; readonly toSeconds: number; readonly why: string };
}

/** One hop: one Helm upgrade, or the metadata migration. */
export interface Hop {
  readonly path: 'helm' | 'migration';
  /** Row of the table of routes that allows it, and its public source. */
  readonly row: string;
  readonly documentation: string;
  readonly sourceVersion: string;
  readonly targetVersion: string;
  readonly chartVersion: string;
  /** Why this chart, in one sentence. */
  readonly chartWhy: string;
  readonly image: { readonly repository: string; readonly tag: string };
  /** Frozen keys that the route changes on purpose. */
  readonly changes: readonly RouteChange[];
  /** Sentences worth reading before this hop. */
  readonly notices: readonly string[];
  /** What cannot be taken back once it has begun to write; absent where `helm rollback` is truthful. */
  readonly pointOfNoReturn?: string;
  /** Absent where nothing is written. */
  readonly estimate?: HopEstimate;
  readonly status: 'planned' | 'done' | 'failed' | 'not-started' | 'taken-back';
}

/** Where a run stands towards its target. */
export type Situation =
  /** Everything already is as asked for: result `unchanged`. */
  | 'nothing-to-do'
  /** A revision with this chart and image is deployed, its rollout has not ended: wait only. */
  | 'rollout-unfinished'
  /** The last revision with this chart and image failed: apply again. */
  | 'apply-again'
  /** An ordinary upgrade. */
  | 'upgrade';

export interface Plan {
  readonly schema: 1;
  readonly release: string;
  readonly namespace: string;
  /** Cluster identity (UID of the namespace). */
  readonly cluster: string;
  readonly installed: { readonly revision: number; readonly chartVersion: string; readonly images: readonly string[] };
  readonly sourceVersion: string;
  readonly targetVersion: string;
  readonly situation: Situation;
  readonly hops: readonly Hop[];
  /** User values of the revision that will be written, credential leaves as salted hashes. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly frozen: readonly FrozenValue[];
  /** Values whose effect changes with the first hop. */
  readonly effects: readonly ValueEffect[];
  /** Of the first hop, against what runs; later hops have an estimate only. */
  readonly diff: readonly ObjectDiff[];
  readonly checks: readonly CheckResult[];
  readonly allow: readonly string[];
}
