import { allowed, rules } from './access.js';
import type { Api } from './attempt.js';
import { discovery } from './discovery.js';
import { answerProblem } from './errors.js';
import { exchange, exchangeOk } from './exchange.js';
import { objectOf, parseJson } from './json.js';
import { listAll } from './list.js';
import { objectPath, queryString } from './paths.js';
import type { Cluster, KubeObject, LogOptions, Resource, ServerVersion, Writes } from './port.js';
import { notKubernetes, readObject } from './read.js';
import { resources } from './resources.js';
import { trial } from './trial.js';
import { watchResource } from './watch.js';
import { create, replace } from './write.js';

const mostLogBytes = 2 * 1024 * 1024;

async function serverVersion(api: Api): Promise<ServerVersion> {
  const about = { verb: 'get', group: '', resource: '/version' };
  const version = objectOf(parseJson(await exchangeOk(api, { method: 'GET', path: '/version' }, { about })));
  // Some distributions write the minor version as `36+`.
  const major = parseInt(String(version.major), 10);
  const minor = parseInt(String(version.minor), 10);
  if (Number.isNaN(major + minor)) throw notKubernetes(api.host);
  return { major, minor, gitVersion: typeof version.gitVersion === 'string' ? version.gitVersion : '' };
}

async function podLogs(
  api: Api,
  namespace: string,
  pod: string,
  { container, tailLines, previous }: LogOptions,
): Promise<string | undefined> {
  const query = queryString({
    container,
    tailLines,
    previous: previous === true ? 'true' : undefined,
    limitBytes: mostLogBytes,
  });
  const path = `${objectPath(resources.pods, pod, namespace)}/log${query}`;
  const about = { verb: 'get', group: '', resource: 'pods/log', namespace, name: pod };
  // One try: the node may be gone, and other pods are waiting to be looked at.
  const answer = await exchange(api, { method: 'GET', path }, { about, patient: false });
  if (answer.status < 400) return answer.body;
  if (answer.status === 401) throw answerProblem(answer, about, api.host);
  return undefined;
}

/**
 * The ports Cluster and Writes over a transport to kubectl proxy.
 *
 * @param close ends what is behind the transport
 */
export function createCluster(api: Api, close: () => Promise<void>): Cluster & Writes {
  return {
    host: api.host,
    serverVersion: () => serverVersion(api),
    resourceFor: discovery(api),
    // The caller names the type; what the server says about it is narrowed by the reader.
    get: async <T extends KubeObject>(resource: Resource, name: string, namespace?: string) =>
      (await readObject(api, resource, name, namespace)) as T | undefined,
    list: (resource, options = {}) => listAll(api, resource, options),
    watch: (resource, options, signal) => watchResource(api, resource, options, signal),
    allowed: (accesses) => allowed(api, accesses),
    rules: (namespace) => rules(api, namespace),
    trial: (resource, object, options) => trial(api, resource, object, options),
    create: (resource, object, options = {}) => create(api, resource, object, options),
    replace: (resource, object, options = {}) => replace(api, resource, object, options),
    podLogs: (namespace, pod, options = {}) => podLogs(api, namespace, pod, options),
    close: async () => {
      api.transport.close();
      await close();
    },
  };
}
