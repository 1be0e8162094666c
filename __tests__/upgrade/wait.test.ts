import { describe, expect, it } from '@jest/globals';
import type { Event } from '../../src/report/events.js';
import type { ExpectedWorkload, WorkloadRef } from '../../src/upgrade/rollout/objects.js';
import { RolloutFailure, waitForRollout } from '../../src/upgrade/wait.js';
import { FakeClock, flush } from './fake-clock.js';
import { FakeCluster, watchedKinds } from './fake-cluster.js';
import type { Condition } from './objects.js';
import { deployedPod, deployment, event, newImage, oldImage, replicaSet, statefulPod, statefulSet } from './objects.js';

const proxy = { kind: 'Deployment', name: 'proxy', component: 'proxy', image: newImage } as const;
const etcd = { kind: 'StatefulSet', name: 'etcd' } as const;
const minute = 60_000;

const oldProxy = deployedPod('proxy', 'ready', { revision: 1, image: oldImage });

/** A namespace right after Helm ended: the proxy is still the old one, etcd did not change. */
function upgraded(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.put(
    deployment('proxy', { observed: 1, revision: 1 }),
    replicaSet('proxy', 1),
    oldProxy,
    statefulSet('etcd'),
    statefulPod('etcd'),
  );
  return cluster;
}

/** The controller takes the new template up, and its pod is in this condition. */
function take(cluster: FakeCluster, condition: Condition, image = newImage): void {
  const ready = condition === 'ready' ? 1 : 0;
  cluster.put(replicaSet('proxy', 2), deployedPod('proxy', condition, { image }), deployment('proxy', { ready }));
}

interface Options {
  readonly workloads?: readonly ExpectedWorkload[];
  readonly removed?: readonly WorkloadRef[];
  readonly timeoutMs?: number;
}

function start(cluster: FakeCluster, options: Options = {}) {
  const clock = new FakeClock();
  const events: Event[] = [];
  const abort = new AbortController();
  const startedAt = clock.now();
  let ended: { readonly error?: unknown; readonly at: number } | undefined;
  const result = waitForRollout({
    cluster,
    namespace: 'db',
    workloads: options.workloads ?? [etcd, proxy],
    removed: options.removed ?? [],
    clock,
    deadlineAt: startedAt + (options.timeoutMs ?? 30 * minute),
    emit: (one) => events.push(one),
    signal: abort.signal,
  });
  result.then(
    () => (ended = { at: clock.now() - startedAt }),
    (error: unknown) => (ended = { error, at: clock.now() - startedAt }),
  );
  return {
    clock,
    abort,
    events,
    result,
    lines: () => events.flatMap((one) => (one.type === 'progress' ? [`${one.workload ?? '*'}: ${one.text}`] : [])),
    phases: () => events.flatMap((one) => (one.type === 'phase' ? [one.phase] : [])),
    /** Milliseconds after the start at which it ended, and the Problem's details. */
    end: () => {
      const failure = ended?.error;
      return {
        at: ended?.at,
        ...(failure instanceof RolloutFailure
          ? { id: failure.details.id, what: failure.details.what, workloads: failure.workloads }
          : failure === undefined
            ? {}
            : { error: failure }),
      };
    },
  };
}

