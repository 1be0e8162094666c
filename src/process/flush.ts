import type { Clock } from '../clock.js';

/** The part of a writable stream that is needed. */
export interface Flushable {
  readonly writableLength: number;
  readonly destroyed: boolean;
  write(text: string, written: () => void): unknown;
}

/** A reader that takes nothing for so long is not waited for, in milliseconds. */
const patienceMs = 2_000;

/**
 * Waits until everything that was written has left this process. Writes to a full pipe are kept in memory, and
 * `process.exit` drops them. Never rejects; gives up after 2 s.
 *
 * @see https://nodejs.org/api/process.html#a-note-on-process-io
 */
export async function flushed(stream: Flushable, clock: Clock): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  const late = new AbortController();
  await Promise.race([
    new Promise<void>((resolve) => {
      stream.write('', () => {
        resolve();
      });
    }),
    clock.sleep(patienceMs, late.signal).catch(() => undefined),
  ]);
  late.abort();
}
