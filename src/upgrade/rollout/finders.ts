import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import { reasons, standing } from './events.js';
import { wrongImages } from './milvus-pods.js';
import type { Deployment, KubeEvent, Pod, StatefulSet, Workload } from './objects.js';
import { containerStatuses, isOver, isReady, isTerminating, sandboxReady, unschedulable } from './pods.js';
import type { View } from './survey.js';
import { count, some } from './text.js';

/** Something that is wrong with a pod (or, with an empty subject, with the workload itself) right now. */
export interface Finding {
  readonly subject: string;
  /** Follows "Deployment x" or "pod y of Deployment x" in a sentence. */
  readonly text: string;
  /** The cluster's own words, raw. */
  readonly raw?: string;
}

/** What a finder may ask besides the view. */
export interface Context {
  /** Events of an object of this namespace, as far as they have been read. */
  events(object: Pod | Workload): readonly KubeEvent[];
  /** Restarts of a container that count (src/upgrade/rollout/restarts.ts). */
  restarts(pod: Pod, container: ContainerStatus): number;
}

export type Find = (view: View, context: Context) => readonly Finding[];

/** Until the controller has taken note of the change, its pods are those of the template before. */
const newPods = (view: View): readonly Pod[] => (view.rollout?.observed === true ? view.rollout.newPods : []);

const finding = (subject: string, text: string, raw?: string): Finding => ({
  subject,
  text,
  ...(raw === undefined || raw === '' ? {} : { raw }),
});

/** Pods on the new template with a container that waits for one of these reasons. */
export const waitingFor =
  (words: string, ...wanted: readonly string[]): Find =>
  (view) =>
    newPods(view).flatMap((pod) =>
      containerStatuses(pod).flatMap((status) => {
        const { reason = '', message } = status.state?.waiting ?? {};
        return wanted.includes(reason)
          ? [finding(pod.metadata.name, `container ${status.name} ${words} ${status.image} (${reason})`, message)]
          : [];
      }),
    );

/** Containers that restarted at least `min` times and are not well; `nowInBackOff` asks for CrashLoopBackOff right now. */
export const crashing =
  (min: number, nowInBackOff: boolean): Find =>
  (view, context) =>
    newPods(view).flatMap((pod) =>
      containerStatuses(pod).flatMap((status) => {
        const restarts = context.restarts(pod, status);
        const backOff = status.state?.waiting?.reason === 'CrashLoopBackOff';
        if (restarts < min || isReady(pod) || (nowInBackOff && !backOff)) return [];
        const last = status.lastState?.terminated ?? status.state?.terminated;
        const end = last === undefined ? '' : `, last exit code ${last.exitCode} (${last.reason ?? 'no reason given'})`;
        const text = `container ${status.name} keeps crashing: ${count(restarts, 'restart')}${end}`;
        return [finding(pod.metadata.name, text, last?.message)];
      }),
    );

const isVolume = (message: string): boolean => /persistentvolumeclaim/i.test(message);

const scalingUp = (pod: Pod, context: Context): KubeEvent | undefined =>
  standing(context.events(pod), reasons.scalingUp, reasons.notScaling);

/** Pods that no node takes; three causes, each with its own patience. */
export const notScheduled =
  (cause: 'volume' | 'scaling' | 'capacity'): Find =>
  (view, context) =>
    newPods(view).flatMap((pod) => {
      const waiting = unschedulable(pod);
      if (waiting === undefined) return [];
      const scaling = scalingUp(pod, context);
      const is = isVolume(waiting.message) ? 'volume' : scaling === undefined ? 'capacity' : 'scaling';
      const words = {
        volume: 'cannot be scheduled: its volume is not bound',
        scaling: `cannot be scheduled yet: an autoscaler is adding a node (${scaling?.reason ?? ''})`,
        capacity: 'cannot be scheduled on any node',
      };
      return is === cause ? [finding(pod.metadata.name, words[cause], waiting.message)] : [];
    });

/** Volumes that do not mount, by events: such a pod stays in ContainerCreating. */
export const notMounted: Find = (view, context) =>
  newPods(view).flatMap((pod) => {
    const creating = (pod.status?.phase ?? 'Pending') === 'Pending' && unschedulable(pod) === undefined;
    if (!creating || sandboxReady(pod) === true) return [];
    const event = standing(context.events(pod), reasons.notMounted, reasons.mounted);
    if (event === undefined) return [];
    return [finding(pod.metadata.name, `cannot mount a volume (${event.reason ?? ''})`, event.message)];
  });

/** Pods that the API server refuses to create: told by a condition for Deployments, by events for StatefulSets. */
export const notCreated =
  (cause: 'quota' | 'other'): Find =>
  (view, context) => {
    const message = view.ref.kind === 'Deployment' ? replicaFailure(view) : failedCreate(view, context);
    if (message === undefined) return [];
    const is = /(exceeded|failed) quota/i.test(message) ? 'quota' : 'other';
    const words = { quota: 'pods are refused by a ResourceQuota', other: 'pods are refused by the API server' };
    return is === cause ? [finding('', words[cause], message)] : [];
  };

