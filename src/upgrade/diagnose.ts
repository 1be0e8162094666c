import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../clock.js';
import type { Cluster, ListOptions } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import type { PodTrouble } from '../report/report.js';
import { eventTime } from './rollout/events.js';
import { freshObjects } from './rollout/live-objects.js';
import type { KubeEvent, Pod } from './rollout/objects.js';
import { containerStatuses, isReady, podState, unschedulable } from './rollout/pods.js';
import { survey } from './rollout/survey.js';
import type { Expectation, View } from './rollout/survey.js';
import { short } from './rollout/text.js';
import { within } from './within.js';

const maxPods = 10;
const maxEvents = 20;
const logLines = 40;
/** For each of the two rounds (what is not well; events and logs of it), in milliseconds. */
const roundMs = 3_000;

/** Something to look at closely: a pod, or a workload that lacks pods. */
interface Subject {
  readonly name: string;
  readonly view: View;
  readonly pod?: Pod;
}

/**
 * What there is to know about pods that are not well, for the report of a wait that ended badly. Bounded in pods, events,
 * log lines and time; whatever may not be read is left out. Never rejects. Texts are raw: whoever prints them escapes.
 */
export async function diagnose(
  cluster: Pick<Cluster, 'list' | 'podLogs'>,
  namespace: string,
  expectation: Expectation,
  clock: Clock,
): Promise<readonly PodTrouble[]> {
  const objects = await within(clock, roundMs, () => freshObjects(cluster, namespace));
  if (objects === undefined) return [];
  const subjects = survey(expectation, objects)
    .views.filter((view) => !view.done)
    .flatMap(subjectsOf)
    .slice(0, maxPods);
  return Promise.all(subjects.map((subject) => examine(cluster, namespace, subject, clock)));
}

function subjectsOf(view: View): readonly Subject[] {
  const { rollout } = view;
  const unready = (rollout?.newPods ?? []).filter((pod) => !isReady(pod));
  const old = rollout?.oldPods ?? (view.removed ? view.family.pods : []);
  const pods = [...unready, ...old].map((pod): Subject => ({ name: pod.metadata.name, view, pod }));
  const lacks = rollout !== undefined && pods.length === 0 && rollout.updated < rollout.wanted;
  return lacks ? [{ name: '(not created)', view }] : pods;
}

async function examine(
  cluster: Pick<Cluster, 'list' | 'podLogs'>,
  namespace: string,
  subject: Subject,
  clock: Clock,
): Promise<PodTrouble> {
  const { view, pod, name } = subject;
  const [events, logs] = await Promise.all([
    within(clock, roundMs, () => eventsOf(cluster, namespace, subject)),
    pod === undefined ? [] : Promise.all(toRead(pod).map((status) => logOf(cluster, namespace, name, status, clock))),
  ]);
  return {
    pod: name,
    workload: `${view.ref.kind}/${view.ref.name}`,
    reasons: pod === undefined ? [view.waitingFor] : reasonsOf(pod),
    events: events ?? [],
    logs: logs.flatMap((log) => log ?? []),
  };
}

/** What the pod's own status says, one reason an entry. */
function reasonsOf(pod: Pod): readonly string[] {
  const scheduling = unschedulable(pod)?.message;
  const containers = containerStatuses(pod).flatMap((status) => {
    const { waiting, terminated } = status.state ?? {};
    const last = terminated ?? status.lastState?.terminated;
    return [
      ...(waiting === undefined ? [] : [`container ${status.name}: ${waiting.reason ?? ''} ${waiting.message ?? ''}`]),
      ...(last === undefined || (terminated?.exitCode === 0 && status.restartCount === 0)
        ? []
        : [`container ${status.name} ended with exit code ${last.exitCode} (${last.reason ?? 'no reason given'})`]),
      ...(status.restartCount > 0 ? [`container ${status.name} restarted ${status.restartCount} times`] : []),
    ];
  });
  return [podState(pod), ...(scheduling === undefined ? [] : [scheduling]), ...containers].map((text) => short(text));
}

async function eventsOf(
  cluster: Pick<Cluster, 'list'>,
  namespace: string,
  { view, pod }: Subject,
): Promise<readonly string[]> {
  // A refused pod is reported on its ReplicaSet, or on its StatefulSet.
  const about = pod ?? view.rollout?.newest ?? view.workload;
  if (about === undefined) return [];
  const options: ListOptions = { namespace, fieldSelector: `involvedObject.name=${about.metadata.name}` };
  const { items } = await cluster.list<KubeEvent>(resources.events, options);
  return items
    .filter((event) => event.involvedObject?.uid === about.metadata.uid)
    .sort((a, b) => eventTime(a) - eventTime(b))
    .slice(-maxEvents)
    .map((event) => `${event.type ?? ''} ${event.reason ?? ''}: ${short(event.message ?? '')}${times(event)}`);
}

const times = (event: KubeEvent): string => {
  const n = event.series?.count ?? event.count ?? 1;
  return n > 1 ? ` (${n} times)` : '';
};

/** Containers that have run and are not well; a container that never started has no log. */
const toRead = (pod: Pod): readonly ContainerStatus[] =>
  containerStatuses(pod).filter((status) => {
    const hasRun = status.state?.running !== undefined || status.state?.terminated !== undefined;
    const finished = status.state?.terminated?.exitCode === 0;
    return !status.ready && !finished && (hasRun || status.restartCount > 0);
  });

async function logOf(
  cluster: Pick<Cluster, 'podLogs'>,
  namespace: string,
  pod: string,
  status: ContainerStatus,
  clock: Clock,
): Promise<{ readonly container: string; readonly lines: string } | undefined> {
  const container = status.name;
  // While it waits for its next try there is only the log of the try before.
  const previous = status.restartCount > 0 && status.state?.running === undefined;
  const lines = await within(clock, roundMs, () =>
    cluster.podLogs(namespace, pod, { container, tailLines: logLines, ...(previous ? { previous } : {}) }),
  );
  return lines === undefined || lines === '' ? undefined : { container, lines };
}
