import { resources } from '../../../src/cluster/resources.js';
import { taleOf } from '../../../src/upgrade/back/pods.js';
import type { Deployment, Pod, StatefulSet } from '../../../src/upgrade/rollout/objects.js';
import { containerStatuses, isReady } from '../../../src/upgrade/rollout/pods.js';
import { rolloutIn } from '../../../src/upgrade/rollout/rollout.js';
import { deployment, repository, statefulSet, withImage, withSpec } from '../pods.js';
import { Recording, workloadKinds, type State } from '../recording.js';
import type { Stage } from '../stage.js';
import { deploymentView, podViews, setViews, steps } from '../views.js';

const { deployments, statefulSets } = resources;

/** The one workload of a case. */
export type Ref =
  { readonly kind: 'Deployment'; readonly name: 'web' } | { readonly kind: 'StatefulSet'; readonly name: 'db' };
export const web: Ref = { kind: 'Deployment', name: 'web' };
export const db: Ref = { kind: 'StatefulSet', name: 'db' };

export const podsIn = (state: State): readonly Pod[] => state.workloads.pods;
export const webIn = (state: State): Deployment | undefined => state.get(deployments, 'web');
export const dbIn = (state: State): StatefulSet | undefined => state.get(statefulSets, 'db');

export const podImage = (pod: Pod): string => (pod.spec?.containers[0]?.image ?? '').replace(`${repository}:`, '');
export const podOf = (state: State, image: string): Pod | undefined =>
  podsIn(state).find((pod) => podImage(pod) === image);

/** Done, as the engine judges it. */
export const isDone =
  (ref: Ref) =>
  ({ workloads }: State): boolean =>
    rolloutIn(ref, workloads)?.rollout.done === true;

export const nothingEnds = (state: State): boolean =>
  podsIn(state).every(({ metadata }) => metadata.deletionTimestamp === undefined);

export const isTakenOver = (state: State): boolean => {
  const status = dbIn(state)?.status;
  return status?.currentRevision === status?.updateRevision;
};

const isComplete = (state: State): boolean =>
  webIn(state)?.status?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') === true;

/** Everything is done, and nothing is on its way any more. */
export const isAtRest = (ref: Ref): ((state: State) => boolean) => {
  const isWritten = ref.kind === 'Deployment' ? isComplete : isTakenOver;
  return (state) => isDone(ref)(state) && nothingEnds(state) && isWritten(state);
};

export const observes =
  (ref: Ref, generation: number) =>
  (state: State): boolean =>
    (ref.kind === 'Deployment' ? webIn(state) : dbIn(state))?.status?.observedGeneration === generation;

/** A container of a pod with this image waits for this reason. */
export const waits =
  (image: string, reason: string) =>
  (state: State): boolean => {
    const pod = podOf(state, image);
    return pod !== undefined && containerStatuses(pod).some((status) => status.state?.waiting?.reason === reason);
  };

export const runs =
  (image: string) =>
  (state: State): boolean =>
    podOf(state, image)?.status?.phase === 'Running';

/** All that the engine reads of the Deployment and what is under it. */
export const whole = (state: State) => {
  const live = webIn(state);
  return {
    ...(live === undefined ? {} : deploymentView(live)),
    sets: setViews(state.workloads.replicaSets, 'web'),
    pods: podViews(podsIn(state)),
  };
};

/** The same, once every watch has told what there is. */
export async function wholeNow(recording: Recording): Promise<ReturnType<typeof whole>> {
  await recording.changes();
  return whole(recording.state);
}

/** How `whole` is where a Deployment is rolled out. ReplicaSets: image and number, oldest revision first. */
export const rolledOut = (
  {
    generation,
    revision,
    replicas,
  }: { readonly generation: number; readonly revision: number; readonly replicas: number },
  ...sets: readonly (readonly [revision: number, tag: string, wanted: number])[]
) => {
  const tag = sets.at(-1)?.[1] ?? '';
  return {
    image: `${repository}:${tag}`,
    wanted: replicas,
    generation,
    revision: String(revision),
    observedGeneration: generation,
    ...(replicas === 0
      ? {}
      : { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }),
    complete: true,
    sets: sets.map(([number, of, wanted]) => setView(number, of, wanted)),
    pods: Array.from({ length: replicas }, () => `app:${tag} Ready`),
  };
};

export const setView = (revision: number, tag: string, wanted: number) => ({
  revision,
  image: `${repository}:${tag}`,
  wanted,
  owner: 'Deployment',
  named: true,
});

/** What happens to a workload, from the end of its first rollout on. */
export const withWorkload = <T>(
  stage: Stage,
  ref: Ref,
  { replicas, ...spec }: { readonly replicas: number } & Readonly<Record<string, unknown>>,
  act: (recording: Recording) => Promise<T>,
): Promise<T> =>
  Recording.of(stage, workloadKinds, async (first) => {
    if (ref.kind === 'Deployment') await stage.user.create(deployments, deployment('web', replicas, '1', spec));
    else await stage.user.create(statefulSets, statefulSet('db', replicas, '1', spec));
    await first.until('the first rollout', isAtRest(ref));
    return Recording.of(stage, workloadKinds, act);
  });

const resourceOf = ({ kind }: Ref) => (kind === 'Deployment' ? deployments : statefulSets);

export const respecify = (stage: Stage, ref: Ref, spec: object): Promise<void> =>
  stage.user.change(resourceOf(ref), ref.name, withSpec(spec));

export const newImage = (stage: Stage, ref: Ref, image: Parameters<typeof withImage>[0]): Promise<void> =>
  stage.user.change(resourceOf(ref), ref.name, withImage(image));

/** Which pods there were, in each state once. */
export const podSteps = (states: readonly State[], of: (pod: Pod) => string): readonly string[] =>
  steps(states.map((state) => podsIn(state).map(of).sort().join(' ')));

const anyImage = { kind: 'Deployment', name: 'web', added: true, images: [{ container: 'main', to: '' }] } as const;

/** Whether a container of the pod has run, as the engine judges it. */
export const hasRun = (pod: Pod | undefined): string => (pod === undefined ? 'no pod' : taleOf(pod, anyImage).ran);

/** What the engine makes of one pod: where it is, what its node has told, whether it has run. */
export const lifeOf = (pod: Pod): string =>
  [
    ...(pod.metadata.deletionTimestamp === undefined ? [] : ['Terminating']),
    pod.spec?.nodeName === undefined ? 'no node' : 'bound',
    containerStatuses(pod).length > 0 ? 'told' : 'untold',
    `has run: ${hasRun(pod)}`,
    ...(isReady(pod) ? ['Ready'] : []),
  ].join(', ');
