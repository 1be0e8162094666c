import type { Cluster, KubeList, KubeObject, ListOptions, Resource, Writes, Written } from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';
import { marked } from '../../src/cluster/write-rules.js';
import { throughTheWire } from './json.js';
import { openWatch } from './process-watch.js';
import type { ActionProcess } from './process.js';
import type { Stored } from './store.js';

/** How old a stale list is, at most; it lacks at least the last change of its kind. Milliseconds. */
export const staleMs = 5_000;

/** The version of the state that a stale answer shows. */
export function staleVersion({ world }: ActionProcess, kind: string): number {
  const { store, scheduler } = world;
  let version = store.version;
  let missed = 0;
  for (let at = store.history.length - 1; at >= 0; at--) {
    const change = store.history[at];
    if (change === undefined || (missed > 0 && change.at < scheduler.now() - staleMs)) break;
    if (change.kind === kind) missed += 1;
    version = change.version - 1;
  }
  return version;
}

const known: readonly Resource[] = Object.values(resources);

const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);

/** The server lists in the order of its keys. */
export const inOrder = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  objects.length < 2 ? objects : [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

/** The Cluster port of one process. */
export function processCluster(process: ActionProcess): Cluster {
  const { store } = process.world;
  return {
    host: 'cluster.test',
    serverVersion: () => Promise.resolve({ major: 1, minor: 34, gitVersion: 'v1.34.1' }),
    resourceFor: (apiVersion, kind) =>
      Promise.resolve(known.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion)),
    get: <T extends KubeObject>({ kind }: Resource, name: string, namespace = '') =>
      process.call<T | undefined>({
        class: 'read',
        name: `get ${kind} ${name}`,
        perform: () => store.get(kind, namespace, name) as T | undefined,
        stale: () =>
          store
            .listAsOf(staleVersion(process, kind), kind, { namespace })
            .find(({ metadata }) => metadata.name === name) as T | undefined,
      }),
    list: <T extends KubeObject>({ kind }: Resource, options: ListOptions = {}) =>
      process.call({
        class: 'list',
        name: `list ${kind}`,
        perform: (): KubeList<T> => ({
          items: inOrder(store.list(kind, options)) as T[],
          resourceVersion: String(store.version),
        }),
        stale: () => {
          const version = staleVersion(process, kind);
          return { items: inOrder(store.listAsOf(version, kind, options)) as T[], resourceVersion: String(version) };
        },
      }),
    watch: <T extends KubeObject>({ kind }: Resource, options: ListOptions, signal: AbortSignal) =>
      openWatch<T>(process, kind, options, signal),
    allowed: (accesses) => Promise.resolve(accesses.map(() => true)),
    rules: () => Promise.resolve({ rules: [], incomplete: false }),
    trial: () => Promise.resolve({ accepted: true }),
    podLogs: (_namespace, pod) =>
      process.call({ class: 'read', name: `log ${pod}`, perform: (): string | undefined => undefined }),
    close: () => Promise.resolve(),
  };
}

/** A write's outcome as its caller learns it. */
function written(stored: Stored): Written {
  if (stored.ok) return { written: true, object: stored.object };
  if (stored.reason === 'denied') throw new Error(`admission refused a write of this program: ${stored.message ?? ''}`);
  return { written: false, ...(stored.found === undefined ? {} : { found: stored.found }) };
}

/** The Writes port of one process. */
export function processWrites(process: ActionProcess): Writes {
  const { world } = process;
  const { store } = world;
  // As the real port sends it: each write is another one, whatever it says.
  let sent = 0;
  const send = <T extends KubeObject>(
    verb: 'create' | 'replace',
    { kind }: Resource,
    given: T,
    options: Parameters<Writes['create']>[2],
  ): Promise<Written<T>> => {
    const object = marked(throughTheWire(given), `${process.id}/${++sent}`);
    return process.call({
      class: 'write',
      name: `${verb} ${kind} ${object.metadata.name}`,
      perform: () => written(store[verb](process.id, object)) as Written<T>,
      foreign: () => {
        world.meddle(object, verb);
      },
      ...options,
    });
  };
  return {
    create: (resource, object, options) => send('create', resource, object, options),
    replace: (resource, object, options) => {
      if (object.metadata.resourceVersion === undefined)
        throw new Error(`a replace without the resourceVersion it was decided on: ${object.metadata.name}`);
      return send('replace', resource, object, options);
    },
  };
}
