import type { KubeObject, ListOptions, WatchEvent } from '../../src/cluster/port.js';
import { courseOf, isKill } from './faults.js';
import type { Course } from './faults.js';
import { inOrder, staleVersion } from './process-cluster.js';
import { problemOf } from './process.js';
import type { ActionProcess } from './process.js';
import { selects } from './selectors.js';
import type { Change } from './store.js';

const ended = { done: true, value: undefined } as const;

/**
 * A watch as the port promises it: one `synced`, then changes, and another `synced` after the stream broke. Opening it is
 * a call, and so is each event that reaches the reader.
 */
export function openWatch<T extends KubeObject>(
  process: ActionProcess,
  kind: string,
  options: ListOptions,
  signal: AbortSignal,
): AsyncIterable<WatchEvent<T>> {
  return { [Symbol.asyncIterator]: () => new Watch<T>(process, kind, options, signal) };
}

class Watch<T extends KubeObject> implements AsyncIterator<WatchEvent<T>> {
  readonly #process: ActionProcess;
  readonly #kind: string;
  readonly #options: ListOptions;
  readonly #signal: AbortSignal;
  readonly #selects: (object: KubeObject) => boolean;
  #queue: WatchEvent<T>[] = [];
  #reader:
    | { readonly resolve: (result: IteratorResult<WatchEvent<T>>) => void; readonly reject: (error: unknown) => void }
    | undefined;
  #stop: () => void = () => undefined;
  #opened = false;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  /** Silent for good: it hears only by its new lists. */
  #deaf = false;
  /** Nothing is delivered until then. */
  #blocked = false;

  constructor(process: ActionProcess, kind: string, options: ListOptions, signal: AbortSignal) {
    this.#process = process;
    this.#kind = kind;
    this.#options = options;
    this.#signal = signal;
    this.#selects = selects(options);
  }

  next(): Promise<IteratorResult<WatchEvent<T>>> {
    return new Promise((resolve, reject) => {
      if (!this.#process.alive) return;
      this.#reader = { resolve, reject };
      if (!this.#opened) this.#open();
      else this.#deliver();
    });
  }

  return(): Promise<IteratorResult<WatchEvent<T>>> {
    this.#end();
    return Promise.resolve(ended);
  }

  #open(): void {
    this.#opened = true;
    this.#signal.addEventListener('abort', () => {
      this.#end();
      this.#deliver();
    });
    if (this.#signal.aborted) this.#end();
    const { store } = this.#process.world;
    const from = (version: number) => (): void => {
      this.#queue = [{ type: 'synced', items: inOrder(store.listAsOf(version, this.#kind, this.#options)) as T[] }];
      for (const change of store.changesAfter(version, this.#kind)) this.#hear(change);
      this.#stop = store.watch(this.#kind, (change) => {
        this.#hear(change);
        this.#deliver();
      });
      if (this.#over) this.#stop();
    };
    const spec = {
      class: 'watch' as const,
      name: `watch ${this.#kind}`,
      perform: () => {
        from(store.version)();
      },
      stale: () => {
        from(staleVersion(this.#process, this.#kind))();
      },
    };
    this.#process.call(spec).then(
      () => {
        this.#deliver();
      },
      (error: unknown) => {
        this.#failure = { error };
        this.#deliver();
      },
    );
  }

  #hear({ before, after, version }: Change): void {
    if (this.#deaf || this.#over) return;
    if (after !== undefined && this.#selects(after)) this.#queue.push({ type: 'changed', object: after as T });
    else if (before !== undefined && this.#selects(before)) {
      const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
      this.#queue.push({ type: 'deleted', object: object as unknown as T });
    }
  }

  #deliver(): void {
    const reader = this.#reader;
    if (reader === undefined || !this.#process.alive) return;
    if (this.#over)
      this.#settle(() => {
        reader.resolve(ended);
      });
    else if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#settle(() => {
        reader.reject(error);
      });
    } else if (!this.#blocked) {
      const event = this.#queue.shift();
      if (event !== undefined) this.#hand(event, reader.resolve);
    }
  }

  #hand(event: WatchEvent<T>, resolve: (result: IteratorResult<WatchEvent<T>>) => void): void {
    const subject = event.type === 'synced' ? `${event.items.length} items` : event.object.metadata.name;
    const { call, fault } = this.#process.count('event', `event ${event.type} ${this.#kind} ${subject}`);
    if (fault !== undefined && isKill(fault.kind)) {
      this.#process.kill(fault.children);
      return;
    }
    const course = fault === undefined ? undefined : courseOf(fault, 'event');
    if (fault === undefined || course === undefined) {
      this.#settle(() => {
        resolve({ done: false, value: event });
      });
      return;
    }
    if (fault.kind === 'slow-beyond-lease') {
      this.#queue.unshift(event);
      this.#block(course.endMs, () => undefined);
    } else this.#break(course, call.name, fault.kind === 'silent-watch' && fault.extent !== 'once');
  }

  /** Everything to come is lost; a new list takes its place, or the watch gives up. */
  #break(course: Course, name: string, forGood: boolean): void {
    this.#deaf = true;
    this.#queue = [];
    this.#block(course.endMs, () => {
      if (course.heard !== 'answer' && course.heard !== 'nothing') {
        this.#failure = { error: problemOf(course.heard, name) };
        return;
      }
      const { store } = this.#process.world;
      this.#deaf = false;
      this.#queue = [{ type: 'synced', items: inOrder(store.list(this.#kind, this.#options)) as T[] }];
      if (forGood) this.#listOnly(course.endMs);
    });
  }

  /** Every stream dies without a word: only the safety list, each time after the silence, shows anything. */
  #listOnly(everyMs: number): void {
    const { scheduler, store } = this.#process.world;
    this.#deaf = true;
    scheduler.in(
      everyMs,
      `silent watch of ${this.#kind}`,
      () => {
        if (this.#over) return;
        this.#queue = [{ type: 'synced', items: inOrder(store.list(this.#kind, this.#options)) as T[] }];
        this.#listOnly(everyMs);
        this.#deliver();
      },
      this.#process,
    );
  }

  #block(ms: number, then: () => void): void {
    this.#blocked = true;
    this.#process.world.scheduler.in(
      ms,
      `watch of ${this.#kind}`,
      () => {
        this.#blocked = false;
        then();
        this.#deliver();
      },
      this.#process,
    );
  }

  #settle(settle: () => void): void {
    this.#reader = undefined;
    this.#process.world.scheduler.touch();
    settle();
  }

  #end(): void {
    this.#over = true;
    this.#stop();
    this.#queue = [];
  }
}
