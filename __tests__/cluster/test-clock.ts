import type { Clock } from '../../src/clock.js';

interface Sleeper {
  readonly ms: number;
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that stands still. Sleeps shorter than `passBelowMs` pass at once (and move it); the others wait for `advance`. */
export class TestClock implements Clock {
  private time = Date.parse('2026-11-22T12:00:00Z');
  private sleepers: Sleeper[] = [];
  private readonly watchers: (() => void)[] = [];
  /** Lengths of the sleeps that passed at once. */
  readonly passed: number[] = [];

  constructor(private readonly passBelowMs: number) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(new Error('aborted'));
    if (ms < this.passBelowMs) {
      this.passed.push(ms);
      this.time += ms;
      // By way of the event loop, so that sockets get their turn.
      return new Promise((resolve) => setImmediate(resolve));
    }
    return new Promise((resolve, reject) => {
      const sleeper = { ms, due: this.time + ms, wake: resolve };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(new Error('aborted'));
      });
      this.watchers.splice(0).forEach((seen) => {
        seen();
      });
    });
  }

  /** Resolves when somebody sleeps for `ms`. */
  async sleeping(ms: number): Promise<void> {
    while (!this.sleepers.some((sleeper) => sleeper.ms === ms)) {
      await new Promise<void>((resolve) => this.watchers.push(resolve));
    }
  }

  advance(ms: number): void {
    this.time += ms;
    const due = this.sleepers.filter((sleeper) => sleeper.due <= this.time);
    this.sleepers = this.sleepers.filter((sleeper) => sleeper.due > this.time);
    due.forEach((sleeper) => {
      sleeper.wake();
    });
  }
}
