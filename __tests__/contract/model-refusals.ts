import type { KubeObject } from '../../src/cluster/port.js';
import { equalJson } from '../model/json.js';
import type { Verb } from '../model/store.js';
import type { World } from '../model/world.js';

export const namespace = 'contract';

/** What the server refuses, once somebody has asked for it. */
export class Refusals {
  readonly #world: World;
  readonly #limits = new Map<string, number>();
  /** Processes that may not delete Deployments. */
  readonly careful = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    world.store.admission = (object, verb, who) => this.#of(object, verb, who);
  }

  limit(kind: string): void {
    this.#limits.set(kind, this.#world.store.list(kind, { namespace }).length);
  }

  #of(object: KubeObject, verb: Verb, who: string): string | undefined {
    const { kind, metadata } = object;
    const { store, children } = this.#world;
    const live = store.get(kind, namespace, metadata.name);
    if (verb === 'update' && live?.immutable === true && !equalJson(live.data, object.data))
      return `${kind} "${metadata.name}" is invalid: data: Forbidden: field is immutable when \`immutable\` is set`;
    if (verb === 'create' && store.list(kind, { namespace }).length >= (this.#limits.get(kind) ?? Infinity))
      return `deployments.apps "${metadata.name}" is forbidden: exceeded quota: few, requested: count/deployments.apps=1`;
    const startedBy = children.find(({ id }) => id === who)?.startedBy ?? who;
    return verb === 'delete' && kind === 'Deployment' && this.careful.has(startedBy)
      ? `deployments.apps "${metadata.name}" is forbidden: User "careful" cannot delete resource "deployments" in API group "apps"`
      : undefined;
  }
}
