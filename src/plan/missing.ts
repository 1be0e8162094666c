import type { Access, Cluster, KubeObject } from '../cluster/port.js';
import type { ApplyMethod } from '../helm/port.js';
import { keyOf } from './compare/objects.js';
import { grantsOf, missingGrants } from './grants.js';
import { missingAccesses, neededAccesses, type Act } from './permissions.js';
import type { ObjectDiff } from './plan.js';

export interface Missing {
  readonly accesses: readonly Access[];
  /** Rules of rendered Roles that the caller does not hold, in words. */
  readonly rules: readonly string[];
}

/** The upgrade that rights are asked for. */
export interface Undertaking {
  readonly namespace: string;
  /** Objects of the base manifest. */
  readonly before: readonly KubeObject[];
  /** Rendered objects. */
  readonly after: readonly KubeObject[];
  /** What happens to each of them. */
  readonly diff: readonly ObjectDiff[];
  /** Hooks of the upgrade, rendered. */
  readonly hooks: readonly KubeObject[];
  /** Live objects by `keyOf`. */
  readonly live: ReadonlyMap<string, KubeObject>;
  readonly method: ApplyMethod;
}

const hookAct = (object: KubeObject): Act => ({ object, change: 'hook' });

/**
 * Everything that an upgrade needs and the caller may not do, asked for before anything is written.
 *
 * @param cluster to ask
 */
export async function missingFor(
  cluster: Pick<Cluster, 'allowed' | 'rules' | 'resourceFor'>,
  { namespace, before, after, hooks, diff, live, method }: Undertaking,
): Promise<Missing> {
  const changes = new Map(diff.map(({ kind, name, change }) => [`${kind}/${name}`, change]));
  const objects = [...new Map([...before, ...after].map((object) => [keyOf(object), object])).values()];
  const acts = objects
    .map((object): Act => ({
      object,
      change: changes.get(`${object.kind}/${object.metadata.name}`) ?? 'unchanged',
    }))
    // Helm reads a kept object and leaves it.
    .filter(
      ({ object, change }) =>
        change !== 'removed' || live.get(keyOf(object))?.metadata.annotations?.['helm.sh/resource-policy'] !== 'keep',
    );
  const [accesses, rules] = await Promise.all([
    neededAccesses(namespace, [...acts, ...hooks.map(hookAct)], method, cluster).then((needed) =>
      missingAccesses(cluster, needed),
    ),
    missingGrants(
      cluster,
      namespace,
      grantsOf([...after, ...hooks], (object) => live.get(keyOf(object))),
    ),
  ]);
  return { accesses, rules };
}