describe('an ordinary rollout', () => {
  it('ends five seconds after everything is ready, with lines on the way', async () => {
    const cluster = upgraded();
    const wait = start(cluster);
    await wait.clock.advance(1000);
    take(cluster, 'creating');
    await wait.clock.advance(4000);
    cluster.remove(oldProxy);
    await wait.clock.advance(1000);
    take(cluster, 'ready');
    await wait.clock.advance(4999);
    expect(wait.end().at).toBeUndefined();
    await wait.clock.advance(1);
    await expect(wait.result).resolves.toMatchObject({
      seconds: 6,
      settledSeconds: 5,
    });
    expect(wait.lines()).toEqual([
      '*: 1 of 2 workloads already rolled out and ready',
      'proxy: change not taken up yet',
      'proxy: 0/1 ready on the new template, 1 pod of an old template left',
      'proxy: 0/1 ready on the new template',
      'proxy: 1/1 ready, rolled out',
    ]);
    expect(wait.phases()).toEqual(['wait', 'settle']);
  });

  it('reads by one watch a kind, lists nothing, and closes the watches', async () => {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy);
    const wait = start(cluster);
    await wait.clock.advance(2500);
    expect(cluster.watchers).toBe(watchedKinds);
    await wait.clock.advance(2500);
    await wait.result;
    await flush();
    expect(cluster.watchers).toBe(0);
    expect(wait.clock.sleeping).toBe(0);
    expect(cluster.requests.sort()).toEqual([
      'watch deployments',
      'watch pods',
      'watch replicasets',
      'watch statefulsets',
    ]);
  });

  it('waits for readiness that takes 40 s', async () => {
    const cluster = upgraded();
    const wait = start(cluster);
    take(cluster, 'running');
    cluster.remove(oldProxy);
    await wait.clock.advance(40_000);
    expect(wait.end().at).toBeUndefined();
    take(cluster, 'ready');
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 40 });
  });

  it('waits for an old pod that is stuck Terminating, and names it', async () => {
    const cluster = upgraded();
    const stuck = deployedPod('proxy', 'terminating', { revision: 1 });
    cluster.put(stuck);
    take(cluster, 'ready');
    const wait = start(cluster);
    await wait.clock.advance(20 * minute);
    expect(wait.end().at).toBeUndefined();
    expect(wait.lines().at(-1)).toContain('1 pod of an old template to end (pod proxy-h1-1: Terminating)');
    cluster.remove(stuck);
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 1200 });
  });

  it('waits until the pods of a removed workload are gone', async () => {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy);
    const rest = deployedPod('rootcoord', 'terminating', { revision: 1 });
    cluster.put(rest);
    const wait = start(cluster, { removed: [{ kind: 'Deployment', name: 'rootcoord', component: 'rootcoord' }] });
    await wait.clock.advance(minute);
    expect(wait.end().at).toBeUndefined();
    cluster.remove(rest);
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 60 });
  });

  it('goes on after a resync that holds what the watch had missed', async () => {
    const cluster = upgraded();
    take(cluster, 'running');
    const wait = start(cluster);
    await wait.clock.advance(1000);
    cluster.removeSilently(oldProxy);
    cluster.putSilently(deployedPod('proxy', 'ready'));
    cluster.put(deployment('proxy'));
    await wait.clock.advance(10_000);
    expect(wait.end().at).toBeUndefined();
    cluster.resync('Pod');
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 11 });
  });

  it('keeps a pod whose namesake was deleted before it came', async () => {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy);
    const wait = start(cluster);
    await wait.clock.advance(1000);
    cluster.put(statefulPod('etcd', 'ready', { uid: 'second' }));
    cluster.remove(statefulPod('etcd', 'ready'));
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 1 });
  });

  it('says what it waits for at least every 30 s, also before the cluster has answered', async () => {
    const cluster = upgraded();
    cluster.silent.add('pods');
    const silent = start(cluster);
    await silent.clock.advance(65_000);
    expect(silent.lines()).toEqual([
      "*: Waiting for the cluster's first answer (30 s waited, 29 min 30 s left)",
      "*: Waiting for the cluster's first answer (1 min waited, 29 min left)",
    ]);

    const other = upgraded();
    take(other, 'running');
    other.remove(oldProxy);
    const wait = start(other);
    await wait.clock.advance(95_000);
    expect(wait.lines().slice(2)).toEqual(
      ['30 s waited, 29 min 30 s', '1 min waited, 29 min', '1 min 30 s waited, 28 min 30 s'].map(
        (times) =>
          `*: Waiting for 1 of 2 workloads (${times} left): Deployment proxy (proxy): 0/1 ready on the new template (pod proxy-h2-1: running, not ready yet)`,
      ),
    );
  });
});

describe('settling', () => {
  async function settling() {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy);
    const wait = start(cluster);
    await wait.clock.advance(3000);
    return { cluster, wait };
  }

  it('a pod that goes unready within the five seconds starts the wait again', async () => {
    const { cluster, wait } = await settling();
    take(cluster, 'running');
    await wait.clock.advance(10_000);
    expect(wait.end().at).toBeUndefined();
    take(cluster, 'ready');
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 13, settledSeconds: 5 });
    expect(wait.phases()).toEqual(['wait', 'settle', 'wait', 'settle']);
  });

  it.each([
    [
      'unready and ready again between two looks',
      deployedPod('proxy', 'ready', { readySince: '2026-11-22T12:09:00Z' }),
    ],
    ['replaced by another pod', deployedPod('proxy', 'ready', { uid: 'another' })],
    ['restarted', deployedPod('proxy', 'ready', { restarts: 1 })],
  ])('a pod that was %s counts as a change', async (_, pod) => {
    const { cluster, wait } = await settling();
    cluster.put(pod);
    await wait.clock.advance(4999);
    expect(wait.end().at).toBeUndefined();
    await wait.clock.advance(1);
    await expect(wait.result).resolves.toMatchObject({ seconds: 3 });
  });

  it('a workload that disappears is not a success', async () => {
    const { cluster, wait } = await settling();
    cluster.remove(statefulSet('etcd'));
    await wait.clock.advance(20_000);
    expect(wait.end()).toMatchObject({ id: 'workload-missing', at: 13_000 });
  });

  it('that has begun before the deadline may end', async () => {
    const cluster = upgraded();
    take(cluster, 'running');
    cluster.remove(oldProxy);
    const wait = start(cluster, { timeoutMs: 10_000 });
    await wait.clock.advance(9000);
    take(cluster, 'ready');
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 9 });
  });

  it.each([
    ['stays ready and is another one', 'ready' as const, 'the pods to stay as they are'],
    ['is no longer ready', 'running' as const, 'Deployment proxy'],
  ])('does not begin again after the deadline, when a pod %s', async (_, condition, open) => {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy);
    const wait = start(cluster, { timeoutMs: 3000 });
    await wait.clock.advance(4000);
    expect(wait.end().at).toBeUndefined();
    cluster.put(deployedPod('proxy', condition, { uid: 'another' }));
    await wait.clock.advance(1000);
    expect(wait.end()).toMatchObject({ id: 'rollout-timeout', at: 4000, what: expect.stringContaining(open) });
  });
});

