import { inWords } from '../permissions.js';
import type { Check } from './check.js';

/** `get secrets in db` and `list secrets in db` as `get/list secrets in db`: all of it is told, so it has to be short. */
function condensed(rules: readonly string[]): string {
  const verbs = new Map<string, string[]>();
  for (const rule of rules) {
    const end = rule.indexOf(' ');
    const what = rule.slice(end + 1);
    verbs.set(what, [...(verbs.get(what) ?? []), rule.slice(0, end)]);
  }
  return [...verbs].map(([what, all]) => `${all.join('/')} ${what}`).join(', ');
}

/** What the API server says to the objects themselves, which the dry run of Helm never shows it. */
export const admissionChecks: readonly Check[] = [
  {
    id: 'object-refused',
    severity: 'block',
    overridable: true,
    // Only an account that may write can ask.
    covered: false,
    why: 'Helm would be refused in the middle, with part of the objects upgraded.',
    source: 'https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run',
    find: ({ refusedObjects = [] }) =>
      refusedObjects.length === 0
        ? undefined
        : {
            seen: `The API server would not take: ${refusedObjects
              .slice(0, 5)
              .map(({ object, message }) => `${object} (${message.slice(0, 300)})`)
              .join('; ')}${refusedObjects.length > 5 ? ` and ${refusedObjects.length - 5} more` : ''}.`,
            remedy: 'Change the values that lead to it, free the quota, or ask who runs the policy of the cluster.',
          },
  },
];

/** What the caller may not do. Depends on the role that asks, so it is never part of what a person approves. */
export const accessChecks: readonly Check[] = [
  {
    id: 'missing-permission',
    severity: 'block',
    overridable: false,
    covered: false,
    why: 'Helm would be refused in the middle, with part of the objects upgraded.',
    source: 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/',
    find: ({ missing, missingRules }) => {
      const all = [...(missing ?? []).map(inWords), ...(missingRules ?? [])];
      return all.length === 0
        ? undefined
        : {
            seen: `The credentials may not: ${condensed(all)}.`,
            remedy: 'Add these rules to the Role of the account; docs/permissions.md has a Role that is enough.',
          };
    },
  },
];
