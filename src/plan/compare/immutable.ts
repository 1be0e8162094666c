import type { KubeObject } from '../../cluster/port.js';
import { at, changedFields, objectsAt } from './fields.js';

/**
 * Fields that the API server refuses to change, by kind. Helm's dry run does not validate, so a changed one would pass
 * it and fail the upgrade in the middle. Paths are below the object.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates
 */
const immutable: Readonly<Record<string, readonly (readonly string[])[]>> = {
  StatefulSet: [
    ['spec', 'serviceName'],
    ['spec', 'selector'],
    ['spec', 'podManagementPolicy'],
    ['spec', 'volumeClaimTemplates'],
  ],
  Deployment: [['spec', 'selector']],
  DaemonSet: [['spec', 'selector']],
  Job: [
    ['spec', 'selector'],
    ['spec', 'template'],
    ['spec', 'completions'],
  ],
  PersistentVolumeClaim: [
    ['spec', 'accessModes'],
    ['spec', 'storageClassName'],
    ['spec', 'volumeName'],
  ],
  Service: [['spec', 'clusterIP']],
  RoleBinding: [['roleRef']],
  ClusterRoleBinding: [['roleRef']],
};

/** Exponents of the suffixes of a Kubernetes quantity. */
const units: Readonly<Record<string, number>> = {
  '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, m: 1e-3,
}; // prettier-ignore

/** A quantity as a number, so that `1Gi` equals `1024Mi`; other text stays text. */
function quantity(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]{0,2})$/.exec(value);
  const unit = match === null ? undefined : units[match[2] ?? ''];
  return match === null || unit === undefined ? value : Number(match[1]) * unit;
}

/** What a claim template is about; the rest is defaulted by the server. */
function claim(template: Record<string, unknown>): unknown {
  return {
    name: at(template, 'metadata', 'name'),
    accessModes: at(template, 'spec', 'accessModes'),
    storageClassName: at(template, 'spec', 'storageClassName'),
    storage: quantity(at(template, 'spec', 'resources', 'requests', 'storage')),
  };
}

/** Reduces a live field to what the wanted one names, because the server fills in defaults. */
function pruned(live: unknown, wanted: unknown): unknown {
  if (typeof wanted !== 'object' || wanted === null || typeof live !== 'object' || live === null) return live;
  if (Array.isArray(wanted) || Array.isArray(live)) {
    return Array.isArray(wanted) && Array.isArray(live) && wanted.length === live.length
      ? live.map((item: unknown, i) => pruned(item, wanted[i]))
      : live;
  }
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, pruned(at(live, key), at(wanted, key))]));
}

export interface ImmutableChange {
  readonly object: string;
  /** Dotted path of the field, for example `spec.volumeClaimTemplates`. */
  readonly field: string;
}

/**
 * Immutable fields in which a rendered object differs from the live one.
 *
 * @param wanted rendered objects
 * @param live the live object for a rendered one, or undefined when it does not exist
 * @returns one entry a field; empty when the API server would accept all of them
 */
export function immutableChanges(
  wanted: readonly KubeObject[],
  live: (object: KubeObject) => KubeObject | undefined,
): ImmutableChange[] {
  return wanted.flatMap((object) => {
    const current = live(object);
    if (current === undefined) return [];
    return (immutable[object.kind] ?? [])
      .filter((path) => {
        const to = at(object, ...path);
        if (path.at(-1) === 'volumeClaimTemplates') {
          const claims = (owner: KubeObject): unknown[] => objectsAt(owner, ...path).map(claim);
          return (
            claims(object).length !== claims(current).length ||
            claims(object).some((item, i) =>
              changedFields(pruned(claims(current)[i], item), item).some((change) => change.to !== undefined),
            )
          );
        }
        return to !== undefined && changedFields(pruned(at(current, ...path), to), to).length > 0;
      })
      .map((path) => ({ object: `${object.kind}/${object.metadata.name}`, field: path.join('.') }));
  });
}
