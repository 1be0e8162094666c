import type { KubeObject } from '../cluster/port.js';
import { componentOf } from '../milvus/components.js';
import { at, objectsAt } from './compare/fields.js';
import { keyOf } from './compare/objects.js';
import type { HopEstimate, ObjectDiff } from './plan.js';

const isWorkload = ({ kind }: { readonly kind: string }): boolean => kind === 'Deployment' || kind === 'StatefulSet';
const nameOf = ({ kind, name }: { readonly kind: string; readonly name: string }): string => `${kind} ${name}`;

/** Seconds that a pod gets to end by default, https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */
const graceSeconds = 30;

const numberAt = (tree: unknown, fallback: number, ...keys: readonly (string | number)[]): number => {
  const value = at(tree, ...keys);
  return typeof value === 'number' ? value : fallback;
};

interface Readiness {
  /** Until the first look at a new pod. */
  readonly first: number;
  /** How much longer it may take before the probe counts as failed. */
  readonly patience: number;
  readonly grace: number;
}

/** Defaults of a probe: https://kubernetes.io/docs/concepts/workloads/pods/probes/ */
function readinessOf(object: KubeObject): Readiness {
  const template = at(object, 'spec', 'template', 'spec');
  const probes = objectsAt(template, 'containers').map((container) => at(container, 'readinessProbe'));
  const most = (read: (probe: unknown) => number): number => Math.max(0, ...probes.map(read));
  return {
    first: most((probe) => numberAt(probe, 0, 'initialDelaySeconds')),
    patience: most((probe) => numberAt(probe, 10, 'periodSeconds') * numberAt(probe, 3, 'failureThreshold')),
    grace: numberAt(template, graceSeconds, 'terminationGracePeriodSeconds'),
  };
}

/** A Deployment whose pods overlap while they are replaced. */
const overlaps = (object: KubeObject): boolean => at(object, 'spec', 'strategy', 'type') !== 'Recreate';

/**
 * How long Milvus does not answer. Helm changes everything at once; what is replaced without overlap (Recreate, or a
 * StatefulSet that Milvus needs) is away from the end of the old pod until the new one is ready.
 */
function downtimeOf(after: readonly KubeObject[], changed: ReadonlySet<string>): HopEstimate['downtime'] {
  const restarting = after.filter((object) => isWorkload(object) && changed.has(keyOf(object)));
  const alone = restarting.filter((object) => componentOf(object) !== undefined && !overlaps(object));
  const needed = restarting.filter(({ kind }) => kind === 'StatefulSet');
  if (restarting.length === 0) return { fromSeconds: 0, toSeconds: 0, why: 'No pod is replaced.' };
  if (alone.length === 0 && needed.length === 0) {
    return {
      fromSeconds: 0,
      toSeconds: 0,
      why: 'Every workload that restarts starts its new pods before it ends the old ones.',
    };
  }
  const ready = alone.map(readinessOf);
  const first = Math.max(0, ...ready.map((one) => one.first));
  const longest = Math.max(0, ...ready.map((one) => one.grace + one.first + one.patience));
  const dependencies = Math.max(0, ...needed.map(readinessOf).map((one) => one.grace + one.first + one.patience));
  const reasons = [
    ...(alone.length === 0
      ? []
      : [
          `${alone.map(({ metadata }) => metadata.name).join(', ')} ${alone.length === 1 ? 'is' : 'are'} replaced without overlap and looked at ${first} s after the start`,
        ]),
    ...(needed.length === 0
      ? []
      : [`${needed.map(({ metadata }) => metadata.name).join(', ')} restart at the same time`]),
  ];
  return {
    fromSeconds: first,
    toSeconds: longest + dependencies,
    why: `From the probes of the rendered objects: ${reasons.join('; ')}. Pulling images and loading collections come on top.`,
  };
}

/**
 * What a hop does to the running pods.
 *
 * @param basis how the diff was made
 * @param diff of the hop
 * @param after rendered objects of the hop
 */
export function estimateOf(
  basis: HopEstimate['basis'],
  diff: readonly ObjectDiff[],
  after: readonly KubeObject[],
): HopEstimate {
  const workloads = diff.filter(isWorkload);
  const named = (keep: (one: ObjectDiff) => boolean): string[] => workloads.filter(keep).map(nameOf).sort();
  const images = new Map(
    workloads
      .flatMap((one) => one.images)
      .map(({ from, to }) => [
        `${from ?? ''} ${to ?? ''}`,
        { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
      ]),
  );
  const restarting = new Set(workloads.filter((one) => one.restarts || one.change === 'added').map(nameOf));
  const changed = new Set(
    after.filter((one) => restarting.has(nameOf({ kind: one.kind, name: one.metadata.name }))).map(keyOf),
  );
  return {
    basis,
    restarts: named(({ restarts }) => restarts),
    added: named(({ change }) => change === 'added'),
    removed: named(({ change }) => change === 'removed'),
    images: [...images.keys()].sort().flatMap((key) => images.get(key) ?? []),
    downtime: downtimeOf(after, changed),
  };
}
