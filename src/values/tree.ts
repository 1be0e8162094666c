import type { Values } from '../helm/port.js';

/** Plain functions on JSON trees. None of them changes its arguments, unless its name says so. */

/** Whether a value is a JSON object (Helm calls it a table), not a list and not null. */
export function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes one key in place. Keys come from files, so even `__proto__` has to end up as an ordinary key. */
export function put(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A deep copy that shares nothing with the original. */
export function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone);
  return isMap(value) ? cloneMap(value) : value;
}

/** `clone` for an object. */
export function cloneMap(map: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, clone(value)]));
}

/** The steps of a dotted path such as `pulsar.enabled`. Keys with a dot in them cannot be written this way. */
export const steps = (path: string): readonly string[] => path.split('.');

/** The value at a dotted path; undefined where there is none. A stored null comes back as null. */
export function getPath(tree: unknown, path: string): unknown {
  let value = tree;
  for (const step of steps(path)) {
    if (!isMap(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** A copy of the tree with one value set; whatever is in the way and is no object is replaced. */
export function setPath(tree: Values, path: string, value: unknown): Values {
  const set = (node: unknown, [step = '', ...rest]: readonly string[]): Values => {
    const copy: Record<string, unknown> = isMap(node) ? Object.fromEntries(Object.entries(node)) : {};
    put(copy, step, rest.length === 0 ? value : set(isMap(node) && Object.hasOwn(node, step) ? node[step] : {}, rest));
    return copy;
  };
  return set(tree, steps(path));
}

/** One value that is no object or list, or an empty one. */
export interface Leaf {
  /** Keys and list indexes from the root. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** All leaves of a tree, in its order. */
export function flatten(tree: unknown, path: readonly (string | number)[] = []): Leaf[] {
  const children: [string | number, unknown][] = Array.isArray(tree)
    ? tree.map((value, index) => [index, value])
    : isMap(tree)
      ? Object.entries(tree)
      : [];
  if (children.length === 0) return [{ path, value: tree }];
  return children.flatMap(([key, value]) => flatten(value, [...path, key]));
}

/** Whether two JSON values are the same; the order of keys does not matter, 1 and 1.0 are one number, "1" is another value. */
export function equal(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]))
    );
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
  }
  return a === b;
}
