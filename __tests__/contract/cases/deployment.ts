import { resources } from '../../../src/cluster/resources.js';
import { controllerOf } from '../../../src/upgrade/rollout/owners.js';
import { containerStatuses, unschedulable } from '../../../src/upgrade/rollout/pods.js';
import { deployment, fates, repository } from '../pods.js';
import { Recording, workloadKinds, type State } from '../recording.js';
import type { Case } from '../stage.js';
import { readyPods, steps } from '../views.js';
import {
  hasRun,
  isAtRest,
  isDone,
  lifeOf,
  newImage,
  nothingEnds,
  observes,
  podImage,
  podOf,
  podsIn,
  podSteps,
  respecify,
  rolledOut,
  runs,
  setView,
  waits,
  web,
  webIn,
  whole,
  wholeNow,
  withWorkload,
} from './workloads.js';

const { deployments, pods, replicaSets } = resources;

/** A new pod that does not get ready beside the old one. */
const stuck = (tag: string, state: string) => ({
  image: `${repository}:${tag}`,
  wanted: 1,
  generation: 2,
  revision: '2',
  observedGeneration: 2,
  replicas: 2,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  complete: false,
  sets: [setView(1, '1', 1), setView(2, tag, 1)],
  pods: ['app:1 Ready', `app:${tag} ${state}`],
});

/** The old pod and the new one. */
const isCounted = (state: State): boolean => {
  const status = webIn(state)?.status;
  return status?.replicas === 2 && status.updatedReplicas === 1;
};

