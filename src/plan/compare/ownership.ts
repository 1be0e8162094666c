import type { KubeObject } from '../../cluster/port.js';

export interface FieldConflict {
  readonly object: string;
  /** Path as the API server writes it, for example `.spec.replicas`. */
  readonly field: string;
  /** Name of the other field manager, for example `kubectl-client-side-apply`. */
  readonly manager: string;
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const absent = Symbol('absent');

/** Helm's field manager: `helm`, or the name of the renamed binary; ours is always started as `helm`. */
const helmManager = 'helm';

/** The child of a value that a fieldsV1 key names: `f:name`, `k:{"name":"x"}`, `v:value`, `i:0`. */
function child(value: unknown, key: string): unknown {
  const [kind, rest] = [key.slice(0, 2), key.slice(2)];
  if (kind === 'f:') return isTree(value) && rest in value ? value[rest] : absent;
  if (!Array.isArray(value)) return absent;
  if (kind === 'k:') {
    const wanted: unknown = JSON.parse(rest);
    if (!isTree(wanted)) return absent;
    // A port list's key includes the protocol, which a manifest may leave to its default.
    const found: unknown = value.find(
      (item) =>
        isTree(item) &&
        Object.entries(wanted).every(([k, v]) => (item[k] ?? (k === 'protocol' ? 'TCP' : undefined)) === v),
    );
    return found ?? absent;
  }
  if (kind === 'v:')
    return value.some((item) => JSON.stringify(item) === rest) ? (JSON.parse(rest) as unknown) : absent;
  return absent;
}

const label = (key: string): string => (key.startsWith('f:') ? `.${key.slice(2)}` : `[${key.slice(2)}]`);

/** Leaves of a fieldsV1 tree at which the wanted object says something else than the live one. */
function conflictsIn(owned: unknown, wanted: unknown, live: unknown, path: string): string[] {
  if (!isTree(owned) || wanted === absent) return [];
  const keys = Object.keys(owned).filter((key) => key !== '.');
  if (keys.length === 0)
    return JSON.stringify(wanted) === JSON.stringify(live === absent ? undefined : live) ? [] : [path];
  return keys.flatMap((key) => conflictsIn(owned[key], child(wanted, key), child(live, key), path + label(key)));
}

/**
 * Fields that a server-side apply by Helm would be refused for: another manager owns them with another value.
 * Helm's dry run does not send anything to the server, so it does not find them.
 *
 * @param wanted rendered objects
 * @param live the live object (with managedFields) for a rendered one
 * @returns one entry a field and manager; status and other subresources of controllers are no conflict unless the
 *   manifest sets the field
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
 */
export function fieldConflicts(
  wanted: readonly KubeObject[],
  live: (object: KubeObject) => KubeObject | undefined,
): FieldConflict[] {
  return wanted.flatMap((object) => {
    const current = live(object);
    if (current === undefined) return [];
    return (current.metadata.managedFields ?? [])
      .filter(({ manager, subresource }) => manager !== helmManager && subresource !== 'status')
      .flatMap(({ manager, fieldsV1 }) =>
        conflictsIn(fieldsV1, object, current, '').map((field) => ({
          object: `${object.kind}/${object.metadata.name}`,
          field,
          manager: manager ?? 'unknown',
        })),
      );
  });
}
