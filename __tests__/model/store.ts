import type { KubeObject, ListOptions } from '../../src/cluster/port.js';
import { equalJson } from './json.js';
import { selects } from './selectors.js';

/** `action#1`, `helm#3`, `controller`, `user`. */
export type Who = string;
/** A pod's `delete` comes twice: it is Terminating (`after` is set), then gone. */
export type Verb = 'create' | 'update' | 'status' | 'delete';

/** One change of one object, as it took place. */
export interface Change {
  /** The resourceVersion that it made. */
  readonly version: number;
  readonly at: number;
  readonly who: Who;
  readonly verb: Verb;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

export type Stored =
  | { readonly ok: true; readonly object: KubeObject }
  | {
      readonly ok: false;
      readonly reason: 'exists' | 'conflict' | 'missing' | 'denied';
      readonly found?: KubeObject;
      /** What admission said. */
      readonly message?: string;
    };

/** Says why a write is not taken; undefined takes it. Not asked about the controllers' writes. */
export type Admission = (object: KubeObject, verb: Verb, who: Who) => string | undefined;

/** Everything there is at one moment, to begin other worlds with. */
export interface Snapshot {
  readonly at: number;
  readonly version: number;
  readonly uid: number;
  readonly objects: readonly KubeObject[];
}

const withStatus: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Pod']);
const withGeneration: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

/**
 * Objects of an API server: uid, one growing resourceVersion, generation, optimistic concurrency, watches, and everything
 * that ever happened. Objects are never changed in place.
 */
export class Store {
  readonly history: Change[] = [];
  admission: Admission | undefined;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Map<string, KubeObject>>();
  readonly #watchers = new Map<string, Set<(change: Change) => void>>();
  #moment = { at: Number.NaN, text: '' };
  #version = 100;
  #uid = 0;

  constructor(now: () => number, from?: Snapshot) {
    this.#now = now;
    if (from === undefined) return;
    this.#version = from.version;
    this.#uid = from.uid;
    for (const object of from.objects) this.#keep(object);
  }

