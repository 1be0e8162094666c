import { describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/problem.js';
import { microTime, takenLease } from '../../src/upgrade/lock/lease.js';
import { Lock } from '../../src/upgrade/lock/lock.js';
import { FakeClock, flush } from './fake-clock.js';
import { Leases } from './leases.js';

const who = { release: 'rel', namespace: 'db', holder: 'octo/repo/1/x', epoch: 3 };

/** A lock that was taken just now. */
function taken() {
  const clock = new FakeClock();
  const at = clock.now();
  const leases = new Leases(clock);
  const lease = leases.put(takenLease(undefined, who, at));
  const lock = new Lock({ cluster: leases, clock, ...who, lease, renewedAt: at });
  const after = (): readonly number[] => leases.writes.map((write) => write.at - at);
  return { clock, at, leases, lease, lock, after };
}

const detailsOf = (reason: unknown) => (reason instanceof Problem ? reason.details : undefined);

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a lock', () => {
  it('is renewed every 5 s, and writes may begin until 20 s after a renewal was begun', async () => {
    const { clock, at, leases, lock, after } = taken();
    expect(lock.until).toBe(at + 20_000);
    await clock.advance(16_000);
    expect(after()).toEqual([5_000, 10_000, 15_000]);
    expect(lock.until).toBe(at + 35_000);
    expect(leases.lease?.spec).toEqual({
      ...takenLease(undefined, who, at).spec,
      renewTime: microTime(at + 15_000),
    });
    expect(leases.writes[2]?.options?.until).toBe(at + 30_000);
    expect(lock.signal.aborted).toBe(false);
    expect(() => {
      lock.assertHeld();
    }).not.toThrow();
  });

  it('is renewed again a second after a renewal that failed, and lost after 20 s of that', async () => {
    const { clock, leases, lock, after } = taken();
    leases.answers.push(...Array.from({ length: 40 }, () => 'refused' as const));
    await clock.advance(7_500);
    expect(after()).toEqual([5_000, 6_000, 7_000]);
    await clock.advance(12_499);
    expect(lock.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(detailsOf(lock.signal.reason)).toMatchObject({
      id: 'lock-lost',
      what: expect.stringContaining('could not be renewed for 20 s'),
    });
    const writes = leases.writes.length;
    await clock.advance(60_000);
    expect(leases.writes).toHaveLength(writes);
  });

  it('says itself that it is lost where nobody else did, from the 20th second on', async () => {
    const { clock, leases, lock } = taken();
    leases.answers.push('never');
    await clock.advance(19_999);
    expect(
      thrownBy(() => {
        lock.assertHeld();
      }),
    ).toBeUndefined();
    expect(lock.signal.aborted).toBe(false);
    await clock.advance(1);
    const error = thrownBy(() => {
      lock.assertHeld();
    });
    expect(detailsOf(error)?.id).toBe('lock-lost');
    expect(lock.signal.reason).toBe(error);
    // What was lost stays lost, for the reason that was first.
    expect(
      thrownBy(() => {
        lock.assertHeld();
      }),
    ).toBe(error);
  });

  it.each<[string, (leases: Leases) => void, string, string]>([
    ['of another holder', (it) => it.change({ holderIdentity: 'someone else' }), 'by another run: someone else', 'Look at that run'],
    ['of another epoch', (it) => it.change({ leaseTransitions: 4 }), 'by another run: octo/repo/1/x', 'Look at that run'],
    ['given up', (it) => it.change({ holderIdentity: '' }), 'nobody holds it now', 'See who deletes the Lease'],
    ['deleted', (it) => { it.delete(); }, 'nobody holds it now', 'See who deletes the Lease'],
  ])('is lost when the Lease is %s', async (_, happens, what, remedy) => {
    const { clock, leases, lock } = taken();
    happens(leases);
    await clock.advance(5_000);
    expect(detailsOf(lock.signal.reason)).toMatchObject({
      id: 'lock-lost',
      what: expect.stringContaining(what),
      remedy: expect.stringContaining(remedy),
    });
    await clock.advance(60_000);
    expect(leases.writes).toHaveLength(1);
  }); // prettier-ignore

  it('is kept when somebody touches the Lease and leaves the holder as it is', async () => {
    const { clock, leases, lease, lock, after } = taken();
    leases.put({ ...lease, metadata: { ...lease.metadata, labels: { team: 'data' } } });
    await clock.advance(5_000);
    expect(after()).toEqual([5_000, 5_000]);
    expect(leases.lease?.metadata.labels).toEqual({ team: 'data' });
    await clock.advance(5_000);
    expect(after()).toEqual([5_000, 5_000, 10_000]);
    expect(lock.signal.aborted).toBe(false);
  });
});

describe('giving a lock back', () => {
  it('frees the Lease, and renews it no more', async () => {
    const { clock, at, leases, lock } = taken();
    await clock.advance(6_000);
    await lock.release();
    expect(leases.lease?.spec).toEqual({
      ...takenLease(undefined, who, at).spec,
      holderIdentity: '',
      renewTime: microTime(at + 6_000),
    });
    expect(leases.writes.at(-1)?.options).toEqual({ until: at + 25_000 });
    await clock.advance(60_000);
    expect(leases.writes).toHaveLength(2);
    expect(lock.signal.aborted).toBe(false);
  });

  it('cuts a renewal short, and frees what that may have written', async () => {
    const { clock, leases, lock } = taken();
    leases.answers.push('never');
    await clock.advance(5_000);
    // The answer is on its way.
    leases.change({ renewTime: 'later' });
    await lock.release();
    expect(leases.writes.map(({ lease }) => lease.spec?.holderIdentity)).toEqual(['octo/repo/1/x', '', '']);
    expect(leases.lease?.spec?.holderIdentity).toBe('');
  });

  it.each<[string, (leases: Leases) => void, string | undefined]>([
    ['has another holder', (it) => it.change({ holderIdentity: 'someone else' }), 'someone else'],
    ['has another epoch', (it) => it.change({ leaseTransitions: 9 }), 'octo/repo/1/x'],
    ['is gone', (it) => { it.delete(); }, undefined],
  ])('writes nothing where the Lease %s', async (_, happens, holder) => {
    const { leases, lock } = taken();
    happens(leases);
    await lock.release();
    expect(leases.writes).toHaveLength(1);
    expect(leases.lease?.spec?.holderIdentity).toBe(holder);
  }); // prettier-ignore

  it('writes nothing where it was lost', async () => {
    const { clock, leases, lock } = taken();
    leases.change({ holderIdentity: 'someone else' });
    await clock.advance(5_000);
    await lock.release();
    expect(leases.writes).toHaveLength(1);
  });

  it('leaves it to expire where the server refuses', async () => {
    const { leases, lock } = taken();
    leases.answers.push('refused');
    await expect(lock.release()).resolves.toBeUndefined();
    await flush();
    expect(leases.lease?.spec?.holderIdentity).toBe(who.holder);
  });
});
