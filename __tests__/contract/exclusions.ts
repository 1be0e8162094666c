import type { KubeObject } from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';
import { deployment } from './pods.js';
import { Recording, workloadKinds } from './recording.js';
import { intent, type Exclusion } from './stage.js';
import { endOf } from './views.js';

const { configMaps, deployments } = resources;

/** In what the model is known not to be a cluster, each with its reason. Played on both sides, so that the list stays true. */
export const exclusions: readonly Exclusion[] = [
  {
    name: 'the server judges what it is given',
    why: 'Trials belong to the plan, which is made before the engine begins; in the model each plan is a good one.',
    act: async ({ ports, namespace }) => {
      const object = { ...deployment('web', 1, '1'), spec: { replicas: 'many' } };
      return (await ports.trial(deployments, object, { namespace, way: 'create' })).accepted;
    },
    model: true,
    server: false,
  },
  {
    name: 'the server notes who wrote which field',
    why: 'The engine asks it only whether an autoscaler has written the number of replicas; the model has none.',
    act: async ({ ports, namespace }) => {
      const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } };
      await ports.create(configMaps, object);
      return (await ports.get(configMaps, 'a', namespace))?.metadata.managedFields?.length ?? 0;
    },
    model: 0,
    server: 1,
  },
  {
    name: 'the server completes what it stores',
    why: 'The engine compares live objects with manifests in the fields in which two manifests differ, never as a whole.',
    act: async ({ user, ports, namespace }) => {
      await user.create(deployments, deployment('web', 0, '1'));
      const { spec } = (await ports.get(deployments, 'web', namespace)) as { readonly spec?: object };
      return 'progressDeadlineSeconds' in (spec ?? {});
    },
    model: false,
    server: true,
  },
  {
    name: 'a ReplicaSet counts its pods',
    why: 'The engine reads the number that a ReplicaSet is given, and counts the pods itself.',
    act: (stage) =>
      Recording.of(stage, workloadKinds, async (recording) => {
        await stage.user.create(deployments, deployment('web', 1, '1'));
        const isAvailable = ({ workloads }: typeof recording.state): boolean =>
          workloads.deployments.some(({ status }) => status?.availableReplicas === 1);
        await recording.until('the pod', isAvailable);
        await recording.changes();
        return recording.state.workloads.replicaSets.map(({ status }) => status?.replicas);
      }),
    model: [0],
    server: [1],
  },
  {
    name: 'a quota refuses pods',
    why: 'What keeps a rollout from its end is looked for by detectors with tables of their own; the model ends rollouts badly by their pods.',
    act: (stage) =>
      Recording.of(stage, workloadKinds, async (recording) => {
        await stage.user.limit('pods');
        await stage.user.create(deployments, deployment('web', 1, '1'));
        const isOver = ({ workloads }: typeof recording.state): boolean =>
          workloads.deployments.some(
            ({ status }) =>
              status?.availableReplicas === 1 ||
              status?.conditions?.some(({ type }) => type === 'ReplicaFailure') === true,
          );
        await recording.until('pods, or none', isOver);
        return recording.state.workloads.pods.length;
      }),
    model: 1,
    server: 0,
  },
  {
    name: 'applied on the server, a field of another manager is a conflict',
    why: 'The plan applies each object on trial and is refused by name where that meets a conflict, before anything is written.',
    major: 4,
    act: async (stage) => {
      await stage.install('one', {}, 'server');
      await stage.user.change(configMaps, 'my-conf', (live) => ({
        ...live,
        data: { ...(live.data as object), text: 'by hand' },
      }));
      return endOf(stage.helm.upgrade(intent(stage, 'two', { given: { text: 'new' } })));
    },
    model: 'done',
    server: 'field-owned-by-another-manager',
  },
];
