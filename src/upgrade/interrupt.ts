import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.js';

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: Interrupt, listener: () => void): unknown;
  off(signal: Interrupt, listener: () => void): unknown;
}

export type Interrupt = 'SIGINT' | 'SIGTERM';

/**
 * How long after the signal the end of the run waits for children, in milliseconds. GitHub's runner sends SIGINT, SIGTERM
 * 7.5 s later, and kills 2.5 s after that; a second is left for the report.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 */
export const childrenMs = 3_800;
/** After this the process ends whatever it still waits for, in milliseconds after the signal. */
export const overdueMs = 4_800;

export interface InterruptionOptions {
  readonly source: SignalSource;
  readonly clock: Clock;
  /** Called once, `overdueMs` after the signal, unless disposed before: the last resort, ends the process. */
  readonly overdue: () => void;
}

/** Cancellation of a run: turns SIGINT and SIGTERM into one AbortSignal and knows which children have to end first. */
export class Interruption {
  readonly #options: InterruptionOptions;
  readonly #abort = new AbortController();
  readonly #disposed = new AbortController();
  readonly #critical = new Set<Promise<void>>();
  #received: { readonly by: Interrupt; readonly at: number } | undefined;
  readonly #onInt = () => {
    this.#receive('SIGINT');
  };
  readonly #onTerm = () => {
    this.#receive('SIGTERM');
  };

  constructor(options: InterruptionOptions) {
    this.#options = options;
    // One listener for each thing that is under way: there may be many, and none is leaked.
    setMaxListeners(0, this.#abort.signal);
    options.source.on('SIGINT', this.#onInt);
    options.source.on('SIGTERM', this.#onTerm);
  }

  /** Aborted by the first of the signals. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Which signal came first, if any. */
  get by(): Interrupt | undefined {
    return this.#received?.by;
  }

  /** Marks the promise of a child's end: `drained` waits for it. Gives the same promise back. */
  critical<T>(ended: Promise<T>): Promise<T> {
    const over = ended.then(
      () => undefined,
      () => undefined,
    );
    this.#critical.add(over);
    void over.then(() => this.#critical.delete(over));
    return ended;
  }

  /**
   * Waits for every marked child, at most until `childrenMs` after the signal (after now, without one).
   * False: time ran out while a child still ran.
   */
  async drained(): Promise<boolean> {
    const { clock } = this.#options;
    const left = (this.#received?.at ?? clock.now()) + childrenMs - clock.now();
    const late = new AbortController();
    const inTime = await Promise.race([
      Promise.all(this.#critical).then(() => true),
      clock.sleep(Math.max(0, left), late.signal).then(() => false),
    ]);
    late.abort();
    return inTime;
  }

  /** Gives the signals back to Node and calls off the last resort. */
  dispose(): void {
    this.#options.source.off('SIGINT', this.#onInt);
    this.#options.source.off('SIGTERM', this.#onTerm);
    this.#disposed.abort();
  }

  #receive(by: Interrupt): void {
    // Later signals say nothing new; they must only not end the process before the report is written.
    if (this.#received !== undefined) return;
    this.#received = { by, at: this.#options.clock.now() };
    this.#abort.abort();
    void this.#lastResort();
  }

  async #lastResort(): Promise<void> {
    try {
      await this.#options.clock.sleep(overdueMs, this.#disposed.signal);
    } catch {
      return;
    }
    this.#options.overdue();
  }
}
