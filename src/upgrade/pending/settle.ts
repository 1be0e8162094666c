import type { Clock } from '../../clock.js';
import type { Cluster, WriteOptions, Writes } from '../../cluster/port.js';
import { parseManifest } from '../../helm/manifest.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { isPending, unlock } from '../../helm/unlock.js';
import type { Emit } from '../../report/events.js';
import { duration } from '../../report/time.js';
import { awaken, type Wake } from '../wake.js';
import { within } from '../within.js';
import { comparePending, comparisonInWords, stampOf, type Comparison, type RevisionObjects } from './compare.js';
import { lookAtLive, type LiveLook } from './live.js';
import { freshLast, LiveRecords, type StoredRevision } from './records.js';
import { beginning, cancelledWait, signOfLife, stillPending, unlockDescription, type Standing } from './words.js';

/** Objects are looked at this often once Helm must have ended, in milliseconds. */
const lookEveryMs = 10_000;
/** There is a line at least this often, in milliseconds. */
const lineEveryMs = 30_000;
/** For the last look of a wait that ends at its deadline, in milliseconds. */
const lastLookMs = 3_000;

/**
 * For how long a Helm of somebody else is waited for, in milliseconds: its own `--timeout` unless it was given another
 * one (https://helm.sh/docs/helm/helm_upgrade/).
 */
export const foreignChildMs = 5 * 60_000;

/** Whose a pending revision is, and for how long its Helm can still be at work, in milliseconds from now. */
export interface PendingOwner {
  /** False: somebody else's, and the person allows that it is freed. */
  readonly ours: boolean;
  readonly childEndsInMs: number;
}

export interface SettleOptions {
  readonly cluster: Pick<Cluster, 'get' | 'list' | 'watch' | 'resourceFor'>;
  readonly writes: Pick<Writes, 'replace'>;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** The last revision, pending. */
  readonly pending: ReleaseRecord;
  /** The revision whose objects were there when it began; undefined for a first installation. */
  readonly before: ReleaseRecord | undefined;
  readonly owner: PendingOwner;
  /** For how long nothing may change before it is freed, in milliseconds: one duration of the lease. */
  readonly quietMs: number;
  /** When waiting ends whatever is seen, milliseconds since the epoch by the own clock. */
  readonly deadlineAt: number;
  /** Throws when the lease is lost; gives the bounds of a write that may begin now. */
  readonly held: () => WriteOptions;
  /** Who frees it, for `helm history`: `run 123 of owner/repository`. */
  readonly by: string;
}

export type Settled =
  /** It ended by itself. */
  | { readonly outcome: 'ended'; readonly record: ReleaseRecord }
  /** It is not the last revision any more: somebody wrote another one, or deleted the record. */
  | { readonly outcome: 'replaced'; readonly record?: ReleaseRecord }
  /** Nothing works on it any more, so it was marked failed. */
  | { readonly outcome: 'unlocked'; readonly record: ReleaseRecord; readonly comparison: Comparison };

/**
 * Waits until a pending revision has ended by itself, and marks it failed when nothing can work on it any more: after the
 * whole time that its Helm has left, and then after `quietMs` in which neither the record nor any object that Helm would
 * write has changed. Each change starts that time anew. All times are by the own clock.
 *
 * @throws Problem `release-pending` at the deadline, `cancelled`, what `held` throws, or what the cluster says
 */
export const settlePending = (options: SettleOptions): Promise<Settled> =>
  awaken(options, (wake, ended) => {
    const { name: release, namespace } = options.pending;
    const poke = () => {
      wake.poke();
    };
    const records = new LiveRecords(options.cluster, { namespace, release }, ended, poke);
    return new Settling(options, records, wake).run();
  });

/** Since when nothing has changed, and how that looked. */
interface Quiet {
  readonly since: number;
  readonly stamp: string;
}

class Settling {
  readonly #options: SettleOptions;
  readonly #records: LiveRecords;
  readonly #wake: Wake;
  readonly #startedAt: number;
  /** Until here its Helm can be at work. */
  readonly #childOverAt: number;
  readonly #before: RevisionObjects | undefined;
  readonly #pending: RevisionObjects;
  #quiet: Quiet | undefined;
  #comparison: Comparison | undefined;
  #nextLookAt: number;
  #nextLineAt: number;

  constructor(options: SettleOptions, records: LiveRecords, wake: Wake) {
    const { pending, before, owner, clock } = options;
    this.#options = options;
    this.#records = records;
    this.#wake = wake;
    this.#startedAt = clock.now();
    this.#childOverAt = this.#startedAt + Math.max(0, owner.childEndsInMs);
    this.#before = before === undefined ? undefined : objectsOf(before);
    this.#pending = objectsOf(pending);
    this.#nextLookAt = this.#childOverAt;
    this.#nextLineAt = this.#startedAt + lineEveryMs;
  }

