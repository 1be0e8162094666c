import type { Api } from './attempt.js';
import { answerProblem } from './errors.js';
import { exchange } from './exchange.js';
import { isObject, listOf, objectOf, parseJson, textOf } from './json.js';
import { groupVersionPath } from './paths.js';
import type { Resource } from './port.js';

export type ResourceFor = (apiVersion: string, kind: string) => Promise<Resource | undefined>;

/** Reads one group and version; undefined when the server does not serve it. */
async function readGroupVersion(api: Api, group: string, version: string): Promise<readonly Resource[] | undefined> {
  const path = groupVersionPath(group, version);
  const about = { verb: 'get', group, resource: `discovery ${path}` };
  const answer = await exchange(api, { method: 'GET', path }, { about });
  if (answer.status === 404) return undefined;
  if (answer.status >= 400) throw answerProblem(answer, about, api.host);
  return listOf(objectOf(parseJson(answer.body)).resources).flatMap((entry) => {
    if (!isObject(entry)) return [];
    const plural = textOf(entry.name);
    const kind = textOf(entry.kind);
    // Subresources are listed beside their resource, with a slash in the name.
    if (plural === undefined || kind === undefined || plural.includes('/')) return [];
    return [{ group, version, plural, kind, namespaced: entry.namespaced === true }];
  });
}

/**
 * Resources by discovery, each group and version read once. What is not served is asked for again, because a
 * CustomResourceDefinition may come with the upgrade.
 */
export function discovery(api: Api): ResourceFor {
  const cache = new Map<string, Promise<readonly Resource[] | undefined>>();
  return async (apiVersion, kind) => {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    if (version === '') return undefined;
    const reading = cache.get(apiVersion) ?? readGroupVersion(api, group, version);
    cache.set(apiVersion, reading);
    const found = await reading.catch((error: unknown) => {
      cache.delete(apiVersion);
      throw error;
    });
    if (found === undefined) cache.delete(apiVersion);
    return found?.find((resource) => resource.kind === kind);
  };
}
