import { describe, expect, it } from '@jest/globals';
import { readHistory } from '../../src/helm/record.js';
import type { ReleaseRecord, ReleaseStatus } from '../../src/helm/port.js';
import { Problem } from '../../src/problem.js';
import type { BackWork } from '../../src/upgrade/engine/ports.js';
import { stateInWords } from '../../src/upgrade/journal/words.js';
import { expectationTo, imageOf, milvusWorld, namespace, release } from '../model/scenario.js';
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
} from './engine-run.js';

const upgraded = async (way: readonly string[] = [second]): Promise<World> => {
  const world = await milvusWorld();
  await upgrades(world, { way });
  return world;
};

const detailsOf = ({ error }: { readonly error: unknown }) => (error instanceof Problem ? error.details : undefined);

async function statuses(world: World): Promise<readonly string[]> {
  const { process, cluster } = world.process();
  const ending = await world.run(process, () => readHistory(cluster, namespace, release));
  return ending.ended === 'returned' ? ending.value.map(({ revision, status }) => `${revision} ${status}`) : [];
}

/** A run that is killed when it has written down that Helm begins, before Helm does anything; its lock is gone. */
async function killedBeforeHelm(world: World): Promise<void> {
  await upgrades(world, {
    heard: (event, { process }) => {
      if (event.type === 'phase' && event.phase === 'upgrade') process.kill();
    },
  });
  somebodyDeletes(world, 'Lease');
}

const written = ({ store }: World, from: number) =>
  store.history.slice(from).filter(({ kind, who }) => kind !== 'Lease' && who.startsWith('action'));

