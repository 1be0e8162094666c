import { describe, expect, it } from '@jest/globals';
import { altogether, type StartedQuestion } from '../../src/upgrade/back/started.js';
import type { NamespaceObjects, Pod } from '../../src/upgrade/rollout/objects.js';
import {
  ask,
  cannotPull,
  empty,
  etcd,
  etcdNew,
  etcdOld,
  etcdSet,
  madeAfter,
  made,
  milvusProxy,
  proxy,
  setOf,
} from './back-scenes.js';
import { deployedPod, deployment, newImage, oldImage, statefulPod, statefulSet, type Condition } from './objects.js';

interface Row {
  readonly title: string;
  readonly live: Partial<NamespaceObjects>;
  readonly question?: Partial<StartedQuestion>;
  readonly answer: 'never' | 'started' | 'unknown' | 'none';
  readonly says?: RegExp;
}

const waiting = { waiting: 'ImagePullBackOff' };
const [oldPod] = cannotPull.pods;
if (oldPod === undefined) throw new Error('a pod is missing');
const withPod = (...pods: readonly Pod[]): NamespaceObjects => ({ ...cannotPull, pods: [oldPod, ...pods] });
const newPod = (condition: Condition, shape: Parameters<typeof deployedPod>[2] = {}): Pod =>
  madeAfter(deployedPod(proxy, condition, shape));
const told = (pod: Pod, status: object): Pod => ({ ...pod, status: { ...pod.status, ...status } });
const one = (status: object) => ({
  containerStatuses: [{ name: 'main', image: '', imageID: '', ready: false, restartCount: 0, ...status }],
});
const watch = { sinceMs: 1000, helmBeganMs: 2000, started: [] };

