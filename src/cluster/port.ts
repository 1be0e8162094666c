/**
 * The cluster as the rest of the program sees it. Adapter: one `kubectl proxy` on a private Unix socket
 * (src/cluster/proxy.ts). Objects are plain JSON as the API gives them; types come from kubernetes-types.
 * Every method rejects with a Problem (ending `failed`) whose sentence says what to do: unreachable, wrong or expired
 * token, forbidden verb, conflict, time-out. "Not found" is a value, not an error.
 */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller?: boolean;
  }[];
  readonly managedFields?: readonly {
    readonly manager?: string;
    readonly operation?: string;
    readonly subresource?: string;
    readonly apiVersion?: string;
    readonly fieldsV1?: unknown;
    readonly time?: string;
  }[];
}

/** Any Kubernetes object; `spec`, `status`, `data` and the rest stay unknown until a reader narrows them. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** Where a kind lives in the API. `group` is '' for the core group. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** Plural, lower case, as in URLs: `deployments`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface KubeList<T extends KubeObject = KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/**
 * A watch as its reader wants it: first one `synced` event with everything there is, then changes. When the stream
 * breaks (410 Gone, silence, a dropped connection) the adapter lists again and gives another `synced`; the reader
 * replaces what it held.
 */
export type WatchEvent<T extends KubeObject = KubeObject> =
  | { readonly type: 'synced'; readonly items: readonly T[] }
  | { readonly type: 'changed'; readonly object: T }
  | { readonly type: 'deleted'; readonly object: T };

/** One act on a resource for an access review. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** '' or undefined: cluster scope. */
  readonly namespace?: string;
}

export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  /** As the server says it, for example `v1.36.4`. */
  readonly gitVersion: string;
}

export interface LogOptions {
  readonly container?: string;
  readonly tailLines?: number;
  readonly previous?: boolean;
}

/** A PolicyRule of RBAC, as SelfSubjectRulesReview gives it. */
export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** How an object would be written: made, merged into the live one (client-side apply), or applied by the server. */
export type TrialWay = 'create' | 'merge' | 'apply';

/** What the server says to an object that is not stored. Without `accepted` it said nothing about the object. */
export interface Trial {
  readonly accepted?: boolean;
  /** Why not, as the server says it. */
  readonly message?: string;
}

/** What became of a write that holds only for the state it was decided on. */
export type Written<T extends KubeObject = KubeObject> =
  | { readonly written: true; readonly object: T }
  /** Somebody else was first: it is there already (create), or it has changed or is gone (replace). `found`: what is there now. */
  | { readonly written: false; readonly found?: T };

export interface WriteOptions {
  /** No try begins after this time, and none is waited for, milliseconds since the epoch; 30 s from now by default. */
  readonly until?: number;
  readonly signal?: AbortSignal;
}

/**
 * Writes of whole objects under optimistic concurrency. A lost answer is looked into here: each write carries a random
 * mark (an annotation), and what is found afterwards says whether it took place. So a write is reported as it is in the
 * cluster, or rejects with a Problem `write-unknown` where that could not be found out in time, `write-too-late` where there
 * was no time to send anything, and why the server refused otherwise. After an abort nothing is known about it.
 */
export interface Writes {
  create<T extends KubeObject>(resource: Resource, object: T, options?: WriteOptions): Promise<Written<T>>;
  /** `metadata.resourceVersion` is the one that the change was decided on. */
  replace<T extends KubeObject>(resource: Resource, object: T, options?: WriteOptions): Promise<Written<T>>;
}

export interface Cluster {
  /** Host (and port) of the API server, for messages and the report. Never with credentials. */
  readonly host: string;
  serverVersion(): Promise<ServerVersion>;
  /** The resource behind an apiVersion and kind, by discovery (cached); undefined if the server does not serve it. */
  resourceFor(apiVersion: string, kind: string): Promise<Resource | undefined>;
  get<T extends KubeObject = KubeObject>(resource: Resource, name: string, namespace?: string): Promise<T | undefined>;
  list<T extends KubeObject = KubeObject>(resource: Resource, options?: ListOptions): Promise<KubeList<T>>;
  /** Ends (returns) when `signal` is aborted; throws a Problem when the server refuses for good. */
  watch<T extends KubeObject = KubeObject>(
    resource: Resource,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
  /** For each access, whether the caller has it (SelfSubjectAccessReview, a few at a time); same order. */
  allowed(accesses: readonly Access[]): Promise<readonly boolean[]>;
  /** The caller's rules in a namespace (SelfSubjectRulesReview); `incomplete` as the server says. */
  rules(namespace: string): Promise<{ readonly rules: readonly ResourceRule[]; readonly incomplete: boolean }>;
  /** Whether the server would take an object (schema, admission, quota); a request with dryRun=All that stores nothing. */
  trial(
    resource: Resource,
    object: KubeObject,
    options: { readonly namespace?: string; readonly way: TrialWay; readonly signal?: AbortSignal },
  ): Promise<Trial>;
  /** The last lines of a container's log, raw. Undefined when there is none (yet) or it may not be read. */
  podLogs(namespace: string, pod: string, options?: LogOptions): Promise<string | undefined>;
  /** Ends the proxy. Safe to call twice. */
  close(): Promise<void>;
}