  snapshot(): Snapshot {
    const objects = [...this.#kinds.values()].flatMap((kind) => [...kind.values()]);
    return { at: this.#now(), version: this.#version, uid: this.#uid, objects };
  }

  /** The newest resourceVersion. */
  get version(): number {
    return this.#version;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#kinds.get(kind)?.get(keyOf(namespace, name));
  }

  /** In the order of creation. */
  list(kind: string, options: ListOptions = {}): KubeObject[] {
    return [...(this.#kinds.get(kind)?.values() ?? [])].filter(selects(options));
  }

  /** What there was when this resourceVersion was the newest. */
  listAsOf(version: number, kind: string, options: ListOptions = {}): KubeObject[] {
    const then = new Map(this.#kinds.get(kind));
    for (const change of this.#since(version).reverse()) {
      if (change.kind !== kind) continue;
      const key = keyOf(change.namespace, change.name);
      if (change.before === undefined) then.delete(key);
      else then.set(key, change.before);
    }
    return [...then.values()].filter(selects(options));
  }

  /** Changes of a kind after a resourceVersion, oldest first. */
  changesAfter(version: number, kind: string): Change[] {
    return this.#since(version).filter((change) => change.kind === kind);
  }

  watch(kind: string, listener: (change: Change) => void): () => void {
    const set = this.#watchers.get(kind) ?? new Set();
    this.#watchers.set(kind, set.add(listener));
    return () => set.delete(listener);
  }

  create(who: Who, object: KubeObject): Stored {
    const { name, namespace = '' } = object.metadata;
    const found = this.get(object.kind, namespace, name);
    if (found !== undefined) return { ok: false, reason: 'exists', found };
    const denied = this.#denied(object, 'create', who);
    if (denied !== undefined) return denied;
    const metadata = {
      ...object.metadata,
      namespace,
      uid: `uid-${++this.#uid}`,
      creationTimestamp: this.moment(),
      ...(withGeneration.has(object.kind) ? { generation: 1 } : {}),
    };
    return { ok: true, object: this.#put(who, 'create', undefined, { ...object, metadata }) };
  }

  /** Holds only for the resourceVersion (and uid) that the object carries, where it carries one. */
  replace(who: Who, object: KubeObject): Stored {
    const { name, namespace = '', resourceVersion, uid } = object.metadata;
    const found = this.get(object.kind, namespace, name);
    if (found === undefined) return { ok: false, reason: 'missing' };
    const stale = resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion;
    if (stale || (uid !== undefined && uid !== found.metadata.uid)) return { ok: false, reason: 'conflict', found };
    return this.change(who, object.kind, namespace, name, () => object);
  }

  /** Whatever the object is now, it becomes what `edit` makes of it. An edit that changes nothing leaves no trace. */
  change(
    who: Who,
    kind: string,
    namespace: string,
    name: string,
    edit: (live: KubeObject) => KubeObject,
    verb: 'update' | 'status' = 'update',
  ): Stored {
    const before = this.get(kind, namespace, name);
    if (before === undefined) return { ok: false, reason: 'missing' };
    const edited = edit(before);
    const after: KubeObject = {
      ...edited,
      ...(verb === 'update' && withStatus.has(kind) ? { status: before.status } : {}),
      metadata: {
        ...edited.metadata,
        namespace,
        uid: before.metadata.uid,
        creationTimestamp: before.metadata.creationTimestamp,
        resourceVersion: before.metadata.resourceVersion,
        ...(before.metadata.generation === undefined ? {} : { generation: before.metadata.generation }),
      },
    };
    if (edited === before || equalJson(before, after)) return { ok: true, object: before };
    const denied = this.#denied(after, verb, who);
    if (denied !== undefined) return denied;
    const { generation } = before.metadata;
    const bumped = generation !== undefined && verb === 'update' && !equalJson(before.spec, after.spec);
    const metadata = bumped ? { ...after.metadata, generation: generation + 1 } : after.metadata;
    return { ok: true, object: this.#put(who, verb, before, { ...after, metadata }) };
  }

  /** Pods become Terminating and are removed by their kubelet (`purge`); anything else is gone at once. */
  delete(who: Who, kind: string, namespace: string, name: string): Stored {
    const before = this.get(kind, namespace, name);
    if (before === undefined) return { ok: false, reason: 'missing' };
    const denied = this.#denied(before, 'delete', who);
    if (denied !== undefined) return denied;
    if (kind !== 'Pod') return this.purge(who, kind, namespace, name);
    if (before.metadata.deletionTimestamp !== undefined) return { ok: true, object: before };
    const metadata = { ...before.metadata, deletionTimestamp: this.moment() };
    return { ok: true, object: this.#put(who, 'delete', before, { ...before, metadata }) };
  }

  purge(who: Who, kind: string, namespace: string, name: string): Stored {
    const before = this.get(kind, namespace, name);
    if (before === undefined) return { ok: false, reason: 'missing' };
    this.#kinds.get(kind)?.delete(keyOf(namespace, name));
    this.#version += 1;
    this.#tell(who, 'delete', before, undefined);
    return { ok: true, object: before };
  }

  /** The time as the server and kubelets write it: whole seconds. */
  moment(): string {
    const second = Math.floor(this.#now() / 1000) * 1000;
    if (this.#moment.at !== second)
      this.#moment = { at: second, text: new Date(second).toISOString().replace('.000Z', 'Z') };
    return this.#moment.text;
  }

  /** The time as other programs write it. */
  instant(): string {
    return new Date(this.#now()).toISOString();
  }

  #denied(object: KubeObject, verb: Verb, who: Who): Stored | undefined {
    const message = who === 'controller' ? undefined : this.admission?.(object, verb, who);
    return message === undefined ? undefined : { ok: false, reason: 'denied', message };
  }

  #since(version: number): Change[] {
    let from = this.history.length;
    while (from > 0 && (this.history[from - 1]?.version ?? 0) > version) from -= 1;
    return this.history.slice(from);
  }

  #put(who: Who, verb: Verb, before: KubeObject | undefined, object: KubeObject): KubeObject {
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    const after: KubeObject = { ...object, metadata };
    this.#keep(after);
    this.#tell(who, verb, before, after);
    return after;
  }

  #keep(object: KubeObject): void {
    const { name, namespace = '' } = object.metadata;
    const kind = this.#kinds.get(object.kind) ?? new Map<string, KubeObject>();
    this.#kinds.set(object.kind, kind.set(keyOf(namespace, name), object));
  }

  #tell(who: Who, verb: Verb, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const about = after ?? before;
    if (about === undefined) return;
    const { name, namespace = '' } = about.metadata;
    const change: Change = {
      version: this.#version,
      at: this.#now(),
      who,
      verb,
      kind: about.kind,
      namespace,
      name,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
    this.history.push(change);
    for (const listener of [...(this.#watchers.get(about.kind) ?? [])]) listener(change);
  }
}
