import type { Api } from './attempt.js';
import { answerProblem, ClusterProblem } from './errors.js';
import { exchange, tooLargeProblem } from './exchange.js';
import type { ExchangeOptions } from './exchange.js';
import { isObject, parseJson } from './json.js';
import { aboutResource, objectPath } from './paths.js';
import type { KubeObject, Resource } from './port.js';
import { AnswerTooLarge } from './transport.js';

/** The Problem for an answer that no API server gives. */
export const notKubernetes = (host: string): ClusterProblem =>
  new ClusterProblem(
    {
      id: 'unexpected-answer',
      what: `What answers at ${host} is not a Kubernetes API server.`,
      remedy: 'Check the server address.',
    },
    false,
  );

/** The object that a body holds; undefined for anything else. */
export function objectIn(body: string): KubeObject | undefined {
  const object = parseJson(body);
  return isObject(object) && isObject(object.metadata) ? (object as unknown as KubeObject) : undefined;
}

/**
 * One object as it is now; undefined where there is none.
 *
 * @throws ClusterProblem, or the reason of `limits.signal`
 */
export async function readObject(
  api: Api,
  resource: Resource,
  name: string,
  namespace: string | undefined,
  limits: Omit<ExchangeOptions, 'about'> = {},
): Promise<KubeObject | undefined> {
  const about = aboutResource('get', resource, namespace, name);
  const path = objectPath(resource, name, namespace);
  const answer = await exchange(api, { method: 'GET', path }, { about, ...limits }).catch((error: unknown) => {
    throw error instanceof AnswerTooLarge ? tooLargeProblem(about, api.host) : error;
  });
  if (answer.status === 404) return undefined;
  if (answer.status >= 400) throw answerProblem(answer, about, api.host);
  const object = objectIn(answer.body);
  if (object === undefined) throw notKubernetes(api.host);
  return object;
}
