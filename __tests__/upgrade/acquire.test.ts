import { describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/problem.js';
import { acquireLock } from '../../src/upgrade/lock/acquire.js';
import {
  epochOf,
  holderOf,
  microTime,
  patienceFor,
  stampOf,
  takenLease,
  type Lease,
  type LeaseSpec,
} from '../../src/upgrade/lock/lease.js';
import type { Lock } from '../../src/upgrade/lock/lock.js';
import { FakeClock, flush } from './fake-clock.js';
import { Leases } from './leases.js';

const who = { release: 'rel', namespace: 'db', holder: 'octo/repo/2/y' };
const name = 'milvus-upgrade-rel';

const leaseOf = (spec: LeaseSpec, metadata: Partial<Lease['metadata']> = {}): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'db', uid: 'u', ...metadata },
  spec,
});

const theirs = { holderIdentity: 'octo/repo/1/x', leaseTransitions: 6, leaseDurationSeconds: 30, renewTime: 'before' };

function asked({ lease, above = 0 }: { readonly lease?: Lease; readonly above?: number } = {}) {
  const clock = new FakeClock();
  const leases = new Leases(clock);
  if (lease !== undefined) leases.put(lease);
  const abort = new AbortController();
  const texts: string[] = [];
  const state: { lock?: Lock; error?: unknown } = {};
  const begin = () => {
    acquireLock({
      ...{ cluster: leases, clock, ...who, above, signal: abort.signal },
      emit: (event) => {
        if (event.type === 'info') texts.push(event.text);
      },
    }).then(
      (lock) => (state.lock = lock),
      (error: unknown) => (state.error = error),
    );
    return flush();
  };
  return { clock, leases, abort, texts, state, begin, at: clock.now() };
}

const detailsOf = ({ error }: { readonly error?: unknown }) => (error instanceof Problem ? error.details : undefined);

describe('taking the lock of a release', () => {
  it('makes the Lease where there is none', async () => {
    const { leases, state, begin, at, texts } = asked();
    await begin();
    expect(state.lock).toMatchObject({ epoch: 1, holder: who.holder, until: at + 20_000 });
    expect(leases.writes).toMatchObject([
      {
        verb: 'create',
        lease: {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: {
            name,
            namespace: 'db',
            labels: {
              'app.kubernetes.io/managed-by': 'milvus-upgrade-action',
              'milvus-upgrade/release': 'rel',
            },
          },
          spec: {
            holderIdentity: who.holder,
            leaseDurationSeconds: 30,
            acquireTime: microTime(at),
            renewTime: microTime(at),
            leaseTransitions: 1,
          },
        },
        options: { until: at + 20_000 },
      },
    ]);
    expect(texts).toEqual([]);
  });

  it.each([
    [6, 0, 7],
    [6, 6, 7],
    [6, 9, 10],
    [-3, 0, 1],
    [1.5, 0, 1],
  ])('takes one that was given back at epoch %d, with a journal of epoch %d, at epoch %d', async (theirs, above, epoch) => {
    const lease = leaseOf({ holderIdentity: '', leaseTransitions: theirs }, { labels: { team: 'data' } });
    const { leases, state, begin } = asked({ lease, above });
    await begin();
    expect(state.lock?.epoch).toBe(epoch);
    expect(leases.writes).toMatchObject([
      { verb: 'replace', lease: { metadata: { uid: 'u', resourceVersion: '1', labels: { team: 'data' } } } },
    ]);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: who.holder, leaseTransitions: epoch });
  }); // prettier-ignore

  it('waits for a holder that may have died, for a lease duration, and takes it over', async () => {
    const { clock, leases, state, begin, texts } = asked({ lease: leaseOf(theirs) });
    await begin();
    expect(texts).toEqual([expect.stringMatching(/held by octo\/repo\/1\/x\..*within 30 s/)]);
    expect(leases.watched).toEqual([{ kind: 'Lease', namespace: 'db', fieldSelector: `metadata.name=${name}` }]);
    await clock.advance(29_999);
    expect([state, leases.writes]).toEqual([{}, []]);
    await clock.advance(1);
    expect(state.lock?.epoch).toBe(7);
    expect(leases.watchers).toBe(0);
  });

  it.each([
    [60, 60_000],
    [600, 120_000],
    [10, 30_000],
  ])('waits for a Lease of %d s at least its time, within bounds: %d ms', async (leaseDurationSeconds, ms) => {
    const { clock, state, begin } = asked({ lease: leaseOf({ ...theirs, leaseDurationSeconds }) });
    await begin();
    await clock.advance(ms - 1);
    expect(state).toEqual({});
    await clock.advance(1);
    expect(state.lock).toBeDefined();
  });

  it('refuses where the holder renews it, and says who that is', async () => {
    const { clock, leases, state, begin } = asked({ lease: leaseOf(theirs) });
    await begin();
    await clock.advance(4_000);
    leases.change({ renewTime: 'now' });
    await flush();
    expect(state.error).toMatchObject({ ending: 'refused' });
    expect(detailsOf(state)).toMatchObject({
      id: 'release-locked',
      what: expect.stringContaining('octo/repo/1/x holds its lock'),
      remedy: expect.stringContaining(`kubectl get lease ${name} --namespace db`),
    });
    expect([leases.watchers, leases.writes]).toEqual([0, []]);
  });

  it('does not mind a touch that changes nothing of the holder', async () => {
    const { clock, leases, state, begin } = asked({ lease: leaseOf(theirs) });
    await begin();
    leases.change();
    await clock.advance(29_000);
    expect(state).toEqual({});
    // It is taken only in the state that was seen at first: somebody else was faster, and it is looked at again.
    await clock.advance(1_000);
    await clock.advance(30_000);
    expect(state.lock?.epoch).toBe(7);
  });

  it.each<[string, (leases: Leases) => void, number]>([
    ['given back', (it) => it.change({ holderIdentity: '' }), 7],
    ['deleted', (it) => { it.delete(); }, 1],
  ])('goes on at once where it is %s meanwhile', async (_, happens, epoch) => {
    const { clock, leases, state, begin } = asked({ lease: leaseOf(theirs) });
    await begin();
    await clock.advance(4_000);
    happens(leases);
    await flush();
    expect(state.lock?.epoch).toBe(epoch);
  }); // prettier-ignore

  it('waits its time where the watch ends early, and takes only what it has seen', async () => {
    const { clock, leases, state, begin } = asked({ lease: leaseOf(theirs) });
    await begin();
    leases.endWatch();
    await clock.advance(29_999);
    expect(state).toEqual({});
    await clock.advance(1);
    expect(state.lock?.epoch).toBe(7);
  });

  it.each([false, true])('ends at once when it is cancelled, with a watch that has ended: %p', async (ended) => {
    const { clock, leases, state, begin, abort } = asked({ lease: leaseOf(theirs) });
    await begin();
    if (ended) leases.endWatch();
    await clock.advance(1_000);
    const reason = new Error('cancelled');
    abort.abort(reason);
    await flush();
    expect(state.error).toBe(reason);
    expect([leases.watchers, leases.writes]).toEqual([0, []]);
  });

  it('does not begin where it is cancelled already', async () => {
    const { leases, state, begin, abort } = asked();
    abort.abort(new Error('cancelled'));
    await begin();
    expect(state.error).toEqual(new Error('cancelled'));
    expect(leases.writes).toEqual([]);
  });

  it('tries again where others are faster, five times', async () => {
    const { leases, state, begin } = asked();
    let free = true;
    leases.before = () => {
      // Made by somebody, and given back; or gone again.
      if (free) leases.put(leaseOf({ holderIdentity: '', leaseTransitions: 1 }));
      else leases.delete();
      free = !free;
    };
    await begin();
    await flush();
    expect(leases.writes.map(({ verb }) => verb)).toEqual(['create', 'replace', 'create', 'replace', 'create']);
    expect(detailsOf(state)).toMatchObject({
      id: 'release-locked',
      what: expect.stringContaining('several at once holds'),
    });
  });
});

