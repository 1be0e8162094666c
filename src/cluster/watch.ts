import type { Api } from './attempt.js';
import { ClusterProblem } from './errors.js';
import { listAll } from './list.js';
import { growing } from './pauses.js';
import type { Pauses } from './pauses.js';
import type { KubeList, KubeObject, ListOptions, Resource, WatchEvent } from './port.js';
import { isOlder } from './resource-version.js';
import { watchOnce } from './watch-stream.js';
import type { StreamEnd } from './watch-stream.js';

/** Milliseconds, unless its name says otherwise. */
export interface WatchLimits {
  /**
   * Without a byte for so long, list again. On a quiet cluster this is the safety relist: a watch that died without a word
   * hides a change no longer than this.
   */
  readonly silenceMs: number;
  /** After this the server ends a healthy stream by itself. */
  readonly streamSeconds: number;
  readonly pauses: Pauses;
  /** After so long without one good answer the last failure is thrown. */
  readonly giveUpMs: number;
  /** So many lists older than what was seen are passed over; a cluster restored from a backup stays older. */
  readonly staleLists: number;
}

export const watchLimits: WatchLimits = {
  silenceMs: 20_000,
  streamSeconds: 240,
  pauses: { first: 500, longest: 15_000 },
  giveUpMs: 5 * 60_000,
  staleLists: 5,
};

/** What one watch bears: growing pauses between failures, and an end to them. */
class Patience {
  private failures = 0;
  private since: number | undefined;
  private refusals = 0;

  constructor(
    private readonly api: Api,
    private readonly limits: WatchLimits,
    private readonly signal: AbortSignal,
  ) {}

  /** A stream that lived: everything starts anew. */
  reset(): void {
    this.failures = 0;
    this.refusals = 0;
    this.since = undefined;
  }

  /** A good answer: the server is there. Pauses go on growing, because the stream may break at once again. */
  answered(): void {
    this.since = undefined;
  }

  /**
   * Waits before the next try.
   *
   * @throws ClusterProblem `problem` where it will not pass, or has not for too long
   */
  async pause(problem?: ClusterProblem): Promise<void> {
    const { clock, chance } = this.api;
    if (problem?.transient === false) {
      await clock.sleep(this.doubt(problem), this.signal);
      return;
    }
    const now = clock.now();
    this.since ??= now;
    const asked = problem?.retryAfterMs ?? 0;
    if (problem !== undefined && now - this.since + asked >= this.limits.giveUpMs) throw problem;
    const delay = Math.max(growing(this.limits.pauses, this.failures, chance()), asked);
    this.failures += 1;
    await clock.sleep(delay, this.signal);
  }

  private doubt(problem: ClusterProblem): number {
    const { contact, renewable, clock } = this.api;
    const pause = contact.doubts(problem.status, renewable, clock.now())[this.refusals];
    this.refusals += 1;
    if (pause === undefined) throw problem;
    return pause;
  }
}

/**
 * List, then watch, then on from where it ended, and a new list whenever the stream breaks. Failures that may pass are
 * waited out with growing pauses for `giveUpMs`.
 *
 * Ends (returns) when `signal` is aborted.
 *
 * @throws ClusterProblem when the server refuses for good or stays away too long
 */
export async function* watchResource<T extends KubeObject>(
  api: Api,
  resource: Resource,
  options: ListOptions,
  signal: AbortSignal,
  limits: WatchLimits = watchLimits,
): AsyncGenerator<WatchEvent<T>, void> {
  const patience = new Patience(api, limits, signal);
  let newest: string | undefined;
  let stale = 0;

  const tryList = async (): Promise<KubeList<T> | undefined> => {
    try {
      return await listAll<T>(api, resource, options, signal);
    } catch (error) {
      signal.throwIfAborted();
      // A refusal has been asked about more than once already.
      if (!(error instanceof ClusterProblem) || !error.transient) throw error;
      await patience.pause(error);
      return undefined;
    }
  };

  try {
    while (!signal.aborted) {
      const list = await tryList();
      if (list === undefined) continue;
      patience.answered();
      if (isOlder(list.resourceVersion, newest) && stale < limits.staleLists) {
        stale += 1;
        await patience.pause();
        continue;
      }
      stale = 0;
      newest = list.resourceVersion;
      yield { type: 'synced', items: list.items };

      let from = list.resourceVersion;
      let end: StreamEnd;
      do {
        const startedAt = api.clock.now();
        end = yield* watchOnce<T>(api, resource, options, from, limits, signal);
        const lived = end.resourceVersion !== from || api.clock.now() - startedAt >= limits.pauses.longest;
        from = end.resourceVersion;
        newest = from;
        if (lived) patience.reset();
        if (!lived || end.problem?.retryAfterMs !== undefined) await patience.pause(end.problem);
      } while (end.end === 'ended');
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
