import { describe, expect, it } from '@jest/globals';
import { failed, Problem, refused } from '../../src/problem.js';
import type { Event } from '../../src/report/events.js';
import type { BackWork } from '../../src/upgrade/engine/ports.js';
import { holderOf } from '../../src/upgrade/lock/lease.js';
import type { BehaviourOf } from '../model/kubelet.js';
import { imageOf, milvusWorld, namespace } from '../model/scenario.js';
import type { World } from '../model/world.js';
import {
  first,
  holderIn,
  journalIn,
  rollsBack,
  second,
  somebodyDeletes,
  somebodyUpgrades,
  texts,
  third,
  upgrades,
  type Ran,
  type RunOptions,
} from './engine-run.js';

const neverPulled: BehaviourOf = ({ image }) => (image === imageOf(second) ? { fate: 'never-pulled' } : {});
const broken = (): Promise<World> => milvusWorld({ behaviourOf: neverPulled });
const restore = { order: { onFailure: 'restore' } } as const;

const othersOf = ({ error }: Ran): readonly string[] =>
  error instanceof Problem ? error.others.map(({ id }) => id) : ['not a Problem'];

/** Runs and is killed at the nth call whose name begins so. */
async function killedAt(world: World, name: string, options: RunOptions = {}, kind = 'kill-after' as const) {
  const probe = await milvusWorld();
  await upgrades(probe, options);
  const call = probe.processes[0]?.calls.find((one) => one.name.startsWith(name));
  if (call === undefined) throw new Error(`there is no call ${name}`);
  const ran = await upgrades(world, { ...options, process: { faults: [{ at: call.n, kind }] } });
  await world.settle();
  return ran;
}

/** Once, while the run waits for the lock. */
function atTheLock(act: () => void): (event: Event) => void {
  let done = false;
  return (event) => {
    if (event.type !== 'phase' || event.phase !== 'lock' || done) return;
    done = true;
    act();
  };
}

/** Somebody upgrades while the run waits for the lock. */
const overtakenBy = (world: World, chart: string): RunOptions => ({
  heard: atTheLock(() => void somebodyUpgrades(world, chart)),
  process: { latencyMs: () => 500 },
});

/** Somebody edits the journal. */
const journalChanged = (world: World, change: (text: string) => string): void => {
  world.store.change('user', 'ConfigMap', namespace, 'milvus-upgrade-my', (live) => {
    const data = live.data as Record<string, string>;
    const metadata = { ...live.metadata, annotations: { 'example.test/touched': 'yes' } };
    return { ...live, metadata, data: { ...data, 'journal.json': change(data['journal.json'] ?? '') } };
  });
};