describe('an early stop', () => {
  it('when an image never pulls: after the grace, not at once', async () => {
    const cluster = upgraded();
    const wait = start(cluster);
    take(cluster, { waiting: 'ErrImagePull', message: 'not found' });
    await wait.clock.advance(45_000);
    take(cluster, { waiting: 'ImagePullBackOff', message: 'Back-off' });
    await wait.clock.advance(44_999);
    expect(wait.end().at).toBeUndefined();
    await wait.clock.advance(1);
    expect(wait.end()).toMatchObject({
      at: 90_000,
      id: 'image-pull',
      what: expect.stringContaining('pod proxy-h2-1 of Deployment proxy (proxy): container main cannot pull image'),
      workloads: [
        { name: 'etcd', healthy: true },
        { name: 'proxy', healthy: false },
      ],
    });
    expect(wait.lines()).toContainEqual(
      expect.stringMatching(/cannot pull image .*ends the wait if still so in 1 min 20 s/),
    );
  });

  it('not when the pull heals within the grace', async () => {
    const cluster = upgraded();
    const wait = start(cluster);
    take(cluster, { waiting: 'ErrImagePull' });
    cluster.remove(oldProxy);
    await wait.clock.advance(60_000);
    take(cluster, 'ready');
    await wait.clock.advance(5000);
    await expect(wait.result).resolves.toMatchObject({ seconds: 60 });
  });

  it('in a crash loop', async () => {
    const cluster = upgraded();
    const wait = start(cluster);
    for (const [restarts, seconds] of [
      [1, 10],
      [2, 20],
      [3, 40],
      [4, 80],
      [5, 160],
    ] as const) {
      await wait.clock.advance(seconds * 1000);
      expect(wait.end().at).toBeUndefined();
      take(cluster, { waiting: 'CrashLoopBackOff', restarts });
    }
    await flush();
    expect(wait.end()).toMatchObject({ id: 'crash-loop', at: 310_000, what: expect.stringContaining('5 restarts') });
  });

  it('by a quota', async () => {
    const cluster = upgraded();
    const message = 'pods "proxy-h2-1" is forbidden: exceeded quota: small';
    const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
    cluster.put(replicaSet('proxy', 2, { conditions }), deployment('proxy', { updated: 0, ready: 1 }));
    const wait = start(cluster);
    await wait.clock.advance(2 * minute);
    expect(wait.end()).toMatchObject({
      id: 'quota-exceeded',
      at: 60_000,
      what: expect.stringContaining('exceeded quota'),
    });
  });

  it('by a quota on a StatefulSet, which only events tell', async () => {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy, statefulPod('etcd'));
    cluster.put(
      statefulSet('etcd', { ready: 0, total: 0 }),
      event(statefulSet('etcd'), 'FailedCreate', 'exceeded quota: small'),
    );
    const wait = start(cluster);
    await wait.clock.advance(2 * minute);
    expect(wait.end()).toMatchObject({ id: 'quota-exceeded', at: 60_000 });
    expect(cluster.requests.filter((one) => one === 'list events reason=FailedCreate').length).toBeLessThanOrEqual(5);
  });

  it('when no node takes a pod', async () => {
    const cluster = upgraded();
    take(cluster, 'unschedulable');
    const wait = start(cluster);
    await wait.clock.advance(2 * minute);
    expect(wait.end()).toMatchObject({
      id: 'unschedulable',
      at: 60_000,
      what: expect.stringContaining('Insufficient memory'),
    });
  });

  it('later when an autoscaler is at work', async () => {
    const cluster = upgraded();
    take(cluster, 'unschedulable');
    cluster.put(event(deployedPod('proxy'), 'TriggeredScaleUp'));
    const wait = start(cluster);
    await wait.clock.advance(14 * minute);
    expect(wait.end().at).toBeUndefined();
    await wait.clock.advance(1 * minute);
    expect(wait.end()).toMatchObject({ id: 'unschedulable', at: 900_000 });
  });

  it('as soon without the right to read events', async () => {
    const cluster = upgraded();
    cluster.refused.add('events');
    take(cluster, 'unschedulable');
    const wait = start(cluster);
    await wait.clock.advance(2 * minute);
    expect(wait.end()).toMatchObject({ id: 'unschedulable', at: 60_000 });
  });

  it('when a StatefulSet has update strategy OnDelete', async () => {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy);
    cluster.put(
      statefulSet('etcd', {}, { updateStrategy: { type: 'OnDelete' } }),
      statefulPod('etcd', 'ready', { revision: 1 }),
    );
    const wait = start(cluster);
    await wait.clock.advance(minute);
    expect(wait.end()).toMatchObject({ id: 'rollout-held', at: 10_000, what: expect.stringContaining('etcd-0') });
  });

  it('when everything is ready on another image than the target', async () => {
    const cluster = upgraded();
    take(cluster, 'ready', oldImage);
    cluster.remove(oldProxy);
    const wait = start(cluster);
    await wait.clock.advance(minute);
    expect(wait.end()).toMatchObject({
      id: 'wrong-image',
      at: 10_000,
      what: expect.stringContaining(`has image ${oldImage} instead of ${newImage}`),
    });
  });

  it('when a watch is refused', async () => {
    const cluster = upgraded();
    const wait = start(cluster);
    await wait.clock.advance(1000);
    cluster.refuseWatch('ReplicaSet', new Error('forbidden'));
    await flush();
    expect(wait.end()).toMatchObject({ error: new Error('forbidden') });
  });

  it('when a watch ends by itself', async () => {
    const cluster = upgraded();
    const wait = start(cluster);
    await wait.clock.advance(1000);
    cluster.endWatch('Pod');
    await flush();
    expect(wait.end()).toMatchObject({ error: { details: { id: 'watch-ended' } } });
  });
});