  async run(): Promise<Settled> {
    const { clock, signal, deadlineAt, held, emit, pending } = this.#options;
    emit({ type: 'phase', phase: 'wait', title: 'Wait for the pending revision' });
    this.#line(beginning(this.#standing()));
    for (;;) {
      // A lost lease may be what ended the signal.
      held();
      if (signal.aborted) throw cancelledWait(pending);
      const { synced } = this.#records;
      const last = this.#records.last();
      const settled = synced ? (this.#over(last) ?? (await this.#lookIfDue(last))) : undefined;
      if (settled !== undefined) {
        this.#line(ending(settled, pending.revision));
        return settled;
      }
      if (clock.now() >= deadlineAt) throw await this.#tooLate();
      if (clock.now() >= this.#nextLineAt) this.#line(signOfLife(this.#standing()));
      await this.#wake.at(Math.min(deadlineAt, this.#nextLineAt, synced ? this.#nextLookAt : Infinity));
    }
  }

  /** What has become of it, unless it is still the last revision and pending. */
  #over(last: StoredRevision | undefined): Settled | undefined {
    if (last === undefined) return { outcome: 'replaced' };
    const { record } = last;
    if (record.revision !== this.#options.pending.revision) return { outcome: 'replaced', record };
    return isPending(record) ? undefined : { outcome: 'ended', record };
  }

  /** A look at the objects where one is due, and the end when they have been quiet for long enough. */
  async #lookIfDue(last: StoredRevision | undefined): Promise<Settled | undefined> {
    const { clock, quietMs, deadlineAt } = this.#options;
    const begunAt = clock.now();
    if (last === undefined || begunAt < this.#nextLookAt || begunAt >= deadlineAt) return undefined;
    const live = await this.#liveNow();
    const objects = stampOf(this.#before?.objects ?? [], this.#pending.objects, live);
    const stamp = JSON.stringify([last.secret.metadata.resourceVersion, objects]);
    this.#comparison = this.#compare(live);
    const now = clock.now();
    if (this.#quiet?.stamp !== stamp) {
      if (this.#quiet !== undefined)
        this.#line(`Something of it has changed: another ${duration(quietMs)} of watching`);
      this.#quiet = { since: now, stamp };
    } else if (begunAt - this.#quiet.since >= quietMs) {
      return this.#free(last, this.#comparison);
    }
    this.#nextLookAt = Math.min(now + lookEveryMs, Math.max(now, this.#quiet.since + quietMs));
    return undefined;
  }

  async #free(seen: StoredRevision, comparison: Comparison): Promise<Settled | undefined> {
    const { cluster, writes, clock, held, signal, pending, by, quietMs } = this.#options;
    // The watch may lag behind, and a revision that is not the last one any more holds nobody up.
    const last = await freshLast(cluster, pending.namespace, pending.name);
    const over = this.#over(last);
    if (over !== undefined || last === undefined) return over;
    if (last.secret.metadata.resourceVersion === seen.secret.metadata.resourceVersion) {
      const bounds = held();
      if (signal.aborted) throw cancelledWait(pending);
      const description = unlockDescription(this.#standing(), by, comparison);
      const answer = await unlock({ writes, clock }, last.secret, description, bounds);
      if (answer.outcome === 'unlocked') return { ...answer, comparison };
      if (answer.record === undefined) return { outcome: 'replaced' };
    }
    this.#quiet = undefined;
    this.#nextLookAt = clock.now();
    this.#line(`Its record has changed: another ${duration(quietMs)} of watching`);
    return undefined;
  }

  #liveNow(): Promise<LiveLook> {
    const { cluster, pending } = this.#options;
    return lookAtLive(cluster, pending.namespace, this.#pending.objects, this.#before?.objects ?? []);
  }

  #compare(live: LiveLook): Comparison {
    return comparePending(this.#before, this.#pending, live);
  }

  #standing(): Standing {
    const { pending, owner, quietMs, deadlineAt, clock } = this.#options;
    return {
      ...{ pending, ours: owner.ours, now: clock.now(), startedAt: this.#startedAt },
      ...{ childOverAt: this.#childOverAt, quietMs, deadlineAt, synced: this.#records.synced },
      ...(this.#quiet === undefined ? {} : { quietSince: this.#quiet.since }),
      ...(this.#comparison === undefined ? {} : { comparison: this.#comparison }),
    };
  }

  #line(text: string): void {
    this.#options.emit({ type: 'progress', text });
    this.#nextLineAt = this.#options.clock.now() + lineEveryMs;
  }

  async #tooLate(): Promise<Error> {
    const live = await within(this.#options.clock, lastLookMs, () => this.#liveNow());
    if (live !== undefined) this.#comparison = this.#compare(live);
    return stillPending(this.#standing());
  }
}

const objectsOf = ({ revision, manifest, namespace }: ReleaseRecord): RevisionObjects => ({
  revision,
  objects: parseManifest(manifest, namespace),
});

/** What was found at the end. */
function ending(settled: Settled, revision: number): string {
  switch (settled.outcome) {
    case 'ended':
      return `Revision ${revision} ended by itself: it is ${settled.record.status}`;
    case 'replaced':
      return settled.record === undefined
        ? `Revision ${revision} is gone: somebody deleted the records of the release`
        : `The last revision is ${settled.record.revision} (${settled.record.status}) now, no longer ${revision}: somebody else works on the release`;
    case 'unlocked':
      return `Nothing works on revision ${revision} any more, so it is marked failed: ${comparisonInWords(settled.comparison)}`;
  }
}
