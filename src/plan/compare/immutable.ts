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

/** An absent map is an empty one to the API server. */
const filled = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value;

/**
 * All of a claim template that the API server compares, with what it fills in. It fills in no storage class: that is
 * done to claims, not to templates, so one that is there was given.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#volume-mode
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaultstorageclass
 */
function claim(template: Record<string, unknown>): unknown {
  const spec = at(template, 'spec');
  return {
    // Below `metadata`, so that the templates are compared in their order and not by name.
    metadata: {
      name: at(template, 'metadata', 'name'),
      labels: filled(at(template, 'metadata', 'labels')),
      annotations: filled(at(template, 'metadata', 'annotations')),
    },
    spec: {
      ...(typeof spec === 'object' ? spec : {}),
      selector: filled(at(spec, 'selector')),
      volumeMode: at(spec, 'volumeMode') ?? 'Filesystem',
      resources: Object.fromEntries(
        ['requests', 'limits'].map((list) => {
          const amounts = at(spec, 'resources', list);
          const entries = typeof amounts === 'object' && amounts !== null ? Object.entries(amounts) : [];
          return [list, filled(Object.fromEntries(entries.map(([key, value]) => [key, quantity(value)])))];
        }),
      ),
    },
  };
}

/** Whether the lists of claim templates differ, in order, as the API server compares them. */
function claimsDiffer(from: unknown, to: unknown): boolean {
  const claims = (list: unknown): unknown[] => objectsAt(list).map(claim);
  return changedFields(claims(from), claims(to)).length > 0;
}

const storage = ['spec', 'resources', 'requests', 'storage'] as const;

/** A claim never shrinks; it may grow, where its class allows. */
function shrinks(from: unknown, to: unknown): boolean {
  const [old, next] = [quantity(from), quantity(to)];
  return typeof old === 'number' && typeof next === 'number' && next < old;
}

/** What the server puts in where a field is left out. Kinds that are not here get their live value back. */
const defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  StatefulSet: { podManagementPolicy: 'OrderedReady' },
  PersistentVolumeClaim: {},
};

/** Whether leaving out a field that the release has set so far takes it from the live object. */
function takenAway({ kind }: KubeObject, field: string, before: unknown, live: unknown): boolean {
  const own = defaults[kind];
  const given = (before ?? undefined) !== undefined && (live ?? undefined) !== undefined;
  return own !== undefined && given && changedFields(live, own[field]).length > 0;
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
 * Immutable fields in which a rendered object differs from the live one, and claims that would shrink.
 *
 * @param wanted rendered objects
 * @param live the live object for a rendered one, or undefined when it does not exist
 * @param before the same of the base revision's manifest: only what stood there is taken away by leaving it out
 * @returns one entry a field; empty when the API server would accept all of them
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
 */
export function immutableChanges(
  wanted: readonly KubeObject[],
  live: (object: KubeObject) => KubeObject | undefined,
  before: (object: KubeObject) => KubeObject | undefined = () => undefined,
): ImmutableChange[] {
  return wanted.flatMap((object) => {
    const current = live(object);
    if (current === undefined) return [];
    const changes = (path: readonly string[]): boolean => {
      const [from, to] = [at(current, ...path), at(object, ...path)];
      const field = path.at(-1) ?? '';
      if (field === 'volumeClaimTemplates') return claimsDiffer(from, to);
      return (to ?? undefined) === undefined
        ? takenAway(object, field, at(before(object), ...path), from)
        : changedFields(pruned(from, to), to).length > 0;
    };
    const shrunk = object.kind === 'PersistentVolumeClaim' && shrinks(at(current, ...storage), at(object, ...storage));
    return [...(immutable[object.kind] ?? []).filter(changes), ...(shrunk ? [storage] : [])].map((path) => ({
      object: `${object.kind}/${object.metadata.name}`,
      field: path.join('.'),
    }));
  });
}
