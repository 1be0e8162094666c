import type { Access, Cluster, KubeObject, ResourceRule } from '../cluster/port.js';
import { at, changedFields, objectsAt } from './compare/fields.js';

/**
 * The API server lets nobody grant what he does not hold: who makes or widens a Role needs all of its rules or the verb
 * `escalate`, who binds one needs them or the verb `bind`.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export interface Grant {
  /** What grants it, for people: `Role my-minio`. */
  readonly by: string;
  /** The verb that makes holding the rules unnecessary. */
  readonly instead: 'escalate' | 'bind';
  /** Rules as the Role has them. */
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

/**
 * What an upgrade would grant: Roles that are new or whose rules change, and RoleBindings that are new or change.
 *
 * @param after rendered objects
 * @param find the live object for a rendered one, undefined where it does not exist
 */
export function grantsOf(
  after: readonly KubeObject[],
  find: (object: KubeObject) => KubeObject | undefined,
): readonly Grant[] {
  const roles = after.filter(({ kind }) => kind === 'Role');
  const changed = (object: KubeObject, ...fields: readonly string[]): boolean => {
    const live = find(object);
    return live === undefined || fields.some((field) => changedFields(live[field], object[field]).length > 0);
  };
  const made = roles
    .filter((role) => changed(role, 'rules'))
    .map((role): Grant => ({
      by: `Role ${role.metadata.name}`,
      instead: 'escalate',
      rules: objectsAt(role, 'rules'),
    }));
  const bound = after
    .filter((object) => object.kind === 'RoleBinding' && changed(object, 'roleRef', 'subjects'))
    .flatMap((binding): Grant[] => {
      const role = roles.find(
        ({ metadata }) => at(binding, 'roleRef', 'kind') === 'Role' && metadata.name === at(binding, 'roleRef', 'name'),
      );
      return role === undefined
        ? []
        : [{ by: `RoleBinding ${binding.metadata.name}`, instead: 'bind', rules: objectsAt(role, 'rules') }];
    });
  return [...made, ...bound];
}

const strings = (tree: unknown, key: string): readonly string[] => {
  const value = at(tree, key);
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
};

const includes = (held: readonly string[], wanted: string): boolean => held.includes(wanted) || held.includes('*');

/** `*` is every resource, and `*` before a slash this subresource of every resource. */
const includesResource = (held: readonly string[], wanted: string): boolean =>
  includes(held, wanted) || held.includes(`*/${wanted.split('/')[1] ?? ''}`);

/** A rule for named objects only covers a grant for some of these names. */
const includesNames = (held: readonly string[], wanted: readonly string[]): boolean =>
  held.length === 0 || (wanted.length > 0 && wanted.every((name) => held.includes(name)));

const inWords = (verb: string, group: string, resource: string, names: readonly string[]): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${names.length === 0 ? '' : ` named ${names.join(', ')}`}`;

/**
 * Rules of a grant that the caller does not hold.
 *
 * @param held the caller's rules in the namespace
 * @returns in words, each once, for example `create pods (granted by Role my-pulsar)`
 */
export function unheldRules({ by, rules }: Grant, held: readonly ResourceRule[]): string[] {
  const missing = rules.flatMap((rule) => {
    const names = strings(rule, 'resourceNames');
    return strings(rule, 'apiGroups').flatMap((group) =>
      strings(rule, 'resources').flatMap((resource) =>
        strings(rule, 'verbs')
          .filter(
            (verb) =>
              !held.some(
                (one) =>
                  includes(one.verbs, verb) &&
                  includes(one.apiGroups, group) &&
                  includesResource(one.resources, resource) &&
                  includesNames(one.resourceNames ?? [], names),
              ),
          )
          .map((verb) => `${inWords(verb, group, resource, names)} (granted by ${by})`),
      ),
    );
  });
  return [...new Set(missing)];
}

/**
 * Everything that the API server would refuse to let the caller grant. The verbs `escalate` and `bind` are asked for by
 * review and not looked up among the rules, because an authorizer besides RBAC may give them.
 *
 * @param grants of {@link grantsOf}
 */
export async function missingGrants(
  cluster: Pick<Cluster, 'allowed' | 'rules'>,
  namespace: string,
  grants: readonly Grant[],
): Promise<string[]> {
  if (grants.length === 0) return [];
  const access = (verb: Grant['instead']): Access => ({
    verb,
    group: 'rbac.authorization.k8s.io',
    resource: 'roles',
    namespace,
  });
  const [[escalate, bind], { rules }] = await Promise.all([
    cluster.allowed([access('escalate'), access('bind')]),
    cluster.rules(namespace),
  ]);
  const may = { escalate: escalate === true, bind: bind === true };
  return grants.filter(({ instead }) => !may[instead]).flatMap((grant) => unheldRules(grant, rules));
}
