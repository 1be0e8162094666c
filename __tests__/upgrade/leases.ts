import type {
  Cluster,
  KubeObject,
  Resource,
  WatchEvent,
  WriteOptions,
  Writes,
  Written,
} from '../../src/cluster/port.js';
import type { Lease } from '../../src/upgrade/lock/lease.js';
import type { FakeClock } from './fake-clock.js';

/** What becomes of the next write in place of what would. */
type Answer = 'never' | 'refused';

/** The one Lease of a release in memory, with resource versions and a watch. */
export class Leases implements Pick<Cluster, 'get' | 'watch'>, Writes {
  lease: Lease | undefined;
  readonly writes: {
    readonly verb: 'create' | 'replace';
    readonly at: number;
    readonly lease: Lease;
    readonly options: WriteOptions | undefined;
  }[] = [];
  readonly watched: object[] = [];
  readonly answers: Answer[] = [];
  /** Happens before a write is judged. */
  before: () => void = () => undefined;
  #version = 0;
  #tell: (event: WatchEvent | 'end') => void = () => undefined;
  readonly #signals: AbortSignal[] = [];

  constructor(readonly clock: FakeClock) {}

  /** How many watches are still wanted. */
  get watchers(): number {
    return this.#signals.filter(({ aborted }) => !aborted).length;
  }

  /** Somebody writes it. */
  put(lease: Lease): Lease {
    this.#version += 1;
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.#version) } };
    this.#tell({ type: 'changed', object: this.lease });
    return this.lease;
  }

  /** Somebody changes its spec, or touches it. */
  change(spec: Lease['spec'] = {}): Lease {
    if (this.lease === undefined) throw new Error('there is no Lease');
    return this.put({ ...this.lease, spec: { ...this.lease.spec, ...spec } });
  }

  delete(): void {
    const object = this.lease;
    this.lease = undefined;
    if (object !== undefined) this.#tell({ type: 'deleted', object });
  }

  endWatch(): void {
    this.#tell('end');
  }

  get = <T extends KubeObject>(): Promise<T | undefined> => Promise.resolve(this.lease as T | undefined);

  create = <T extends KubeObject>(_: Resource, object: T, options?: WriteOptions): Promise<Written<T>> =>
    this.#write('create', object, options);

  replace = <T extends KubeObject>(_: Resource, object: T, options?: WriteOptions): Promise<Written<T>> =>
    this.#write('replace', object, options);

  #write<T extends KubeObject>(
    verb: 'create' | 'replace',
    object: T,
    options: WriteOptions | undefined,
  ): Promise<Written<T>> {
    this.writes.push({ verb, at: this.clock.now(), lease: object, options });
    const answer = this.answers.shift();
    if (answer === 'refused') return Promise.reject(new Error('the server is busy'));
    if (answer === 'never')
      return new Promise((_, reject) => {
        const { signal } = options ?? {};
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    this.before();
    const found = this.lease as T | undefined;
    const isAsDecided =
      verb === 'create'
        ? found === undefined
        : found?.metadata.resourceVersion === object.metadata.resourceVersion && found !== undefined;
    if (!isAsDecided) return Promise.resolve({ written: false, ...(found === undefined ? {} : { found }) });
    return Promise.resolve({ written: true, object: this.put(object) as KubeObject as T });
  }

  async *watch<T extends KubeObject>(
    resource: Resource,
    options: object,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    this.watched.push({ kind: resource.kind, ...options });
    const queue: (WatchEvent | 'end')[] = [{ type: 'synced', items: this.lease === undefined ? [] : [this.lease] }];
    let ring: () => void = () => undefined;
    this.#tell = (event) => {
      queue.push(event);
      ring();
    };
    signal.addEventListener('abort', () => {
      ring();
    });
    this.#signals.push(signal);
    while (!signal.aborted) {
      const event = queue.shift();
      if (event === undefined) await new Promise<void>((resolve) => (ring = resolve));
      else if (event === 'end') return;
      else yield event as WatchEvent<T>;
    }
  }
}
