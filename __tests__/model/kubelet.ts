import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import type { Pod } from '../../src/upgrade/rollout/objects.js';
import { controllerOf } from '../../src/upgrade/rollout/owners.js';
import type { Scheduler } from './scheduler.js';
import type { Change, Store } from './store.js';

/** How a pod fares. Times in milliseconds. */
export interface PodBehaviour {
  /**
   * `never-pulled`: ImagePullBackOff, `bad-image`: InvalidImageName; no container ever starts. `crashes`: starts and ends again and again.
   * `never-ready`: starts and stays unready. Default `ready`.
   */
  readonly fate?: 'ready' | 'never-pulled' | 'bad-image' | 'crashes' | 'never-ready' | 'unschedulable';
  /** From its creation until its containers start. */
  readonly startMs?: number;
  /** From there until it is Ready, or until it crashes. */
  readonly readyMs?: number;
  /** From its deletion until it is gone. */
  readonly graceMs?: number;
}

export interface PodFacts {
  readonly kind: string;
  readonly workload: string;
  /** Image of the first container. */
  readonly image: string;
  readonly name: string;
}

export type BehaviourOf = (pod: PodFacts) => PodBehaviour;

/** A container that was started: from then on its image may have changed data. */
export interface Start extends PodFacts {
  readonly at: number;
  readonly podUid: string;
}

const usual = { startMs: 400, readyMs: 1_000, graceMs: 600 } as const;
const notPulled: Readonly<Partial<Record<string, string>>> = {
  'never-pulled': 'ImagePullBackOff',
  'bad-image': 'InvalidImageName',
};
const firstBackOffMs = 10_000;
const longestBackOffMs = 300_000;

/** What runs the pods: starts containers, makes them ready or lets them fail, and removes what was deleted. */
export class Kubelet {
  /** Every start of a container, in order. */
  readonly starts: Start[] = [];
  readonly #store: Store;
  readonly #scheduler: Scheduler;
  readonly #behaviourOf: BehaviourOf;

  constructor(store: Store, scheduler: Scheduler, behaviourOf: BehaviourOf) {
    this.#store = store;
    this.#scheduler = scheduler;
    this.#behaviourOf = behaviourOf;
    store.watch('Pod', (change) => {
      this.#see(change);
    });
  }

  #see({ verb, before, after }: Change): void {
    const pod = after;
    if (pod === undefined) return;
    const { deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined) {
      const { graceMs = usual.graceMs } = this.#behaviourOf(this.#facts(pod));
      this.#later(graceMs, pod, (live) => {
        const { namespace = '', name } = live.metadata;
        this.#store.purge('controller', 'Pod', namespace, name);
      });
      return;
    }
    if (verb === 'create') this.#bringUp(pod);
  }

  #bringUp(pod: Pod): void {
    const facts = this.#facts(pod);
    const { fate = 'ready', startMs = usual.startMs, readyMs = usual.readyMs } = this.#behaviourOf(facts);
    if (fate === 'unschedulable') {
      this.#later(0, pod, (live) => {
        this.#write(live, 'Pending', undefined, 'no node takes it');
      });
      return;
    }
    this.#later(0, pod, (live) => {
      this.#bind(live);
    });
    this.#later(startMs, pod, (live) => {
      const reason = notPulled[fate];
      if (reason !== undefined) {
        this.#write(live, 'Pending', { waiting: { reason, message: 'not found' } });
        return;
      }
      this.#start(live, facts, 0);
      if (fate === 'crashes') this.#crash(live, facts, 0, readyMs);
      if (fate === 'ready') {
        this.#later(readyMs, live, (running) => {
          this.#write(running, 'Running', { running: { startedAt: this.#store.moment() } }, undefined, true);
        });
      }
    });
  }

  /** By the scheduler, in one request. Its node has not told anything yet. */
  #bind({ metadata }: Pod): void {
    const status = { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True' }] };
    const edit = (live: Pod) => ({ ...live, spec: { ...live.spec, nodeName: 'node' }, status });
    this.#store.change('controller', 'Pod', metadata.namespace ?? '', metadata.name, edit, 'status');
  }

  #start(pod: Pod, facts: PodFacts, restarts: number): void {
    this.starts.push({ ...facts, at: this.#scheduler.now(), podUid: pod.metadata.uid ?? '' });
    this.#write(pod, 'Running', { running: { startedAt: this.#store.moment() } }, undefined, false, restarts);
  }

  #crash(pod: Pod, facts: PodFacts, restarts: number, afterMs: number): void {
    this.#later(afterMs, pod, (live) => {
      const waiting = { reason: 'CrashLoopBackOff' };
      this.#write(live, 'Running', { waiting }, undefined, false, restarts + 1);
      this.#later(Math.min(firstBackOffMs * 2 ** restarts, longestBackOffMs), live, (again) => {
        this.#start(again, facts, restarts + 1);
        this.#crash(again, facts, restarts + 1, afterMs);
      });
    });
  }

  #write(
    pod: Pod,
    phase: string,
    state?: ContainerStatus['state'],
    unschedulable?: string,
    ready = false,
    restartCount = 0,
  ): void {
    const { namespace = '', name } = pod.metadata;
    const containers = pod.spec?.containers ?? [];
    const last = { terminated: { exitCode: 1, reason: 'Error' } };
    const scheduled =
      unschedulable === undefined
        ? { type: 'PodScheduled', status: 'True' }
        : { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: unschedulable };
    const moment = this.#store.moment();
    const status = {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: moment }, scheduled],
      ...(state === undefined
        ? {}
        : {
            containerStatuses: containers.map((container) => ({
              name: container.name,
              image: container.image ?? '',
              imageID: '',
              ready,
              restartCount,
              state,
              ...(restartCount > 0 ? { lastState: last } : {}),
            })),
          }),
    };
    this.#store.change('controller', 'Pod', namespace, name, (live) => ({ ...live, status }), 'status');
  }

  /** Not if the pod is gone by then, or (but for its removal) Terminating. */
  #later(ms: number, { metadata }: Pod, act: (pod: Pod) => void): void {
    const removal = metadata.deletionTimestamp !== undefined;
    this.#scheduler.in(ms, `pod ${metadata.name}`, () => {
      const live = this.#store.get('Pod', metadata.namespace ?? '', metadata.name);
      if (live === undefined || live.metadata.uid !== metadata.uid) return;
      if (removal || live.metadata.deletionTimestamp === undefined) act(live);
    });
  }

  #facts(pod: Pod): PodFacts {
    const owner = controllerOf(pod);
    const { namespace = '', name } = pod.metadata;
    const set = owner?.kind === 'ReplicaSet' ? this.#store.get('ReplicaSet', namespace, owner.name) : undefined;
    const above = set === undefined ? owner : controllerOf(set);
    const hash = pod.metadata.labels?.['pod-template-hash'];
    // A Deployment that was deleted leaves pods whose ReplicaSet is gone; its name is in theirs.
    const workload =
      above?.kind === 'ReplicaSet' && hash !== undefined
        ? above.name.slice(0, -hash.length - 1)
        : (above?.name ?? name);
    return {
      kind: owner?.kind === 'ReplicaSet' ? 'Deployment' : (owner?.kind ?? ''),
      workload,
      image: pod.spec?.containers[0]?.image ?? '',
      name,
    };
  }
}