const rows: readonly Row[] = [
  { title: 'the new image cannot be pulled', live: cannotPull, answer: 'never', says: /1 pod of it, none started/ },
  {
    title: 'a new container runs',
    live: withPod(newPod('running')),
    answer: 'started',
    says: /container main .*v2\.4\.23/,
  },
  { title: 'a new pod is ready', live: withPod(newPod('ready')), answer: 'started', says: /my-milvus-proxy-h2-1/ },
  {
    title: 'a new container crashed',
    live: withPod(newPod({ waiting: 'CrashLoopBackOff', restarts: 3 })),
    answer: 'started',
  },
  {
    title: 'a new container ended once, its status starts anew',
    live: withPod(told(newPod(waiting), one({ state: { waiting: {} }, lastState: { terminated: { exitCode: 1 } } }))),
    answer: 'started',
  },
  {
    title: 'a new container has ended',
    live: withPod(told(newPod(waiting), one({ state: { terminated: { exitCode: 0 } } }))),
    answer: 'started',
  },
  { title: 'a new pod that runs is being deleted', live: withPod(newPod('terminating')), answer: 'started' },
  {
    title: 'no node has room for the new pod',
    live: withPod(madeAfter(deployedPod(proxy, 'unschedulable'), 1, null)),
    answer: 'never',
  },
  {
    title: 'the node has not told yet',
    live: withPod(told(newPod(waiting), { containerStatuses: [] })),
    answer: 'unknown',
    says: /has not told yet/,
  },
  {
    title: 'the new pod was evicted',
    live: withPod(newPod('evicted')),
    answer: 'unknown',
    says: /does not tell what it ran/,
  },
  {
    title: 'the new pod is younger than its ReplicaSet',
    live: withPod(madeAfter(deployedPod(proxy, waiting), 11)),
    answer: 'unknown',
    says: /may stand for one that was deleted/,
  },
  { title: 'the age of the new pod is not known', live: withPod(deployedPod(proxy, waiting)), answer: 'unknown' },
  { title: 'a pod is missing', live: withPod(), answer: 'unknown', says: /wants 1 pod and has 0/ },
  {
    title: 'the new ReplicaSet is scaled to zero',
    live: { ...withPod(), replicaSets: [setOf(oldImage, 1, 1), setOf(newImage, 2, 0)] },
    answer: 'unknown',
    says: /scaled to zero/,
  },
  {
    title: 'the controller has not acted yet',
    live: {
      ...cannotPull,
      deployments: [deployment(proxy, { generation: 2, observed: 1, revision: 1 })],
      replicaSets: [setOf(oldImage, 1, 1)],
      pods: [oldPod],
    },
    answer: 'never',
  },
  {
    title: 'the new ReplicaSet is gone',
    live: { ...cannotPull, replicaSets: [setOf(oldImage, 1, 1)], pods: [oldPod] },
    answer: 'unknown',
    says: /no ReplicaSet of it is there/,
  },
  {
    title: 'Helm did not come that far',
    live: {
      deployments: [deployment(proxy, { image: oldImage, revision: 1 })],
      replicaSets: [setOf(oldImage, 1, 1)],
      pods: [oldPod],
    },
    question: { applied: false },
    answer: 'never',
    says: /no pod of it was made/,
  },
  {
    title: 'Helm did not come that far, and no history is kept',
    live: {
      deployments: [deployment(proxy, { image: oldImage, revision: 1 }, { revisionHistoryLimit: 0 })],
      replicaSets: [setOf(oldImage, 1, 1)],
      pods: [oldPod],
    },
    question: { applied: false },
    answer: 'unknown',
  },
  {
    title: 'somebody put the old image back',
    live: {
      deployments: [deployment(proxy, { image: oldImage, revision: 3 })],
      replicaSets: [setOf(oldImage, 3, 1)],
      pods: [oldPod],
    },
    answer: 'unknown',
    says: /put the older image back/,
  },
  { title: 'the workload is gone', live: {}, answer: 'unknown', says: /not in the cluster any more/ },
  { title: 'the workload was not made yet', live: {}, question: { applied: false, older: [] }, answer: 'never' },
  {
    title: 'somebody set a third image, and its pods run',
    live: { ...cannotPull, pods: [newPod('ready', { image: 'other/milvus:v9' })] },
    answer: 'unknown',
    says: /in neither revision/,
  },
  {
    title: 'the new image comes from a mirror that admission put in front',
    live: withPod(newPod('running', { image: 'mirror.test/hub/milvusdb/milvus:v2.4.23' })),
    answer: 'started',
  },
  { title: 'a deleted pod was watched for', live: withPod(), question: { watched: watch }, answer: 'never' },
  {
    title: 'the watch began after Helm',
    live: withPod(),
    question: { watched: { ...watch, sinceMs: 2001 } },
    answer: 'unknown',
  },
  {
    title: 'the watch saw one start',
    live: withPod(),
    question: { watched: { ...watch, started: ask(withPod(newPod('running'))) } },
    answer: 'started',
  },
  {
    title: 'the watch cannot tell what a node has not told',
    live: withPod(newPod('evicted')),
    question: { watched: watch },
    answer: 'unknown',
  },
  {
    title: 'only the configuration changed',
    live: cannotPull,
    question: { newer: [milvusProxy(oldImage, { env: 'b' })] },
    answer: 'none',
  },
  {
    title: 'the new init container ran, the main one is as before',
    live: withPod({
      ...told(newPod(waiting, { image: oldImage }), {
        initContainerStatuses: one({ name: 'config', state: { terminated: { exitCode: 0 } } }).containerStatuses,
      }),
      spec: { initContainers: [{ name: 'config', image: 'tool:2' }], containers: [{ name: 'main', image: oldImage }] },
    }),
    question: {
      older: [milvusProxy(oldImage, { init: 'tool:1' })],
      newer: [milvusProxy(oldImage, { init: 'tool:2' })],
    },
    answer: 'started',
    says: /container config/,
  },
  {
    title: 'a Job of the manifest runs another image',
    live: empty,
    question: {
      older: [made({ kind: 'Job', name: 'init', image: 'a:1' })],
      newer: [made({ kind: 'Job', name: 'init', image: 'a:2' })],
    },
    answer: 'unknown',
    says: /Job init/,
  },
];

