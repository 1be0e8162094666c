import type { KubeObject } from '../../src/cluster/port.js';
import type { Deployment, Pod, ReplicaSet } from '../../src/upgrade/rollout/objects.js';
import { controllerOf } from '../../src/upgrade/rollout/owners.js';
import { isReady } from '../../src/upgrade/rollout/pods.js';
import { hashOf } from './json.js';
import { createPod, deletePod, ownerReference, podsOf, withoutZeros } from './pods-of.js';
import type { Counted } from './pods-of.js';
import type { Store } from './store.js';

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';

const revisionOf = (object: KubeObject): number => Number(object.metadata.annotations?.[revisionAnnotation] ?? 0);

const annotated = (object: KubeObject, revision: number): KubeObject =>
  revisionOf(object) === revision
    ? object
    : {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: { ...object.metadata.annotations, [revisionAnnotation]: String(revision) },
        },
      };

const recreates = ({ spec }: Deployment): boolean => spec?.strategy?.type === 'Recreate';

/** How many pods of the newest template there may be beside so many old ones. */
function roomBeside(deployment: Deployment, old: number): number {
  const wanted = deployment.spec?.replicas ?? 1;
  if (recreates(deployment)) return old > 0 ? 0 : wanted;
  const surge = share(deployment.spec?.strategy?.rollingUpdate?.maxSurge, wanted, Math.ceil);
  return Math.max(0, Math.min(wanted, wanted + surge - old));
}

/** The ReplicaSet of the newest template: made, or taken up again with a new revision after going back. */
function newestSet(store: Store, deployment: Deployment, sets: readonly ReplicaSet[]): KubeObject | undefined {
  const template = deployment.spec?.template;
  if (template === undefined) return undefined;
  const hash = hashOf(template);
  const { namespace = '', name } = deployment.metadata;
  const last = Math.max(0, ...sets.map(revisionOf));
  const found = sets.find((set) => set.metadata.labels?.[hashLabel] === hash);
  if (found !== undefined) {
    if (revisionOf(found) === last) return found;
    store.change('controller', 'ReplicaSet', namespace, found.metadata.name, (live) => annotated(live, last + 1));
    return store.get('ReplicaSet', namespace, found.metadata.name);
  }
  if (deployment.spec?.paused === true) return undefined;
  const old = sets.map((set) => podsOf(store, set));
  const pods = old.reduce((sum, { present }) => sum + present.length, 0);
  const ending = old.some(({ terminating }) => terminating.length > 0);
  if (recreates(deployment) && (pods > 0 || ending)) return undefined;
  const made = store.create('controller', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { [hashLabel]: hash },
      annotations: { [revisionAnnotation]: String(last + 1) },
      ...ownerReference(deployment),
    },
    spec: { replicas: roomBeside(deployment, pods), template, selector: deployment.spec?.selector },
    status: { replicas: 0 },
  });
  return made.ok ? made.object : undefined;
}

/** `25%` or a number, of so many. */
function share(value: unknown, of: number, round: (n: number) => number): number {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '25%';
  return text.endsWith('%') ? round((Number.parseInt(text, 10) * of) / 100) : Number(text);
}

/** A ReplicaSet is told its number, and its pods follow. */
function tell(store: Store, { metadata }: KubeObject, replicas: number): void {
  const edit = (live: KubeObject) =>
    (live as ReplicaSet).spec?.replicas === replicas ? live : { ...live, spec: { ...(live.spec as object), replicas } };
  store.change('controller', 'ReplicaSet', metadata.namespace ?? '', metadata.name, edit);
}

