import type { Clock } from '../../src/clock.js';

/** Whoever an event belongs to; the events of the dead never happen. */
export interface Owner {
  readonly alive: boolean;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  readonly owner: Owner | undefined;
  /** What it is, for the report of a hang or of an endless run. */
  readonly name: string;
  off: boolean;
}

export interface Timer {
  cancel(): void;
}

/** `done`: what was waited for has happened. `hang`: nobody has a timer. `late`: the time was over first. */
export type DriveEnd = 'done' | 'hang' | 'late';

export interface DriveLimits {
  /** Virtual time at which to stop, milliseconds since the epoch. */
  readonly untilAt?: number;
  /** Events after which a run counts as endless and an Error is thrown. */
  readonly maxEvents?: number;
}

const everythingThatCanRun = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * Discrete virtual time. An event runs, then every microtask that follows from it (one turn of the event loop runs them
 * all, however long their chain), then time jumps to the next event.
 */
export class Scheduler {
  #now: number;
  #order = 0;
  #touched = true;
  readonly #heap: Entry[] = [];
  /** Events that have run. */
  events = 0;

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, name: string, run: () => void, owner?: Owner): Timer {
    const entry: Entry = { at: Math.max(time, this.#now), order: this.#order++, run, owner, name, off: false };
    this.#push(entry);
    return {
      cancel: () => {
        entry.off = true;
      },
    };
  }

  in(ms: number, name: string, run: () => void, owner?: Owner): Timer {
    return this.at(this.#now + ms, name, run, owner);
  }

  /** To be called whenever a promise is settled: somebody may have something to do now. */
  touch(): void {
    this.#touched = true;
  }

  /** Names of the events to come, soonest first. */
  coming(most = 5): readonly string[] {
    return this.#heap
      .filter((entry) => this.#counts(entry))
      .sort(sooner)
      .slice(0, most)
      .map(({ name, at }) => `${name} in ${at - this.#now} ms`);
  }

  /** Goes on until `done()`, the time limit, or until nobody has anything to do. */
  async drive(done: () => boolean, { untilAt = Infinity, maxEvents = 1_000_000 }: DriveLimits = {}): Promise<DriveEnd> {
    const last = this.events + maxEvents;
    let ran: Entry | undefined;
    for (;;) {
      if (this.#touched || ran === undefined) {
        const next = this.#top();
        // The cluster's own events of one moment are one change for whoever watches.
        const same = ran !== undefined && next?.at === this.#now && ran.owner === undefined && next.owner === undefined;
        if (!same) {
          this.#touched = false;
          await everythingThatCanRun();
        }
      }
      if (done()) return 'done';
      const next = this.#top();
      if (next === undefined) return 'hang';
      if (next.at > untilAt) {
        this.#now = Math.max(this.#now, untilAt);
        return 'late';
      }
      this.#remove();
      this.#now = next.at;
      if (++this.events > last)
        throw new Error(`no end after ${maxEvents} events; to come: ${this.coming().join(', ')}`);
      next.run();
      ran = next;
    }
  }

  #counts(entry: Entry): boolean {
    return !entry.off && entry.owner?.alive !== false;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || sooner(parent, entry) <= 0) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = entry;
  }

  /** The next event that counts. */
  #top(): Entry | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || this.#counts(top)) return top;
      this.#remove();
    }
  }

  #remove(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let least = heap[child];
      const right = heap[child + 1];
      if (least !== undefined && right !== undefined && sooner(right, least) < 0) {
        least = right;
        child += 1;
      }
      if (least === undefined || sooner(entry, least) <= 0) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = entry;
  }
}

const sooner = (a: Entry, b: Entry): number => a.at - b.at || a.order - b.order;

/** The clock of one process: it may go wrong by `skewMs`, and its timers end with the process. */
export class ProcessClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #owner: Owner;
  readonly #skewMs: number;

  constructor(scheduler: Scheduler, owner: Owner, skewMs: number) {
    this.#scheduler = scheduler;
    this.#owner = owner;
    this.#skewMs = skewMs;
  }

  now(): number {
    return this.#scheduler.now() + this.#skewMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = () => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      const wake = () => {
        signal?.removeEventListener('abort', onAbort);
        this.#scheduler.touch();
        resolve();
      };
      const timer: Timer =
        ms === Infinity ? { cancel: () => undefined } : this.#scheduler.in(Math.max(0, ms), 'sleep', wake, this.#owner);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
