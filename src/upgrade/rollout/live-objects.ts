import type { Cluster, KubeObject, Resource, WatchEvent } from '../../cluster/port.js';
import { resources } from '../../cluster/resources.js';
import { failed } from '../../problem.js';
import type { Deployment, NamespaceObjects, Pod, ReplicaSet, StatefulSet } from './objects.js';

/** One kind of a namespace, kept up to date by its watch. */
class Kept<T extends KubeObject> {
  synced = false;
  readonly #byName = new Map<string, T>();

  get all(): readonly T[] {
    return [...this.#byName.values()];
  }

  apply(event: WatchEvent<T>): void {
    if (event.type === 'synced') {
      this.synced = true;
      this.#byName.clear();
      for (const item of event.items) this.#byName.set(item.metadata.name, item);
      return;
    }
    const { name, uid } = event.object.metadata;
    if (event.type === 'changed') this.#byName.set(name, event.object);
    else if (this.#byName.get(name)?.metadata.uid === uid) this.#byName.delete(name);
  }
}

/**
 * Deployments, StatefulSets, ReplicaSets and pods of one namespace as four watches keep them. A watch that the server
 * refuses for good is thrown by the next look.
 */
export class LiveObjects {
  readonly #deployments = new Kept<Deployment>();
  readonly #statefulSets = new Kept<StatefulSet>();
  readonly #replicaSets = new Kept<ReplicaSet>();
  readonly #pods = new Kept<Pod>();
  readonly #changed: () => void;
  #failure: { readonly error: unknown } | undefined;

  constructor(cluster: Cluster, namespace: string, signal: AbortSignal, changed: () => void) {
    this.#changed = changed;
    const follow = <T extends KubeObject>(resource: Resource, kept: Kept<T>) =>
      void this.#follow(cluster.watch<T>(resource, { namespace }, signal), kept, signal, resource);
    follow(resources.deployments, this.#deployments);
    follow(resources.statefulSets, this.#statefulSets);
    follow(resources.replicaSets, this.#replicaSets);
    follow(resources.pods, this.#pods);
  }

  /** Everything, or undefined until each kind has been listed once. Throws what ended a watch. */
  look(): NamespaceObjects | undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
    const kinds = [this.#deployments, this.#statefulSets, this.#replicaSets, this.#pods];
    if (!kinds.every((kind) => kind.synced)) return undefined;
    return {
      deployments: this.#deployments.all,
      statefulSets: this.#statefulSets.all,
      replicaSets: this.#replicaSets.all,
      pods: this.#pods.all,
    };
  }

  async #follow<T extends KubeObject>(
    events: AsyncIterable<WatchEvent<T>>,
    kept: Kept<T>,
    signal: AbortSignal,
    resource: Resource,
  ): Promise<void> {
    try {
      for await (const event of events) {
        if (signal.aborted) return;
        kept.apply(event);
        this.#changed();
      }
      if (signal.aborted) return;
      throw failed({
        id: 'watch-ended',
        what: `The watch of ${resource.plural} ended although nobody ended it.`,
        remedy: 'Run again with the same inputs.',
      });
    } catch (error) {
      if (signal.aborted) return;
      this.#failure ??= { error };
      this.#changed();
    }
  }
}

/** One fresh look, by four lists: does not depend on any watch. Rejects with the cluster's Problem. */
export async function freshObjects(cluster: Pick<Cluster, 'list'>, namespace: string): Promise<NamespaceObjects> {
  const [deployments, statefulSets, replicaSets, pods] = await Promise.all([
    cluster.list<Deployment>(resources.deployments, { namespace }),
    cluster.list<StatefulSet>(resources.statefulSets, { namespace }),
    cluster.list<ReplicaSet>(resources.replicaSets, { namespace }),
    cluster.list<Pod>(resources.pods, { namespace }),
  ]);
  return {
    deployments: deployments.items,
    statefulSets: statefulSets.items,
    replicaSets: replicaSets.items,
    pods: pods.items,
  };
}
