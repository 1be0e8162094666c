import type { Cluster, KubeObject, TrialWay } from '../cluster/port.js';
import type { ApplyMethod } from '../helm/port.js';
import { keyOf } from './compare/objects.js';
import type { ObjectDiff } from './plan.js';

/** An object that the API server would refuse, and why. */
export interface RefusedObject {
  /** `Deployment my-milvus-proxy`. */
  readonly object: string;
  readonly message: string;
}

export interface Trials {
  readonly refused: readonly RefusedObject[];
  /** The server judged every object that the upgrade writes. */
  readonly complete: boolean;
}

/** What is about to be written. */
export interface Attempt {
  readonly namespace: string;
  /** Rendered objects. */
  readonly after: readonly KubeObject[];
  readonly diff: readonly ObjectDiff[];
  /** Live objects by `keyOf`. */
  readonly live: ReadonlyMap<string, KubeObject>;
  readonly method: ApplyMethod;
  /** `Kind name` of objects that are refused for a reason that is known already. */
  readonly known: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

const together = 8;

/**
 * Shows the API server every object that the upgrade makes or changes, without storing any: schema, admission and quota
 * judge them before the first one is written. Helm's dry run sends nothing.
 */
export async function tryObjects(
  cluster: Pick<Cluster, 'trial' | 'resourceFor'>,
  { namespace, after, diff, live, method, known, signal }: Attempt,
): Promise<Trials> {
  const written = new Set(
    diff
      .filter(({ change, hook }) => hook !== true && (change === 'added' || change === 'changed'))
      .map(({ kind, name }) => `${kind} ${name}`),
  );
  const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;
  const queue = after.filter((object) => written.has(nameOf(object)) && !known.has(nameOf(object)));
  const refused: RefusedObject[] = [];
  let complete = true;
  const one = async (object: KubeObject): Promise<void> => {
    const resource = await cluster.resourceFor(object.apiVersion, object.kind);
    if (resource === undefined) return;
    const exists: TrialWay = method === 'server' ? 'apply' : 'merge';
    const { accepted, message = '' } = await cluster.trial(resource, object, {
      ...(resource.namespaced ? { namespace: object.metadata.namespace ?? namespace } : {}),
      way: live.has(keyOf(object)) ? exists : 'create',
      signal,
    });
    if (accepted === undefined) complete = false;
    if (accepted === false) refused.push({ object: nameOf(object), message });
  };
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: together }, worker));
  return { refused: refused.sort((a, b) => (a.object < b.object ? -1 : 1)), complete };
}
