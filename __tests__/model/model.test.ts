import { describe, expect, it } from '@jest/globals';
import { RolloutFailure } from '../../src/upgrade/wait.js';
import { differences, liveImages, liveReplicas, podImages, revisionsOf, statusList } from './end-state.js';
import { faultsFor } from './faults.js';
import type { Fault } from './faults.js';
import { charts, imageOf, milvusWorld, namespace } from './scenario.js';
import { idOf, walk } from './walk.js';
import type { World, WorldOptions } from './world.js';

const { first, second, third } = charts;

async function walked(to: string, faults: readonly Fault[] = [], options: WorldOptions = {}, helmMajor: 3 | 4 = 3) {
  const world = await milvusWorld(options);
  const started = world.process({ faults, helmMajor });
  const ending = await world.run(started.process, walk(started, first, to, 1));
  return { world, ending, id: idOf(ending), calls: started.process.calls };
}

const isAsRecorded = (world: World): void => {
  expect(differences(world.store)).toEqual([]);
};

describe('an upgrade on the model', () => {
  it.each([3, 4] as const)('ends well with Helm %i: record, objects and pods agree', async (helmMajor) => {
    const { world, id } = await walked(third, [], { compressed: true }, helmMajor);
    expect(id).toBe('returned');
    expect(statusList(world.store)).toEqual(['1 superseded', '2 deployed']);
    expect(revisionsOf(world.store).at(-1)?.apply_method).toBe({ 3: undefined, 4: 'csa' }[helmMajor]);
    isAsRecorded(world);
    expect(podImages(world.store)).toEqual(['etcd:3.5.18', imageOf(third)]);
    expect(Object.keys(liveImages(world.store)).sort()).toEqual([
      'my-etcd',
      'my-milvus-proxy',
      'my-milvus-streamingnode',
    ]);
    expect(new Set(Object.values(liveReplicas(world.store)))).toEqual(new Set([1]));
    expect(new Set(world.store.history.map(({ who }) => who))).toEqual(new Set(['helm#1', 'controller']));
  });

  it('replaces a ready pod only when its successor is ready', async () => {
    const { world } = await walked(second);
    const proxies = world.store.history.filter(({ kind, name }) => kind === 'Pod' && name.includes('-proxy-'));
    const firstDeletion = proxies.findIndex(({ verb }) => verb === 'delete');
    expect(proxies.slice(0, firstDeletion).map(({ verb }) => verb)).toEqual(['create', 'status', 'status', 'status']);
  });

  it('ends early where an image never comes, and no container of it has ever started', async () => {
    const behaviourOf: WorldOptions['behaviourOf'] = ({ image }) =>
      image === imageOf(second) ? { fate: 'never-pulled' } : {};
    const { world, ending, id } = await walked(second, [], { behaviourOf });
    expect(id).toBe('image-pull');
    expect(ending.ended === 'threw' && ending.error).toBeInstanceOf(RolloutFailure);
    expect(world.kubelet.starts.filter(({ image }) => image === imageOf(second))).toEqual([]);
    expect(statusList(world.store)).toEqual(['1 superseded', '2 deployed']);
    // The old pods serve on.
    expect(podImages(world.store)).toContain(imageOf(first));
  });

  it('ends by the crash loop where one workload crashes, and knows each start', async () => {
    const behaviourOf: WorldOptions['behaviourOf'] = ({ workload, image }) =>
      workload === 'my-milvus-proxy' && image === imageOf(second) ? { fate: 'crashes' } : {};
    const { world, id } = await walked(second, [], { behaviourOf });
    expect(id).toBe('crash-loop');
    const starts = world.kubelet.starts.filter(({ workload }) => workload === 'my-milvus-proxy');
    expect(starts.map(({ image }) => image)).toEqual(Array.from({ length: 5 }, () => imageOf(second)));
  });

  it('is the same each time', async () => {
    const faults: Fault[] = [{ at: 24, kind: 'gone-410', extent: 'once' }];
    const [one, other] = [await walked(third, faults), await walked(third, faults)];
    expect(JSON.stringify(one.world.store.history)).toBe(JSON.stringify(other.world.store.history));
    expect(one.calls).toEqual(other.calls);
  });
});

describe('faults', () => {
  it.each(['gone-410', 'silent-watch', 'stale-list', 'slow-beyond-lease', 'busy-429'] as const)(
    'lets an upgrade end well after %s of an event',
    async (kind) => {
      const clean = await walked(second);
      const events = clean.calls.filter((call) => call.class === 'event');
      const at = events.at(5)?.n ?? 0;
      const { world, id } = await walked(second, [{ at, kind, extent: kind === 'silent-watch' ? 'lasting' : 'once' }]);
      expect(id).toBe('returned');
      isAsRecorded(world);
    },
  );

  it('shows the real wait a state before the upgrade where its list is stale', async () => {
    const clean = await walked(second);
    const at = clean.calls.find(({ name }) => name === 'watch Deployment')?.n ?? 0;
    const { id, calls } = await walked(second, [{ at, kind: 'stale-list' }]);
    expect(id).toBe('returned');
    const seen = (of: readonly { readonly name: string }[]) =>
      of.filter(({ name }) => name === 'event changed Deployment my-milvus-proxy').length;
    expect(seen(calls)).toBeGreaterThan(seen(clean.calls));
  });

  it('never leaves anybody waiting for ever, and a kill never changes more than was begun', async () => {
    const clean = await walked(second);
    const all = clean.calls.flatMap((call) => faultsFor(call.class).map((fault): Fault => ({ at: call.n, ...fault })));
    expect(all.length).toBeGreaterThan(500);
    const ends = new Map<string, number>();
    for (const fault of all.filter((_, index) => index % 29 === 0)) {
      const { world, id } = await walked(second, [fault]);
      ends.set(id, (ends.get(id) ?? 0) + 1);
      expect(await world.settle()).toBe(true);
      expect(world.store.list('Deployment', { namespace })).toHaveLength(2);
    }
    expect([...ends.keys()]).toEqual(expect.arrayContaining(['returned', 'killed']));
  });

  it('says so where everybody waits and nothing is to come', async () => {
    const world = await milvusWorld();
    const { process, cluster } = world.process();
    const main = async (): Promise<void> => {
      await cluster.serverVersion();
      await new Promise(() => undefined);
    };
    await expect(world.run(process, main)).rejects.toThrow(/everybody waits.*action#1/);
    const endless = async (): Promise<void> => {
      for (;;) await process.clock.sleep(1_000);
    };
    await expect(world.run(process, endless, { maxEvents: 1_000 })).rejects.toThrow(/no end/);
  });
});
