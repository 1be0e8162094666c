import type { KubeObject } from '../../src/cluster/port.js';
import type { Pod, Workload } from '../../src/upgrade/rollout/objects.js';
import { owned } from './helm-script.js';
import { threeWay } from './merge.js';
import { manifestObjects, releaseIn } from './releases.js';
import type { Release } from './releases.js';
import { namespace, release } from './scenario.js';
import type { Store } from './store.js';

/** All stored revisions, oldest first, decoded by the model. */
export const revisionsOf = (store: Store): readonly Release[] =>
  store
    .list('Secret', { namespace, labelSelector: `owner=helm,name=${release}` })
    .map(releaseIn)
    .sort((a, b) => a.version - b.version);

/** `1 superseded`, `2 deployed`. */
export const statusList = (store: Store): readonly string[] =>
  revisionsOf(store).map(({ version, info }) => `${version} ${info.status}`);

const workloads = (store: Store): readonly Workload[] =>
  [...store.list('Deployment', { namespace }), ...store.list('StatefulSet', { namespace })] as Workload[];

const named = <T>(store: Store, read: (workload: Workload) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(workloads(store).map((one) => [one.metadata.name, read(one)]));

/** First container's image in each workload's template, by the workload's name. */
export const liveImages = (store: Store): Readonly<Record<string, string>> =>
  named(store, ({ spec }) => spec?.template.spec?.containers[0]?.image ?? '');

export const liveReplicas = (store: Store): Readonly<Record<string, number>> =>
  named(store, ({ spec }) => spec?.replicas ?? 1);

/** Images of the pods that are there (Terminating ones too), each once. */
export const podImages = (store: Store): readonly string[] =>
  [
    ...new Set(
      (store.list('Pod', { namespace }) as Pod[])
        .flatMap(({ spec }) => spec?.containers ?? [])
        .map(({ image = '' }) => image),
    ),
  ].sort();

const subject = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;

/**
 * In what the live objects are not what a revision's manifest says (default: the last revision), one sentence each; empty
 * when they agree. Objects of the release that the manifest lacks count as well.
 */
export function differences(
  store: Store,
  revision: Release | undefined = revisionsOf(store).at(-1),
): readonly string[] {
  if (revision === undefined) return ['there is no revision'];
  const wanted = manifestObjects(revision.manifest, namespace).map((object) => owned(object, release, namespace));
  const apart = wanted.flatMap((object) => {
    const live = store.get(object.kind, namespace, object.metadata.name);
    if (live === undefined) return [`${subject(object)} is missing`];
    return threeWay(object, object, live) === live ? [] : [`${subject(object)} differs`];
  });
  const names = new Set(wanted.map(subject));
  const surplus = ['Deployment', 'StatefulSet', 'ConfigMap']
    .flatMap((kind) => store.list(kind, { namespace }))
    .filter(
      (live) => live.metadata.annotations?.['meta.helm.sh/release-name'] === release && !names.has(subject(live)),
    );
  return [...apart, ...surplus.map((live) => `${subject(live)} is left over`)];
}
