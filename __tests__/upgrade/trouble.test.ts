import { describe, expect, it } from '@jest/globals';
import { detectors } from '../../src/upgrade/rollout/detectors.js';
import type { KubeEvent, NamespaceObjects, Pod, StatefulSet } from '../../src/upgrade/rollout/objects.js';
import type { Expectation } from '../../src/upgrade/rollout/survey.js';
import { survey } from '../../src/upgrade/rollout/survey.js';
import type { Verdict } from '../../src/upgrade/rollout/trouble.js';
import { problemOf, TroubleWatch } from '../../src/upgrade/rollout/trouble.js';
import type { Condition } from './objects.js';
import { deployedPod, deployment, event, newImage, oldImage, replicaSet, statefulPod, statefulSet } from './objects.js';

const proxy = { kind: 'Deployment', name: 'proxy', component: 'proxy', image: newImage } as const;
const etcd = { kind: 'StatefulSet', name: 'etcd' } as const;
const minio = { kind: 'Deployment', name: 'minio' } as const;

const none: NamespaceObjects = { deployments: [], statefulSets: [], replicaSets: [], pods: [] };

/** Looks one after another, at seconds of one wait; what stands at the last of them. */
function judge(
  looks: readonly (readonly [second: number, objects: Partial<NamespaceObjects>])[],
  workloads: Expectation['workloads'] = [proxy],
  events: readonly KubeEvent[] = [],
  removed: Expectation['removed'] = [],
): readonly Verdict[] {
  const watch = new TroubleWatch();
  let verdicts: readonly Verdict[] = [];
  for (const [second, objects] of looks) {
    const look = survey({ workloads, removed }, { ...none, ...objects });
    verdicts = watch.judge(look, second * 1000, (of) => events.filter((one) => one.involvedObject?.uid === of.uid));
  }
  return verdicts;
}

/** One state that lasts for so many seconds. */
const hold = (
  look: Partial<NamespaceObjects>,
  seconds: number,
  ...more: [Expectation['workloads']?, KubeEvent[]?, Expectation['removed']?]
) =>
  judge(
    [
      [0, look],
      [seconds, look],
    ],
    ...more,
  );

const fatal = (verdicts: readonly Verdict[]) => verdicts.filter((one) => one.fatal).map((one) => one.detector.id);
const names = (verdicts: readonly Verdict[]) => verdicts.map((one) => one.detector.name);

const rolling = (pod: Condition | readonly Pod[], updated = 1): Partial<NamespaceObjects> => ({
  deployments: [deployment('proxy', { ready: 0, updated })],
  replicaSets: [replicaSet('proxy', 1), replicaSet('proxy', 2)],
  pods: typeof pod === 'object' && Array.isArray(pod) ? pod : [deployedPod('proxy', pod as Condition)],
});

const waiting = (reason: string, restarts = 0): Condition => ({
  waiting: reason,
  message: 'said the kubelet',
  restarts,
});

