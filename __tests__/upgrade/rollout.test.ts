import { describe, expect, it } from '@jest/globals';
import { workloadFact } from '../../src/upgrade/rollout/fact.js';
import type { NamespaceObjects, Pod, ReplicaSet, Workload } from '../../src/upgrade/rollout/objects.js';
import { familyOf } from '../../src/upgrade/rollout/owners.js';
import { rolloutOf } from '../../src/upgrade/rollout/rollout.js';
import { survey } from '../../src/upgrade/rollout/survey.js';
import { deployedPod, deployment, newImage, oldImage, replicaSet, statefulPod, statefulSet } from './objects.js';

const kindOf = (workload: Workload) => (workload.kind === 'Deployment' ? 'Deployment' : 'StatefulSet');

function state(workload: Workload, pods: readonly Pod[], replicaSets: readonly ReplicaSet[] = []) {
  const ref = { kind: kindOf(workload), name: workload.metadata.name } as const;
  return rolloutOf(workload, familyOf(ref, { pods, replicaSets }));
}

const sets = [replicaSet('proxy', 1), replicaSet('proxy', 2)];

describe('a Deployment', () => {
  it.each<[string, Workload, Pod[], ReplicaSet[], string]>([
    ['complete', deployment('proxy'), [deployedPod('proxy')], sets, ''],
    ['scaled to zero', deployment('proxy', { replicas: 0 }), [], sets, ''],
    [
      'change not observed, all else looks complete',
      deployment('proxy', { generation: 3, observed: 2 }),
      [deployedPod('proxy')],
      sets,
      'its controller to take note of the change',
    ],
    [
      'only an old pod, which is ready',
      deployment('proxy', { updated: 0 }),
      [deployedPod('proxy', 'ready', { revision: 1 })],
      sets,
      '0/1 ready on the new template; 1 pod of an old template to end (pod proxy-h1-1: Ready)',
    ],
    [
      'new pod ready, old one stuck Terminating',
      deployment('proxy'),
      [deployedPod('proxy'), deployedPod('proxy', 'terminating', { revision: 1 })],
      sets,
      '1 pod of an old template to end (pod proxy-h1-1: Terminating)',
    ],
    [
      'an old pod whose ReplicaSet is gone',
      deployment('proxy'),
      [deployedPod('proxy'), deployedPod('proxy', 'terminating', { revision: 1 })],
      [replicaSet('proxy', 2)],
      '1 pod of an old template to end (pod proxy-h1-1: Terminating)',
    ],
    [
      'the new ReplicaSet not seen yet',
      deployment('proxy'),
      [deployedPod('proxy', 'ready', { revision: 1 })],
      [replicaSet('proxy', 1)],
      '0/1 ready on the new template; 1 pod of an old template to end (pod proxy-h1-1: Ready)',
    ],
    [
      'one of two not ready',
      deployment('proxy', { replicas: 2, ready: 1 }),
      [deployedPod('proxy'), deployedPod('proxy', 'running', { n: 2 })],
      sets,
      '1/2 ready on the new template (pod proxy-h2-2: running, not ready yet)',
    ],
    [
      'pods ready, the status says otherwise',
      deployment('proxy', { ready: 0 }),
      [deployedPod('proxy')],
      sets,
      'the controller to count its pods as ready; its pods to be available (minReadySeconds)',
    ],
    [
      'the status says ready, a pod is missing',
      deployment('proxy', { replicas: 2 }),
      [deployedPod('proxy')],
      sets,
      '1/2 ready on the new template',
    ],
    [
      'ready, not yet available',
      deployment('proxy', { ready: 1, available: 0 }),
      [deployedPod('proxy')],
      sets,
      'its pods to be available (minReadySeconds)',
    ],
    [
      'an evicted old pod lies about',
      deployment('proxy'),
      [deployedPod('proxy'), deployedPod('proxy', 'evicted', { revision: 1 })],
      sets,
      '',
    ],
    [
      'a pod with the same labels under another owner',
      deployment('proxy'),
      [deployedPod('proxy'), deployedPod('other', 'running')],
      [...sets, replicaSet('other')],
      '',
    ],
    [
      'a ReplicaSet of an earlier Deployment with the same name',
      { ...deployment('proxy'), metadata: { ...deployment('proxy').metadata, uid: 'recreated' } },
      [deployedPod('proxy')],
      sets,
      '0/1 ready on the new template; 1 pod of an old template to end (pod proxy-h2-1: Ready)',
    ],
  ])('%s', (_, workload, pods, replicaSets, waitingFor) => {
    const rollout = state(workload, pods, replicaSets);
    expect(rollout.waitingFor).toBe(waitingFor);
    expect(rollout.done).toBe(waitingFor === '');
  });
});

