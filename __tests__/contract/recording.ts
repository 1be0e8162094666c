import type { KubeObject, Resource } from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';
import type { NamespaceObjects } from '../../src/upgrade/rollout/objects.js';
import type { Stage } from './stage.js';

/** A wait that takes longer has failed, in milliseconds. */
const withinMs = 30_000;

/** One change as a watch has told it. */
export interface Change {
  readonly version: number;
  readonly type: 'added' | 'changed' | 'deleted';
  readonly object: KubeObject;
}

export const workloadKinds = [
  resources.deployments,
  resources.statefulSets,
  resources.replicaSets,
  resources.pods,
] as const;

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;
const versionOf = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion);

/** What there is at one moment. */
export class State {
  readonly #objects: ReadonlyMap<string, KubeObject>;

  constructor(objects: ReadonlyMap<string, KubeObject>) {
    this.#objects = objects;
  }

  all({ kind }: Resource): readonly KubeObject[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  get({ kind }: Resource, name: string): KubeObject | undefined {
    return this.#objects.get(`${kind}/${name}`);
  }

  /** As the engine looks at it. */
  get workloads(): NamespaceObjects {
    return {
      deployments: this.all(resources.deployments),
      statefulSets: this.all(resources.statefulSets),
      replicaSets: this.all(resources.replicaSets),
      pods: this.all(resources.pods),
    };
  }
}

/**
 * Everything that happens to some kinds in the namespace of a stage, by one watch each. Their events are put into the one
 * order of resourceVersions afterwards.
 */
export class Recording {
  readonly #stage: Stage;
  readonly #kinds: readonly Resource[];
  readonly #end = new AbortController();
  readonly #now = new Map<string, KubeObject>();
  readonly #before = new Map<string, KubeObject>();
  readonly #synced = new Set<string>();
  readonly #changes: Change[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  private constructor(stage: Stage, kinds: readonly Resource[]) {
    this.#stage = stage;
    this.#kinds = kinds;
  }

  /** Records while `act` goes on. Of objects that are there before it, only changes are told. */
  static async of<T>(stage: Stage, kinds: readonly Resource[], act: (recording: Recording) => Promise<T>): Promise<T> {
    const recording = new Recording(stage, kinds);
    for (const kind of kinds) void recording.#follow(kind);
    try {
      await recording.#wait('a list of each kind', () => recording.#synced.size === kinds.length);
      return await act(recording);
    } finally {
      recording.#end.abort();
    }
  }

  get state(): State {
    return new State(new Map(this.#now));
  }

  /**
   * Waits until it is so, in a state that is not older than this call.
   *
   * @throws Error where it is not so within 30 s
   */
  async until(what: string, holds: (state: State) => boolean): Promise<void> {
    await this.#catchUp();
    await this.#wait(what, () => holds(this.state));
  }

  /** Every change so far, in its order. */
  async changes(): Promise<readonly Change[]> {
    await this.#catchUp();
    return [...this.#changes].sort((one, other) => one.version - other.version);
  }

  /** What there was after each change. */
  async states(): Promise<readonly State[]> {
    const changes = await this.changes();
    const first = new Map(this.#before);
    return changes.map(({ type, object }) => {
      if (type === 'deleted') first.delete(keyOf(object));
      else first.set(keyOf(object), object);
      return new State(new Map(first));
    });
  }

  /** Until each watch has told what a list shows. */
  async #catchUp(): Promise<void> {
    const { ports, namespace } = this.#stage;
    for (const kind of this.#kinds) {
      const { items, resourceVersion } = await ports.list(kind, { namespace });
      const keys = new Set(items.map(keyOf));
      const told = (object: KubeObject): boolean => {
        const seen = this.#now.get(keyOf(object));
        return seen === undefined ? this.#wasDeleted(object) : versionOf(seen) >= versionOf(object);
      };
      const remains = ([key, object]: readonly [string, KubeObject]): boolean =>
        object.kind !== kind.kind || keys.has(key) || versionOf(object) > Number(resourceVersion);
      await this.#wait(`the watch of ${kind.plural}`, () => items.every(told) && [...this.#now].every(remains));
    }
  }

  #wasDeleted(object: KubeObject): boolean {
    return this.#changes.some(
      (change) => change.type === 'deleted' && change.object.metadata.uid === object.metadata.uid,
    );
  }

  async #follow(resource: Resource): Promise<void> {
    const { ports, namespace } = this.#stage;
    try {
      for await (const event of ports.watch(resource, { namespace }, this.#end.signal)) {
        if (event.type === 'synced') {
          this.#list(resource, event.items);
        } else this.#note(event.type, event.object);
        this.#wake();
      }
    } catch (error) {
      this.#failure ??= { error };
      this.#wake();
    }
  }

  /** A watch that is silent for long lists again; where that shows something new, an event was missed. */
  #list({ kind, plural }: Resource, items: readonly KubeObject[]): void {
    const known = [...this.#now.values()].filter((object) => object.kind === kind);
    const stamp = (objects: readonly KubeObject[]): string => objects.map(versionOf).sort().join();
    if (this.#synced.has(kind) && stamp(known) !== stamp(items))
      throw new Error(`the watch of ${plural} missed something`);
    if (this.#synced.has(kind)) return;
    this.#synced.add(kind);
    for (const object of items) {
      this.#now.set(keyOf(object), object);
      this.#before.set(keyOf(object), object);
    }
  }

  #note(type: 'changed' | 'deleted', object: KubeObject): void {
    const key = keyOf(object);
    const known = this.#now.has(key);
    if (type === 'deleted') this.#now.delete(key);
    else this.#now.set(key, object);
    this.#changes.push({ version: versionOf(object), type: type === 'changed' && !known ? 'added' : type, object });
  }

  async #wait(what: string, holds: () => boolean): Promise<void> {
    const { clock } = this.#stage;
    const over = new AbortController();
    const lateAt = clock.now() + withinMs;
    const wake = (): void => {
      this.#wake();
    };
    void clock.sleep(withinMs, over.signal).then(wake, () => undefined);
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (holds()) return;
        if (clock.now() >= lateAt) throw new Error(`waited ${withinMs / 1000} s for ${what}: ${this.#told()}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      over.abort();
    }
  }

  #told(): string {
    const lines = [...this.#now.values()].map((object) => `${keyOf(object)} ${JSON.stringify(object.status ?? {})}`);
    return lines.join('\n').slice(0, 4000);
  }
}
