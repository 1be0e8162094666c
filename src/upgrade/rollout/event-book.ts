import type { Cluster, ObjectMeta } from '../../cluster/port.js';
import { resources } from '../../cluster/resources.js';
import { reasons } from './events.js';
import type { KubeEvent } from './objects.js';
import { containerStatuses, unschedulable } from './pods.js';
import type { Survey } from './survey.js';

/** A list for the same reason is asked for at most this often, in milliseconds. */
const refreshMs = 15_000;
/** Pods are in ContainerCreating for a while as a rule; mount events are asked for only after this long. */
const mountAfterMs = 60_000;

/**
 * Events, read only while a look raises a question that they answer, one list per reason. Where they may not be read
 * there are none: no detector needs them to be safe, they only make it more patient or more exact.
 */
export class EventBook {
  readonly #cluster: Pick<Cluster, 'list'>;
  readonly #namespace: string;
  readonly #changed: () => void;
  readonly #asked = new Map<string, number>();
  readonly #events = new Map<string, readonly KubeEvent[]>();

  constructor(cluster: Pick<Cluster, 'list'>, namespace: string, changed: () => void) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#changed = changed;
  }

  of(object: ObjectMeta): readonly KubeEvent[] {
    return [...this.#events.values()]
      .flat()
      .filter((event) => event.involvedObject?.uid === object.uid && event.involvedObject?.name === object.name);
  }

  /** Starts the lists that this look calls for, without waiting for them; `changed` is called as they come. */
  want(look: Survey, now: number, waitedMs: number): void {
    for (const reason of wantedReasons(look, waitedMs)) {
      if (now - (this.#asked.get(reason) ?? -Infinity) < refreshMs) continue;
      this.#asked.set(reason, now);
      void this.#read(reason);
    }
  }

  /** When the next list is due, if any has been asked for. */
  nextAt(look: Survey, waitedMs: number): number {
    return Math.min(...wantedReasons(look, waitedMs).map((reason) => (this.#asked.get(reason) ?? 0) + refreshMs));
  }

  async #read(reason: string): Promise<void> {
    try {
      const list = await this.#cluster.list<KubeEvent>(resources.events, {
        namespace: this.#namespace,
        fieldSelector: `reason=${reason}`,
      });
      this.#events.set(reason, list.items);
      this.#changed();
    } catch {
      // May not be read, or not now: see above. Asked again at the next turn.
    }
  }
}

function wantedReasons(look: Survey, waitedMs: number): readonly string[] {
  const open = look.views.filter((view) => !view.done);
  const pods = open.flatMap((view) => view.rollout?.newPods ?? []);
  const questions: readonly (readonly [boolean, readonly string[]])[] = [
    [pods.some((pod) => unschedulable(pod) !== undefined), [...reasons.scalingUp, ...reasons.notScaling]],
    [
      open.some((view) => view.ref.kind === 'StatefulSet' && (view.rollout?.wanted ?? 0) > view.family.pods.length),
      [...reasons.notCreated, ...reasons.created],
    ],
    [
      waitedMs >= mountAfterMs &&
        pods.some((pod) =>
          containerStatuses(pod).some((status) =>
            ['ContainerCreating', 'PodInitializing'].includes(status.state?.waiting?.reason ?? ''),
          ),
        ),
      [...reasons.notMounted, ...reasons.mounted],
    ],
  ];
  return questions.filter(([asked]) => asked).flatMap(([, wanted]) => wanted);
}