describe('the table', () => {
  it('has unique names, public sources, and a reason and remedy for each row', () => {
    expect(new Set(detectors.map((one) => one.name)).size).toBe(detectors.length);
    for (const one of detectors) {
      expect(one.source).toMatch(/^https:\/\/(kubernetes\.io|helm\.sh|github\.com)\//);
      expect(one.reason).not.toBe('');
      expect(one.remedy).toMatch(/\.$/);
    }
  });
});

describe('a pod that waits', () => {
  it.each([
    ['ErrImagePull', 'image-pull', 90],
    ['ImagePullBackOff', 'image-pull', 90],
    ['CreateContainerConfigError', 'container-config', 60],
  ])('%s ends the wait as %s after %d s', (reason, id, grace) => {
    const look = rolling(waiting(reason));
    expect(fatal(hold(look, grace - 1))).toEqual([]);
    expect(fatal(hold(look, grace))).toEqual([id]);
  });

  it('InvalidImageName ends the wait at once', () => {
    expect(fatal(hold(rolling(waiting('InvalidImageName')), 0))).toEqual(['image-pull']);
  });

  it('in an init container counts the same', () => {
    const look = rolling({ waiting: 'ImagePullBackOff', init: true });
    expect(fatal(hold(look, 90))).toEqual(['image-pull']);
  });

  it('between two pull errors of different names waits without a gap', () => {
    const looks = [
      [0, rolling(waiting('ErrImagePull'))],
      [60, rolling(waiting('ImagePullBackOff'))],
    ] as const;
    expect(fatal(judge([...looks, [90, rolling(waiting('ErrImagePull'))]]))).toEqual(['image-pull']);
  });

  it('and recovers in between begins anew', () => {
    const bad = rolling(waiting('ErrImagePull'));
    expect(
      fatal(
        judge([
          [0, bad],
          [80, rolling('running')],
          [90, bad],
          [170, bad],
        ]),
      ),
    ).toEqual([]);
  });

  it('on an old template is nobody’s business', () => {
    const old = deployedPod('proxy', waiting('ImagePullBackOff'), { revision: 1 });
    const look = rolling([old, deployedPod('proxy', 'running')]);
    expect(names(hold(look, 500))).toEqual([]);
  });

  it('is named with component, reason, the words of the cluster and the time', () => {
    const look = rolling({ waiting: 'ImagePullBackOff', message: 'manifest\n::error::unknown' });
    const verdicts = hold(look, 95);
    expect(verdicts.map((verdict) => problemOf(verdict, 95_000))[0]).toMatchObject({
      id: 'image-pull',
      what: `The rollout cannot succeed: pod proxy-h2-1 of Deployment proxy (proxy): container main cannot pull image docker.io/${newImage} (ImagePullBackOff): manifest ::error::unknown, for 1 min 35 s.`,
      raw: 'manifest\n::error::unknown',
    });
  });
});

describe('a crash loop', () => {
  const crash = (restarts: number): Partial<NamespaceObjects> => rolling(waiting('CrashLoopBackOff', restarts));

  it.each<[string, [number, number][], boolean]>([
    [
      'four restarts of a new pod',
      [
        [0, 0],
        [200, 4],
      ],
      false,
    ],
    [
      'five restarts of a new pod',
      [
        [0, 0],
        [310, 5],
      ],
      true,
    ],
    [
      'twenty restarts from before the wait',
      [
        [0, 20],
        [300, 20],
      ],
      false,
    ],
    [
      'five more than before the wait',
      [
        [0, 20],
        [400, 25],
      ],
      true,
    ],
    [
      'two more in the ten minutes since',
      [
        [0, 20],
        [300, 22],
        [901, 22],
      ],
      true,
    ],
    [
      'two more, less than ten minutes long',
      [
        [0, 20],
        [300, 22],
        [899, 22],
      ],
      false,
    ],
  ])('%s', (_, counts, ends) => {
    const looks = counts.map(([second, restarts]) => [second, crash(restarts)] as const);
    expect(fatal(judge(looks)).includes('crash-loop')).toBe(ends);
  });

  it('starts from none for a pod that came during the wait', () => {
    expect(
      fatal(
        judge([
          [0, rolling([])],
          [310, crash(5)],
        ]),
      ),
    ).toEqual(['crash-loop']);
  });

  it('of Milvus counts only once its dependencies are rolled out', () => {
    const dependency = (ready: boolean) => ({
      statefulSets: [statefulSet('etcd', { ready: ready ? 1 : 0 })],
    });
    const at = (restarts: number, ready: boolean): Partial<NamespaceObjects> => {
      const look = crash(restarts);
      return {
        ...look,
        ...dependency(ready),
        pods: [...(look.pods ?? []), statefulPod('etcd', ready ? 'ready' : 'running')],
      };
    };
    const both = [etcd, proxy];
    expect(
      fatal(
        judge(
          [
            [0, at(0, false)],
            [400, at(6, false)],
          ],
          both,
        ),
      ),
    ).toEqual([]);
    expect(
      fatal(
        judge(
          [
            [0, at(0, false)],
            [400, at(6, false)],
            [500, at(8, true)],
          ],
          both,
        ),
      ),
    ).toEqual([]);
    expect(
      fatal(
        judge(
          [
            [0, at(0, false)],
            [400, at(6, false)],
            [900, at(11, true)],
          ],
          both,
        ),
      ),
    ).toEqual(['crash-loop']);
  });

  it('of a dependency counts from the start, and says how the container ended', () => {
    const at = (restarts: number): Partial<NamespaceObjects> => ({
      statefulSets: [statefulSet('etcd', { ready: 0 })],
      pods: [statefulPod('etcd', waiting('CrashLoopBackOff', restarts))],
    });
    const [verdict] = judge(
      [
        [0, at(0)],
        [310, at(5)],
      ],
      [etcd],
    );
    expect(verdict?.text).toBe(
      'pod etcd-0 of StatefulSet etcd: container main keeps crashing: 5 restarts, last exit code 137 (OOMKilled)',
    );
    expect(verdict?.fatal).toBe(true);
  });
});

describe('a pod that is refused', () => {
  const quota =
    'pods "proxy-h2-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, limited: pods=4';
  const refusal = (message: string): Partial<NamespaceObjects> => ({
    deployments: [deployment('proxy', { updated: 0, ready: 0 })],
    replicaSets: [
      replicaSet('proxy', 2, {
        conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }],
      }),
    ],
  });

  it.each([
    [quota, 'quota-exceeded'],
    ['pods "x" is forbidden: failed quota: small: must specify limits.cpu', 'quota-exceeded'],
    ['admission webhook "policy.test" denied the request', 'pod-refused'],
  ])('"%s" is %s', (message, id) => {
    const look = refusal(message);
    expect(fatal(hold(look, 59))).toEqual([]);
    expect(fatal(hold(look, 60))).toEqual([id]);
  });

  it('by a quota has longer while others roll out, counted from their last movement', () => {
    const both = [proxy, minio];
    const at = (ready: number): Partial<NamespaceObjects> => {
      const base = refusal(quota);
      const pods = [1, 2].map((n) => deployedPod('minio', n <= ready ? 'ready' : 'running', { n }));
      return {
        deployments: [...(base.deployments ?? []), deployment('minio', { replicas: 2, ready })],
        replicaSets: [...(base.replicaSets ?? []), replicaSet('minio')],
        pods,
      };
    };
    expect(fatal(hold(at(0), 179, both))).toEqual([]);
    expect(fatal(hold(at(0), 180, both))).toEqual(['quota-exceeded']);
    expect(
      fatal(
        judge(
          [
            [0, at(0)],
            [100, at(1)],
            [279, at(1)],
          ],
          both,
        ),
      ),
    ).toEqual([]);
    expect(
      fatal(
        judge(
          [
            [0, at(0)],
            [100, at(1)],
            [280, at(1)],
          ],
          both,
        ),
      ),
    ).toEqual(['quota-exceeded']);
    expect(
      fatal(
        judge(
          [
            [0, at(0)],
            [100, at(2)],
            [160, at(2)],
          ],
          both,
        ),
      ),
    ).toEqual(['quota-exceeded']);
  });

  it.each<[string, Pod[], string | undefined, KubeEvent[], string[]]>([
    [
      'no pod, the creation failed',
      [],
      'Parallel',
      [event(statefulSet('etcd'), 'FailedCreate', quota, 5)],
      ['quota-exceeded'],
    ],
    [
      'one failed and one succeeded later',
      [],
      'Parallel',
      [event(statefulSet('etcd'), 'FailedCreate', quota, 5), event(statefulSet('etcd'), 'SuccessfulCreate', '', 6)],
      [],
    ],
    [
      'the one before is Terminating',
      [statefulPod('etcd', 'terminating')],
      undefined,
      [event(statefulSet('etcd'), 'FailedCreate', quota, 5)],
      [],
    ],
    [
      'the next one waits for the one before',
      [statefulPod('etcd', 'running')],
      undefined,
      [event(statefulSet('etcd'), 'FailedCreate', quota, 5)],
      [],
    ],
    [
      'all pods are there',
      [statefulPod('etcd'), statefulPod('etcd', 'running', { n: 1 })],
      'Parallel',
      [event(statefulSet('etcd'), 'FailedCreate', quota, 5)],
      [],
    ],
    ['no event', [], 'Parallel', [], []],
  ])('of a StatefulSet, by events: %s', (_, pods, policy, events, ids) => {
    const look = {
      statefulSets: [statefulSet('etcd', { replicas: 2, ready: 0 }, { podManagementPolicy: policy })],
      pods,
    };
    expect(fatal(hold(look, 60, [etcd], events))).toEqual(ids);
  });
});

