import type { KubeObject } from '../../src/cluster/port.js';
import type { Pod } from '../../src/upgrade/rollout/objects.js';
import { controllerOf } from '../../src/upgrade/rollout/owners.js';
import { reconcileDeployment } from './deployment-controller.js';
import type { Scheduler } from './scheduler.js';
import { reconcileStatefulSet } from './stateful-set-controller.js';
import type { Change, Store } from './store.js';

/** A controller acts on the next beat after a change, so that changes of one moment are seen together. Milliseconds. */
const beatMs = 100;

/** The controllers of workloads: go on by themselves, whatever happens to whoever changed an object. */
export class Controllers {
  readonly #store: Store;
  readonly #scheduler: Scheduler;
  readonly #queued = new Set<string>();

  constructor(store: Store, scheduler: Scheduler) {
    this.#store = store;
    this.#scheduler = scheduler;
    for (const kind of ['Deployment', 'StatefulSet']) {
      store.watch(kind, ({ verb, namespace, name }) => {
        if (verb !== 'status') this.#enqueue(kind, namespace, name);
      });
    }
    store.watch('Pod', (change) => {
      this.#seePod(change);
    });
  }

  #seePod({ before, after, namespace }: Change): void {
    const pod = after ?? before;
    const owner = pod === undefined ? undefined : controllerOf(pod);
    if (owner === undefined) return;
    if (owner.kind === 'StatefulSet') {
      this.#enqueue('StatefulSet', namespace, owner.name);
      return;
    }
    const set = this.#store.get('ReplicaSet', namespace, owner.name);
    const deployment = set === undefined ? undefined : controllerOf(set);
    if (deployment !== undefined) this.#enqueue('Deployment', namespace, deployment.name);
  }

  #enqueue(kind: string, namespace: string, name: string): void {
    const key = `${kind}/${namespace}/${name}`;
    if (this.#queued.has(key)) return;
    this.#queued.add(key);
    const beat = (Math.floor(this.#scheduler.now() / beatMs) + 1) * beatMs;
    this.#scheduler.at(beat, `controller of ${key}`, () => {
      this.#queued.delete(key);
      const workload = this.#store.get(kind, namespace, name);
      this.#collect(kind, namespace, name, workload?.metadata.uid);
      if (workload === undefined) return;
      if (kind === 'Deployment') reconcileDeployment(this.#store, workload);
      else reconcileStatefulSet(this.#store, workload);
    });
  }

  /** Garbage collection: what an owner that is gone has left behind, though there may be another one of its name. */
  #collect(kind: string, namespace: string, name: string, uid: string | undefined): void {
    const owned = (child: KubeObject) => {
      const owner = child.metadata.ownerReferences?.find(({ controller }) => controller === true);
      return owner?.kind === kind && owner.name === name && owner.uid !== uid;
    };
    const sets = this.#store.list('ReplicaSet', { namespace }).filter(owned);
    const uids = new Set(sets.map((set) => set.metadata.uid));
    const pods = (this.#store.list('Pod', { namespace }) as Pod[]).filter(
      (pod) => owned(pod) || uids.has(controllerOf(pod)?.uid),
    );
    for (const set of sets) this.#store.delete('controller', 'ReplicaSet', namespace, set.metadata.name);
    for (const pod of pods) this.#store.delete('controller', 'Pod', namespace, pod.metadata.name);
  }
}
