import type { Api } from './attempt.js';
import { exchange } from './exchange.js';
import { aboutResource, collectionPath, objectPath, queryString } from './paths.js';
import type { KubeObject, Resource, Trial, TrialWay } from './port.js';
import { scrub } from './scrub.js';
import { statusOf } from './status.js';
import { AnswerTooLarge, type HttpRequest } from './transport.js';

/** Nothing is stored, and what the schema does not know is an error. */
const query = { dryRun: 'All', fieldValidation: 'Strict' };

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Parameters of the live strategy must not stay behind when a Deployment changes to another type of it. */
function withoutOldStrategy(object: KubeObject): KubeObject {
  const spec = fieldsOf(object.spec);
  if (object.kind !== 'Deployment' || spec.strategy === undefined) return object;
  return { ...object, spec: { ...spec, strategy: { rollingUpdate: null, ...fieldsOf(spec.strategy) } } };
}

/** Ways of asking, as Helm would write: https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run */
const requests: Readonly<
  Record<TrialWay, (resource: Resource, object: KubeObject, namespace: string | undefined) => HttpRequest>
> = {
  create: (resource, object, namespace) => ({
    method: 'POST',
    path: `${collectionPath(resource, namespace)}${queryString(query)}`,
    body: JSON.stringify(object),
  }),
  merge: (resource, object, namespace) => ({
    method: 'PATCH',
    path: `${objectPath(resource, object.metadata.name, namespace)}${queryString(query)}`,
    // Lists are replaced as a whole: a port that changes its number would else stand beside itself.
    contentType: 'application/merge-patch+json',
    body: JSON.stringify(withoutOldStrategy(object)),
  }),
  apply: (resource, object, namespace) => ({
    method: 'PATCH',
    path: `${objectPath(resource, object.metadata.name, namespace)}${queryString({ ...query, fieldManager: 'helm', force: 'true' })}`,
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(object),
  }),
};

/**
 * Answers that say nothing about the object: the caller lacks a right (asked for apart), a kind without this sort of
 * patch, a webhook that does not take dry runs, somebody else at the same moment.
 */
const saysNothing = (status: number, message: string): boolean =>
  ![400, 403, 422, 500].includes(status) ||
  /does not support dry run|User "[^"]*" cannot |attempting to grant RBAC permissions/.test(message) ||
  (status === 500 && !message.includes('failed calling webhook'));

/**
 * Whether the API server would take an object: schema, admission and quota, with nothing stored.
 *
 * @throws never for what the server says; the reason of an abort
 */
export async function trial(
  api: Api,
  resource: Resource,
  object: KubeObject,
  { namespace, way, signal }: { readonly namespace?: string; readonly way: TrialWay; readonly signal?: AbortSignal },
): Promise<Trial> {
  const about = aboutResource(way === 'create' ? 'create' : 'patch', resource, namespace, object.metadata.name);
  try {
    const call = requests[way](resource, object, namespace);
    const answer = await exchange(api, call, { about, patient: false, ...(signal === undefined ? {} : { signal }) });
    if (answer.status < 400) return { accepted: true };
    const message = scrub(statusOf(answer.body)?.message ?? '');
    return saysNothing(answer.status, message) ? {} : { accepted: false, message };
  } catch (error) {
    signal?.throwIfAborted();
    // No answer is no judgement; whoever writes next meets the same server and says so.
    if (error instanceof AnswerTooLarge || error instanceof Error) return {};
    throw error;
  }
}