describe('a pod that no node takes', () => {
  const pod = deployedPod('proxy', 'unschedulable');
  const look = rolling([pod]);

  it('has a minute when nothing else can make room', () => {
    expect(fatal(hold(look, 59))).toEqual([]);
    expect(fatal(hold(look, 60))).toEqual(['unschedulable']);
  });

  it.each<[string, KubeEvent[], number]>([
    ['the cluster autoscaler adds a node', [event(pod, 'TriggeredScaleUp')], 900],
    ['Karpenter nominated a node', [event(pod, 'Nominated')], 900],
    [
      'the autoscaler gave up later',
      [event(pod, 'TriggeredScaleUp', '', 1), event(pod, 'NotTriggerScaleUp', '', 2)],
      60,
    ],
    ['the event is about another pod', [event(deployedPod('other'), 'TriggeredScaleUp')], 60],
  ])('%s', (_, events, grace) => {
    expect(fatal(hold(look, grace - 1, [proxy], events))).toEqual([]);
    expect(fatal(hold(look, grace, [proxy], events))).toEqual(['unschedulable']);
  });

  it('because of its volume has five minutes', () => {
    const volume = rolling([
      deployedPod('proxy', 'unschedulable', { message: 'pod has unbound immediate PersistentVolumeClaims' }),
    ]);
    expect(fatal(hold(volume, 299))).toEqual([]);
    expect(fatal(hold(volume, 300))).toEqual(['volume-not-bound']);
  });
});

