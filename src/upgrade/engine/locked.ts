import { setMaxListeners } from 'node:events';
import { acquireLock } from '../lock/acquire.js';
import type { Lock } from '../lock/lock.js';
import { readJournal, JournalBook, journalProblem } from '../journal/store.js';
import type { ReadJournal } from '../journal/codec.js';
import type { Journal } from '../journal/journal.js';
import { problemId } from '../../problem.js';
import { within } from '../within.js';
import type { EnginePorts, Order } from './ports.js';

/** Everything that holds while this run has the lock. */
export interface Held {
  readonly lock: Lock;
  /** As given, but `signal` ends with the lock too. */
  readonly ports: EnginePorts;
  readonly book: JournalBook;
  /** The journal as it was found under the lock. */
  readonly journal: Journal | undefined;
  readonly read: ReadJournal;
}

/**
 * A run that is cancelled has little time (childrenMs in src/upgrade/interrupt.ts), and Helm may have taken most of it: for
 * its last words, and then for giving the lock back, in milliseconds. Any other has more.
 */
const lastWordsMs = { cancelled: 500, other: 3_000 } as const;
const releaseMs = { cancelled: 300, other: 5_000 } as const;

/** What a write ends with whose time was over. */
const unwritten: ReadonlySet<string> = new Set(['write-unknown', 'write-too-late']);

const epochOf = (read: ReadJournal): number => (read.state === 'readable' ? read.journal.epoch : 0);

/**
 * Does the work under the release's lock. Work ends only when its children have ended, so that the lock can be given back
 * then; a run that is killed leaves it to expire.
 *
 * @param before the journal as it was read without the lock
 */
export async function withLock<T>(
  order: Order,
  ports: EnginePorts,
  before: ReadJournal,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const { cluster, clock, emit, signal, random } = ports;
  const { release, namespace, run } = order;
  emit({ type: 'phase', phase: 'lock', title: 'Lock the release' });
  const lock = await acquireLock({
    ...{ cluster, clock, emit, release, namespace, signal },
    holder: `${run}/${random()}`,
    above: epochOf(before),
  });
  try {
    const read = await readJournal(cluster, namespace, release);
    const problem = journalProblem(read);
    if (problem !== undefined) throw problem;
    const either = AbortSignal.any([signal, lock.signal]);
    // One listener for each thing that is under way: there may be many, and none is leaked.
    setMaxListeners(0, either);
    return await work({
      lock,
      ports: { ...ports, signal: either },
      book: new JournalBook(cluster, lock, read),
      journal: read.state === 'readable' ? read.journal : undefined,
      read,
    });
  } catch (error) {
    throw unwritten.has(problemId(error)) ? causeOf({ lock }, error) : error;
  } finally {
    await within(clock, releaseMs[signal.aborted ? 'cancelled' : 'other'], () => lock.release());
  }
}

/** The lock that was lost, or is by now, says why the work ended, whatever else the work says. */
export function causeOf({ lock }: Pick<Held, 'lock'>, error: unknown): unknown {
  try {
    lock.assertHeld();
  } catch (lost) {
    return lost;
  }
  return error;
}

/** Writes the last words of an undertaking down; the next run looks at the cluster where that does not work. */
export const lastWords = (
  { clock, signal }: Pick<EnginePorts, 'clock' | 'signal'>,
  write: () => Promise<void>,
): Promise<void> => within(clock, lastWordsMs[signal.aborted ? 'cancelled' : 'other'], write);
