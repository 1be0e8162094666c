import { inWords } from '../permissions.js';
import { names, type Check } from './check.js';

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
            seen: `The credentials may not: ${names(all, 40)}.`,
            remedy: 'Add these rules to the Role of the account; docs/permissions.md has a Role that is enough.',
          };
    },
  },
];
