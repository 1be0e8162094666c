import type { KubeObject } from '../../cluster/port.js';
import { isKept } from '../../plan/compare/compare.js';
import { keyOf } from '../../plan/compare/objects.js';
import { count, short, some } from '../rollout/text.js';
import { likeness, writable, type Likeness } from './fields.js';
import type { Found, LiveLook } from './live.js';

/** `missing`: both manifests have it, and it is not there. `unknown`: it cannot be read. */
export type ObjectState = Likeness | 'missing' | 'unknown';

export interface ComparedObject {
  readonly kind: string;
  readonly name: string;
  readonly state: ObjectState;
}

/** How far a pending revision got. */
export interface Comparison {
  /** Revision that the objects had before; undefined for a first installation. */
  readonly before?: number;
  readonly pending: number;
  /** Every object of both manifests, in the order of the pending one, then those that it drops. */
  readonly objects: readonly ComparedObject[];
}

/** A revision with the parsed objects of its manifest. */
export interface RevisionObjects {
  readonly revision: number;
  readonly objects: readonly KubeObject[];
}

interface Pair {
  readonly key: string;
  readonly subject: KubeObject;
  readonly before?: KubeObject;
  readonly pending?: KubeObject;
}

/** Each object once: those of the pending revision in their order, then those that it drops. */
function pairs(before: readonly KubeObject[], pending: readonly KubeObject[]): readonly Pair[] {
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const next = new Map(pending.map((object) => [keyOf(object), object]));
  const kept = [...next].map(([key, subject]): Pair => {
    const from = old.get(key);
    return { key, subject, pending: subject, ...(from === undefined ? {} : { before: from }) };
  });
  const dropped = [...old].filter(([key]) => !next.has(key));
  return [...kept, ...dropped.map(([key, subject]): Pair => ({ key, subject, before: subject }))];
}

function stateOf({ before, pending }: Pair, found: Found): ObjectState {
  if (found === 'unknown') return 'unknown';
  if (before !== undefined && pending !== undefined) {
    return found === 'missing' ? 'missing' : likeness(found.object, before, pending);
  }
  // Only one of the two has it: being there or not tells.
  if (pending !== undefined) return found === 'missing' ? 'before' : 'pending';
  if (found === 'missing') return 'pending';
  return isKept(found.object) ? 'equal' : 'before';
}

/**
 * Holds the live objects of a release against the manifest of its pending revision and the one before. Only the fields
 * in which the two differ tell anything, so that defaults of the server and changes elsewhere do not matter.
 *
 * @param before undefined for a first installation
 * @param live from `lookAtLive` with both manifests; an object that is not in it counts as unknown
 */
export function comparePending(
  before: RevisionObjects | undefined,
  pending: RevisionObjects,
  live: LiveLook,
): Comparison {
  const objects = pairs(before?.objects ?? [], pending.objects).map((pair): ComparedObject => {
    const { kind, metadata } = pair.subject;
    return { kind, name: metadata.name, state: stateOf(pair, live.get(pair.key) ?? 'unknown') };
  });
  return { ...(before === undefined ? {} : { before: before.revision }), pending: pending.revision, objects };
}

/**
 * What a Helm that still works on the revision would change, as a text that is another one after each such change. May
 * hold secrets: compare it, never show it.
 */
export function stampOf(before: readonly KubeObject[], pending: readonly KubeObject[], live: LiveLook): string {
  const lines = pairs(before, pending).map((pair) => {
    const found = live.get(pair.key) ?? 'unknown';
    const manifests = [pair.before, pair.pending].filter((object) => object !== undefined);
    return typeof found === 'string' ? found : writable(found.object, manifests);
  });
  return JSON.stringify(lines);
}

const ofState = ({ objects }: Comparison, state: ObjectState): readonly string[] =>
  objects.filter((object) => object.state === state).map(({ kind, name }) => short(`${kind} ${name}`, 120));

/**
 * A comparison in one sentence without its full stop: `3 of 14 objects are of revision 8, 9 still of revision 7, 2 the
 * same in both`.
 */
export function comparisonInWords(comparison: Comparison): string {
  const { before, pending, objects } = comparison;
  const of = (state: ObjectState): number => ofState(comparison, state).length;
  const list = (state: ObjectState, text: string): string[] => {
    const names = ofState(comparison, state);
    return names.length === 0 ? [] : [`${names.length} ${text} (${some(names, 3, ', ')})`];
  };
  const parts = [
    `${of('pending')} of ${count(objects.length, 'object')} ${of('pending') === 1 ? 'is' : 'are'} of revision ${pending}`,
    ...(of('before') === 0
      ? []
      : [before === undefined ? `${of('before')} not made yet` : `${of('before')} still of revision ${before}`]),
    ...(of('equal') === 0 ? [] : [`${of('equal')} the same in both`]),
    ...list('neither', 'of neither'),
    ...list('missing', 'missing'),
    ...list('unknown', 'not readable'),
  ];
  return parts.join(', ');
}
