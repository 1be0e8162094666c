import type { Clock } from '../clock.js';

/** Said to a sleep that is no longer wanted; nobody hears it, so that one for all will do. */
const awake = new Error('woken up');

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
      late.abort(awake);
      this.#ring = undefined;
    }
    this.#poked = false;
  }
}

/** Gives `work` a Wake that an abort of the signal pokes too, and a signal for its watches that ends with it. */
export async function awaken<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: (wake: Wake, ended: AbortSignal) => Promise<T>,
): Promise<T> {
  const wake = new Wake(clock);
  const over = new AbortController();
  const poke = () => {
    wake.poke();
  };
  signal.addEventListener('abort', poke);
  try {
    return await work(wake, over.signal);
  } finally {
    signal.removeEventListener('abort', poke);
    over.abort(awake);
  }
}
