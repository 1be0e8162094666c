import type { Clock } from '../clock.js';

/** The answer if it comes within `ms`; undefined when it does not, or when asking fails. Never rejects. */
export async function within<T>(clock: Clock, ms: number, ask: () => Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  try {
    return await Promise.race([ask(), clock.sleep(ms, late.signal).then(() => undefined)]);
  } catch {
    return undefined;
  } finally {
    late.abort();
  }
}
