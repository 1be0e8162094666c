import type { Deployment, NamespaceObjects, Pod, ReplicaSet, StatefulSet } from '../rollout/objects.js';
import { familyOf, type Family } from '../rollout/owners.js';
import { count, short } from '../rollout/text.js';
import type { ChangedWorkload } from './images.js';
import { sideOfSpec, taleOf } from './pods.js';
import type { Start } from './started.js';

/** Pods of a ReplicaSet are made within moments; one that is younger by more may stand for one that was deleted. */
const replacementAfterMs = 10_000;

export interface Circumstances {
  readonly applied: boolean;
  /** A watch has shown every pod since before Helm began. */
  readonly watched: boolean;
}

/** What stands against `never`; undefined: nothing. */
type Doubt = string | undefined;

const firstDoubt = (doubts: readonly Doubt[]): Doubt => doubts.find((doubt) => doubt !== undefined);

/** Whether a container with a new image of one workload has ever started. */
export function startOf(workload: ChangedWorkload, live: NamespaceObjects, circumstances: Circumstances): Start {
  const name = `${workload.kind} ${workload.name}`;
  const base = { workload: name, milvus: workload.component !== undefined };
  const family = familyOf(workload, live);
  const sideOf = (pod: Pod) => sideOfSpec(pod.spec, workload);
  const pods = family.pods.filter((pod) => sideOf(pod) === 'newer');
  const tales = pods.map((pod) => ({ pod: pod.metadata.name, tale: taleOf(pod, workload) }));
  const tell = (answer: 'started' | 'unknown', pod: string, text: string): Start => ({
    ...{ ...base, answer, pod },
    seen: `pod ${short(pod, 80)} of ${name}: ${short(text)}`,
  });
  for (const { pod, tale } of tales) if (tale.ran === 'yes') return tell('started', pod, tale.text);
  for (const { pod, tale } of tales) if (tale.ran === 'unknown') return tell('unknown', pod, tale.text);
  const rewritten = family.pods.find((pod) => sideOf(pod) === 'neither');
  if (rewritten !== undefined)
    return tell('unknown', rewritten.metadata.name, 'it has an image that is in neither revision');
  const doubt = circumstances.watched ? undefined : doubtOf(workload, live, family, pods, circumstances);
  if (doubt !== undefined) return { ...base, answer: 'unknown', seen: `${name}: ${doubt}` };
  const none = pods.length === 0 ? 'no pod of it was made' : `${count(pods.length, 'pod')} of it, none started`;
  return { ...base, answer: 'never', seen: `${name}: ${none}` };
}

function doubtOf(
  workload: ChangedWorkload,
  live: NamespaceObjects,
  family: Family,
  pods: readonly Pod[],
  { applied }: Circumstances,
): Doubt {
  const isIt = ({ metadata }: Deployment | StatefulSet) => metadata.name === workload.name;
  if (workload.kind === 'Deployment') {
    const found = live.deployments.find(isIt);
    return firstDoubt([
      templateDoubt(workload, found, applied),
      ...newerSets(workload, family).map((set) => setDoubt(set, pods)),
      found === undefined ? undefined : traceDoubt(workload, found, family),
    ]);
  }
  const found = live.statefulSets.find(isIt);
  return templateDoubt(workload, found, applied) ?? statefulDoubt(workload, found, family, pods);
}

/** What the live object says about whether the new template has been there. */
function templateDoubt(
  workload: ChangedWorkload,
  found: Deployment | StatefulSet | undefined,
  applied: boolean,
): Doubt {
  if (found === undefined) return applied ? 'it was applied, and is not in the cluster any more' : undefined;
  const side = sideOfSpec(found.spec?.template.spec, workload);
  if (side === 'neither') return 'its template has an image that is in neither revision';
  return side === 'older' && applied ? 'it was applied, and somebody has put the older image back since' : undefined;
}

const newerSets = (workload: ChangedWorkload, { replicaSets }: Family): readonly ReplicaSet[] =>
  replicaSets.filter((set) => sideOfSpec(set.spec?.template?.spec, workload) !== 'older');

/** A ReplicaSet of the new template: are its pods the first that it made? */
function setDoubt(set: ReplicaSet, pods: readonly Pod[]): Doubt {
  const name = `ReplicaSet ${short(set.metadata.name, 80)}`;
  const wanted = set.spec?.replicas ?? 1;
  if (wanted === 0) return `${name} of the new template is scaled to zero: what it has run is gone`;
  const own = pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === set.metadata.uid));
  if (own.length < wanted)
    return `${name} wants ${count(wanted, 'pod')} and has ${own.length}: others may have been deleted`;
  const made = Date.parse(set.metadata.creationTimestamp ?? '');
  const late = own.find((pod) => !(Date.parse(pod.metadata.creationTimestamp ?? '') - made <= replacementAfterMs));
  return late === undefined
    ? undefined
    : `pod ${short(late.metadata.name, 80)} was made later than ${name}: it may stand for one that was deleted`;
}

/** Where a Deployment has taken up a template, a ReplicaSet of it remains as long as its history is kept. */
function traceDoubt(workload: ChangedWorkload, { metadata, spec, status }: Deployment, family: Family): Doubt {
  if (newerSets(workload, family).length > 0) return undefined;
  if (spec?.revisionHistoryLimit === 0) return 'it keeps no history (revisionHistoryLimit: 0)';
  const isNewer = sideOfSpec(spec?.template.spec, workload) === 'newer';
  return isNewer && status?.observedGeneration === metadata.generation
    ? 'its controller has taken up the new template, and no ReplicaSet of it is there'
    : undefined;
}

/**
 * A StatefulSet replaces pods under the same names and keeps no trace of them: only while every one of its pods is of
 * the older template is it sure that none of the new one was there.
 */
function statefulDoubt(
  workload: ChangedWorkload,
  found: StatefulSet | undefined,
  family: Family,
  newer: readonly Pod[],
): Doubt {
  if (found === undefined) return undefined;
  if (newer.length > 0)
    return 'pods of the new template are there, and a StatefulSet keeps no trace of pods before them';
  const wanted = found.spec?.replicas ?? 1;
  const { status } = found;
  if (family.pods.length < wanted && !(workload.added && status?.observedGeneration !== found.metadata.generation))
    return `it wants ${count(wanted, 'pod')} and has ${family.pods.length}: others may have been deleted`;
  const isOlder = sideOfSpec(found.spec?.template.spec, workload) === 'older';
  return isOlder && status?.currentRevision !== status?.updateRevision
    ? 'it is on the way to the older template: the new one may have been there in between'
    : undefined;
}