describe('an upgrade', () => {
  it('of one hop is planned, approved, locked, done and told', async () => {
    const world = await milvusWorld();
    const ran = await upgrades(world, { order: { url: 'https://runs.test/1' } });
    expect([ran.end, ran.told]).toEqual([
      { result: 'upgraded' },
      [
        'plan',
        'approve digest of 4.2.20',
        'hops 1:',
        'planned 0 4.2.20',
        // Helm may be at work from here on.
        'state written 1',
        'hops 1: failed',
        'state written 2 rolled out',
        'hops 1: done',
      ],
    ]);
    expect(texts(ran, 'phase')).toEqual([
      'Lock the release',
      'Helm upgrade',
      'Wait for the rollout',
      'See whether it stays so',
    ]);
    expect(journalIn(world)).toMatchObject({
      ...{ release: 'my', namespace, attempt: 'p1w1', asked: 'p1w1: milvus-4.2.20', planDigest: 'digest of 4.2.20' },
      ...{ epoch: 1, run: 'octo/repo/action#1', url: 'https://runs.test/1', openedBy: 'https://runs.test/1' },
      ...{ hop: 0, base: 1, direction: 'forward', outcome: { result: 'upgraded' } },
      steps: [
        { id: 'helm-upgrade', hop: 0, intended: { from: 1, revision: 2, endsWithinMs: 83_000 }, observed: { revision: 2 } },
        { id: 'rollout', intended: { workloads: 3 }, observed: { workloads: 3 } },
      ],
    }); // prettier-ignore
    expect(holderIn(world)).toBeUndefined();
    const holders = world.store.history.flatMap(({ kind, after }) => (kind === 'Lease' ? [holderOf(after)] : []));
    expect(holders[0]).toBe('octo/repo/action#1/p1w2');
  });

  it('makes one plan where no journal is written meanwhile, and another where one is', async () => {
    const world = await milvusWorld();
    await upgrades(world);
    expect((await upgrades(world, { way: [third] })).told.filter((line) => line === 'plan')).toHaveLength(1);
    const touched = await milvusWorld();
    await upgrades(touched);
    const ran = await upgrades(touched, {
      way: [third],
      heard: atTheLock(() => {
        journalChanged(touched, (text) => text);
      }),
    });
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(ran.told.slice(0, 4)).toEqual(['plan', 'approve digest of 5.0.2', 'plan', 'approve digest of 5.0.2']);
    const made = await milvusWorld();
    const journal = touched.store.get('ConfigMap', namespace, 'milvus-upgrade-my');
    const again = await upgrades(made, {
      heard: atTheLock(() => {
        if (journal !== undefined) made.store.create('user', journal);
      }),
    });
    expect(again.told.filter((line) => line === 'plan')).toHaveLength(2);
  });

  it('is refused where the journal cannot be understood any more under the lock', async () => {
    const world = await milvusWorld();
    await upgrades(world);
    const newer = (text: string): string => text.replace('"schema": 1', '"schema": 2');
    const ran = await upgrades(world, {
      way: [third],
      heard: atTheLock(() => {
        journalChanged(world, newer);
      }),
    });
    expect([ran.end, holderIn(world)]).toEqual(['journal-newer', undefined]);
  });

  it('asks for the slow hashes before it takes the lock', async () => {
    const world = await milvusWorld();
    await upgrades(world);
    const salts: string[] = [];
    const asked = (salt: string): Promise<string> => {
      salts.push(salt);
      return Promise.resolve(salt);
    };
    let before: readonly string[] = [];
    await upgrades(world, { way: [third], order: { asked }, heard: atTheLock(() => (before = [...salts])) });
    expect(before).toEqual(['p2w1', 'p1w1']);
  });

  it('of two hops plans the second anew, from what the first has left', async () => {
    const world = await milvusWorld();
    const ran = await upgrades(world, { way: [second, third] });
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(ran.told.slice(6)).toEqual([
      'state written 2 rolled out',
      'hops 2: done',
      'go on 5.0.2 upgrade 2 of 2, 2.4.16 -> 2.6.2 false',
      'planned 1 5.0.2',
      'state written 2',
      'hops 2: done failed',
      'state written 3 rolled out',
      'hops 2: done done',
    ]);
    expect(journalIn(world)).toMatchObject({ hop: 1, base: 2, outcome: { result: 'upgraded' } });
  });

  it('that has nothing to do neither locks nor writes', async () => {
    const world = await milvusWorld();
    const ran = await upgrades(world, { way: [first] });
    expect([ran.end, ran.told]).toEqual([{ result: 'unchanged' }, ['plan']]);
    expect(world.store.history).toEqual([]);
  });

  it('that is not approved neither locks nor writes', async () => {
    const world = await milvusWorld();
    const approve = (): never => {
      throw refused({ id: 'blocked', what: 'It is blocked.', remedy: 'Allow it.' });
    };
    expect(await upgrades(world, { planner: { approve } })).toMatchObject({ end: 'blocked', told: ['plan'] });
    expect(world.store.history).toEqual([]);
  });

  it('that fails says so in the journal, and gives the lock back', async () => {
    const world = await broken();
    const ran = await upgrades(world, { order: { deadlineAt: world.scheduler.now() + 120_000 } });
    expect([ran.end, othersOf(ran)]).toEqual(['image-pull', ['image-pull']]);
    expect(ran.told.slice(4)).toEqual([
      'state written 1',
      'hops 1: failed',
      'state written 2',
      'trouble image-pull 3',
      'hops 1: failed',
    ]);
    expect(journalIn(world)).toMatchObject({
      direction: 'forward',
      outcome: { result: 'failed', problem: 'image-pull' },
      steps: [{ observed: { revision: 2 } }, { id: 'rollout', failed: 'image-pull' }],
    });
    expect(holderIn(world)).toBeUndefined();
  });

  it('whose next hop is refused leaves that one not started', async () => {
    const world = await milvusWorld();
    const goOn = (): Promise<never> =>
      Promise.reject(refused({ id: 'blocked', what: 'It is blocked.', remedy: 'Allow it.' }));
    const ran = await upgrades(world, { way: [second, third], planner: { goOn } });
    expect(ran.end).toBe('blocked');
    expect(ran.told.at(-1)).toBe('hops 2: done');
    expect(journalIn(world)).toMatchObject({ hop: 1, outcome: { result: 'failed', problem: 'blocked' } });
  });

  it('that finds the release changed since its plan has started nothing', async () => {
    const world = await milvusWorld();
    const ran = await upgrades(world, overtakenBy(world, third));
    expect(ran.end).toBe('release-changed');
    expect(ran.told.slice(2)).toEqual([
      'hops 1:',
      'planned 0 4.2.20',
      'state not written 1',
      'trouble release-changed 3',
      'hops 1: not-started',
    ]);
  });

  it('under which a journal was opened meanwhile is planned anew under the lock', async () => {
    const world = await milvusWorld();
    const one = await killedAt(world, 'create ConfigMap');
    expect(one.end).toBe('killed');
    const ran = await upgrades(world, {});
    // The killed run holds the lock; what it left is looked at when that has ended.
    expect(ran.told.slice(0, 2)).toEqual(['resumed octo/repo/action#1 open', 'go on 4.2.20 upgrade 1 of 1, 2.3.11 -> 2.4.16 true']);
  }); // prettier-ignore

  it('that is cancelled while Helm works says so, and gives the lock back', async () => {
    const world = await milvusWorld();
    const ran = await upgrades(world, {
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'upgrade')
          world.scheduler.in(20, 'cancel', () => {
            process.signal('SIGINT');
          });
      },
    });
    expect(ran.told.at(-1)).toBe('hops 1: failed');
    expect(journalIn(world)).toMatchObject({ interruptedAt: expect.any(String), steps: [{ id: 'helm-upgrade' }] });
    expect(journalIn(world)?.outcome).toBeUndefined();
    expect(holderIn(world)).toBeUndefined();
  });
});

