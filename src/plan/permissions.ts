import type { Access, Cluster, KubeObject } from '../cluster/port.js';
import type { ApplyMethod } from '../helm/port.js';
import type { ObjectDiff } from './plan.js';

/** What every upgrade needs besides the objects of the chart: Helm's records, journal and lock, and what the wait reads. */
const always: readonly (readonly [string, string, readonly string[]])[] = [
  ['', 'secrets', ['get', 'list', 'watch', 'create', 'update', 'delete']],
  ['', 'configmaps', ['get', 'create', 'update']],
  ['coordination.k8s.io', 'leases', ['get', 'list', 'watch', 'create', 'update']],
  ['', 'pods', ['list', 'watch']],
  ['', 'events', ['list']],
  ['apps', 'deployments', ['list', 'watch']],
  ['apps', 'statefulsets', ['list', 'watch']],
  ['apps', 'replicasets', ['list', 'watch']],
];

type Change = ObjectDiff['change'] | 'hook';

/**
 * Verbs that Helm uses on an object, by what happens to it. Helm reads and patches unchanged objects too; server-side
 * apply makes new ones by a patch as well.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#api-implementation
 */
const verbs: Readonly<Record<ApplyMethod, Readonly<Record<Change, readonly string[]>>>> = {
  client: {
    added: ['get', 'create'],
    removed: ['get', 'delete'],
    changed: ['get', 'patch'],
    unchanged: ['get', 'patch'],
    hook: ['get', 'create', 'delete'],
  },
  server: {
    added: ['get', 'create', 'patch'],
    removed: ['get', 'delete'],
    changed: ['get', 'patch'],
    unchanged: ['get', 'patch'],
    hook: ['get', 'create', 'delete'],
  },
};

/**
 * Helm waits for the end of these hooks, by a list and a watch,
 * https://helm.sh/docs/topics/charts_hooks/#hooks-and-the-release-lifecycle
 */
const awaitedHooks: ReadonlySet<string> = new Set(['Job', 'Pod']);

/** An object of the upgrade and what happens to it. */
export interface Act {
  readonly object: KubeObject;
  readonly change: Change;
}

/**
 * The accesses that one Helm upgrade needs, each once.
 *
 * @param namespace the release's namespace
 * @param acts every object of the old and the new manifest
 * @param method how Helm applies them
 * @param cluster for the resource behind a kind, by discovery; a kind that it does not serve is left out
 */
export async function neededAccesses(
  namespace: string,
  acts: readonly Act[],
  method: ApplyMethod,
  cluster: Pick<Cluster, 'resourceFor'>,
): Promise<Access[]> {
  const needed = new Map<string, Access>();
  const add = (access: Access): void => {
    needed.set([access.verb, access.group, access.resource, access.namespace].join('|'), access);
  };
  for (const [group, resource, list] of always) for (const verb of list) add({ verb, group, resource, namespace });
  for (const { object, change } of acts) {
    const resource = await cluster.resourceFor(object.apiVersion, object.kind);
    if (resource === undefined) continue;
    const awaited = change === 'hook' && awaitedHooks.has(object.kind) ? ['list', 'watch'] : [];
    for (const verb of [...verbs[method][change], ...awaited]) {
      add({
        verb,
        group: resource.group,
        resource: resource.plural,
        ...(resource.namespaced ? { namespace: object.metadata.namespace ?? namespace } : {}),
      });
    }
  }
  return [...needed.values()];
}

/** Asks the server, and gives back what the caller may not do. */
export async function missingAccesses(cluster: Pick<Cluster, 'allowed'>, needed: readonly Access[]): Promise<Access[]> {
  const answers = await cluster.allowed(needed);
  return needed.filter((_, i) => answers[i] !== true);
}

/** For people: `patch deployments.apps in milvus`. */
export const inWords = ({ verb, group, resource, namespace }: Access): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
