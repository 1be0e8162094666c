import { gte, lt, valid } from 'semver';
import type { Access, KubeObject } from '../../cluster/port.js';
import type { HelmVersion, Rendered, Values } from '../../helm/port.js';
import type { Known, Mode } from '../../milvus/knowledge.js';
import type { EndpointChange } from '../compare/endpoints.js';
import type { FieldConflict } from '../compare/ownership.js';
import type { ImmutableChange } from '../compare/immutable.js';
import type { VolumeChange } from '../compare/volumes.js';
import type { Facts, Inspection } from '../facts.js';
import type { FrozenValue, ObjectDiff, Situation } from '../plan.js';
import type { Target } from '../target.js';
import type { RefusedObject } from '../trials.js';

/** What the dry run showed, next to what runs. */
export interface Comparison {
  readonly rendered: Rendered;
  readonly diff: readonly ObjectDiff[];
  readonly immutable: readonly ImmutableChange[];
  readonly conflicts: readonly FieldConflict[];
  readonly volumes: readonly VolumeChange[];
  readonly endpoints: readonly EndpointChange[];
  /** `kind/name` of live objects that Helm leaves alone (`helm.sh/resource-policy: keep`). */
  readonly kept: ReadonlySet<string>;
  /** What the rendered objects would make Milvus run with, read the same way as the facts. */
  readonly identity: Pick<Facts, 'messageQueue' | 'rootPath' | 'bucket' | 'bucketRootPath'> & {
    readonly mode: Known<Mode>;
  };
}

/** Everything a check may look at. Fields are undefined where the plan did not get that far. */
export interface CheckContext {
  readonly inspection: Inspection;
  readonly target: Target;
  readonly situation: Situation;
  readonly helm: HelmVersion;
  readonly frozen: readonly FrozenValue[];
  /** Frozen keys whose live value could not be read, with the reason. */
  readonly unreadable: readonly { readonly key: string; readonly reason: string }[];
  readonly storedValues: Values;
  /** User values of the revision that would be written: stored, given and frozen. */
  readonly userValues?: Values;
  /** Version and default values of the chart of this hop. */
  readonly chartVersion?: string;
  readonly chartValues?: Values;
  /** The input `timeout`. */
  readonly timeoutMs?: number;
  /** Objects of the stored manifest whose kind the server does not serve (any more). */
  readonly unserved?: readonly KubeObject[];
  readonly comparison?: Comparison;
  /** What the caller may not do but the run needs; undefined where it was not asked (plan with a reading role). */
  readonly missing?: readonly Access[];
  /** Objects that the API server would not take; undefined where it was not asked. */
  readonly refusedObjects?: readonly RefusedObject[];
  /** Rules of rendered Roles that the caller does not hold, in words. */
  readonly missingRules?: readonly string[];
}

/** What a check saw that speaks against going on, and what to do about it. */
export interface Finding {
  readonly seen: string;
  readonly remedy: string;
}

export interface Check {
  readonly id: string;
  /** `block` stops the run unless allowed; `warn` never does. */
  readonly severity: 'block' | 'warn';
  /** May `allow` override it? Never for what would lose data. */
  readonly overridable: boolean;
  /** Is its failure part of what a person approves? Not where it depends on the moment or on the caller's role. */
  readonly covered: boolean;
  readonly why: string;
  /** Public source of the rule. */
  readonly source: string;
  /** Undefined: nothing speaks against it. */
  readonly find: (context: CheckContext) => Finding | undefined;
}

/** A sentence part listing at most `most` names. */
export function names(all: readonly string[], most = 6): string {
  const shown = all.slice(0, most).join(', ');
  return all.length > most ? `${shown} and ${all.length - most} more` : shown;
}

/** User values of the revision that would be written, as far as they are known. */
export const nextValues = ({ userValues, comparison, storedValues }: CheckContext): Values =>
  userValues ?? comparison?.rendered.userValues ?? storedValues;

/** Whether this hop takes the release from a chart before `boundary` to that one or a newer one. */
export function crosses({ inspection: { base }, chartVersion }: CheckContext, boundary: string): boolean {
  const from = base.chart.version;
  if (chartVersion === undefined || valid(from) === null || valid(chartVersion) === null) return false;
  return lt(from, boundary) && gte(chartVersion, boundary);
}
