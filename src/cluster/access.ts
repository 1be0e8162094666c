import type { Api } from './attempt.js';
import { exchangeOk } from './exchange.js';
import { isObject, listOf, objectOf, parseJson } from './json.js';
import { groupVersionPath } from './paths.js';
import type { Access, ResourceRule } from './port.js';

const atOnce = 8;
const group = 'authorization.k8s.io';

async function review(api: Api, plural: string, kind: string, spec: object): Promise<Record<string, unknown>> {
  const path = `${groupVersionPath(group, 'v1')}/${plural}`;
  const body = JSON.stringify({ apiVersion: `${group}/v1`, kind, spec });
  // A review is answered, not stored, so it may be sent again.
  const answer = await exchangeOk(
    api,
    { method: 'POST', path, body },
    { about: { verb: 'create', group, resource: plural } },
  );
  return objectOf(objectOf(parseJson(answer)).status);
}

async function isAllowed(api: Api, access: Access): Promise<boolean> {
  const status = await review(api, 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
    resourceAttributes: {
      verb: access.verb,
      group: access.group,
      resource: access.resource,
      ...(access.subresource === undefined ? {} : { subresource: access.subresource }),
      ...(access.name === undefined ? {} : { name: access.name }),
      ...(access.namespace === undefined ? {} : { namespace: access.namespace }),
    },
  });
  return status.allowed === true;
}

/**
 * Whether the caller has each access, in the same order, up to 8 questions at a time.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
 */
export async function allowed(api: Api, accesses: readonly Access[]): Promise<readonly boolean[]> {
  const results: boolean[] = accesses.map(() => false);
  const queue = [...accesses.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, access] = next;
      results[index] = await isAllowed(api, access);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, accesses.length) }, worker));
  return results;
}

const strings = (value: unknown): readonly string[] =>
  listOf(value).filter((item): item is string => typeof item === 'string');

/**
 * The caller's rules in a namespace.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/
 */
export async function rules(
  api: Api,
  namespace: string,
): Promise<{ readonly rules: readonly ResourceRule[]; readonly incomplete: boolean }> {
  const status = await review(api, 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', { namespace });
  return {
    rules: listOf(status.resourceRules)
      .filter(isObject)
      .map((rule) => ({
        verbs: strings(rule.verbs),
        apiGroups: strings(rule.apiGroups),
        resources: strings(rule.resources),
        ...(Array.isArray(rule.resourceNames) ? { resourceNames: strings(rule.resourceNames) } : {}),
      })),
    // Without a word from the server nothing may be taken as complete.
    incomplete: status.incomplete !== false,
  };
}
