/** One field that differs between two JSON trees. `path` is an RFC 6901 JSON pointer. */
export interface FieldChange {
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A key as a step of a JSON pointer, https://www.rfc-editor.org/rfc/rfc6901 */
export const pointerStep = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The keys that a JSON pointer leads along. */
export const pointerKeys = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Lists of objects with a `name` (containers, ports, env, volumes) are compared by name, as Kubernetes merges them. */
function byName(list: readonly unknown[]): Map<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const item of list) {
    if (!isRecord(item) || typeof item.name !== 'string' || named.has(item.name)) return undefined;
    named.set(item.name, item);
  }
  return named;
}

function listPairs(from: readonly unknown[], to: readonly unknown[]): [string, unknown, unknown][] {
  const left = byName(from);
  const right = byName(to);
  if (left !== undefined && right !== undefined) {
    return [...new Set([...left.keys(), ...right.keys()])].map((name) => [name, left.get(name), right.get(name)]);
  }
  return Array.from({ length: Math.max(from.length, to.length) }, (_, i) => [String(i), from[i], to[i]]);
}

/**
 * Leaves that differ between two parsed objects, in a stable order. Absent and `null` are the same, as they are to the
 * API server. Lists of named items are matched by name, others by position.
 *
 * @param from the older tree
 * @param to the newer tree
 * @returns changes sorted by path; empty when the trees are equal
 */
export function changedFields(from: unknown, to: unknown): FieldChange[] {
  const changes: FieldChange[] = [];
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (a === b || (a ?? undefined) === (b ?? undefined)) return;
    if (Array.isArray(a) && Array.isArray(b)) {
      for (const [key, left, right] of listPairs(a, b)) walk(left, right, `${path}/${pointerStep(key)}`);
      return;
    }
    if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        walk(a[key], b[key], `${path}/${pointerStep(key)}`);
      return;
    }
    changes.push({ path, ...(a == null ? {} : { from: a }), ...(b == null ? {} : { to: b }) });
  };
  walk(from, to, '');
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The value at a dotted path of plain keys, undefined where the path ends early. */
export function at(tree: unknown, ...keys: readonly (string | number)[]): unknown {
  let value: unknown = tree;
  for (const key of keys) {
    if (Array.isArray(value) && typeof key === 'number') value = value[key] as unknown;
    else if (isRecord(value)) value = value[key];
    else return undefined;
  }
  return value;
}

/** Narrowing reader for lists of objects; anything else is an empty list. */
export function objectsAt(tree: unknown, ...keys: readonly (string | number)[]): readonly Record<string, unknown>[] {
  const value = at(tree, ...keys);
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
