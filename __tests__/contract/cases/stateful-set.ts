import { resources } from '../../../src/cluster/resources.js';
import { controllerOf } from '../../../src/upgrade/rollout/owners.js';
import { isReady } from '../../../src/upgrade/rollout/pods.js';
import { fates, repository, statefulSet } from '../pods.js';
import { Recording, workloadKinds, type State } from '../recording.js';
import type { Case } from '../stage.js';
import { podViews, statefulSetView, steps } from '../views.js';
import {
  db,
  dbIn,
  isAtRest,
  isDone,
  isTakenOver,
  newImage,
  nothingEnds,
  observes,
  podImage,
  podsIn,
  podSteps,
  respecify,
  runs,
  withWorkload,
} from './workloads.js';

const { pods, statefulSets } = resources;

const view = (state: State) => {
  const live = dbIn(state);
  return live === undefined ? undefined : statefulSetView(live);
};

const rolledOut = (tag: string, generation: number, replicas: number, current = 'as updated') => ({
  image: `${repository}:${tag}`,
  wanted: replicas,
  generation,
  observedGeneration: generation,
  replicas,
  ...(replicas === 0 ? {} : { readyReplicas: replicas }),
  availableReplicas: replicas,
  current,
});

export const statefulSetCases: readonly Case[] = [
  {
    name: 'the pods of a StatefulSet are made in order, and replaced in the opposite order, one at a time',
    act: (stage) =>
      Recording.of(stage, workloadKinds, async (recording) => {
        await stage.user.create(statefulSets, statefulSet('db', 2, '1'));
        await recording.until('the first rollout', isAtRest(db));
        await recording.changes();
        const first = view(recording.state);
        await newImage(stage, db, '2');
        await recording.until('the second rollout', isAtRest(db));
        const states = await recording.states();
        // Each pod as it is first seen. The test bed's kubelet may end a new pod along with the old one of its name.
        const seen = states.flatMap((state) => podsIn(state).map((pod) => `${pod.metadata.name}:${podImage(pod)}`));
        const second = states.slice(states.findIndex((state) => dbIn(state)?.metadata.generation === 2));
        const least = Math.min(...second.map((state) => podsIn(state).filter(isReady).length));
        return [first, [...new Set(seen)], least, view(recording.state)];
      }),
    expected: [rolledOut('1', 1, 2), ['db-0:1', 'db-1:1', 'db-1:2', 'db-0:2'], 1, rolledOut('2', 2, 2)],
  },
  {
    name: 'pods belong to the StatefulSet, and say which of its templates they have',
    act: (stage) =>
      withWorkload(stage, db, { replicas: 1 }, (recording) => {
        const [pod] = podsIn(recording.state);
        const set = dbIn(recording.state);
        const owner = pod === undefined ? undefined : controllerOf(pod);
        return Promise.resolve([
          [owner?.kind, owner?.name, owner?.uid === set?.metadata.uid],
          pod?.metadata.labels?.['controller-revision-hash'] === set?.status?.updateRevision,
        ]);
      }),
    expected: [['StatefulSet', 'db', true], true],
  },
  {
    name: 'a StatefulSet says that a template is on its way until each pod has it',
    act: (stage) =>
      withWorkload(stage, db, { replicas: 2 }, async (recording) => {
        await newImage(stage, db, '2');
        await recording.until('the rollout', isAtRest(db));
        const noted = (await recording.states()).filter(observes(db, 2));
        const images = (state: State): readonly string[] => podsIn(state).map(podImage);
        return [
          noted.filter(isTakenOver).every((state) => images(state).every((image) => image === '2')),
          noted.filter(isDone(db)).every((state) => images(state).every((image) => image === '2')),
          steps(noted.map(isTakenOver)),
        ];
      }),
    expected: [true, true, [false, true]],
  },
  {
    name: 'a StatefulSet to nothing and back: the last pod goes first',
    act: (stage) =>
      withWorkload(stage, db, { replicas: 2 }, async (recording) => {
        await respecify(stage, db, { replicas: 0 });
        await recording.until('no pods', isAtRest(db));
        const order = podSteps(await recording.states(), ({ metadata }) => metadata.name);
        const none = view(recording.state);
        await respecify(stage, db, { replicas: 1 });
        await recording.until('one pod', isAtRest(db));
        await recording.changes();
        return [order, none, view(recording.state), podViews(podsIn(recording.state))];
      }),
    expected: [['db-0 db-1', 'db-0', ''], rolledOut('1', 2, 0), rolledOut('1', 3, 1), ['app:1 Ready']],
  },
  {
    name: 'OnDelete: a pod stays until somebody deletes it, and the old template stays the current one',
    act: (stage) =>
      withWorkload(stage, db, { replicas: 1, updateStrategy: { type: 'OnDelete' } }, async (recording) => {
        await newImage(stage, db, '2');
        await recording.until('the note', observes(db, 2));
        await recording.changes();
        const before = podViews(podsIn(recording.state));
        await stage.user.delete(pods, 'db-0');
        await recording.until('the rollout', (state) => isDone(db)(state) && nothingEnds(state));
        await recording.changes();
        return [before, podViews(podsIn(recording.state)), view(recording.state)];
      }),
    expected: [['app:1 Ready'], ['app:2 Ready'], rolledOut('2', 2, 1, 'another')],
  },
  {
    name: 'a StatefulSet waits for a pod that is not ready, also when its template is good again',
    act: (stage) =>
      withWorkload(stage, db, { replicas: 2 }, async (recording) => {
        const { tag } = fates.neverReady;
        await newImage(stage, db, fates.neverReady);
        await recording.until('it runs', runs(tag));
        await newImage(stage, db, '1');
        await recording.until('the note', observes(db, 3));
        await recording.changes();
        const stuck = podViews(podsIn(recording.state));
        await stage.user.delete(pods, 'db-1');
        await recording.until('the rollout', isAtRest(db));
        await recording.changes();
        return [stuck, podViews(podsIn(recording.state))];
      }),
    expected: [
      ['app:1 Ready', 'app:never-ready running, not ready yet'],
      ['app:1 Ready', 'app:1 Ready'],
    ],
  },
  {
    name: 'a StatefulSet that is deleted takes its pods along',
    act: (stage) =>
      withWorkload(stage, db, { replicas: 1 }, async (recording) => {
        await stage.user.delete(statefulSets, 'db');
        await recording.until('nothing', (state) => state.all(pods).length === 0);
        const states = await recording.states();
        return steps(states.map((state) => state.all(statefulSets).length + state.all(pods).length));
      }),
    expected: [1, 0],
  },
];