describe('the deadline', () => {
  it('names what is still waited for', async () => {
    const cluster = upgraded();
    take(cluster, 'ready');
    cluster.remove(oldProxy);
    cluster.put(statefulSet('etcd', { ready: 0 }), statefulPod('etcd', 'running'));
    const wait = start(cluster);
    await wait.clock.advance(31 * minute);
    expect(wait.end()).toMatchObject({
      id: 'rollout-timeout',
      at: 30 * minute,
      what: 'The rollout did not end within 30 min; still waiting for StatefulSet etcd: 0/1 ready on the new template (pod etcd-0: running, not ready yet).',
      workloads: [
        { name: 'etcd', healthy: false },
        { name: 'proxy', healthy: true },
      ],
    });
  });

  it('names known trouble that had not outlasted its grace', async () => {
    const cluster = upgraded();
    take(cluster, { waiting: 'ErrImagePull', message: 'unauthorized' });
    const wait = start(cluster, { timeoutMs: 30_000 });
    await wait.clock.advance(minute);
    expect(wait.end()).toMatchObject({
      id: 'rollout-timeout',
      what: expect.stringContaining('Known trouble: pod proxy-h2-1'),
    });
  });

  it.each([
    ['answers a moment later', 'StatefulSet etcd', ''],
    ['does not answer', "the cluster's first answer", 'deployments'],
  ])('names what is open also when the time was over before the wait, and the cluster %s', async (_, open, silent) => {
    const cluster = upgraded();
    cluster.put(statefulSet('etcd', { ready: 0 }), statefulPod('etcd', 'running'));
    cluster.silent.add(silent);
    const wait = start(cluster, { timeoutMs: -1000 });
    await wait.clock.advance(6000);
    expect(wait.end()).toMatchObject({ id: 'rollout-timeout', what: expect.stringContaining(open) });
    expect(wait.end().at).toBe(silent === '' ? 0 : 5000);
  });

  it('comes also when the cluster never answers', async () => {
    const cluster = upgraded();
    cluster.silent.add('deployments');
    const wait = start(cluster);
    await wait.clock.advance(31 * minute);
    expect(wait.end()).toMatchObject({ id: 'rollout-timeout', at: 30 * minute, workloads: [] });
  });
});

describe('cancellation', () => {
  it('ends the wait at once and says what Kubernetes goes on with', async () => {
    const cluster = upgraded();
    take(cluster, 'running');
    const wait = start(cluster);
    await wait.clock.advance(7000);
    wait.abort.abort();
    await flush();
    expect(wait.end()).toMatchObject({ id: 'cancelled', at: 7000, what: expect.stringContaining('Deployment proxy') });
    expect(cluster.watchers).toBe(0);
  });

  it('before the start ends it too', async () => {
    const wait = start(upgraded());
    wait.abort.abort();
    await flush();
    expect(wait.end()).toMatchObject({ id: 'cancelled', at: 0 });
  });
});
