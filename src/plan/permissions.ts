import type { Access, Cluster, KubeObject, ResourceRule } from '../cluster/port.js';
import type { ObjectDiff } from './plan.js';
import { at, changedFields } from './compare/fields.js';

/** What every upgrade needs besides the objects of the chart: Helm's own records, and what the wait reads. */
const always: readonly (readonly [string, string, readonly string[]])[] = [
  ['', 'secrets', ['get', 'list', 'create', 'update', 'delete']],
  ['', 'pods', ['list', 'watch']],
  ['', 'events', ['list']],
  ['apps', 'deployments', ['list', 'watch']],
  ['apps', 'statefulsets', ['list', 'watch']],
  ['apps', 'replicasets', ['list', 'watch']],
];

/** Verbs that Helm uses on an object, by what happens to it. Helm reads and patches unchanged objects too. */
const verbs: Readonly<Record<ObjectDiff['change'], readonly string[]>> = {
  added: ['get', 'create'],
  removed: ['get', 'delete'],
  changed: ['get', 'patch'],
  unchanged: ['get', 'patch'],
};

/** An object of the upgrade and what happens to it. */
export interface Act {
  readonly object: KubeObject;
  readonly change: ObjectDiff['change'];
}

/**
 * The accesses that one Helm upgrade needs, each once.
 *
 * @param namespace the release's namespace
 * @param acts every object of the old and the new manifest
 * @param cluster for the resource behind a kind, by discovery
 */
export async function neededAccesses(namespace: string, acts: readonly Act[], cluster: Cluster): Promise<Access[]> {
  const needed = new Map<string, Access>();
  const add = (access: Access): void => {
    needed.set([access.verb, access.group, access.resource, access.namespace].join('|'), access);
  };
  for (const [group, resource, list] of always) for (const verb of list) add({ verb, group, resource, namespace });
  for (const { object, change } of acts) {
    const resource = await cluster.resourceFor(object.apiVersion, object.kind);
    if (resource === undefined) continue;
    for (const verb of verbs[change]) {
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
export async function missingAccesses(cluster: Cluster, needed: readonly Access[]): Promise<Access[]> {
  const answers = await cluster.allowed(needed);
  return needed.filter((_, i) => answers[i] !== true);
}

/** For people: `patch deployments.apps in milvus`. */
export const inWords = ({ verb, group, resource, namespace }: Access): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`;

const list = (tree: unknown, key: string): readonly string[] => {
  const value = at(tree, key);
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
};

const covers = (held: readonly string[], wanted: string): boolean => held.includes(wanted) || held.includes('*');

function holds(rules: readonly ResourceRule[], verb: string, group: string, resource: string): boolean {
  return rules.some(
    (rule) =>
      covers(rule.verbs, verb) &&
      covers(rule.apiGroups, group) &&
      covers(rule.resources, resource) &&
      (rule.resourceNames ?? []).length === 0,
  );
}

/**
 * Rules that the API server will demand of the caller because the chart makes or changes Roles: nobody may grant what
 * he does not hold, unless he may `escalate`.
 *
 * @param roles rendered Roles with their live counterparts; unchanged ones are not asked for
 * @param rules the caller's rules in the namespace
 * @returns missing rules in words
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function missingRoleRules(
  roles: readonly { readonly wanted: KubeObject; readonly live: KubeObject | undefined }[],
  rules: readonly ResourceRule[],
): string[] {
  if (holds(rules, 'escalate', 'rbac.authorization.k8s.io', 'roles')) return [];
  const missing = roles
    .filter(({ wanted, live }) => live === undefined || changedFields(live.rules, wanted.rules).length > 0)
    .flatMap(({ wanted }) => {
      const wantedRules: unknown = wanted.rules;
      return (Array.isArray(wantedRules) ? (wantedRules as unknown[]) : []).flatMap((rule) =>
        list(rule, 'apiGroups').flatMap((group) =>
          list(rule, 'resources').flatMap((resource) =>
            list(rule, 'verbs')
              .filter((verb) => !holds(rules, verb, group, resource))
              .map(
                (verb) =>
                  `${verb} ${resource}${group === '' ? '' : `.${group}`} (granted by Role ${wanted.metadata.name})`,
              ),
          ),
        ),
      );
    });
  return [...new Set(missing)];
}
