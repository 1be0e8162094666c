import type { Clock } from '../clock.js';

/** Sleeps until a time or until poked, whichever comes first; a poke while nobody sleeps ends the next sleep at once. */
export class Wake {
  readonly #clock: Clock;
  #poked = false;
  #ring: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  poke(): void {
    this.#poked = true;
    this.#ring?.();
  }

  /** `time` in milliseconds since the epoch. */
  async at(time: number): Promise<void> {
    if (!this.#poked) {
      const rung = new Promise<void>((resolve) => {
        this.#ring = resolve;
      });
      const late = new AbortController();
      await Promise.race([rung, this.#clock.sleep(Math.max(0, time - this.#clock.now()), late.signal)]);
      late.abort();
      this.#ring = undefined;
    }
    this.#poked = false;
  }
}
