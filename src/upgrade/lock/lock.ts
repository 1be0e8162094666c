import type { Clock } from '../../clock.js';
import type { Writes } from '../../cluster/port.js';
import { resources } from '../../cluster/resources.js';
import { failed, type Problem } from '../../problem.js';
import { epochOf, holderOf, leaseTimes, microTime, type Lease } from './lease.js';

export interface HeldLease {
  readonly cluster: Writes;
  readonly clock: Clock;
  readonly release: string;
  readonly namespace: string;
  readonly holder: string;
  readonly lease: Lease;
  readonly epoch: number;
  /** When the request that took it was begun. */
  readonly renewedAt: number;
}

/**
 * The lock of a release while this run holds it: renews it, and tells at every moment whether a write may still begin.
 * The age is counted from the beginning of the last renewal that worked, by the own clock.
 */
export class Lock {
  readonly epoch: number;
  readonly holder: string;
  readonly #held: HeldLease;
  #lease: Lease;
  #renewedAt: number;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  readonly #renewing: Promise<void>;

  constructor(held: HeldLease) {
    this.#held = held;
    this.epoch = held.epoch;
    this.holder = held.holder;
    this.#lease = held.lease;
    this.#renewedAt = held.renewedAt;
    this.#renewing = this.#renew();
  }

  /** Aborted, with a Problem as its reason, when the lock is lost: everything this run does ends then. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Until when a write may begin, milliseconds since the epoch. */
  get until(): number {
    return this.#renewedAt + leaseTimes.writesStopMs;
  }

  /** @throws Problem `lock-lost` unless a write may begin now */
  assertHeld(): void {
    if (!this.#lost.signal.aborted && this.#held.clock.now() >= this.until) this.#lose(this.#notRenewed());
    this.#lost.signal.throwIfAborted();
  }

  /** Gives the lock back, for use when every child of this run has been seen to end. Best effort: else it expires. */
  async release(): Promise<void> {
    await this.leave();
    if (this.#lost.signal.aborted) return;
    try {
      // A renewal that was cut short may have taken place: then it is ours in another version.
      const found = await this.#free(this.#lease);
      if (found !== undefined && this.#isOurs(found)) await this.#free(found);
    } catch {
      // It is left to expire.
    }
  }

  /** Undefined when it is free now, else what was found in its place. */
  async #free(lease: Lease): Promise<Lease | undefined> {
    const { cluster, clock } = this.#held;
    const spec = { ...lease.spec, holderIdentity: '', renewTime: microTime(clock.now()) };
    const answer = await cluster.replace(resources.leases, { ...lease, spec }, { until: this.until });
    return answer.written ? undefined : answer.found;
  }

  #isOurs(lease: Lease): boolean {
    return holderOf(lease) === this.holder && epochOf(lease) === this.epoch;
  }

  /** Stops renewing; the lock is left to expire. */
  async leave(): Promise<void> {
    this.#ended.abort();
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const { clock } = this.#held;
    let pause: number = leaseTimes.renewEveryMs;
    while (!this.#ended.signal.aborted && !this.#lost.signal.aborted) {
      try {
        await clock.sleep(Math.min(pause, Math.max(0, this.until - clock.now())), this.#ended.signal);
      } catch {
        return;
      }
      if (clock.now() >= this.until) {
        this.#lose(this.#notRenewed());
        return;
      }
      pause = await this.#once();
    }
  }

  /** One renewal. How long to wait before the next, in milliseconds. */
  async #once(): Promise<number> {
    const { cluster, clock } = this.#held;
    const begunAt = clock.now();
    const renewed = { ...this.#lease, spec: { ...this.#lease.spec, renewTime: microTime(begunAt) } };
    try {
      const answer = await cluster.replace(resources.leases, renewed, {
        until: this.until,
        signal: this.#ended.signal,
      });
      if (answer.written) {
        this.#lease = answer.object;
        this.#renewedAt = begunAt;
        return leaseTimes.renewEveryMs;
      }
      const { found } = answer;
      if (found === undefined || !this.#isOurs(found)) {
        this.#lose(this.#taken(found));
        return 0;
      }
      // Somebody touched the object (a label, an annotation) and left the holder as it is.
      this.#lease = found;
      return 0;
    } catch {
      // What the API server says now may pass; the age of the lease decides.
      return leaseTimes.retryMs;
    }
  }

  #lose(reason: Problem): void {
    if (!this.#lost.signal.aborted) this.#lost.abort(reason);
  }

  #taken(found: Lease | undefined): Problem {
    const { release, namespace } = this.#held;
    const now = holderOf(found);
    return failed({
      id: 'lock-lost',
      what:
        now === undefined
          ? `The lock of release ${release} in namespace ${namespace} was taken away from this run, and nobody holds it now.`
          : `The lock of release ${release} in namespace ${namespace} was taken over by another run: ${now}.`,
      why: 'This run was taken for dead, for example because it was halted for longer than the lock lasts. It stopped at once, so that only one run writes.',
      remedy:
        now === undefined
          ? 'See who deletes the Lease, then run again with the same inputs: the run goes on from what it finds.'
          : 'Look at that run: it goes on from where this one stopped. When it has ended, nothing more is to be done here.',
    });
  }

  #notRenewed(): Problem {
    const { release, namespace } = this.#held;
    return failed({
      id: 'lock-lost',
      what: `The lock of release ${release} in namespace ${namespace} could not be renewed for ${leaseTimes.writesStopMs / 1000} s.`,
      why: 'The API server did not answer in time, or this run was halted; another run may take over now, so this one stopped writing.',
      remedy:
        'See whether the API server answers, then run again with the same inputs: the run goes on from what it finds.',
    });
  }
}
