/** Vocabulary of Milvus on Kubernetes, shared by facts, plan and report. Tables live beside it, one concern a file. */

export type Mode = 'cluster' | 'standalone';

/** `mixed` is a set that no chart makes by itself: mixcoord beside separate coordinators. */
export type CoordinatorStyle = 'separate' | 'mixcoord' | 'mixed' | 'none';

export type MessageQueue =
  'pulsar2' | 'pulsar3' | 'external-pulsar' | 'kafka' | 'external-kafka' | 'rocksmq' | 'natsmq' | 'woodpecker';

/** Where Milvus keeps its metadata. MySQL left Milvus with 2.2.15 and 2.3.2, and the chart with 4.1.8. */
export type Metastore = 'etcd' | 'mysql' | 'tikv';

/** Value of the `component` label, which is also the container's name and the Deployment's suffix. */
export type Component =
  | 'standalone'
  | 'proxy'
  | 'mixcoord'
  | 'rootcoord'
  | 'querycoord'
  | 'indexcoord'
  | 'datacoord'
  | 'querynode'
  | 'indexnode'
  | 'datanode'
  | 'streamingnode'
  | 'cdc';

/** A fact that was read, or the reason why it could not be. Never a guess, never `false` for "may not read". */
export type Known<T> =
  | { readonly known: true; readonly value: T; readonly from: string }
  | { readonly known: false; readonly reason: string };

export const known = <T>(value: T, from: string): Known<T> => ({ known: true, value, from });
export const unknown = (reason: string): Known<never> => ({ known: false, reason });