describe('an upgrade that is taken back where it fails', () => {
  it('is, and says why', async () => {
    const world = await broken();
    const ran = await upgrades(world, { order: { ...restore.order, deadlineAt: world.scheduler.now() + 120_000 } });
    expect(ran.end).toMatchObject({ result: 'restored', because: { details: { id: 'image-pull' } } });
    expect(ran.told.slice(-3)).toEqual(['hops 1: failed', 'back 2 to 1', 'state written 3 rolled out']);
    expect(texts(ran, 'phase')).toContain('Helm rollback to revision 1');
    expect(journalIn(world)).toMatchObject({
      direction: 'back',
      outcome: { result: 'restored', problem: 'image-pull' },
      steps: [
        {},
        {},
        { id: 'helm-rollback', intended: { from: 2, to: 1, revision: 3 }, observed: { revision: 3 } },
        { id: 'rollout-back', observed: { workloads: 3 } },
      ],
    });
  });

  it('stays as it is where that would not be truthful, and both is said', async () => {
    const world = await broken();
    const ran = await upgrades(world, { truthful: false, order: { ...restore.order, deadlineAt: world.scheduler.now() + 120_000 } }); // prettier-ignore
    expect([ran.end, othersOf(ran)]).toEqual(['image-pull', ['image-pull', 'not-taken-back']]);
    expect(journalIn(world)).toMatchObject({ direction: 'forward', outcome: { result: 'failed', problem: 'image-pull' } }); // prettier-ignore
    expect(ran.told.join()).not.toContain('back');
  });

  it('is only failed where nothing had been written: nothing is claimed to be restored', async () => {
    const world = await milvusWorld();
    const before = world.store.list('Secret', { namespace });
    const ran = await upgrades(world, { order: { ...restore.order, deadlineAt: world.scheduler.now() } });
    expect([ran.end, othersOf(ran)]).toEqual(['deadline-before-upgrade', []]);
    expect(journalIn(world)).toMatchObject({ direction: 'forward', outcome: { result: 'failed' } });
    expect(world.store.list('Secret', { namespace })).toEqual(before);
    expect(texts(ran, 'phase')).not.toContain('Helm rollback to revision 1');
  });

  it('is only failed where it was not begun', async () => {
    const world = await milvusWorld();
    const ran = await upgrades(world, { ...restore, ...overtakenBy(world, third) });
    expect([ran.end, othersOf(ran)]).toEqual(['release-changed', []]);
    expect(journalIn(world)).toMatchObject({
      direction: 'forward',
      outcome: { result: 'failed', problem: 'release-changed' },
    });
  });

  it.each([
    ['another problem', failed({ id: 'forbidden', what: 'No.', remedy: 'Ask.' }), 'image-pull', ['image-pull', 'forbidden']],
    ['the same problem', failed({ id: 'image-pull', what: 'No.', remedy: 'Ask.' }), 'image-pull', []],
    ['an error that nobody foresaw', new Error('a bug'), 'a bug', ['not a Problem']],
  ])('ends with %s of the way back beside its own', async (_, second, end, others) => {
    const world = await broken();
    const look = (): Promise<never> => Promise.reject(second);
    const ran = await upgrades(world, { ...restore, backPlanner: { look } });
    expect([ran.end, othersOf(ran)]).toEqual([end, others]);
    expect([journalIn(world)?.outcome, journalIn(world)?.interruptedAt]).toEqual([undefined, undefined]);
    expect(holderIn(world)).toBeUndefined();
  }); // prettier-ignore

  it('leaves a way back that is cancelled to the next run', async () => {
    const world = await broken();
    const ran = await upgrades(world, {
      ...restore,
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'back') process.signal('SIGINT');
      },
    });
    expect(ran.error).toBeDefined();
    expect(journalIn(world)).toMatchObject({ direction: 'back', interruptedAt: expect.any(String) });
    expect(journalIn(world)?.outcome).toBeUndefined();
    const next = await upgrades(world, restore);
    expect(next.end).toMatchObject({ result: 'restored' });
    expect(journalIn(world)).not.toHaveProperty('interruptedAt');
  });

  it('is finished by the next run of the same inputs where the one that took it back died', async () => {
    const world = await broken();
    const order = { ...restore.order, deadlineAt: world.scheduler.now() + 120_000 };
    const one = await upgrades(world, {
      order,
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'back') process.kill();
      },
    });
    expect(one.end).toBe('killed');
    await world.settle();
    const ran = await upgrades(world, { order });
    expect(ran.end).toMatchObject({ result: 'restored', because: { ending: 'failed', details: { id: 'restored' } } });
    expect(texts(ran, 'info').at(-1)).toMatch(/^Going on with taking the release back\. The taking back of/);
    expect(ran.told).toEqual(['resumed octo/repo/action#1 open', 'back 2 to 1', 'state written 3 rolled out']);
    expect(journalIn(world)).toMatchObject({ epoch: 2, run: 'octo/repo/action#2', outcome: { result: 'restored' } });
  });
});

