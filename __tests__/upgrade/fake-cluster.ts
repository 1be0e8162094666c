import type {
  Cluster,
  KubeList,
  KubeObject,
  ListOptions,
  LogOptions,
  Resource,
  WatchEvent,
} from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';

type Listener = (
  event: WatchEvent | { readonly type: 'refused'; readonly error: Error } | { readonly type: 'end' },
) => void;

const unused = (): never => {
  throw new Error('not used here');
};

const fields: Readonly<Partial<Record<string, (object: KubeObject) => unknown>>> = {
  reason: (object) => object.reason,
  'involvedObject.name': (object) => (object.involvedObject as { name?: string } | undefined)?.name,
};

/** Objects in memory, with list and watch as the Cluster port promises them. Other methods are not used here. */
export class FakeCluster implements Cluster {
  readonly host = 'cluster.test';
  readonly requests: string[] = [];
  readonly logs = new Map<string, string>();
  /** Plurals whose lists are refused, or never answered. */
  readonly refused = new Set<string>();
  readonly silent = new Set<string>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Map<string, Set<Listener>>();

  get watchers(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  put(...objects: readonly KubeObject[]): void {
    for (const object of objects) {
      this.#objects.set(keyOf(object), object);
      this.#tell(object.kind, { type: 'changed', object });
    }
  }

  remove(...objects: readonly KubeObject[]): void {
    for (const object of objects) {
      if (this.#objects.get(keyOf(object))?.metadata.uid === object.metadata.uid) this.#objects.delete(keyOf(object));
      this.#tell(object.kind, { type: 'deleted', object });
    }
  }

  /** Changes without telling a watch, as if its connection were dead. */
  putSilently(object: KubeObject): void {
    this.#objects.set(keyOf(object), object);
  }

  removeSilently(object: KubeObject): void {
    this.#objects.delete(keyOf(object));
  }

  /** The watch's connection broke and the adapter listed again. */
  resync(kind: string): void {
    this.#tell(kind, { type: 'synced', items: this.#of(kind) });
  }

  refuseWatch(kind: string, error: Error): void {
    this.#tell(kind, { type: 'refused', error });
  }

  endWatch(kind: string): void {
    this.#tell(kind, { type: 'end' });
  }

  list<T extends KubeObject>(resource: Resource, options: ListOptions = {}): Promise<KubeList<T>> {
    const { fieldSelector } = options;
    this.requests.push(`list ${resource.plural}${fieldSelector === undefined ? '' : ` ${fieldSelector}`}`);
    if (this.silent.has(resource.plural)) return new Promise(() => undefined);
    if (this.refused.has(resource.plural)) return Promise.reject(new Error('forbidden'));
    const all = this.#of(resource.kind);
    const [field = '', value] = (fieldSelector ?? '').split('=');
    const read = fields[field];
    const items = read === undefined ? all : all.filter((object) => read(object) === value);
    return Promise.resolve({ items: items as T[], resourceVersion: '1' });
  }

  async *watch<T extends KubeObject>(
    resource: Resource,
    _options: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    this.requests.push(`watch ${resource.plural}`);
    const queue: Parameters<Listener>[0][] = [{ type: 'synced', items: this.#of(resource.kind) }];
    let ring: () => void = () => undefined;
    const listener: Listener = (event) => {
      queue.push(event);
      ring();
    };
    const listeners = this.#listeners.get(resource.kind) ?? new Set<Listener>();
    this.#listeners.set(resource.kind, listeners.add(listener));
    const aborted = () => {
      ring();
    };
    signal.addEventListener('abort', aborted);
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event === undefined) await new Promise<void>((resolve) => (ring = resolve));
        else if (event.type === 'refused') throw event.error;
        else if (event.type === 'end') return;
        else if (!this.silent.has(resource.plural)) yield event as WatchEvent<T>;
      }
    } finally {
      listeners.delete(listener);
    }
  }

  podLogs(_namespace: string, pod: string, options: LogOptions = {}): Promise<string | undefined> {
    const name = `${pod}/${options.container ?? ''}${options.previous === true ? '/previous' : ''}`;
    this.requests.push(`log ${name} ${options.tailLines ?? 'all'}`);
    return Promise.resolve(this.logs.get(name));
  }

  serverVersion = unused;
  resourceFor = unused;
  get = unused;
  allowed = unused;
  trial = unused;
  rules = unused;
  close = () => Promise.resolve();

  #of(kind: string): readonly KubeObject[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  #tell(kind: string, event: Parameters<Listener>[0]): void {
    for (const listener of this.#listeners.get(kind) ?? []) listener(event);
  }
}

const keyOf = (object: KubeObject): string => `${object.kind}/${object.metadata.name}`;

/** How many watches one wait opens. */
export const watchedKinds = [resources.deployments, resources.statefulSets, resources.replicaSets, resources.pods]
  .length;