describe('a volume that does not mount', () => {
  const pod = deployedPod('proxy', 'creating');
  const look = rolling([pod]);

  it.each<[string, KubeEvent[], string[]]>([
    ['by events', [event(pod, 'FailedAttachVolume', 'Multi-Attach error')], ['volume-mount']],
    ['mounted since: the image is being pulled', [event(pod, 'FailedMount', '', 1), event(pod, 'Pulling', '', 2)], []],
    ['no event', [], []],
  ])('%s', (_, events, ids) => {
    expect(fatal(hold(look, 599, [proxy], events))).toEqual([]);
    expect(fatal(hold(look, 600, [proxy], events))).toEqual(ids);
  });
});

describe('what only a person can change', () => {
  const old = statefulPod('etcd', 'ready', { revision: 1 });
  const strategy = (updateStrategy: object): StatefulSet => statefulSet('etcd', { ready: 1 }, { updateStrategy });

  it.each<[string, Partial<NamespaceObjects>, string, string]>([
    [
      'OnDelete',
      { statefulSets: [strategy({ type: 'OnDelete' })], pods: [old] },
      'rollout-held',
      'StatefulSet etcd has update strategy OnDelete: its pods (etcd-0) change only when somebody deletes them',
    ],
    [
      'a partition',
      { statefulSets: [strategy({ type: 'RollingUpdate', rollingUpdate: { partition: 1 } })], pods: [old] },
      'rollout-held',
      'StatefulSet etcd has update partition 1: pods below it (etcd-0) keep the old template',
    ],
    [
      'a workload that is missing',
      {},
      'workload-missing',
      'StatefulSet etcd is in the manifest, but not in the cluster',
    ],
  ])('%s', (_, look, id, text) => {
    expect(fatal(hold(look, 9, [etcd]))).toEqual([]);
    const verdicts = hold(look, 10, [etcd]);
    expect(fatal(verdicts)).toEqual([id]);
    expect(verdicts[0]?.text).toBe(text);
  });

  it('OnDelete with all pods replaced is no trouble', () => {
    const look = { statefulSets: [strategy({ type: 'OnDelete' })], pods: [statefulPod('etcd')] };
    expect(hold(look, 100, [etcd])).toEqual([]);
  });

  it('a partition below which no old pod is left is no trouble', () => {
    const set = strategy({ type: 'RollingUpdate', rollingUpdate: { partition: 0 } });
    expect(names(judge([[0, { statefulSets: [set], pods: [old] }]], [etcd]))).toEqual([]);
  });

  it.each([
    ['paused before its new template', 0, ['rollout-paused']],
    ['paused with the template it has', 1, []],
  ])('a Deployment %s', (_, updated, ids) => {
    const look = {
      deployments: [deployment('proxy', { updated, ready: 0 }, { paused: true })],
      replicaSets: [replicaSet('proxy')],
      pods: [deployedPod('proxy', 'running')],
    };
    expect(fatal(hold(look, 10))).toEqual(ids);
  });

  it('an old pod that is not ready blocks a StatefulSet with ordered pods', () => {
    const broken = statefulPod('etcd', waiting('ImagePullBackOff'), { revision: 1 });
    const at = (policy?: string) => ({
      statefulSets: [statefulSet('etcd', { ready: 0 }, { podManagementPolicy: policy })],
      pods: [broken],
    });
    expect(fatal(hold(at(), 300, [etcd]))).toEqual(['stateful-set-blocked']);
    expect(fatal(hold(at('Parallel'), 300, [etcd]))).toEqual([]);
  });

  it('a workload that Helm should have removed', () => {
    const look = { deployments: [deployment('proxy')] };
    expect(fatal(hold(look, 10, [], [], [proxy]))).toEqual(['workload-not-removed']);
  });

  it('another image in the template than the target', () => {
    const look = rolling([deployedPod('proxy', 'running', { image: oldImage })]);
    const verdicts = hold(look, 10);
    expect(fatal(verdicts)).toEqual(['wrong-image']);
    expect(verdicts[0]?.text).toBe(
      `pod proxy-h2-1 of Deployment proxy (proxy): container main has image ${oldImage} instead of ${newImage}`,
    );
  });
});

