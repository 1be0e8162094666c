import type { KubeObject } from '../../src/cluster/port.js';
import type { Pod, Workload } from '../../src/upgrade/rollout/objects.js';
import { controllerOf } from '../../src/upgrade/rollout/owners.js';
import { isReady, isTerminating } from '../../src/upgrade/rollout/pods.js';
import type { Store } from './store.js';

export interface Counted {
  /** Not Terminating. */
  readonly present: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly ready: number;
}

/** Pods that an object controls. */
export function podsOf(store: Store, owner: KubeObject): Counted {
  const pods = (store.list('Pod', { namespace: owner.metadata.namespace ?? '' }) as Pod[]).filter(
    (pod) => controllerOf(pod)?.uid === owner.metadata.uid,
  );
  const present = pods.filter((pod) => !isTerminating(pod));
  return { present, terminating: pods.filter(isTerminating), ready: present.filter(isReady).length };
}

export const ownerReference = ({ apiVersion, kind, metadata }: KubeObject) => ({
  ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }],
});

/** A pod of a template, as its controller makes it. */
export function createPod(
  store: Store,
  owner: KubeObject,
  name: string,
  template: NonNullable<Workload['spec']>['template'],
  label: Readonly<Record<string, string>>,
): void {
  store.create('controller', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...label },
      ...ownerReference(owner),
    },
    spec: template.spec,
    status: { phase: 'Pending' },
  });
}

export const deletePod = (store: Store, pod: Pod): void => {
  store.delete('controller', 'Pod', pod.metadata.namespace ?? '', pod.metadata.name);
};

/** Counts as the server keeps them: what is nothing is not there. */
export const withoutZeros = (counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

export const setStatus = (store: Store, { kind, metadata }: KubeObject, status: object): void => {
  store.change('controller', kind, metadata.namespace ?? '', metadata.name, (live) => ({ ...live, status }), 'status');
};
