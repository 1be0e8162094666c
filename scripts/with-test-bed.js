// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { down, up } from '../testbed/control-plane.js';

/**
 * @typedef {import('../testbed/control-plane.js').ClusterRecord} ClusterRecord
 * @typedef {{ stateDirectory: string, log: (line: string) => void }} Options
 */

const SIGNALS = /** @type {const} */ ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 });
/** After a signal, the work has this long to end what it started. */
const ENDING_MS = 10_000;

/** The work was ended from outside. */
export class Interrupted extends Error {
  /** @param {keyof typeof SIGNALS} signal */
  constructor(signal) {
    super(`ended by ${signal}`);
    this.exitCode = SIGNALS[signal];
  }
}

/**
 * Brings the test bed up, does the work, and takes the test bed down however that ended: also after SIGINT and the like.
 * Whoever calls this ends its process afterwards: a build of the test bed's programs that was interrupted goes on else.
 * @template T
 * @param {Options} options
 * @param {(record: ClusterRecord, signal: AbortSignal) => Promise<T>} work ends its own children when the signal is aborted
 * @returns {Promise<T>}
 * @throws {Interrupted}
 */
export async function withTestBed({ stateDirectory, log }, work) {
  const stop = new globalThis.AbortController();
  /** @type {Promise<unknown>} */
  let working = Promise.resolve();
  /** @type {Promise<never>} */
  const stopped = new Promise((_, reject) => {
    stop.signal.addEventListener('abort', () => {
      const ended = working.catch(() => undefined);
      void Promise.race([ended, sleep(ENDING_MS)]).then(() => reject(stop.signal.reason));
    });
  });
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    if (stop.signal.aborted) return; // the way down is under way
    log(`${signal}: cleaning up`);
    stop.abort(new Interrupted(/** @type {keyof typeof SIGNALS} */ (signal)));
  };
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
  const all = async () => {
    const record = await up({ stateDirectory, log });
    stop.signal.throwIfAborted();
    const done = work(record, stop.signal);
    working = done;
    return done;
  };
  try {
    const result = await Promise.race([all(), stopped]);
    stop.signal.throwIfAborted();
    return result;
  } finally {
    await down({ stateDirectory });
    log('The test bed is down; nothing of it is running.');
    for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
  }
}
