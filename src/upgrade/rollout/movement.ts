import type { Pod } from './objects.js';
import { isReady } from './pods.js';
import type { Survey, View } from './survey.js';

/**
 * When a rollout last moved on: a pod of a new template became ready for the first time, or an old pod was gone. A pod
 * that flaps moves nothing.
 */
export class Movement {
  readonly #ready = new Set<string>();
  #old: ReadonlySet<string> = new Set<string>();
  #at = 0;

  /** Takes note of a look; returns the time of the last movement, 0 before the first. */
  observe(look: Survey, now: number): number {
    const ready = uids(look, (view) => (view.rollout?.newPods ?? []).filter(isReady));
    const old = new Set(uids(look, (view) => (view.removed ? view.family.pods : (view.rollout?.oldPods ?? []))));
    const moved = ready.some((uid) => !this.#ready.has(uid)) || [...this.#old].some((uid) => !old.has(uid));
    for (const uid of ready) this.#ready.add(uid);
    this.#old = old;
    if (moved) this.#at = now;
    return this.#at;
  }
}

const uids = (look: Survey, pick: (view: View) => readonly Pod[]): readonly string[] =>
  look.views.flatMap((view) => pick(view).map((pod) => pod.metadata.uid ?? pod.metadata.name));