describe('a way back that another run began', () => {
  it('is left to the next one where it is cancelled', async () => {
    const world = await broken();
    await upgrades(world, {
      ...restore,
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'back') process.kill();
      },
    });
    await world.settle();
    const ran = await upgrades(world, {
      ...restore,
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'wait') process.signal('SIGINT');
      },
    });
    expect(ran.error).toBeDefined();
    expect(journalIn(world)).toMatchObject({ direction: 'back', interruptedAt: expect.any(String) });
  });

  it('is not finished where Helm had not begun with it, and it is not truthful any more', async () => {
    const world = await broken();
    await upgrades(world, {
      ...restore,
      looked: (work) => {
        // The journal says by then that it goes back, and nothing else is done.
        world.scheduler.in(3, 'kill', () => {
          world.processes.at(-1)?.kill();
        });
        return work;
      },
    });
    await world.settle();
    expect(journalIn(world)).toMatchObject({ direction: 'back', steps: [{ id: 'helm-upgrade' }, { id: 'rollout' }] });
    expect((await upgrades(world, { ...restore, truthful: false })).end).toBe('not-taken-back');
    expect(journalIn(world)?.outcome).toBeUndefined();
    expect((await upgrades(world, restore)).end).toMatchObject({ result: 'restored' });
  });

  it('stays open where it fails, and is not called cancelled', async () => {
    const world = await broken();
    await upgrades(world, {
      ...restore,
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'back') process.kill();
      },
    });
    await world.settle();
    const looked = (work: BackWork): BackWork => ({ ...work, last: { ...work.last, revision: 9 } });
    expect((await upgrades(world, { ...restore, looked })).end).toBe('release-changed');
    expect(journalIn(world)?.outcome).toBeUndefined();
    expect(journalIn(world)?.interruptedAt).toBeUndefined();
  });
});

