import type { Access, Cluster, KubeObject } from '../cluster/port.js';
import { keyOf } from './compare/objects.js';
import { missingAccesses, missingRoleRules, neededAccesses, type Act } from './permissions.js';
import type { ObjectDiff } from './plan.js';

export interface Missing {
  readonly accesses: readonly Access[];
  /** Rules of rendered Roles that the caller does not hold, in words. */
  readonly rules: readonly string[];
}

/**
 * Everything that an upgrade needs and the caller may not do, asked for before anything is written.
 *
 * @param cluster to ask
 * @param namespace of the release
 * @param before objects of the base manifest
 * @param after rendered objects
 * @param diff what happens to each of them
 * @param live live objects by `keyOf`
 */
export async function missingFor(
  cluster: Cluster,
  namespace: string,
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  diff: readonly ObjectDiff[],
  live: ReadonlyMap<string, KubeObject>,
): Promise<Missing> {
  const changes = new Map(diff.map(({ kind, name, change }) => [`${kind}/${name}`, change]));
  const objects = [...new Map([...before, ...after].map((object) => [keyOf(object), object])).values()];
  const acts = objects.map((object): Act => ({
    object,
    change: changes.get(`${object.kind}/${object.metadata.name}`) ?? 'unchanged',
  }));
  const roles = after
    .filter(({ kind }) => kind === 'Role')
    .map((wanted) => ({ wanted, live: live.get(keyOf(wanted)) }));
  const [accesses, { rules }] = await Promise.all([
    neededAccesses(namespace, acts, cluster).then((needed) => missingAccesses(cluster, needed)),
    roles.length === 0 ? { rules: [] } : cluster.rules(namespace),
  ]);
  return { accesses, rules: missingRoleRules(roles, rules) };
}