const sets: Partial<StartedQuestion> = { older: [etcdSet(etcdOld)], newer: [etcdSet(etcdNew)] };
const oldEtcd = statefulPod(etcd, 'ready', { image: etcdOld, revision: 1 });
const newEtcd = madeAfter(statefulPod(etcd, waiting, { image: etcdNew }));
const stateful = (
  image: string,
  pods: readonly Pod[],
  shape: object = {},
  status: object = {},
): Partial<NamespaceObjects> => ({
  statefulSets: [statefulSet(etcd, { image, ...shape }, {}, status)],
  pods,
});

const statefulRows: readonly Row[] = [
  { title: 'all pods are of the old template', live: stateful(etcdNew, [oldEtcd]), answer: 'never' },
  {
    title: 'a new pod runs',
    live: stateful(etcdNew, [madeAfter(statefulPod(etcd, 'running', { image: etcdNew }))]),
    answer: 'started',
  },
  {
    title: 'a new pod waits: there may have been one before it',
    live: stateful(etcdNew, [newEtcd]),
    answer: 'unknown',
    says: /keeps no trace/,
  },
  {
    title: 'a new pod waits, watched all the time',
    live: stateful(etcdNew, [newEtcd]),
    question: { watched: watch },
    answer: 'never',
  },
  { title: 'a pod is missing', live: stateful(etcdNew, []), answer: 'unknown', says: /wants 1 pod and has 0/ },
  {
    title: 'Helm did not come that far',
    live: stateful(etcdOld, [oldEtcd], {}, { currentRevision: 'r1', updateRevision: 'r1' }),
    question: { applied: false },
    answer: 'never',
  },
  {
    title: 'it is on the way back',
    live: stateful(etcdOld, [oldEtcd], { ready: 0 }),
    question: { applied: false },
    answer: 'unknown',
    says: /on the way to the older/,
  },
  {
    title: 'only the new revision has it, its controller has not acted',
    live: stateful(etcdNew, [], { generation: 1, observed: 0 }),
    question: { older: [] },
    answer: 'never',
  },
  {
    title: 'only the new revision has it, and its pods are gone',
    live: stateful(etcdNew, []),
    question: { older: [] },
    answer: 'unknown',
  },
];

const answerOf = ({ live, question }: Row, base: Partial<StartedQuestion> = {}) => ask(live, { ...base, ...question });

describe('what started', () => {
  it.each(rows)('of a Deployment: $title', (row) => {
    const starts = answerOf(row);
    expect(starts.map(({ answer }) => answer)).toEqual(row.answer === 'none' ? [] : [row.answer]);
    expect(starts.map(({ seen }) => seen).join()).toMatch(row.says ?? /^/);
  });

  it.each(statefulRows)('of a StatefulSet: $title', (row) => {
    const starts = answerOf(row, sets);
    expect(starts).toMatchObject([{ answer: row.answer, milvus: false, workload: `StatefulSet ${etcd}` }]);
    expect(starts[0]?.seen).toMatch(row.says ?? /etcd/);
  });

  it('names the pod, and cuts what a hostile cluster says', () => {
    const pod = newPod('running');
    const hostile = { ...pod, metadata: { ...pod.metadata, name: `a\n::error::${'x'.repeat(500)}` } };
    const [start] = ask(withPod(hostile));
    expect(start).toMatchObject({ answer: 'started', milvus: true, workload: `Deployment ${proxy}` });
    expect(start?.seen).not.toMatch(/\n/);
    expect(start?.seen.length).toBeLessThan(500);
  });

  it('counts unknown as more than never, and started as more than both', () => {
    const of = (...answers: readonly ('never' | 'started' | 'unknown')[]) =>
      altogether(answers.map((answer) => ({ workload: '', milvus: true, answer, seen: '' })));
    expect([of(), of('never'), of('never', 'unknown'), of('unknown', 'started', 'never')]).toEqual([
      'never',
      'never',
      'unknown',
      'started',
    ]);
  });
});
