import type { Values } from '../helm/port.js';
import { reach, type Given } from '../values/given.js';
import { effective } from '../values/merge.js';
import { isMap } from '../values/tree.js';
import { changedFields, pointerKeys, pointerStep, type FieldChange } from './compare/fields.js';
import type { FrozenValue, ValueEffect } from './plan.js';
import type { Redactor } from './redact.js';

/** What decides the values of one upgrade. */
export interface EffectQuestion {
  readonly installed: { readonly defaults: Values; readonly stored: Values };
  readonly next: { readonly defaults: Values; readonly stored: Values };
  readonly given: Given;
  readonly frozen: readonly FrozenValue[];
  readonly redact: Redactor;
}

/** A section that appears or disappears is its leaves. */
function leavesOf({ path, from, to }: FieldChange): FieldChange[] {
  const section = from === undefined ? to : to === undefined ? from : undefined;
  if (!isMap(section) || Object.keys(section).length === 0) return [{ path, from, to }];
  return Object.entries(section).flatMap(([key, value]) =>
    leavesOf({ path: `${path}/${pointerStep(key)}`, ...(from === undefined ? { to: value } : { from: value }) }),
  );
}

/**
 * Values that templates see differently after the upgrade, and why: given now, written by this run, or another default
 * of the new chart that nobody asked for.
 *
 * @returns one entry a leaf, sorted by key; values at credential places are salted hashes
 */
export function effectsOf({ installed, next, given, frozen, redact }: EffectQuestion): ValueEffect[] {
  const written = new Set([...frozen.map(({ key }) => key), 'image.all.repository', 'image.all.tag']);
  const before = effective(installed.defaults, installed.stored);
  const after = effective(next.defaults, next.stored);
  return changedFields(before, after)
    .flatMap(leavesOf)
    .map(({ path, from, to }) => {
      const keys = pointerKeys(path);
      const key = keys.join('.');
      const shown = (value: unknown): unknown => redact(value, keys);
      return {
        key,
        ...(from === undefined ? {} : { from: shown(from) }),
        ...(to === undefined ? {} : { to: shown(to) }),
        by: written.has(key) ? 'run' : reach(given.values, key) !== undefined ? 'given' : 'chart',
      };
    });
}