describe('a StatefulSet', () => {
  it.each<[string, Workload, Pod[], string]>([
    [
      'complete, currentRevision moved',
      statefulSet('etcd', {}, {}, { currentRevision: 'etcd-r2' }),
      [statefulPod('etcd')],
      '',
    ],
    ['complete, currentRevision never moves (OnDelete)', statefulSet('etcd'), [statefulPod('etcd')], ''],
    [
      'change not observed',
      statefulSet('etcd', { generation: 3, observed: 2 }),
      [statefulPod('etcd')],
      'its controller to take note of the change',
    ],
    [
      'pods of the old revision, all ready',
      statefulSet('etcd'),
      [statefulPod('etcd', 'ready', { revision: 1 })],
      '0/1 ready on the new template; 1 pod of an old template to end (pod etcd-0: Ready)',
    ],
    [
      'half way',
      statefulSet('etcd', { replicas: 3 }),
      [
        statefulPod('etcd'),
        statefulPod('etcd', 'creating', { n: 1 }),
        statefulPod('etcd', 'ready', { n: 2, revision: 1 }),
      ],
      '1/3 ready on the new template (pod etcd-1: ContainerCreating); 1 pod of an old template to end (pod etcd-2: Ready)',
    ],
    [
      'minReadySeconds not over',
      statefulSet('etcd', {}, { minReadySeconds: 10 }, { availableReplicas: 0 }),
      [statefulPod('etcd')],
      'its pods to be available (minReadySeconds)',
    ],
    ['no pod yet', statefulSet('etcd', { ready: 0 }), [], '0/1 ready on the new template'],
    ['a surplus pod', statefulSet('etcd', { total: 2 }), [statefulPod('etcd')], 'surplus pods to end'],
  ])('%s', (_, workload, pods, waitingFor) => {
    const rollout = state(workload, pods);
    expect(rollout.waitingFor).toBe(waitingFor);
    expect(rollout.done).toBe(waitingFor === '');
  });
});

const objects = (parts: Partial<NamespaceObjects>): NamespaceObjects => ({
  deployments: [],
  statefulSets: [],
  replicaSets: [],
  pods: [],
  ...parts,
});

describe('facts of a workload', () => {
  it('counts as kubectl does and gives the images of its own containers', () => {
    const injected = deployedPod('proxy', 'ready', { revision: 1, image: oldImage });
    const withSidecar: Pod = {
      ...injected,
      spec: { containers: [...(injected.spec?.containers ?? []), { name: 'mesh', image: 'mesh:1' }] },
    };
    const fact = workloadFact(
      { kind: 'Deployment', name: 'proxy', component: 'proxy' },
      objects({
        deployments: [deployment('proxy', { replicas: 2, updated: 1, ready: 2, total: 2 })],
        replicaSets: sets,
        pods: [deployedPod('proxy'), withSidecar],
      }),
    );
    expect(fact).toEqual({
      kind: 'Deployment',
      name: 'proxy',
      component: 'proxy',
      exists: true,
      wanted: 2,
      ready: 2,
      updated: 1,
      observed: true,
      completed: true,
      templateImages: [newImage],
      runningImages: [oldImage, newImage],
      healthy: false,
      trouble: ['1/2 ready on the new template; 1 pod of an old template to end (pod proxy-h1-1: Ready)'],
    });
  });

  it.each([
    ['NewReplicaSetAvailable', true],
    ['ReplicaSetUpdated', false],
    ['ProgressDeadlineExceeded', false],
  ])('knows from the condition of a Deployment whether its rollout was ever over: %s', (reason, completed) => {
    const conditions = [{ type: 'Progressing', status: 'True', reason }];
    const ill = deployment('proxy', { ready: 0 }, {}, { conditions });
    const found = workloadFact({ kind: 'Deployment', name: 'proxy' }, objects({ deployments: [ill] }));
    expect([found.healthy, found.completed]).toEqual([false, completed]);
  });

  it.each([
    ['a', true],
    ['b', false],
  ])('knows it of a StatefulSet from its revisions: %s', (updateRevision, completed) => {
    const set = statefulSet('etcd', {}, {}, { currentRevision: 'a', updateRevision });
    const found = workloadFact({ kind: 'StatefulSet', name: 'etcd' }, objects({ statefulSets: [set] }));
    expect(found.completed).toBe(completed);
  });

  it('says when it is not in the cluster', () => {
    expect(workloadFact({ kind: 'StatefulSet', name: 'etcd' }, objects({}))).toMatchObject({
      exists: false,
      healthy: false,
      trouble: ['is in the manifest, but not in the cluster'],
    });
  });
});