describe('taking back', () => {
  it('what was done last is told, written down, and done', async () => {
    const world = await upgraded();
    const ran = await rollsBack(world, { order: { url: 'https://runs.test/2' } });
    expect(ran.end).toBe(true);
    expect(ran.told).toEqual(['resumed octo/repo/action#1 upgraded', 'back 2 to 1', 'state written 3 rolled out']);
    expect(texts(ran, 'phase')).toEqual([
      'Lock the release',
      'Helm rollback to revision 1',
      'Wait for the rollout',
      'See whether it stays so',
    ]);
    expect(journalIn(world)).toMatchObject({
      ...{ attempt: 'p1w1', epoch: 2, run: 'octo/repo/action#2', url: 'https://runs.test/2', direction: 'back' },
      outcome: { result: 'rolled-back' },
      steps: [
        ...[{}, {}],
        { id: 'helm-rollback', epoch: 2, intended: { from: 2, to: 1, revision: 3 }, observed: { revision: 3 } },
        { id: 'rollout-back', observed: { workloads: 3 } },
      ],
    });
    expect(await statuses(world)).toEqual(['1 superseded', '2 superseded', '3 deployed']);
    expect(holderIn(world)).toBeUndefined();
  });

  it('a second time writes nothing, and says that it was done', async () => {
    const world = await upgraded();
    await rollsBack(world);
    const from = world.store.history.length;
    const ran = await rollsBack(world);
    const journal = journalIn(world);
    expect([ran.end, ran.told, written(world, from)]).toEqual([false, [], []]);
    expect(texts(ran, 'info')).toEqual([journal === undefined ? '' : stateInWords(journal)]);
  });

  it('takes one hop back of several', async () => {
    const world = await upgraded([second, third]);
    const ran = await rollsBack(world);
    expect(ran.told).toContain('back 3 to 2');
    expect(journalIn(world)).toMatchObject({ hop: 1, base: 2, outcome: { result: 'rolled-back' } });
  });

  it('knows what was done by the labels, where the journal is gone', async () => {
    const world = await upgraded();
    somebodyDeletes(world, 'ConfigMap');
    const ran = await rollsBack(world);
    expect(ran.end).toBe(true);
    expect(ran.told).toEqual(['resumed octo/repo/action#2 open', 'back 2 to 1', 'state written 3 rolled out']);
    expect(journalIn(world)).toMatchObject({
      ...{ release, namespace, attempt: 'p1w1', asked: 'p1w1: milvus-4.2.20', base: 1, direction: 'back' },
      ...{ epoch: 2, openedBy: 'octo/repo/action#2', plan: { targetVersion: '2.4.16' } },
      outcome: { result: 'rolled-back' },
    });
  });

  it.each<[string, () => Promise<World>, string]>([
    ['nothing was ever done', () => milvusWorld(), 'Revision 1 of release my in namespace db'],
    ['somebody has upgraded since', async () => {
      const world = await upgraded();
      await somebodyUpgrades(world, third);
      return world;
    }, 'Revision 3 of'],
    ['somebody has upgraded since it was taken back', async () => {
      const world = await upgraded();
      await rollsBack(world);
      await somebodyUpgrades(world, third);
      return world;
    }, 'Revision 4 of'],
  ])('is refused where %s', async (_, make, what) => {
    const world = await make();
    const from = world.store.history.length;
    const ran = await rollsBack(world);
    expect(ran.error).toMatchObject({ ending: 'refused' });
    expect(detailsOf(ran)).toMatchObject({ id: 'nothing-to-take-back', what: expect.stringContaining(what) });
    expect([ran.told, written(world, from), holderIn(world)]).toEqual([[], [], undefined]);
  }); // prettier-ignore

  it('is refused where it would not be truthful, with what is possible, and nothing is written', async () => {
    const world = await upgraded();
    const from = world.store.history.length;
    const ran = await rollsBack(world, { truthful: false });
    expect(ran.error).toMatchObject({ ending: 'refused' });
    expect(detailsOf(ran)).toMatchObject({
      id: 'not-taken-back',
      what: 'Revision 2 is not taken back to revision 1: It has started.',
      remedy: 'Go forward. Or: Restore.',
    });
    expect([ran.told, written(world, from)]).toEqual([[], []]);
  });

  it('is finished though it would not be truthful any more, once Helm has begun with it', async () => {
    const world = await upgraded();
    await rollsBack(world, {
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'back') process.kill();
      },
    });
    await world.pass(31_000);
    expect((await rollsBack(world, { truthful: false })).end).toBe(true);
  });

  it('is not finished where that is not truthful and Helm has not begun with it', async () => {
    const world = await upgraded();
    await rollsBack(world, {
      heard: (event, { process }) => {
        // The way back is decided, and nothing of it is begun.
        if (event.type === 'phase' && event.phase === 'lock')
          world.scheduler.in(20, 'kill', () => {
            process.kill();
          });
      },
      process: { latencyMs: ({ name }) => (name.startsWith('list Secret') ? 50 : 1) },
    });
    await world.pass(31_000);
    expect(detailsOf(await rollsBack(world, { truthful: false }))?.id).toBe('not-taken-back');
  });

  it('says of a release that is not ready on its old contents that it is there, and what is wrong', async () => {
    let comes = true;
    const world = await milvusWorld({
      behaviourOf: ({ image }) => (image === imageOf(first) && !comes ? { fate: 'never-pulled' } : {}),
    });
    await upgrades(world);
    comes = false;
    const ran = await rollsBack(world);
    expect(ran.end).toBe('image-pull');
    expect(ran.told.slice(1)).toEqual(['back 2 to 1', 'state written 3', 'trouble image-pull 3']);
    expect(journalIn(world)).toMatchObject({ direction: 'back', outcome: { result: 'failed', problem: 'image-pull' } });
    // A person may go on from there: nothing is open.
    comes = true;
    expect((await upgrades(world)).end).toEqual({ result: 'upgraded' });
  });

  it('stays open where Helm fails, and is finished by the next run', async () => {
    const world = await upgraded();
    const ran = await rollsBack(world, {
      heard: (event) => {
        if (event.type === 'phase' && event.phase === 'back')
          world.scheduler.in(30, 'kill Helm', () => {
            world.children.at(-1)?.kill();
          });
      },
    });
    expect(ran.error).toBeDefined();
    expect(ran.told.slice(-2)).toEqual(['state written 3', expect.stringContaining('trouble')]);
    expect(journalIn(world)).toMatchObject({ direction: 'back', steps: [{}, {}, { failed: expect.any(String) }] });
    expect([journalIn(world)?.outcome, journalIn(world)?.interruptedAt]).toEqual([undefined, undefined]);
    expect((await rollsBack(world)).end).toBe(true);
  });

  it.each<[string, Partial<ReleaseRecord>, string]>([
    ['has another number now', { revision: 9 }, 'was at revision 9 when this run looked at it, and is now at 2.'],
    ['has another status now', { status: 'failed' }, 'was at revision 2 when this run looked at it, and is now at 2.'],
  ])('is refused where the last revision %s', async (_, change, what) => {
    const world = await upgraded();
    const ran = await rollsBack(world, { looked: (work) => ({ ...work, last: { ...work.last, ...change } }) });
    expect(ran.error).toMatchObject({ ending: 'refused' });
    expect(detailsOf(ran)).toMatchObject({ id: 'release-changed', what: expect.stringContaining(what) });
    expect(world.children).toHaveLength(1);
  });

  it('is not done where the contents are others than those that were to come back', async () => {
    const world = await upgraded();
    const ran = await rollsBack(world, {
      looked: (work) => ({ ...work, target: { ...work.target, manifest: 'another one' } }),
    });
    expect(ran.error).toMatchObject({ ending: 'failed' });
    expect(detailsOf(ran)).toMatchObject({
      id: 'revision-unexpected',
      what: expect.stringContaining('is at revision 3 (deployed) instead of revision 3, deployed alone'),
    });
    expect(ran.told.at(-2)).toBe('state written 3');
    expect(journalIn(world)?.outcome).toBeUndefined();
  });

  it('needs no Helm where the last revision has the contents that are to come back', async () => {
    const world = await upgraded();
    const looked = (work: BackWork): BackWork => ({
      ...work,
      target: { ...work.target, manifest: work.last.manifest },
      expectation: expectationTo(second),
    });
    // That it would not be truthful does not matter then.
    const ran = await rollsBack(world, { looked, truthful: false });
    expect([ran.end, ran.told.slice(1)]).toEqual([true, ['back 2 to 1', 'state not written 2 rolled out']]);
    expect(world.children).toHaveLength(1);
  });

  it('that is cancelled says so, and gives the lock back', async () => {
    const world = await upgraded();
    const ran = await rollsBack(world, {
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'wait') process.signal('SIGINT');
      },
    });
    expect(ran.error).toBeDefined();
    expect(journalIn(world)).toMatchObject({ direction: 'back', interruptedAt: expect.any(String) });
    expect([journalIn(world)?.outcome, holderIn(world)]).toEqual([undefined, undefined]);
  });

  it('waits until a Helm that was begun, and left no trace, can write no more', async () => {
    const world = await milvusWorld();
    await killedBeforeHelm(world);
    const from = world.scheduler.now();
    const ran = await rollsBack(world);
    expect(ran.end).toBe(true);
    expect(texts(ran, 'info')).toEqual([
      expect.stringContaining('may not have written anything yet; waiting 1 min 23 s for its end'),
    ]);
    expect(world.scheduler.now() - from).toBeGreaterThanOrEqual(83_000);
    expect(world.scheduler.now() - from).toBeLessThan(100_000);
    expect(ran.told).toEqual(['resumed octo/repo/action#1 open', 'back 1 to 1', 'state not written 1 rolled out']);
    // The Lease that began at 1 again has an epoch above that of the journal.
    expect(journalIn(world)).toMatchObject({ epoch: 2, outcome: { result: 'rolled-back' } });
  });

  it('waits no longer for it than until it has written', async () => {
    const world = await milvusWorld();
    await killedBeforeHelm(world);
    const from = world.scheduler.now();
    const ran = await rollsBack(world, {
      heard: (event) => {
        if (event.type === 'info' && event.text.includes('may not have written')) void somebodyUpgrades(world, second);
      },
    });
    // What was written is not of this action: it is not undone.
    expect(ran.end).toBe('release-pending');
    expect(world.scheduler.now() - from).toBeLessThan(5_000);
  });

  it('ends at once when it is cancelled in that wait', async () => {
    const world = await milvusWorld();
    await killedBeforeHelm(world);
    const from = world.scheduler.now();
    const ran = await rollsBack(world, {
      heard: (event, { process }) => {
        if (event.type !== 'info' || !event.text.includes('may not have written')) return;
        world.scheduler.in(5_000, 'cancel', () => {
          process.signal('SIGINT');
        });
      },
    });
    expect(detailsOf(ran)).toMatchObject({ id: 'cancelled', what: expect.stringContaining('end of an earlier Helm') });
    expect(world.scheduler.now() - from).toBeLessThan(8_000);
  });

  it.each([
    ['a journal of a newer version', (text: string) => text.replace('"schema": 1', '"schema": 2'), 'journal-newer'],
    ['a journal that cannot be read', (text: string) => text.slice(0, 50), 'journal-unreadable'],
  ])('is refused by %s, without the lock', async (_, change, id) => {
    const world = await upgraded();
    world.store.change('user', 'ConfigMap', namespace, 'milvus-upgrade-my', (live) => {
      const data = live.data as Record<string, string>;
      return { ...live, data: { ...data, 'journal.json': change(data['journal.json'] ?? '') } };
    });
    const from = world.store.history.length;
    expect((await rollsBack(world)).end).toBe(id);
    expect((await upgrades(world)).end).toBe(id);
    expect(world.store.history.slice(from)).toEqual([]);
  });
});

