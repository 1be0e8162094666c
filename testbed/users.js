// @ts-check
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './api.js';
import { until } from './processes.js';

/**
 * @typedef {import('./credentials.js').TokenUser} TokenUser
 * @typedef {{ kind: string, metadata: { name: string }, rules: any[] }} RoleManifest
 * @typedef {{ kind: 'Role' | 'ClusterRole', name: string }} RoleReference
 */

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const AUTHORIZED_MS = 30_000;

/**
 * Takes the next user that nobody has (tests run in several processes) and gives it its rights.
 * @param {import('./api.js').Api} api
 * @param {import('./components.js').Layout} at
 * @param {{ namespace: string, roles: readonly RoleManifest[], bind: readonly RoleReference[] }} rights
 * @returns {Promise<TokenUser>}
 */
export async function takeUser(api, at, { namespace, roles, bind }) {
  const user = nextUser(at);
  const inNamespace = `${RBAC}/namespaces/${namespace}`;
  for (const role of roles) {
    const wide = role.kind === 'ClusterRole';
    const name = wide ? `${role.metadata.name}-${user.name}` : role.metadata.name;
    const body = { ...role, metadata: { name } };
    // Several users may be given the same Role of a namespace.
    await must(api, 'POST', wide ? `${RBAC}/clusterroles` : `${inNamespace}/roles`, body, { expected: [201, 409] });
    const path = wide ? `${RBAC}/clusterrolebindings` : `${inNamespace}/rolebindings`;
    await must(api, 'POST', path, binding(user, wide ? 'ClusterRole' : 'Role', name));
    for (const rule of role.rules) await authorized(api, user, wide ? undefined : namespace, rule);
  }
  for (const { kind, name } of bind) {
    await must(api, 'POST', `${inNamespace}/rolebindings`, binding(user, kind, name));
    const role = kind === 'ClusterRole' ? `${RBAC}/clusterroles/${name}` : `${inNamespace}/roles/${name}`;
    const { rules } = await must(api, 'GET', role);
    if (rules?.[0]) await authorized(api, user, namespace, rules[0]);
  }
  return user;
}

/** @param {import('./components.js').Layout} at @returns {TokenUser} */
function nextUser(at) {
  for (const user of /** @type {TokenUser[]} */ (JSON.parse(readFileSync(at.users, 'utf8')))) {
    try {
      mkdirSync(join(at.takenUsers, user.name));
      return user;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
  throw new Error('all users of the test bed are taken: take it down and bring it up again');
}

/** @param {TokenUser} user @param {string} kind @param {string} name */
const binding = (user, kind, name) => ({
  metadata: { name: `${user.name}-${kind.toLowerCase()}-${name}` },
  subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user.name }],
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
});

/**
 * The API server learns of a new binding a moment later: waits until it lets the user do what the rule says.
 * @param {import('./api.js').Api} api @param {TokenUser} user @param {string | undefined} namespace @param {any} rule
 */
async function authorized(api, user, namespace, rule) {
  const resource = rule.resources?.[0];
  if (!resource) return;
  const [name, subresource] = resource.split('/');
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: user.name,
      resourceAttributes: {
        namespace,
        verb: rule.verbs[0],
        group: rule.apiGroups[0],
        resource: name,
        subresource,
        name: rule.resourceNames?.[0],
      },
    },
  };
  const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  if (!(await until(async () => (await must(api, 'POST', reviews, review)).status.allowed, AUTHORIZED_MS)))
    throw new Error(`${user.name} still may not ${rule.verbs[0]} ${resource}`);
}