function replicaFailure(view: View): string | undefined {
  const conditions = [
    ...(view.rollout?.newest?.status?.conditions ?? []),
    ...(view.workload?.status?.conditions ?? []),
  ];
  const failure = conditions.find((one) => one.type === 'ReplicaFailure' && one.status === 'True');
  return failure === undefined ? undefined : (failure.message ?? failure.reason ?? 'no reason given');
}

/** Asked only when the next pod would be due: fewer pods than wanted, and none that the controller still waits for. */
function failedCreate(view: View, context: Context): string | undefined {
  const { rollout, workload, family } = view;
  if (rollout === undefined || workload === undefined) return undefined;
  const present = family.pods.filter((pod) => !isOver(pod));
  if (present.length >= rollout.wanted || (ordered(view) && !present.every(isReady))) return undefined;
  const event = standing(context.events(workload), reasons.notCreated, reasons.created);
  return event === undefined ? undefined : (event.message ?? 'FailedCreate');
}

const statefulSetSpec = (view: View) =>
  view.ref.kind === 'StatefulSet' && !view.removed ? (view.workload as StatefulSet | undefined)?.spec : undefined;

const ordered = (view: View): boolean => statefulSetSpec(view)?.podManagementPolicy !== 'Parallel';

const oldPods = (view: View): readonly Pod[] =>
  view.rollout?.observed === true ? view.rollout.oldPods.filter((pod) => !isTerminating(pod)) : [];

const names = (pods: readonly Pod[]): string =>
  some(
    pods.map((pod) => pod.metadata.name),
    3,
    ', ',
  );

/** A StatefulSet whose own strategy keeps pods on the old template. */
export const heldByStrategy: Find = (view) => {
  const strategy = statefulSetSpec(view)?.updateStrategy;
  if (strategy?.type === 'OnDelete' && oldPods(view).length > 0) {
    const pods = names(oldPods(view));
    return [finding('', `has update strategy OnDelete: its pods (${pods}) change only when somebody deletes them`)];
  }
  const partition = strategy?.rollingUpdate?.partition ?? 0;
  const held = oldPods(view).filter((pod) => Number(/\d+$/.exec(pod.metadata.name)?.[0] ?? 0) < partition);
  if (held.length === 0) return [];
  return [finding('', `has update partition ${partition}: pods below it (${names(held)}) keep the old template`)];
};

/** A StatefulSet with ordered pods does not replace a pod that is not ready: it waits for it, also after a repair. */
export const blockedByOldPod: Find = (view) =>
  statefulSetSpec(view) !== undefined && ordered(view)
    ? oldPods(view)
        .filter((pod) => !isReady(pod))
        .map((pod) => finding(pod.metadata.name, 'is not ready on the old template, and the StatefulSet waits for it'))
    : [];

/** A paused Deployment does not start its new template. With an unchanged template its pods count as updated. */
export const paused: Find = (view) => {
  const deployment: Deployment | undefined = view.ref.kind === 'Deployment' ? view.workload : undefined;
  const stands =
    deployment?.spec?.paused === true &&
    view.rollout?.observed === true &&
    (deployment.status?.updatedReplicas ?? 0) < view.rollout.wanted;
  return stands ? [finding('', 'is paused: its new template is not rolled out')] : [];
};

export const missing: Find = (view) =>
  !view.removed && view.workload === undefined ? [finding('', 'is in the manifest, but not in the cluster')] : [];

export const notRemoved: Find = (view) =>
  view.removed && view.workload !== undefined && view.workload.metadata.deletionTimestamp === undefined
    ? [finding('', 'is no longer in the manifest, but still in the cluster')]
    : [];

export const wrongImage: Find = (view) =>
  view.workload === undefined || view.rollout?.observed !== true
    ? []
    : wrongImages(view.ref, view.workload, view.rollout).map(({ pod, text }) => finding(pod, text));

/** Deployments whose controller reports that nothing moved for progressDeadlineSeconds. */
export const noProgress: Find = (view) => {
  const conditions = view.workload?.status?.conditions ?? [];
  const stalled = conditions.find((one) => one.type === 'Progressing' && one.reason === 'ProgressDeadlineExceeded');
  return stalled === undefined
    ? []
    : [finding('', 'has made no progress for its progressDeadlineSeconds', stalled.message)];
};

/** Pods that ended without being deleted: evicted, or their node was lost. Their controller makes new ones. */
export const ended: Find = (view) =>
  (view.rollout?.ended ?? []).map((pod) =>
    finding(pod.metadata.name, `ended (${pod.status?.reason ?? pod.status?.phase ?? ''})`, pod.status?.message),
  );