describe('a revision that is pending', () => {
  const pending = (status: ReleaseStatus = 'pending-upgrade'): Promise<World> =>
    milvusWorld({
      revisions: [
        { chart: first, status: 'deployed' },
        { chart: second, status },
      ],
      live: 0,
    });

  it('of somebody else is refused', async () => {
    const world = await pending();
    const ran = await upgrades(world);
    expect(ran.error).toMatchObject({ ending: 'refused' });
    expect(detailsOf(ran)?.id).toBe('release-pending');
    expect(await statuses(world)).toEqual(['1 deployed', '2 pending-upgrade']);
  });

  it('of somebody else is freed where that is allowed, after its time and a lease duration without a change', async () => {
    const world = await pending();
    const from = world.scheduler.now();
    const order = { unlockForeign: true, url: 'https://runs.test/1' };
    const ran = await upgrades(world, { order });
    expect(ran.end).toEqual({ result: 'upgraded' });
    const freed = world.store.history.find(({ kind }) => kind === 'Secret');
    expect((freed?.at ?? 0) - from).toBeGreaterThan(330_000);
    expect((freed?.at ?? 0) - from).toBeLessThan(350_000);
    expect(JSON.stringify(freed?.after)).toContain('failed');
    expect(await statuses(world)).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect(journalIn(world)).toMatchObject({ base: 2 });
  });

  it('of a run that was killed is freed after what its Helm has left and a lease duration', async () => {
    const world = await milvusWorld();
    await upgrades(world, {
      heard: (event, { process }) => {
        if (event.type === 'phase' && event.phase === 'upgrade')
          world.scheduler.in(25, 'kill', () => {
            for (const child of world.children) child.kill();
            process.kill();
          });
      },
    });
    expect(await statuses(world)).toEqual(['1 deployed', '2 pending-upgrade']);
    somebodyDeletes(world, 'Lease');
    const from = world.scheduler.now();
    const ran = await upgrades(world);
    expect(ran.end).toEqual({ result: 'upgraded' });
    const freed = world.store.history.find(({ kind, who, name }) => kind === 'Secret' && who === 'action#3' && name.endsWith('v2'));
    expect((freed?.at ?? 0) - from).toBeGreaterThan(113_000);
    expect((freed?.at ?? 0) - from).toBeLessThan(130_000);
  }); // prettier-ignore
});
