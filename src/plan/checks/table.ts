import type { CheckResult } from '../plan.js';
import { accessChecks, admissionChecks } from './access.js';
import type { Check, CheckContext } from './check.js';
import { dependencyChecks } from './dependencies.js';
import { identityChecks } from './identity.js';
import { imageChecks } from './images.js';
import { objectChecks } from './objects.js';
import { ownerChecks } from './owners.js';
import { removedValueChecks } from './removed-values.js';
import { rolloutChecks } from './rollout.js';
import { scalingChecks } from './scaling.js';
import { stateChecks } from './state.js';
import { storageChecks } from './storage.js';
import { unknownValueChecks } from './unknown-values.js';
import { valueChecks } from './values.js';

/** Every check, cheapest first: what was found, then values, then the dry run, then what the caller may do. */
export const checks: readonly Check[] = [
  ...stateChecks,
  ...ownerChecks,
  ...valueChecks,
  ...removedValueChecks,
  ...unknownValueChecks,
  ...identityChecks,
  ...storageChecks,
  ...objectChecks,
  ...dependencyChecks,
  ...imageChecks,
  ...scalingChecks,
  ...rolloutChecks,
  ...admissionChecks,
  ...accessChecks,
];

const uncovered = new Set(checks.filter((check) => !check.covered).map(({ id }) => id));

/** Whether a failed check belongs to what the plan digest covers. */
export const isCovered = (id: string): boolean => !uncovered.has(id);

/** What has to have been looked at before these can say anything. */
const needs: readonly (readonly [readonly Check[], keyof CheckContext])[] = [
  [identityChecks, 'comparison'],
  [storageChecks, 'comparison'],
  [objectChecks, 'comparison'],
  [dependencyChecks, 'comparison'],
  [admissionChecks, 'refusedObjects'],
  [accessChecks, 'missing'],
];

/** A check that was not asked did not pass: nobody approves on the strength of it. */
const wasAsked = (check: Check, context: CheckContext): boolean =>
  needs.every(([group, need]) => !group.includes(check) || context[need] !== undefined);

/**
 * Runs all checks; none stops the others.
 *
 * @param context facts, target and comparison
 * @param allow ids that the user overrides; those of checks that may not be overridden change nothing
 */
export function runChecks(context: CheckContext, allow: readonly string[]): CheckResult[] {
  return checks
    .filter((check) => wasAsked(check, context))
    .map(({ id, severity, overridable, why, source, find }) => {
      const finding = find(context);
      const base = { id, why, source, overridable };
      if (finding === undefined) return { ...base, status: 'passed', seen: '', remedy: '' };
      const status = severity === 'warn' ? 'warned' : overridable && allow.includes(id) ? 'allowed' : 'blocked';
      return { ...base, status, ...finding };
    });
}
