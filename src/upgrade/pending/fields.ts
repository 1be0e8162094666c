import type { KubeObject } from '../../cluster/port.js';
import { changedFields, pointerKeys, type FieldChange } from '../../plan/compare/fields.js';

/** How a live object stands to two manifests. */
export type Likeness = 'before' | 'pending' | 'equal' | 'neither';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nothing but empty lists and maps: the server may leave it out. */
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isEmpty);

/** The value that a JSON pointer of `changedFields` leads to: items with a name are found by it, others by position. */
function valueAt(tree: unknown, pointer: string): unknown {
  return pointerKeys(pointer).reduce<unknown>((value, key) => {
    if (Array.isArray(value)) {
      const items: readonly unknown[] = value;
      return items.find((item) => isRecord(item) && item.name === key) ?? items[Number(key)];
    }
    return isRecord(value) ? value[key] : undefined;
  }, tree);
}

/** Exponents of the suffixes of a quantity, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const units: Readonly<Record<string, number>> = {
  '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50,
}; // prettier-ignore

/** The server stores quantities in its own spelling: `1` for `1000m`, `1Gi` for `1024Mi`. */
function quantity(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]{0,2})$/.exec(
    typeof value === 'string' || typeof value === 'number' ? String(value) : '',
  );
  const unit = match === null ? undefined : units[match[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

const sameQuantity = (one: unknown, other: unknown): boolean => {
  const amount = quantity(one);
  return amount !== undefined && amount === quantity(other);
};

/** Whether a live value is what a manifest wants; what the server or others have added does not count. */
function holds(live: unknown, wanted: unknown): boolean {
  return changedFields(live, wanted).every(
    ({ from, to }) => to === undefined || (from === undefined && isEmpty(to)) || sameQuantity(from, to),
  );
}

/** What the server does not store as it was sent: it takes `stringData` into `data`. */
function asStored(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.kind !== 'Secret' || !isRecord(stringData)) return object;
  const encoded = Object.entries(stringData).map(([name, text]) => [
    name,
    Buffer.from(String(text)).toString('base64'),
  ]);
  return { ...rest, data: { ...(isRecord(object.data) ? object.data : {}), ...Object.fromEntries(encoded) } };
}

/** Written by an autoscaler or a person through the scale subresource: then the number says nothing about Helm. */
const isScaled = ({ metadata }: KubeObject): boolean =>
  (metadata.managedFields ?? []).some(({ subresource }) => subresource === 'scale');

/** Where two manifests of one object differ, so that a live one tells which of them it follows. */
function differences(before: KubeObject, pending: KubeObject, live: KubeObject): readonly FieldChange[] {
  return changedFields(asStored(before), asStored(pending)).filter(
    ({ path }) => path !== '/apiVersion' && !(path === '/spec/replicas' && isScaled(live)),
  );
}

/** A side that one difference speaks for, and whether that is only likely. */
interface Vote {
  readonly side: Likeness;
  readonly likely?: true;
}

/**
 * Which side of one difference a live object is on. A field that only one manifest has: without its value, the object
 * follows the other one; with it, likely the one that has it, but the value may as well be the server's default.
 */
function voteOf(live: KubeObject, { path, from, to }: FieldChange): Vote {
  const value = valueAt(live, path);
  if (from !== undefined && to !== undefined) {
    const [old, next] = [holds(value, from), holds(value, to)];
    return { side: old && next ? 'equal' : old ? 'before' : next ? 'pending' : 'neither' };
  }
  const only = from ?? to;
  if (isEmpty(only)) return { side: 'equal' };
  const added = from === undefined;
  return holds(value, only)
    ? { side: added ? 'pending' : 'before', likely: true }
    : { side: added ? 'before' : 'pending' };
}

function agreed(votes: readonly Vote[]): ReadonlySet<Likeness> {
  return new Set(votes.map(({ side }) => side).filter((side) => side !== 'equal'));
}

/** Which of two manifests a live object follows, in the fields in which they differ. Helm changes an object in one request. */
export function likeness(live: KubeObject, before: KubeObject, pending: KubeObject): Likeness {
  const votes = differences(before, pending, live).map((change) => voteOf(live, change));
  const [sure, ...others] = agreed(votes.filter(({ likely }) => likely !== true));
  if (sure !== undefined) return others.length === 0 ? sure : 'neither';
  const [side, ...rest] = agreed(votes);
  return side === undefined || rest.length > 0 ? 'equal' : side;
}

/** A live tree cut down to what a manifest names. Lists of another length are kept whole. */
function named(live: unknown, wanted: unknown): unknown {
  if (Array.isArray(wanted) && Array.isArray(live)) {
    return wanted.length === live.length ? live.map((item: unknown, i) => named(item, wanted[i])) : live;
  }
  if (!isRecord(wanted) || !isRecord(live)) return live;
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, named(live[key], wanted[key])]));
}

/**
 * What of a live object Helm could write on the way from one manifest to the other, as a text that changes with it.
 * `metadata.generation` would not tell a changed label, and `resourceVersion` changes with each status that a controller
 * writes. May hold secrets.
 */
export function writable(live: KubeObject, manifests: readonly KubeObject[]): string {
  const { uid, deletionTimestamp } = live.metadata;
  const spec = isRecord(live.spec) && isScaled(live) ? { ...live.spec, replicas: null } : live.spec;
  const parts = manifests.map((wanted) => named({ ...live, spec }, asStored(wanted)));
  return JSON.stringify([uid, deletionTimestamp, ...parts]);
}