describe('what a Lease says', () => {
  it.each([undefined, leaseOf({}), leaseOf({ holderIdentity: '' }), leaseOf({ holderIdentity: 7 as never })])(
    'nobody holds it: %j',
    (lease) => {
      expect(holderOf(lease)).toBeUndefined();
    },
  );

  it.each<[unknown, number]>([
    [undefined, 0],
    [0, 0],
    [1, 1],
    ['4', 0],
    [2 ** 60, 0],
    [1.5, 0],
  ])('its epoch, from %p: %d', (leaseTransitions, epoch) => {
    expect(epochOf(leaseOf({ leaseTransitions: leaseTransitions as number }))).toBe(epoch);
  });

  it.each<[unknown, number]>([
    [undefined, 30_000],
    [0, 30_000],
    [-60, 30_000],
    ['60', 30_000],
    [45, 45_000],
  ])('how long it has to be seen unchanged, from %p: %d', (leaseDurationSeconds, ms) => {
    expect(patienceFor(leaseOf({ leaseDurationSeconds: leaseDurationSeconds as number }))).toBe(ms);
    const { spec, ...without } = leaseOf({});
    expect([spec, patienceFor(without)]).toEqual([{}, 30_000]);
  });

  it('another stamp after each renewal, and whenever it is another one', () => {
    const one = leaseOf(theirs);
    const others = [
      leaseOf({ ...theirs, renewTime: 'now' }),
      leaseOf({ ...theirs, holderIdentity: 'another' }),
      leaseOf({ ...theirs, leaseTransitions: 7 }),
      leaseOf(theirs, { uid: 'v' }),
    ].map(stampOf);
    expect(new Set([stampOf(one), ...others]).size).toBe(5);
    expect(stampOf(leaseOf({ ...theirs }, { labels: { team: 'data' } }))).toBe(stampOf(one));
    // Nothing moves from one place of it to another.
    expect(stampOf(leaseOf({ holderIdentity: 'a', renewTime: '' }))).not.toBe(stampOf(leaseOf({ holderIdentity: '', renewTime: 'a' })));
    expect(stampOf(leaseOf({ leaseTransitions: 1, renewTime: '2' }))).not.toBe(stampOf(leaseOf({ leaseTransitions: 12 })));
    const { spec, ...without } = one;
    expect(holderOf(without)).toBeUndefined();
    expect([spec, stampOf(without)]).toEqual([theirs, stampOf(leaseOf({}))]);
  }); // prettier-ignore

  it('what is not of the holder stays when it is taken', () => {
    const found = leaseOf({ ...theirs, acquireTime: 'then' }, { labels: { team: 'data' }, annotations: { a: 'b' } });
    const lease = takenLease(found, { ...who, epoch: 7 }, 0);
    expect(lease.metadata).toEqual({
      ...found.metadata,
      labels: {
        team: 'data',
        'app.kubernetes.io/managed-by': 'milvus-upgrade-action',
        'milvus-upgrade/release': 'rel',
      },
    });
    expect(lease.spec?.acquireTime).toBe('1970-01-01T00:00:00.000000Z');
  });
});
