import type { Clock } from '../../clock.js';
import type { Cluster, Writes } from '../../cluster/port.js';
import { resources } from '../../cluster/resources.js';
import { refused, type Problem } from '../../problem.js';
import type { Emit } from '../../report/events.js';
import { duration } from '../../report/time.js';
import { epochOf, holderOf, leaseTimes, patienceFor, recordName, stampOf, takenLease, type Lease } from './lease.js';
import { Lock } from './lock.js';

export interface LockOptions {
  readonly cluster: Pick<Cluster, 'get' | 'watch'> & Writes;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly release: string;
  readonly namespace: string;
  /** Who asks: repository, run, attempt, and a random word, so that no other identity is ever this one. */
  readonly holder: string;
  /** The new epoch is above this one too: a Lease that somebody deleted begins at 1 again. */
  readonly above: number;
  readonly signal: AbortSignal;
}

/** Others that are faster every time; then there are many of them. */
const tries = 5;

const held = (lease: Lease | undefined, { release, namespace }: LockOptions): Problem =>
  refused({
    id: 'release-locked',
    what: `Another run works on release ${release} in namespace ${namespace}: ${holderOf(lease) ?? 'several at once'} holds its lock.`,
    why: 'Two runs at once would leave a mixture of what both want.',
    remedy: `Wait until that run has ended, then run this again. kubectl get lease ${recordName(release)} --namespace ${namespace} --output yaml shows who holds it and when it was renewed.`,
  });

/** Takes a Lease that is free or was given up. Undefined: somebody else was faster. */
async function take(found: Lease | undefined, options: LockOptions): Promise<Lock | undefined> {
  const { cluster, clock, holder, release, namespace } = options;
  const epoch = Math.max(epochOf(found), options.above) + 1;
  const begunAt = clock.now();
  const lease = takenLease(found, { holder, release, namespace, epoch }, begunAt);
  const limits = { until: begunAt + leaseTimes.writesStopMs, signal: options.signal };
  const answer =
    found === undefined
      ? await cluster.create(resources.leases, lease, limits)
      : await cluster.replace(resources.leases, lease, limits);
  return answer.written ? new Lock({ ...options, lease: answer.object, epoch, renewedAt: begunAt }) : undefined;
}

/**
 * Watches a Lease that somebody holds. Gives it back when it was not renewed for its whole duration, undefined when it
 * is free or gone.
 *
 * @throws Problem (refused) `release-locked` when its holder renews it
 */
async function observe(first: Lease, options: LockOptions): Promise<Lease | undefined> {
  const { cluster, clock, emit, release, namespace, signal } = options;
  const patience = patienceFor(first);
  emit({
    type: 'info',
    text: `The lock of release ${release} is held by ${holderOf(first) ?? ''}. If that run does not renew it within ${duration(patience)}, it has died and this one goes on.`,
  });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const expired = clock.sleep(patience, until).then(
    () => 'expired' as const,
    () => 'aborted' as const,
  );
  const events = cluster
    .watch<Lease>(resources.leases, { namespace, fieldSelector: `metadata.name=${recordName(release)}` }, until)
    [Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = events.next();
      const event = await Promise.race([next, expired]);
      signal.throwIfAborted();
      if (event === 'expired') return first;
      if (event === 'aborted') continue;
      // A watch that has ended tells nothing any more; what is taken is taken only in the state that was seen.
      if (event.done === true) {
        await expired;
        signal.throwIfAborted();
        return first;
      }
      const { value } = event;
      const seen = value.type === 'synced' ? value.items.at(0) : value.type === 'deleted' ? undefined : value.object;
      if (holderOf(seen) === undefined) return undefined;
      if (seen !== undefined && stampOf(seen) !== stampOf(first)) throw held(seen, options);
    }
  } finally {
    over.abort();
  }
}

/**
 * Takes the lock of a release, at the latest a lease duration after a holder that died. A living holder is not waited
 * for: GitHub's concurrency groups queue runs.
 *
 * @throws Problem (refused) `release-locked`; what the cluster says; the reason of `signal`
 */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  const { cluster, namespace, release } = options;
  let found: Lease | undefined;
  for (let n = 0; n < tries; n += 1) {
    options.signal.throwIfAborted();
    found = await cluster.get<Lease>(resources.leases, recordName(release), namespace);
    if (found !== undefined && holderOf(found) !== undefined) {
      const left = await observe(found, options);
      if (left === undefined) continue;
      found = left;
    }
    const lock = await take(found, options);
    if (lock !== undefined) return lock;
  }
  throw held(found, options);
}
