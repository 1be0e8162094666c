import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import type { Pod } from './objects.js';
import { containerStatuses } from './pods.js';
import type { Survey } from './survey.js';

const key = (pod: Pod, status: ContainerStatus): string => `${pod.metadata.uid ?? pod.metadata.name}/${status.name}`;

/**
 * Restarts that count against a rollout: those since the start of the wait, and for Milvus only those after its
 * dependencies were rolled out, because it ends and restarts while it cannot reach etcd.
 */
export class Restarts {
  #base: Map<string, number> | undefined;

  /** Takes note of a look; to be called with every one. */
  observe(look: Survey): void {
    const before = this.#base;
    const base = new Map<string, number>();
    for (const view of look.views) {
      const excused = view.ref.component !== undefined && !look.dependenciesDone;
      for (const pod of view.rollout?.newPods ?? []) {
        for (const status of containerStatuses(pod)) {
          const id = key(pod, status);
          // A pod that came later starts from none; one that was there at first starts from what it had.
          const known = before === undefined ? status.restartCount : (before.get(id) ?? 0);
          base.set(id, excused ? status.restartCount : known);
        }
      }
    }
    this.#base = base;
  }

  of(pod: Pod, status: ContainerStatus): number {
    return status.restartCount - (this.#base?.get(key(pod, status)) ?? 0);
  }
}