export const deploymentCases: readonly Case[] = [
  {
    name: 'pods belong to a ReplicaSet, which belongs to the Deployment',
    act: (stage) =>
      Recording.of(stage, workloadKinds, async (recording) => {
        await stage.user.create(deployments, deployment('web', 2, '1'));
        await recording.until('the rollout', isAtRest(web));
        const { state } = recording;
        const [pod] = podsIn(state);
        const [set] = state.workloads.replicaSets;
        if (pod === undefined || set === undefined) return whole(state);
        const [owner, above] = [controllerOf(pod), controllerOf(set)];
        return [
          whole(state),
          [owner?.kind, owner?.apiVersion, owner?.name === set.metadata.name, owner?.uid === set.metadata.uid],
          [above?.kind, above?.apiVersion, above?.name, above?.uid === webIn(state)?.metadata.uid],
          pod.metadata.labels?.app,
          pod.metadata.labels?.['pod-template-hash'] === set.metadata.labels?.['pod-template-hash'],
          Date.parse(pod.metadata.creationTimestamp ?? '') >= Date.parse(set.metadata.creationTimestamp ?? ''),
        ];
      }),
    expected: [
      rolledOut({ generation: 1, revision: 1, replicas: 2 }, [1, '1', 2]),
      ['ReplicaSet', 'apps/v1', true, true],
      ['Deployment', 'apps/v1', 'web', true],
      'web',
      true,
      true,
    ],
  },
  {
    name: 'the life of a pod: its node tells nothing before it is bound, and is silent for a while then',
    act: (stage) =>
      Recording.of(stage, workloadKinds, async (recording) => {
        await stage.user.create(deployments, deployment('web', 1, '1'));
        await recording.until('the rollout', isAtRest(web));
        await respecify(stage, web, { replicas: 0 });
        await recording.until('no pods', isAtRest(web));
        const lives = (await recording.states()).map((state) => podsIn(state).map(lifeOf).join());
        // A kubelet may tell of a container that runs before it is ready, or of both at once.
        return steps(lives).filter((life) => life !== 'bound, told, has run: yes');
      }),
    expected: [
      '',
      'no node, untold, has run: no',
      'bound, untold, has run: unknown',
      'bound, told, has run: yes, Ready',
      'Terminating, bound, told, has run: yes',
      '',
    ],
  },
  {
    name: 'a new image: new pods are ready before old ones end, and it is done when all are new',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 2 }, async (recording) => {
        await newImage(stage, web, '2');
        await recording.until('the rollout', isAtRest(web));
        const states = await recording.states();
        const done = states.filter((state) => webIn(state)?.metadata.generation === 2 && isDone(web)(state));
        const present = (state: State): number =>
          podsIn(state).filter(({ metadata }) => metadata.deletionTimestamp === undefined).length;
        const generations = (state: State): string =>
          `${webIn(state)?.status?.observedGeneration ?? 0} of ${webIn(state)?.metadata.generation ?? 0}`;
        return {
          end: whole(recording.state),
          doneWith: steps(done.flatMap((state) => podsIn(state).map(podImage))),
          leastReady: Math.min(...states.map((state) => readyPods(podsIn(state)))),
          most: Math.max(...states.map(present)),
          observed: steps(states.map(generations)),
        };
      }),
    expected: {
      end: rolledOut({ generation: 2, revision: 2, replicas: 2 }, [1, '1', 0], [2, '2', 2]),
      doneWith: ['2'],
      leastReady: 2,
      most: 3,
      observed: ['1 of 2', '2 of 2'],
    },
  },
  {
    name: 'Recreate: no new pod while an old one is there',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 2, strategy: { type: 'Recreate' } }, async (recording) => {
        await newImage(stage, web, '2');
        await recording.until('the rollout', isAtRest(web));
        const images = podSteps(await recording.states(), podImage);
        return [whole(recording.state), images.some((one) => one.includes('1') && one.includes('2'))];
      }),
    expected: [rolledOut({ generation: 2, revision: 2, replicas: 2 }, [1, '1', 0], [2, '2', 2]), false],
  },
  {
    name: 'to nothing and back',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 2 }, async (recording) => {
        await respecify(stage, web, { replicas: 0 });
        await recording.until('no pods', isAtRest(web));
        const none = await wholeNow(recording);
        await respecify(stage, web, { replicas: 1 });
        await recording.until('one pod', isAtRest(web));
        return [none, await wholeNow(recording)];
      }),
    expected: [
      rolledOut({ generation: 2, revision: 1, replicas: 0 }, [1, '1', 0]),
      rolledOut({ generation: 3, revision: 1, replicas: 1 }, [1, '1', 1]),
    ],
  },
  {
    name: 'an image that never comes: no container has run, and the old pods serve on',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 1 }, async (recording) => {
        const { tag } = fates.neverPulled;
        await newImage(stage, web, fates.neverPulled);
        await recording.until('the back-off', (state) => waits(tag, 'ImagePullBackOff')(state) && isCounted(state));
        return [await wholeNow(recording), hasRun(podOf(recording.state, tag)), isDone(web)(recording.state)];
      }),
    expected: [stuck('never-pulls', 'ImagePullBackOff'), 'no', false],
  },
  {
    name: 'back from an image that never came: the old ReplicaSet is taken up again',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 1 }, async (recording) => {
        await newImage(stage, web, fates.neverPulled);
        await recording.until('the back-off', waits(fates.neverPulled.tag, 'ImagePullBackOff'));
        await newImage(stage, web, '1');
        await recording.until('the rollout', isAtRest(web));
        const states = await recording.states();
        return [whole(recording.state), Math.min(...states.map((state) => readyPods(podsIn(state))))];
      }),
    expected: [rolledOut({ generation: 3, revision: 3, replicas: 1 }, [2, 'never-pulls', 0], [3, '1', 1]), 1],
  },
  {
    name: 'a pod that never gets ready has run, and the old pods serve on',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 1 }, async (recording) => {
        const { tag } = fates.neverReady;
        await newImage(stage, web, fates.neverReady);
        await recording.until('it runs', (state) => runs(tag)(state) && isCounted(state));
        return [await wholeNow(recording), hasRun(podOf(recording.state, tag)), isDone(web)(recording.state)];
      }),
    expected: [stuck('never-ready', 'running, not ready yet'), 'yes', false],
  },
  {
    name: 'a crash loop counts its restarts',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 1 }, async (recording) => {
        const { tag } = fates.crashes;
        await newImage(stage, web, fates.crashes);
        const backsOff = waits(tag, 'CrashLoopBackOff');
        const restarts = (state: State): number =>
          Math.max(0, ...podsIn(state).flatMap((pod) => containerStatuses(pod).map((status) => status.restartCount)));
        await recording.until('the second restart', (state) => restarts(state) >= 2 && backsOff(state));
        const pod = podOf(recording.state, tag);
        const last = pod === undefined ? undefined : containerStatuses(pod)[0]?.lastState?.terminated;
        return [pod?.status?.phase, last?.exitCode, last?.reason, hasRun(pod), isDone(web)(recording.state)];
      }),
    expected: ['Running', 1, 'Error', 'yes', false],
  },
  {
    name: 'a pod that no node takes says so, and has not run',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 1 }, async (recording) => {
        const { tag } = fates.unschedulable;
        await newImage(stage, web, fates.unschedulable);
        const isRefused = (state: State): boolean => {
          const pod = podOf(state, tag);
          return pod !== undefined && unschedulable(pod) !== undefined;
        };
        await recording.until('the refusal', (state) => isRefused(state) && isCounted(state));
        const seen = await wholeNow(recording);
        await newImage(stage, web, '1');
        await recording.until('the rollout', isAtRest(web));
        const pod = (state: State) => podOf(state, tag);
        const lives = (await recording.states()).map(pod).map((one) => (one === undefined ? 'none' : lifeOf(one)));
        return [seen, steps(lives)];
      }),
    expected: [
      stuck('no-node', 'Unschedulable'),
      ['none', 'no node, untold, has run: no', 'Terminating, no node, untold, has run: no', 'none'],
    ],
  },
  {
    name: 'a paused Deployment takes note of a new image and does nothing about it',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 1 }, async (recording) => {
        await respecify(stage, web, { paused: true });
        await newImage(stage, web, '2');
        await recording.until('the note', observes(web, 3));
        const paused = await wholeNow(recording);
        await respecify(stage, web, { paused: false });
        await recording.until('the rollout', isAtRest(web));
        return [paused, await wholeNow(recording)];
      }),
    expected: [
      {
        image: `${repository}:2`,
        wanted: 1,
        generation: 3,
        revision: '1',
        observedGeneration: 3,
        replicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
        complete: false,
        sets: [setView(1, '1', 1)],
        pods: ['app:1 Ready'],
      },
      rolledOut({ generation: 4, revision: 2, replicas: 1 }, [1, '1', 0], [2, '2', 1]),
    ],
  },
  {
    name: 'a pod that somebody deletes comes again',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 1 }, async (recording) => {
        const uid = podsIn(recording.state)[0]?.metadata.uid;
        await stage.user.delete(pods, podsIn(recording.state)[0]?.metadata.name ?? '');
        const isAnother = (state: State): boolean =>
          nothingEnds(state) && readyPods(podsIn(state)) === 1 && podsIn(state)[0]?.metadata.uid !== uid;
        await recording.until('another pod', isAnother);
        const { sets, pods: there } = whole(recording.state);
        return [sets, there];
      }),
    expected: [[setView(1, '1', 1)], ['app:1 Ready']],
  },
  {
    name: 'a Deployment that is deleted takes its ReplicaSets and pods along',
    act: (stage) =>
      withWorkload(stage, web, { replicas: 2 }, async (recording) => {
        await stage.user.delete(deployments, 'web');
        await recording.until('nothing', (state) => state.all(pods).length + state.all(replicaSets).length === 0);
        const changes = await recording.changes();
        const gone = changes.filter(({ type }) => type === 'deleted').map(({ object }) => object.kind);
        return [gone[0], gone.sort()];
      }),
    expected: ['Deployment', ['Deployment', 'Pod', 'Pod', 'ReplicaSet']],
  },
];