function scale(
  store: Store,
  deployment: Deployment,
  set: KubeObject | undefined,
  others: readonly KubeObject[],
  old: readonly Pod[],
  ending: number,
): boolean {
  const { spec } = deployment;
  const wanted = spec?.replicas ?? 1;
  const fresh = set === undefined ? [] : podsOf(store, set).present;
  const recreate = recreates(deployment);
  const surge = share(spec?.strategy?.rollingUpdate?.maxSurge, wanted, Math.ceil);
  const missing = share(spec?.strategy?.rollingUpdate?.maxUnavailable, wanted, Math.floor);
  // With both at nothing no pod could ever be replaced; Kubernetes then takes one away.
  const unavailable = surge === 0 && missing === 0 ? 1 : missing;

  const waitsForOld = recreate && old.length + ending > 0;
  const count = waitsForOld ? 0 : Math.max(0, roomBeside(deployment, old.length) - fresh.length);
  if (set !== undefined) tell(store, set, Math.min(wanted, fresh.length + count));
  for (const pod of fresh.slice(wanted)) deletePod(store, pod);
  if (set !== undefined && spec !== undefined) {
    for (let n = 0; n < count; n++) {
      const name = `${set.metadata.name}-${store.version}`;
      createPod(store, set, name, spec.template, { [hashLabel]: set.metadata.labels?.[hashLabel] ?? '' });
    }
  }
  if (spec?.paused === true && wanted > 0) return false;
  const spare = fresh.filter(isReady).length + old.filter(isReady).length - (wanted - unavailable);
  const unready = old.filter((pod) => !isReady(pod));
  const ready = old.filter(isReady);
  const ends = [...unready, ...(recreate || wanted === 0 ? ready : ready.slice(0, Math.max(0, spare)))];
  for (const one of others) {
    const own = old.filter((pod) => controllerOf(pod)?.uid === one.metadata.uid);
    tell(store, one, own.filter((pod) => !ends.includes(pod)).length);
  }
  for (const pod of ends) deletePod(store, pod);
  return ends.length > 0;
}

/** Status, and the revision that goes with it. */
function report(store: Store, deployment: Deployment, old: readonly Counted[], set: KubeObject | undefined): void {
  const { namespace = '', name, generation } = deployment.metadata;
  const wanted = deployment.spec?.replicas ?? 1;
  const fresh = set === undefined ? undefined : podsOf(store, set);
  const all = [...old, ...(fresh === undefined ? [] : [fresh])];
  const replicas = all.reduce((sum, { present }) => sum + present.length, 0);
  const ready = all.reduce((sum, one) => sum + one.ready, 0);
  const updated = fresh?.present.length ?? 0;
  const complete = updated === wanted && replicas === wanted && fresh?.ready === wanted;
  const { status: before } = deployment;
  const wasComplete =
    before?.observedGeneration === generation &&
    before?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') === true;
  const reason = complete || wasComplete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated';
  const status = {
    observedGeneration: generation,
    ...withoutZeros({ replicas, updatedReplicas: updated, readyReplicas: ready, availableReplicas: ready }),
    conditions: [{ type: 'Progressing', status: 'True', reason }],
  };
  const edit = (live: KubeObject) => ({ ...(set === undefined ? live : annotated(live, revisionOf(set))), status });
  store.change('controller', 'Deployment', namespace, name, edit, 'status');
}

/** One turn of the Deployment and ReplicaSet controllers: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ */
export function reconcileDeployment(store: Store, deployment: Deployment): void {
  const { namespace = '', uid } = deployment.metadata;
  const sets = (store.list('ReplicaSet', { namespace }) as ReplicaSet[]).filter(
    (set) => controllerOf(set)?.uid === uid,
  );
  const set = newestSet(store, deployment, sets);
  const others = sets.filter((one) => one.metadata.uid !== set?.metadata.uid);
  const old = others.map((one) => podsOf(store, one));
  const present = old.flatMap((one) => one.present);
  const changed = scale(
    store,
    deployment,
    set,
    others,
    present,
    old.reduce((sum, { terminating }) => sum + terminating.length, 0),
  );
  report(store, deployment, changed && present.length > 0 ? others.map((one) => podsOf(store, one)) : old, set);
}
