import { ClusterProblem } from '../../src/cluster/errors.js';
import type { Interrupt, SignalSource } from '../../src/upgrade/interrupt.js';
import { courseOf, isKill } from './faults.js';
import type { CallClass, Course, Fault, ProblemId } from './faults.js';
import type { HelmChild } from './helm-child.js';
import { ProcessClock } from './scheduler.js';
import type { Owner, Timer } from './scheduler.js';
import type { World } from './world.js';

/** One call over a port, as it was begun. */
export interface Call {
  /** From 1. */
  readonly n: number;
  readonly class: CallClass;
  /** `replace Lease milvus-upgrade-my`, `helm: create record 3`. */
  readonly name: string;
  readonly at: number;
}

export type Ending<T> =
  | { readonly ended: 'returned'; readonly value: T }
  | { readonly ended: 'threw'; readonly error: unknown }
  | { readonly ended: 'killed' };

export interface ProcessOptions {
  readonly faults?: readonly Fault[];
  /** Default 3. */
  readonly helmMajor?: 3 | 4;
  /** How wrong its clock goes. */
  readonly skewMs?: number;
  /** Milliseconds from a call's start to its effect and answer; default 2. Give a random one to shuffle two processes. */
  readonly latencyMs?: (call: Call) => number;
  /** True holds the call before it does anything, until `release()`: to interleave two processes by hand. */
  readonly hold?: (call: Call) => boolean;
  /** Told every call as it begins, those of its Helm and the events of its watches too. */
  readonly counted?: (call: Call) => void;
  /** Time between the requests of a Helm that has outlived this process, in milliseconds; default 4000. */
  readonly orphanPaceMs?: number;
}

/** What one call does. */
export interface CallSpec<T> {
  readonly class: CallClass;
  readonly name: string;
  readonly perform: () => T;
  /** The answer from an older state. */
  readonly stale?: () => T;
  /** Somebody else is first. */
  readonly foreign?: () => void;
  /** By the process's clock. */
  readonly until?: number;
  readonly signal?: AbortSignal;
}

const sentences: Readonly<Record<ProblemId, string>> = {
  'write-unknown': 'Whether a write took place could not be found out',
  'write-too-late': 'The time for a write was over before it began',
  'server-busy': 'The API server is too busy',
  'server-error': 'The API server failed',
  'cluster-timeout': 'The API server gave no answer in time',
  unreachable: 'The API server cannot be reached',
  'wrong-token': 'The API server does not accept the credentials',
};

const permanent: ReadonlySet<ProblemId> = new Set(['write-unknown', 'write-too-late', 'wrong-token']);

export const problemOf = (id: ProblemId, about: string): ClusterProblem =>
  new ClusterProblem({ id, what: `${sentences[id]}: ${about}.`, remedy: 'Run again.' }, !permanent.has(id));

const plain: Course = { effectMs: 0, endMs: 0, heard: 'answer' };

/**
 * One process of the action. Dead, it is dropped: what it waits for never comes, its timers are off, and no call of its
 * has an effect any more.
 */
export class ActionProcess implements Owner {
  alive = true;
  readonly id: string;
  readonly world: World;
  readonly options: ProcessOptions;
  readonly clock: ProcessClock;
  readonly calls: Call[] = [];
  readonly children = new Set<HelmChild>();
  readonly #listeners = new Map<Interrupt, Set<() => void>>();
  readonly #held: (() => void)[] = [];
  #onKill: () => void = () => undefined;

  constructor(world: World, id: string, options: ProcessOptions) {
    this.world = world;
    this.id = id;
    this.options = options;
    this.clock = new ProcessClock(world.scheduler, this, options.skewMs ?? 0);
  }

  /** Where the process hears signals, for Interruption. */
  readonly signals: SignalSource = {
    on: (signal, listener) => {
      this.#listeners.set(signal, (this.#listeners.get(signal) ?? new Set()).add(listener));
    },
    off: (signal, listener) => this.#listeners.get(signal)?.delete(listener),
  };