describe('before the controller has taken note of the change', () => {
  it.each<[string, Partial<NamespaceObjects>]>([
    [
      'pods of the template before are not judged',
      {
        deployments: [deployment('proxy', { observed: 1, revision: 1 })],
        replicaSets: [replicaSet('proxy', 1)],
        pods: [deployedPod('proxy', waiting('ImagePullBackOff'), { revision: 1, image: oldImage })],
      },
    ],
    [
      'nor those of a StatefulSet',
      {
        statefulSets: [statefulSet('etcd', { observed: 1 }, { updateStrategy: { type: 'OnDelete' } })],
        pods: [statefulPod('etcd', 'running', { revision: 1 })],
      },
    ],
  ])('%s', (_, look) => {
    const workloads = look.deployments === undefined ? [etcd] : [proxy];
    expect(names(hold(look, 10_000, workloads))).toEqual([]);
  });
});

describe('what is told and never ends a wait', () => {
  it.each<[string, Partial<NamespaceObjects>, string]>([
    [
      'ProgressDeadlineExceeded',
      {
        ...rolling('running'),
        deployments: [
          deployment(
            'proxy',
            { ready: 0 },
            {},
            {
              conditions: [
                { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
              ],
            },
          ),
        ],
      },
      'no-progress',
    ],
    ['an evicted pod', rolling([deployedPod('proxy', 'evicted'), deployedPod('proxy', 'running', { n: 2 })]), 'ended'],
  ])('%s', (_, look, name) => {
    const verdicts = hold(look, 100_000);
    expect(names(verdicts)).toEqual([name]);
    expect(fatal(verdicts)).toEqual([]);
  });

  it('a workload that is done has no trouble', () => {
    const look = {
      deployments: [deployment('proxy')],
      replicaSets: [replicaSet('proxy')],
      pods: [deployedPod('proxy'), deployedPod('proxy', 'evicted', { n: 2 })],
    };
    expect(hold(look, 1000)).toEqual([]);
  });
});
