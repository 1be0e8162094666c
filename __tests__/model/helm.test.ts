import { describe, expect, it } from '@jest/globals';
import { readHistory } from '../../src/helm/record.js';
import { differences, statusList } from './end-state.js';
import type { Fault } from './faults.js';
import type { ProcessOptions } from './process.js';
import { charts, intentTo, milvusWorld, namespace, release } from './scenario.js';
import { idOf } from './walk.js';
import type { World } from './world.js';

const { first, second, third } = charts;

const upgrade = async (world: World, to: string, options: ProcessOptions = {}, labels = {}) => {
  const { process, helm } = world.process(options);
  const ending = await world.run(process, () => helm.upgrade(intentTo(to, labels)));
  return { id: idOf(ending), calls: process.calls };
};

const rollback = async (world: World, revision: number, options: ProcessOptions = {}) => {
  const { process, helm } = world.process(options);
  const intent = { release, namespace, revision, timeoutMs: 90_000, description: 'back' };
  return idOf(await world.run(process, () => helm.rollback(intent)));
};

const history = async (world: World) => {
  const { process, cluster } = world.process();
  const ending = await world.run(process, () => readHistory(cluster, namespace, release));
  if (ending.ended !== 'returned') throw new Error(ending.ended);
  return ending.value;
};

/** Numbers of the calls, by name, of an upgrade without a fault. */
async function callNamed(part: string): Promise<number> {
  const { calls } = await upgrade(await milvusWorld(), second);
  const call = calls.find(({ name }) => name.includes(part));
  if (call === undefined) throw new Error(`no call ${part}`);
  return call.n;
}