  signal(signal: Interrupt): void {
    for (const listener of this.#listeners.get(signal) ?? []) listener();
    this.world.scheduler.touch();
  }

  /** SIGKILL. Its Helm dies with it or goes on alone. */
  kill(children: 'die' | 'live' = 'die'): void {
    if (!this.alive) return;
    this.alive = false;
    for (const child of this.children) {
      child.parent = undefined;
      if (children === 'die') child.kill();
      else child.paceMs = this.options.orphanPaceMs ?? 4_000;
    }
    this.#onKill();
    this.world.scheduler.touch();
  }

  /** Lets the calls go on that `hold` has stopped. */
  release(): void {
    for (const go of this.#held.splice(0)) go();
  }

  get holds(): boolean {
    return this.#held.length > 0;
  }

  /** Starts the program of this process. Drive the world until it has ended (World.run does both). */
  start<T>(main: () => Promise<T>): Promise<Ending<T>> {
    return new Promise((resolve) => {
      this.#onKill = () => {
        resolve({ ended: 'killed' });
      };
      main().then(
        (value) => {
          resolve({ ended: 'returned', value });
        },
        (error: unknown) => {
          resolve({ ended: 'threw', error });
        },
      );
    });
  }

  /** Counts a call; what it meets, if anything. */
  count(of: CallClass, name: string): { readonly call: Call; readonly fault: Fault | undefined } {
    const call: Call = { n: this.calls.length + 1, class: of, name, at: this.world.scheduler.now() };
    this.calls.push(call);
    this.options.counted?.(call);
    const fault = this.options.faults?.find(
      ({ at, kind, extent }) =>
        at === call.n || (extent === 'onward' && at < call.n && courseOf({ at, kind }, of) !== undefined),
    );
    return { call, fault };
  }

  latencyOf(call: Call): number {
    return this.options.latencyMs?.(call) ?? 2;
  }

  call<T>(spec: CallSpec<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.alive) return;
      if (spec.signal?.aborted === true) {
        reject(spec.signal.reason as Error);
        return;
      }
      if (spec.until !== undefined && this.clock.now() >= spec.until) {
        reject(problemOf('write-too-late', spec.name));
        return;
      }
      const { call, fault } = this.count(spec.class, spec.name);
      const go = () => {
        this.#carryOut(spec, call, fault, resolve, reject);
      };
      if (this.options.hold?.(call) === true) this.#held.push(go);
      else go();
    });
  }

  #carryOut<T>(
    spec: CallSpec<T>,
    call: Call,
    fault: Fault | undefined,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ): void {
    const { scheduler } = this.world;
    const latency = this.latencyOf(call);
    if (fault !== undefined && isKill(fault.kind)) {
      if (fault.kind !== 'kill-before') {
        scheduler.in(
          latency,
          call.name,
          () => {
            spec.perform();
            this.kill(fault.children);
          },
          this,
        );
      } else this.kill(fault.children);
      return;
    }
    const course = (fault === undefined ? undefined : courseOf(fault, spec.class)) ?? plain;
    const timers: Timer[] = [];
    const settle = (end: () => void) => {
      for (const timer of timers) timer.cancel();
      spec.signal?.removeEventListener('abort', onAbort);
      scheduler.touch();
      end();
    };
    const onAbort = () => {
      settle(() => {
        reject(spec.signal?.reason as Error);
      });
    };
    let answer: { readonly value: T } | undefined;
    const perform = () => {
      if (course.before === 'foreign-change') spec.foreign?.();
      answer = { value: course.stale === true && spec.stale !== undefined ? spec.stale() : spec.perform() };
    };
    const end = () => {
      settle(() => {
        if (course.heard === 'answer' && answer !== undefined) resolve(answer.value);
        else if (course.heard !== 'answer' && course.heard !== 'nothing') reject(problemOf(course.heard, call.name));
      });
    };
    const { effectMs, endMs } = course;
    if (effectMs === endMs) {
      const both = () => {
        perform();
        if (this.alive) end();
      };
      // A request that the network holds back arrives whatever becomes of its sender.
      if (fault?.kind === 'slow-beyond-lease') scheduler.in(latency + endMs, call.name, both);
      else timers.push(scheduler.in(latency + endMs, call.name, both, this));
    } else {
      if (effectMs !== undefined) timers.push(scheduler.in(latency + effectMs, call.name, perform, this));
      timers.push(scheduler.in(latency + endMs, `answer to ${call.name}`, end, this));
    }
    if (spec.until !== undefined) {
      const late = () => {
        settle(() => {
          reject(problemOf(course.cut ?? 'write-unknown', call.name));
        });
      };
      const at = spec.until - (this.options.skewMs ?? 0);
      if (at < scheduler.now() + latency + endMs) timers.push(scheduler.at(at, `limit of ${call.name}`, late, this));
    }
    spec.signal?.addEventListener('abort', onAbort, { once: true });
  }
}
