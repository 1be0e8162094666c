import type { Api } from './attempt.js';
import { answerProblem, ClusterProblem } from './errors.js';
import { exchange, tooLargeProblem } from './exchange.js';
import { isObject, listOf, objectOf, parseJson, textOf } from './json.js';
import { aboutResource, collectionPath, queryString, selectors } from './paths.js';
import type { KubeList, KubeObject, ListOptions, Resource } from './port.js';
import { AnswerTooLarge } from './transport.js';
import type { HttpAnswer } from './transport.js';

const pageSize = 500;
/** A page may take longer than other calls: a list of Secrets is megabytes over the runner's line. */
const pageTryMs = 60_000;
/** A continue token expires after minutes; then the list begins again, but not for ever. */
const mostRestarts = 3;

interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

/** Items of a list come without apiVersion and kind; they get the list's. */
function parsePage(body: string, resource: Resource): Page | undefined {
  const list = parseJson(body);
  if (!isObject(list) || !Array.isArray(list.items)) return undefined;
  const metadata = objectOf(list.metadata);
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return {
    items: listOf(list.items)
      .filter((item) => isObject(item) && isObject(item.metadata))
      .map((item) => ({ apiVersion, kind: resource.kind, ...(item as object) }) as unknown as KubeObject),
    resourceVersion: textOf(metadata.resourceVersion) ?? '',
    next: textOf(metadata.continue),
  };
}

const notAList = (host: string, resource: Resource): ClusterProblem =>
  new ClusterProblem(
    {
      id: 'unexpected-answer',
      what: `${host} answered a list of ${resource.plural} with something that is not one.`,
      remedy: 'Check the server address: something other than a Kubernetes API server answers there.',
    },
    false,
  );

/**
 * Everything there is, read page by page. Always the newest state (no resourceVersion is given), never a cached one.
 *
 * @throws ClusterProblem, or the reason of `signal`
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export async function listAll<T extends KubeObject>(
  api: Api,
  resource: Resource,
  options: ListOptions,
  signal?: AbortSignal,
): Promise<KubeList<T>> {
  const about = aboutResource('list', resource, options.namespace);
  const calling = { about, tryMs: pageTryMs, ...(signal === undefined ? {} : { signal }) };
  let limit = pageSize;
  let restarts = 0;
  let items: KubeObject[] = [];
  let next: string | undefined;
  for (;;) {
    const path = `${collectionPath(resource, options.namespace)}${queryString({ ...selectors(options), limit, continue: next })}`;
    let answer: HttpAnswer;
    try {
      answer = await exchange(api, { method: 'GET', path }, calling);
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error;
      if (limit === 1) throw tooLargeProblem(about, api.host);
      limit = Math.max(1, Math.floor(limit / 10));
      continue;
    }
    if (answer.status === 410 && next !== undefined && restarts < mostRestarts) {
      restarts += 1;
      items = [];
      next = undefined;
      continue;
    }
    if (answer.status >= 400) throw answerProblem(answer, about, api.host);
    const page = parsePage(answer.body, resource);
    if (page === undefined) throw notAList(api.host, resource);
    items = items.concat(page.items);
    next = page.next;
    if (next === undefined) return { items: items as unknown as T[], resourceVersion: page.resourceVersion };
  }
}