describe('all workloads', () => {
  const proxy = { kind: 'Deployment', name: 'proxy', component: 'proxy', image: newImage } as const;
  const complete = { deployments: [deployment('proxy')], replicaSets: sets };

  it.each<[string, Pod, string]>([
    ['the image', deployedPod('proxy'), ''],
    [
      'the image through a mirror that an admission webhook put in front',
      deployedPod('proxy', 'ready', { image: `registry.example/hub/${newImage}` }),
      '',
    ],
    [
      'another tag',
      deployedPod('proxy', 'ready', { image: oldImage }),
      `pod proxy-h2-1: container main has image ${oldImage} instead of ${newImage}`,
    ],
    [
      'another image of the same name',
      deployedPod('proxy', 'ready', { image: 'somebody/milvus:v2.4.23' }),
      `pod proxy-h2-1: container main has image somebody/milvus:v2.4.23 instead of ${newImage}`,
    ],
    [
      'the right spec, another tag at run time',
      deployedPod('proxy', 'ready', { reported: `docker.io/${oldImage}` }),
      `pod proxy-h2-1: container main still runs docker.io/${oldImage}`,
    ],
    [
      'the right spec, a bare id at run time',
      deployedPod('proxy', 'ready', { reported: `sha256:${'a'.repeat(64)}` }),
      '',
    ],
    [
      'the right spec, another name of the same content at run time',
      deployedPod('proxy', 'ready', { reported: 'mirror.example/milvus:v2.4.23' }),
      '',
    ],
  ])('a ready pod with %s', (_, pod, waitingFor) => {
    const look = survey({ workloads: [proxy], removed: [] }, objects({ ...complete, pods: [pod] }));
    expect(look.views.map((view) => view.waitingFor)).toEqual([waitingFor]);
    expect(look.done).toBe(waitingFor === '');
  });

  it('looks at the container that is named like the component', () => {
    const two = deployment('proxy', {}, { template: { spec: { containers: [{ name: 'a' }, { name: 'proxy' }] } } });
    const pod = deployedPod('proxy', 'ready', { container: 'proxy', image: oldImage });
    const look = survey({ workloads: [proxy], removed: [] }, objects({ ...complete, deployments: [two], pods: [pod] }));
    expect(look.views[0]?.waitingFor).toContain('container proxy has image');
  });

  const rootcoord = { kind: 'Deployment', name: 'rootcoord', component: 'rootcoord' } as const;

  it.each<[string, Partial<NamespaceObjects>, boolean]>([
    ['gone', {}, true],
    ['gone, its pod is still Terminating', { pods: [deployedPod('rootcoord', 'terminating', { revision: 1 })] }, false],
    ['still there', { deployments: [deployment('rootcoord')] }, false],
  ])('a workload that the manifest no longer has: %s', (_, parts, done) => {
    expect(survey({ workloads: [], removed: [rootcoord] }, objects(parts)).done).toBe(done);
  });
});