describe('Helm on the model', () => {
  it('writes in its order, and only what changes', async () => {
    const { calls } = await upgrade(await milvusWorld(), third);
    expect(calls.map(({ name }) => name)).toEqual([
      'start helm upgrade',
      'helm: read the history',
      'helm: create record 2',
      'helm: patch ConfigMap my-milvus',
      'helm: patch StatefulSet my-etcd',
      'helm: patch Deployment my-milvus-proxy',
      'helm: create Deployment my-milvus-streamingnode',
      'helm: delete Deployment my-milvus-datanode',
      'helm: record 1 superseded',
      'helm: record 2 deployed',
    ]);
  });

  it.each<[string, Fault['kind'], readonly string[]]>([
    ['create record', 'kill-before', ['1 deployed']],
    ['create record', 'kill-after', ['1 deployed', '2 pending-upgrade']],
    ['create record', 'child-killed', ['1 deployed', '2 pending-upgrade']],
    ['record 1 superseded', 'kill-before', ['1 deployed', '2 pending-upgrade']],
    ['record 1 superseded', 'kill-after', ['1 superseded', '2 pending-upgrade']],
    ['record 2 deployed', 'kill-after', ['1 superseded', '2 deployed']],
    ['patch Deployment my-milvus-proxy', 'error-after-effect', ['1 deployed', '2 failed']],
    ['record 1 superseded', 'server-500', ['1 deployed', '2 deployed']],
    ['record 2 deployed', 'server-500', ['1 superseded', '2 pending-upgrade']],
  ])('cut at "%s" by %s leaves %j', async (part, kind, left) => {
    const world = await milvusWorld();
    const { id } = await upgrade(world, second, { faults: [{ at: await callNamed(part), kind }] });
    await world.settle();
    expect(statusList(world.store)).toEqual(left);
    const isPending = left.at(-1)?.includes('pending') === true;
    expect((await upgrade(world, second)).id).toBe(isPending ? 'release-pending' : 'returned');
    expect(id).not.toBe(kind.startsWith('kill') ? 'returned' : '');
  });

  it('lives on after its process and finishes; nobody enforces its deadline', async () => {
    const world = await milvusWorld();
    const at = await callNamed('patch ConfigMap');
    const { id } = await upgrade(world, second, { faults: [{ at, kind: 'child-lives-on' }], orphanPaceMs: 60_000 });
    expect(id).toBe('killed');
    expect(statusList(world.store)).toEqual(['1 deployed', '2 pending-upgrade']);
    expect(await world.settle()).toBe(true);
    expect(statusList(world.store)).toEqual(['1 superseded', '2 deployed']);
    expect(differences(world.store)).toEqual([]);
    expect(world.store.history.at(-1)?.at).toBeGreaterThan(world.store.history[0]?.at ?? Infinity);
  });

  it('is stopped at its deadline where it hangs, and marks its revision failed', async () => {
    const world = await milvusWorld();
    const at = await callNamed('patch Deployment my-milvus-datanode');
    const { id } = await upgrade(world, second, { faults: [{ at, kind: 'timeout-no-effect' }] });
    expect(id).toBe('helm-timed-out');
    expect(statusList(world.store)).toEqual(['1 deployed', '2 failed']);
  });

  it('fails its revision on SIGINT; a rollback leaves it pending', async () => {
    const world = await milvusWorld();
    const interrupted = async (act: 'upgrade' | 'rollback', inMs: number) => {
      const { process, helm } = world.process();
      const abort = new AbortController();
      world.scheduler.in(inMs, 'cancel', () => {
        abort.abort();
      });
      const back = { release, namespace, revision: 1, timeoutMs: 90_000, description: '' };
      return idOf(
        await world.run(process, () =>
          act === 'upgrade' ? helm.upgrade(intentTo(second), abort.signal) : helm.rollback(back, abort.signal),
        ),
      );
    };
    expect(await interrupted('upgrade', 22)).toBe('cancelled');
    expect(statusList(world.store)).toEqual(['1 deployed', '2 failed']);
    expect(await interrupted('rollback', 12)).toBe('cancelled');
    expect(statusList(world.store)).toEqual(['1 deployed', '2 failed', '3 pending-rollback']);
  });

  it('goes back with the labels of the revision that it goes back to, also from a pending one', async () => {
    const world = await milvusWorld();
    await upgrade(
      world,
      second,
      { faults: [{ at: await callNamed('record 2 deployed'), kind: 'kill-before' }] },
      { a: 'x' },
    );
    expect(statusList(world.store)).toEqual(['1 superseded', '2 pending-upgrade']);
    expect(await rollback(world, 1, { helmMajor: 4 })).toBe('returned');
    expect(statusList(world.store)).toEqual(['1 superseded', '2 pending-upgrade', '3 deployed']);
    expect((await history(world)).map(({ labels, description }) => [labels, description])).toEqual([
      [{}, 'Install complete'],
      [{ a: 'x' }, 'Preparing upgrade'],
      [{}, 'back'],
    ]);
    await world.settle();
    expect(differences(world.store)).toEqual([]);
  });

  it('hands labels on to the next upgrade, whoever makes it', async () => {
    const world = await milvusWorld();
    await upgrade(world, second, {}, { 'milvus-upgrade/attempt': 'one' });
    await upgrade(world, third);
    expect((await history(world)).at(-1)?.labels).toEqual({ 'milvus-upgrade/attempt': 'one' });
  });

  it('lets one of two upgrades win', async () => {
    const world = await milvusWorld();
    const programs = [1, 2].map(() => {
      const { process, helm } = world.process();
      return { process, main: () => helm.upgrade(intentTo(second)) };
    });
    const ids = (await world.runAll(programs)).map(idOf);
    expect(ids).toEqual(['returned', 'release-changed']);
    expect(statusList(world.store)).toEqual(['1 superseded', '2 deployed']);
  });

  it('keeps ten revisions, never pruning the deployed one', async () => {
    const statuses = ['deployed', ...Array.from({ length: 10 }, () => 'failed' as const)] as const;
    const world = await milvusWorld({ revisions: statuses.map((status) => ({ chart: first, status })) });
    await upgrade(world, second);
    const left = statusList(world.store);
    expect(left).toHaveLength(10);
    expect(left[0]).toBe('1 superseded');
    expect(left.at(-1)).toBe('12 deployed');
  });
});
