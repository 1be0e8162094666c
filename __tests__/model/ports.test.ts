import { describe, expect, it } from '@jest/globals';
import type { KubeObject, Written } from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';
import type { Fault } from './faults.js';
import { idOf } from './walk.js';
import { World } from './world.js';

const namespace = 'db';
const map = (name: string, data: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

/** One write under a fault: how it ended for its caller, and what is there afterwards. */
async function oneWrite(fault: Fault | undefined, until?: number) {
  const world = new World();
  world.store.create('user', map('journal', { n: '1' }));
  const { process, cluster, writes } = world.process({ faults: fault === undefined ? [] : [fault] });
  const ending = await world.run(process, async (): Promise<Written> => {
    const seen = await cluster.get(resources.configMaps, 'journal', namespace);
    if (seen === undefined) throw new Error('gone');
    const options = until === undefined ? {} : { until: process.clock.now() + until };
    return writes.replace(resources.configMaps, { ...seen, data: { n: '2' } }, options);
  });
  const endedAt = world.scheduler.now();
  const thenData = world.store.get('ConfigMap', namespace, 'journal')?.data;
  await world.settle();
  const laterData = world.store.get('ConfigMap', namespace, 'journal')?.data;
  const id = ending.ended === 'returned' ? (ending.value.written ? 'written' : 'lost') : idOf(ending);
  return { id, then: thenData, later: laterData, tookMs: endedAt - (world.store.history[0]?.at ?? 0) };
}

const old = { n: '1' };
const changed = { n: '2' };

describe('writes of a process', () => {
  it.each<[Omit<Fault, 'at'> | undefined, number | undefined, string, object, object]>([
    [undefined, undefined, 'written', changed, changed],
    [{ kind: 'kill-before' }, undefined, 'killed', old, old],
    [{ kind: 'kill-after' }, undefined, 'killed', changed, changed],
    [{ kind: 'error-after-effect', extent: 'once' }, undefined, 'written', changed, changed],
    [{ kind: 'error-after-effect' }, undefined, 'write-unknown', changed, changed],
    [{ kind: 'timeout-no-effect' }, undefined, 'write-unknown', old, old],
    [{ kind: 'conflict-409', extent: 'once' }, undefined, 'written', changed, changed],
    [{ kind: 'conflict-409' }, undefined, 'lost', old, old],
    [{ kind: 'busy-429', extent: 'once' }, undefined, 'written', changed, changed],
    [{ kind: 'busy-429', extent: 'once' }, 500, 'server-busy', old, old],
    [{ kind: 'busy-429' }, undefined, 'server-busy', old, old],
    [{ kind: 'slow-beyond-lease' }, undefined, 'written', changed, changed],
    [{ kind: 'slow-beyond-lease' }, 5_000, 'write-unknown', old, changed],
    [{ kind: 'slow-beyond-lease', effect: 'early' }, 5_000, 'write-unknown', changed, changed],
    [undefined, 0, 'write-too-late', old, old],
  ])('%j with limit %p ends %s', async (fault, until, id, then, later) => {
    expect(await oneWrite(fault === undefined ? undefined : { at: 2, ...fault }, until)).toMatchObject({
      id,
      then,
      later,
    });
  });

  it('ends at the limit', async () => {
    expect((await oneWrite({ at: 2, kind: 'timeout-no-effect' }, 5_000)).tookMs).toBeLessThan(5_010);
  });

  it('lets one of two win, for creating and for replacing', async () => {
    const world = new World();
    const program = () => {
      const { process, cluster, writes } = world.process();
      const main = async () => {
        const made = await writes.create(resources.configMaps, map('lock', { by: process.id }));
        const seen = await cluster.get(resources.configMaps, 'lock', namespace);
        if (seen === undefined) throw new Error('gone');
        const replaced = await writes.replace(resources.configMaps, { ...seen, data: { by: `${process.id} again` } });
        return [made, replaced];
      };
      return { process, main };
    };
    const endings = await world.runAll([program(), program()]);
    const outcomes = endings.map((ending) =>
      ending.ended === 'returned' ? ending.value.map((one) => one.written) : [],
    );
    expect(outcomes).toEqual([
      [true, true],
      [false, false],
    ]);
    const [, second] = endings;
    expect(second?.ended === 'returned' && second.value[1]).toMatchObject({
      found: { data: { by: 'action#1 again' } },
    });
    expect(world.store.history.map(({ who, verb }) => `${who} ${verb}`)).toEqual([
      'action#1 create',
      'action#1 update',
    ]);
  });

  it('stops two at any call, to be let go in any order', async () => {
    const world = new World();
    world.store.create('user', map('journal', { n: '1' }));
    const slow = world.process({ hold: (call) => call.class === 'write' });
    const quick = world.process();
    const write =
      ({ cluster, writes }: typeof slow) =>
      async () => {
        const seen = await cluster.get(resources.configMaps, 'journal', namespace);
        return seen === undefined ? undefined : writes.replace(resources.configMaps, { ...seen, data: { n: '2' } });
      };
    const held = slow.process.start(write(slow));
    await world.settle();
    expect(slow.process.holds).toBe(true);
    await world.run(quick.process, write(quick));
    slow.process.release();
    await world.settle();
    expect(await held).toMatchObject({ ended: 'returned', value: { written: false } });
  });
});

describe('a dead process', () => {
  it('does nothing any more: no call, no timer, no answer', async () => {
    const world = new World();
    const { process, writes } = world.process();
    const after: string[] = [];
    const main = async (): Promise<void> => {
      void process.clock.sleep(60_000).then(() => after.push('timer'));
      await process.clock.sleep(1_000);
      const written = writes.create(resources.configMaps, map('late'));
      process.kill();
      await written;
      after.push('answer');
    };
    expect((await world.run(process, main)).ended).toBe('killed');
    await world.settle();
    expect(after).toEqual([]);
    expect(world.store.history).toEqual([]);
  });
});

describe('the store', () => {
  it('bumps the generation for a spec only, and leaves no trace of what changes nothing', () => {
    const { store } = new World();
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', namespace },
      spec: { replicas: 1 },
    };
    store.create('user', object);
    const change = (edit: object, verb: 'update' | 'status' = 'update') =>
      store.change('user', 'Deployment', namespace, 'a', (live) => ({ ...live, ...edit }), verb);
    change({ spec: { replicas: 1 } });
    expect(store.history).toHaveLength(1);
    change({ status: { replicas: 3 } });
    expect(store.history).toHaveLength(1);
    change({ status: { replicas: 3 } }, 'status');
    change({ spec: { replicas: 2 } });
    expect(store.get('Deployment', namespace, 'a')).toMatchObject({
      metadata: { generation: 2 },
      status: { replicas: 3 },
    });
    expect(store.listAsOf(store.history[0]?.version ?? 0, 'Deployment')).toMatchObject([{ spec: { replicas: 1 } }]);
  });

  it('lists by labels and fields', () => {
    const { store } = new World();
    store.create('user', { ...map('a'), metadata: { name: 'a', namespace, labels: { owner: 'helm', name: 'x' } } });
    store.create('user', { ...map('b'), metadata: { name: 'b', namespace, labels: { owner: 'helm' } } });
    const names = (labelSelector: string) =>
      store.list('ConfigMap', { namespace, labelSelector }).map((one) => one.metadata.name);
    expect(names('owner=helm')).toEqual(['a', 'b']);
    expect(names('owner=helm,name=x')).toEqual(['a']);
    expect(names('owner=helm,!name')).toEqual(['b']);
    expect(names('name!=x')).toEqual(['b']);
    expect(store.list('ConfigMap', { fieldSelector: 'metadata.name=b' })).toHaveLength(1);
  });
});
