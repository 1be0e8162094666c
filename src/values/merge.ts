import type { Values } from '../helm/port.js';
import { clone, cloneMap, isMap, put } from './tree.js';

/**
 * How Helm puts values together. Each function follows one function of Helm, tried against 3.14.4, 3.22.0 and 4.3.0.
 */

/**
 * Values files one after another, as `helm upgrade -f a -f b` reads them: objects merge, everything else replaces; a
 * null replaces too and stays.
 *
 * @see https://github.com/helm/helm/blob/v3.22.0/pkg/cli/values/options.go (mergeMaps)
 */
export function mergeFiles(lower: Values, upper: Values): Values {
  const merged = cloneMap(lower);
  for (const [key, value] of Object.entries(upper)) {
    const under = Object.hasOwn(lower, key) ? lower[key] : undefined;
    put(merged, key, isMap(value) && isMap(under) ? mergeFiles(under, value) : clone(value));
  }
  return merged;
}

/**
 * The user values that Helm stores for `--reset-then-reuse-values`: the stored ones under the given ones. A given null
 * takes away a stored value; where nothing (or null) is stored, the null itself is stored and takes away the chart's
 * default.
 *
 * @see https://github.com/helm/helm/blob/v3.22.0/pkg/action/upgrade.go (reuseValues)
 * @see https://github.com/helm/helm/blob/v3.22.0/pkg/chartutil/coalesce.go (coalesceTablesFullKey)
 */
export function overlay(stored: Values, given: Values): Values {
  const under = (key: string): unknown => (Object.hasOwn(stored, key) ? stored[key] : undefined);
  const takenAway = (key: string): boolean =>
    Object.hasOwn(given, key) && given[key] === null && (under(key) ?? null) !== null;
  const result = cloneMap(Object.fromEntries(Object.entries(stored).filter(([key]) => !takenAway(key))));
  for (const [key, value] of Object.entries(given)) {
    if (takenAway(key)) continue;
    const old = under(key);
    put(result, key, isMap(value) && isMap(old) ? overlay(old, value) : clone(value));
  }
  return result;
}

const hasNull = (values: Values): boolean =>
  Object.values(values).some((value) => value === null || (isMap(value) && hasNull(value)));

/** What is to be handed to Helm. */
export interface HandedValues {
  readonly values: Values;
  /** These are all user values, in place of the stored ones (`--reset-values`), not values to be laid over them. */
  readonly whole: boolean;
}

/**
 * What to hand to Helm so that it stores `overlay(stored, given)` in every version, and leaves the record of the revision
 * before as it is: Helm from 3.22 on writes each null that it is given into the values of that record too, which would then
 * have lost them when the release is taken back. So with a null all values are handed over. A null that is both stored
 * and given says nothing new, and Helm 3.14 would forget it, so it is not given again.
 *
 * @see https://github.com/helm/helm/blob/v3.22.0/pkg/action/upgrade.go (reuseValues)
 */
export function handOver(stored: Values, given: Values): HandedValues {
  const values = withoutRepeatedNulls(stored, given);
  return hasNull(values) ? { values: overlay(stored, given), whole: true } : { values, whole: false };
}

function withoutRepeatedNulls(stored: Values, given: Values): Values {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const under = Object.hasOwn(stored, key) ? stored[key] : undefined;
    if (value === null && under === null) continue;
    put(kept, key, isMap(value) && isMap(under) ? withoutRepeatedNulls(under, value) : clone(value));
  }
  return kept;
}

/**
 * The values that templates see, for looking things up: a chart's defaults under the user's values. A null of the user
 * takes a default away.
 *
 * @see https://helm.sh/docs/chart_template_guide/values_files/#deleting-a-default-key
 */
export const effective = (chartDefaults: Values, stored: Values): Values => overlay(chartDefaults, stored);