describe('an upgrade after a run that was killed', () => {
  it.each([
    ['release-pending', 4],
    ['blocked', 1],
  ])('plans what is left anew where that is refused as %s: %d times', async (id, times) => {
    const world = await milvusWorld();
    await killedAt(world, 'create ConfigMap');
    let asked = 0;
    const goOn = (): Promise<never> => {
      asked += 1;
      return Promise.reject(refused({ id, what: 'It is refused.', remedy: 'Wait.' }));
    };
    expect([(await upgrades(world, { planner: { goOn } })).end, asked]).toEqual([id, times]);
    expect(journalIn(world)?.outcome).toBeUndefined();
  });

  it('waits for the rollout alone where that is what is left, and tells of it', async () => {
    const world = await milvusWorld();
    await upgrades(world, {
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'wait') process.kill();
      },
    });
    somebodyDeletes(world, 'Lease');
    const ran = await upgrades(world);
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(ran.told.slice(2)).toEqual([
      'hops 1:',
      'planned 0 4.2.20',
      'state not written 2 rolled out',
      'hops 1: done',
    ]);
    expect(texts(ran, 'phase')).not.toContain('Helm upgrade');
  });

  it('goes on in the hop that it died in', async () => {
    const world = await milvusWorld();
    let waits = 0;
    await upgrades(world, {
      way: [second, third],
      heard: (event, { process }) => {
        if (event.type !== 'phase' || event.phase !== 'wait') return;
        waits += 1;
        if (waits === 2) process.kill();
      },
    });
    const ran = await upgrades(world, { way: [second, third] });
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(ran.told.slice(0, 2)).toEqual([
      'resumed octo/repo/action#1 open',
      'go on 5.0.2 upgrade 2 of 2, 2.4.16 -> 2.6.2 true',
    ]);
  });

  it('begins at the revision before where the journal is gone and only the rollout is left', async () => {
    const world = await broken();
    await upgrades(world, {
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'wait') process.kill();
      },
    });
    somebodyDeletes(world, 'ConfigMap');
    const ran = await upgrades(world);
    expect(ran.end).toBe('image-pull');
    expect(journalIn(world)).toMatchObject({ attempt: 'p2w1', base: 1, steps: [{ id: 'rollout' }] });
    expect((await upgrades(world, restore)).end).toMatchObject({ result: 'restored' });
  });

  it('goes on where Helm had written its revision', async () => {
    const world = await milvusWorld();
    await killedAt(world, 'helm: create record 2');
    const ran = await upgrades(world, { order: { url: 'https://runs.test/2' } });
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(texts(ran, 'info').at(-1)).toMatch(/^Going on with an unfinished undertaking\. The upgrade 2\.3\.11 -> 2\.4\.16/);
    expect(ran.told[0]).toBe('resumed octo/repo/action#1 open');
    expect(journalIn(world)).toMatchObject({
      ...{ attempt: 'p1w1', epoch: 2, run: 'octo/repo/action#2', url: 'https://runs.test/2' },
      ...{ openedBy: 'octo/repo/action#1', base: 1, outcome: { result: 'upgraded' } },
    });
  }); // prettier-ignore

  it('says that all is done where only that was left to be said', async () => {
    const world = await milvusWorld();
    await killedAt(world, 'list Pod', { way: [second, third] });
    const two = await upgrades(world, { way: [second, third], process: {} });
    expect(two.end).toEqual({ result: 'upgraded' });
    const again = await milvusWorld();
    const calls = 'replace ConfigMap';
    const probe = await milvusWorld();
    await upgrades(probe);
    const last = probe.processes[0]?.calls.findLast(({ name }) => name.startsWith(calls))?.n ?? 0;
    await upgrades(again, { process: { faults: [{ at: last, kind: 'kill-before' }] } });
    const ran = await upgrades(again);
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(ran.told).toEqual([
      'resumed octo/repo/action#1 open',
      'go on 4.2.20 upgrade 1 of 1, 2.3.11 -> 2.4.16 true',
      'hops 1: done',
      'state not written 2',
    ]);
    expect(journalIn(again)).toMatchObject({ outcome: { result: 'upgraded' } });
    expect(texts(ran, 'phase')).not.toContain('Helm upgrade');
  });

  it('catches up with hops that were finished before that could be said', async () => {
    const world = await milvusWorld();
    const probe = await milvusWorld();
    await upgrades(probe, { way: [second, third] });
    const calls = probe.processes[0]?.calls ?? [];
    // The journal is written for: begin, Helm, Helm seen, rollout, rollout seen, next hop.
    const advance = calls.filter(({ name }) => name.endsWith('ConfigMap milvus-upgrade-my'))[5]?.n ?? 0;
    await upgrades(world, { way: [second, third], process: { faults: [{ at: advance, kind: 'kill-before' }] } });
    await world.settle();
    expect(journalIn(world)).toMatchObject({ hop: 0, base: 1 });
    const ran = await upgrades(world, { way: [second, third] });
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(ran.told.slice(0, 4)).toEqual([
      'resumed octo/repo/action#1 open',
      'go on 4.2.20 5.0.2 upgrade 1 of 2, 2.3.11 -> 2.4.16 true',
      'hops 2: done',
      'planned 1 5.0.2',
    ]);
    expect(journalIn(world)).toMatchObject({ hop: 1, base: 2, outcome: { result: 'upgraded' } });
  });

  it('with other inputs is refused, and frees nothing', async () => {
    const world = await milvusWorld();
    await killedAt(world, 'helm: create record 2');
    await world.pass(60_000);
    const before = world.store.history.length;
    const ran = await upgrades(world, { way: [second, third] });
    expect(ran.end).toBe('upgrade-open');
    expect(ran.told).toEqual([]);
    expect(world.store.history.slice(before).filter(({ kind }) => kind !== 'Lease')).toEqual([]);
  });

  it('plans anew where somebody has upgraded since, and says so', async () => {
    const world = await milvusWorld();
    await killedAt(world, 'create ConfigMap');
    await somebodyUpgrades(world, third);
    const ran = await upgrades(world, { way: [third] });
    expect(texts(ran, 'warning')).toEqual([expect.stringMatching(/changed by somebody else since \(revisions 2\)\. The upgrade 2\.3/)]);
    expect([ran.end, ran.told]).toEqual([{ result: 'unchanged' }, ['plan']]);
    expect(journalIn(world)).toMatchObject({ attempt: 'p1w1', outcome: { result: 'overtaken' } });
    expect(journalIn(world)?.outcome).not.toHaveProperty('problem');
  }); // prettier-ignore

  it('waits only for the rollout where Helm had ended, and begins at the revision before', async () => {
    const world = await milvusWorld();
    await somebodyUpgrades(world, second);
    const behaviourOf: BehaviourOf = neverPulled;
    const other = await milvusWorld({ behaviourOf });
    await somebodyUpgrades(other, second);
    const ran = await upgrades(other, { order: { deadlineAt: other.scheduler.now() + 60_000 } });
    expect(ran.end).toBe('rollout-timeout');
    expect(ran.told.slice(2)).toEqual([
      'hops 1:',
      'planned 0 4.2.20',
      'state not written 2',
      'trouble rollout-timeout 3',
      'hops 1: failed',
    ]);
    expect(journalIn(other)).toMatchObject({ base: 1, steps: [{ id: 'rollout' }] });
    expect((await upgrades(world)).end).toEqual({ result: 'unchanged' });
  });

  it('repeats an approved run that failed, by its digest', async () => {
    let comes = false;
    const world = await milvusWorld({
      behaviourOf: ({ image }) => (image === imageOf(second) && !comes ? { fate: 'never-pulled' } : {}),
    });
    const approved = 'digest of 4.2.20';
    const order = { approved, deadlineAt: world.scheduler.now() + 60_000 };
    expect((await upgrades(world, { order })).end).toBe('rollout-timeout');
    comes = true;
    const ran = await upgrades(world, { order: { approved }, way: [second] });
    // The plan of the journal is finished: no other one is made, nor approved.
    expect(ran.told.slice(0, 2)).toEqual(['resumed octo/repo/action#1 failed', 'go on 4.2.20 upgrade 1 of 1, 2.3.11 -> 2.4.16 true']); // prettier-ignore
    expect(ran.told.join()).not.toContain('approve');
  });

  it('repeats an approved run that went well without a lock', async () => {
    const world = await milvusWorld();
    const order = { approved: 'digest of 4.2.20' };
    await upgrades(world, { order });
    const from = world.store.history.length;
    expect(await upgrades(world, { order })).toMatchObject({ end: { result: 'unchanged' }, told: ['plan'] });
    expect(world.store.history.slice(from)).toEqual([]);
  });

  it('has what is left approved where another digest is', async () => {
    const world = await milvusWorld();
    await killedAt(world, 'helm: create record 2');
    const ran = await upgrades(world, { order: { approved: 'another digest' } });
    expect(ran.told).toContain('approve digest of 4.2.20');
  });
});

describe('an upgrade that is taken back by hand and asked for again', () => {
  it('is a new undertaking', async () => {
    const world = await milvusWorld();
    await upgrades(world);
    expect((await rollsBack(world)).end).toBe(true);
    const ran = await upgrades(world);
    expect(ran.end).toEqual({ result: 'upgraded' });
    expect(journalIn(world)).toMatchObject({ attempt: 'p3w1', base: 3 });
  });
});
