import type { Clock } from '../../src/clock.js';
import type { Cluster, KubeObject, Resource, Writes } from '../../src/cluster/port.js';
import type { ChartSource, Helm, UpgradeIntent, Values } from '../../src/helm/port.js';
import type { ChartName } from './charts.js';

/** A cluster as one process of the action reaches it. */
export type Ports = Cluster & Writes;

/** A request of Helm's. */
export type Point =
  | { readonly write: 'history' }
  | { readonly write: 'new record' }
  /** The record of this revision gets another status. */
  | { readonly write: 'record'; readonly revision: number }
  | { readonly write: 'create' | 'patch' | 'delete'; readonly kind: 'ConfigMap' | 'Deployment'; readonly name: string };

/** `kill`: SIGKILL. `interrupt`: the run is cancelled. `release`: the request goes on its way. */
export type CutEnd = 'kill' | 'interrupt' | 'release';

export interface Cut<T> {
  /** Helm's request that is held back: it does not reach the server before `release`, and never after the other ends. */
  readonly at: Point;
  readonly act: (helm: Helm, signal: AbortSignal) => Promise<void>;
  readonly end: CutEnd;
  /** While it is held. */
  readonly meanwhile?: () => Promise<T>;
}

/** What becomes of the answer to a request: of the first one only, or of every one. */
export type Loss =
  /** It takes effect, and the connection breaks. */
  | 'answer lost once'
  | 'answers lost'
  /** The connection breaks before it reaches the server. */
  | 'request lost once'
  | 'requests lost'
  /** No connection is made. */
  | 'refused once'
  /** The server is too busy for it (429). */
  | 'busy once';

/** Somebody with kubectl, or another controller: past the ports. */
export interface User {
  /** The namespace is the stage's. */
  create(resource: Resource, object: KubeObject): Promise<void>;
  change(resource: Resource, name: string, edit: (live: KubeObject) => KubeObject): Promise<void>;
  delete(resource: Resource, name: string): Promise<void>;
  /** From now on the server takes no other `data` in a ConfigMap or Secret. */
  freeze(resource: Resource, name: string): Promise<void>;
  /** From now on the server takes no more Deployments than there are, or than pods. */
  limit(kind: 'deployments' | 'pods'): Promise<void>;
  /** The server forgets every state before the present one, so that no watch of events can go on from it. */
  forget(): Promise<void>;
}

/** Where a case is played: the model, or an API server with Helm. The namespace is empty, and the case's own. */
export interface Stage {
  readonly namespace: string;
  readonly clock: Clock;
  /** Of one process. */
  readonly ports: Ports;
  /** Of another process. */
  readonly others: Ports;
  /** Of a process with a bad connection. */
  losing(loss: Loss): Ports;
  /** Of a process whose watch is cut short where `user.forget` was called after its list. */
  readonly forgotten: Ports;
  readonly user: User;
  readonly helm: Helm;
  /** Of somebody who may not delete Deployments. */
  helmWithoutDelete(): Promise<Helm>;
  chart(name: ChartName): ChartSource;
  /** Path of a file with these values. */
  values(values: Values): string;
  /** `helm install` as somebody has done it before: with Helm 3, which applies on the client, or with Helm 4. */
  install(chart: ChartName, values?: Values, method?: 'client' | 'server'): Promise<void>;
  cut<T>(cut: Cut<T>): Promise<{ readonly ended: string; readonly meanwhile?: T }>;
}

/** Helm's major versions that every case with Helm is played with. */
export const majors = [3, 4] as const;
export type Major = (typeof majors)[number];

interface Scene {
  readonly name: string;
  /** What is done, and what is seen: a JSON value without names, times and words of chance. */
  readonly act: (stage: Stage) => Promise<unknown>;
}

/** A case without Helm, or one that is the same for its majors, or not. */
export type Case = Scene &
  (
    | { readonly helm?: undefined; readonly expected: unknown }
    | { readonly helm: 'same'; readonly expected: unknown }
    | { readonly helm: 'differs'; readonly expected: Readonly<Record<Major, unknown>> }
    | { readonly helm: 'only 4'; readonly expected: unknown }
  );

/** In what the model is not what it stands for, and why the engine cannot see it, or does not mind. */
export interface Exclusion extends Scene {
  readonly major?: Major;
  readonly why: string;
  readonly model: unknown;
  readonly server: unknown;
}

/** One case as it is played. */
export interface Play {
  readonly title: string;
  readonly major: Major;
  readonly act: Scene['act'];
  readonly expected: unknown;
}

/** Every case, once without Helm or once for each major. */
export const playsOf = (cases: readonly Case[]): readonly Play[] =>
  cases.flatMap((one): Play[] => {
    const { name, act, helm } = one;
    if (helm === undefined) return [{ title: name, major: 3, act, expected: one.expected }];
    if (helm === 'only 4') return [{ title: `${name}, Helm 4`, major: 4, act, expected: one.expected }];
    return majors.map((major) => ({
      title: `${name}, Helm ${major}`,
      major,
      act,
      expected: helm === 'differs' ? one.expected[major] : one.expected,
    }));
  });

/** The exclusions, as they are on one side. */
export const excludedPlays = (exclusions: readonly Exclusion[], side: 'model' | 'server'): readonly Play[] =>
  exclusions.map(({ name, act, major = 3, ...expected }) => ({
    title: `excluded: ${name}`,
    major,
    act,
    expected: expected[side],
  }));

export const release = 'my';

/** An upgrade as the engine asks for it. */
export const intent = (
  stage: Stage,
  chart: ChartName,
  more: Partial<UpgradeIntent> & { readonly given?: Values } = {},
) => {
  const { given = {}, ...rest } = more;
  return {
    release,
    namespace: stage.namespace,
    chart: stage.chart(chart),
    valuesFile: stage.values(given),
    timeoutMs: 90_000,
    description: 'an upgrade',
    applyMethod: 'client',
    validate: false,
    ...rest,
  } satisfies UpgradeIntent;
};
