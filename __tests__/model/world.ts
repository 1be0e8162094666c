import type { Cluster, KubeObject, Writes } from '../../src/cluster/port.js';
import type { Helm, Values } from '../../src/helm/port.js';
import { Controllers } from './controllers.js';
import type { HelmChild } from './helm-child.js';
import { processHelm } from './helm-program.js';
import type { ModelChart } from './helm-script.js';
import { random } from './json.js';
import { Kubelet } from './kubelet.js';
import type { BehaviourOf } from './kubelet.js';
import { ActionProcess } from './process.js';
import type { Ending, ProcessOptions } from './process.js';
import { processCluster, processWrites } from './process-cluster.js';
import { Scheduler } from './scheduler.js';
import type { DriveLimits } from './scheduler.js';
import { Store } from './store.js';
import type { Snapshot } from './store.js';

/** Numbers in [0, 1). */
export type Random = () => number;

export interface WorldOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Default: every pod becomes ready. May answer differently later. */
  readonly behaviourOf?: BehaviourOf;
  /** Helm's records gzipped, as Helm writes them; default false, which is read by the same code, faster. */
  readonly compressed?: boolean;
  /** What is there at the beginning, and when that is; it was quiet then. Its history is not in this world's. */
  readonly from?: Snapshot;
}

export const startAt = Date.parse('2026-11-22T12:00:00Z');
/** A run that takes longer than this, virtual time, counts as one without an end. */
const longestRunMs = 48 * 3_600_000;

/** A cluster, its time, and the processes that work on it. */
export class World {
  readonly scheduler: Scheduler;
  readonly store: Store;
  readonly random: Random;
  readonly compressed: boolean;
  readonly kubelet: Kubelet;
  readonly controllers: Controllers;
  /** By their reference on the command line. */
  readonly charts = new Map<string, ModelChart>();
  /** Contents of `--values` files, by path. */
  readonly files = new Map<string, Values>();
  /** Every Helm ever started, in order. */
  readonly children: HelmChild[] = [];
  readonly processes: ActionProcess[] = [];
  /** What somebody else makes of the object that a process is about to create; without it nobody is first. */
  rival: ((object: KubeObject) => KubeObject | undefined) | undefined;

  constructor({ seed = 1, behaviourOf = () => ({}), compressed = false, from }: WorldOptions = {}) {
    this.scheduler = new Scheduler(from?.at ?? startAt);
    this.store = new Store(() => this.scheduler.now(), from);
    this.random = random(seed);
    this.compressed = compressed;
    this.kubelet = new Kubelet(this.store, this.scheduler, behaviourOf);
    this.controllers = new Controllers(this.store, this.scheduler);
  }

  /** A new process with ports of its own. */
  process(options: ProcessOptions = {}): Started {
    const process = new ActionProcess(this, `action#${this.processes.length + 1}`, options);
    this.processes.push(process);
    return {
      process,
      cluster: processCluster(process),
      writes: processWrites(process),
      helm: processHelm(process),
    };
  }

  /**
   * Runs the program of a process to its end, or until it is killed. Throws where it waits and nothing is to come, or
   * has no end. What goes on by itself (controllers, a Helm that lives on) stands still afterwards until driven on.
   */
  async run<T>(process: ActionProcess, main: () => Promise<T>, limits: DriveLimits = {}): Promise<Ending<T>> {
    const [ending] = await this.runAll([{ process, main }], limits);
    if (ending === undefined) throw new Error('no ending');
    return ending;
  }

  /** Several at the same time, until the last has ended. */
  async runAll<T>(
    programs: readonly { readonly process: ActionProcess; readonly main: () => Promise<T> }[],
    limits: DriveLimits = {},
  ): Promise<Ending<T>[]> {
    const endings: Ending<T>[] = [];
    let open = programs.length;
    for (const [index, { process, main }] of programs.entries()) {
      void process.start(main).then((ending) => {
        endings[index] = ending;
        open -= 1;
      });
    }
    const untilAt = limits.untilAt ?? this.scheduler.now() + longestRunMs;
    const end = await this.scheduler.drive(() => open === 0, { ...limits, untilAt });
    if (end === 'done') return endings;
    const waiting = programs
      .filter((_, index) => endings[index] === undefined)
      .map(({ process }) => lastWords(process));
    throw new Error(
      `${end === 'hang' ? 'everybody waits and nothing is to come' : 'no end in time'}: ${waiting.join('; ')}`,
    );
  }

  /** Lets time pass: controllers and whatever else has timers go on. */
  async pass(ms: number): Promise<void> {
    await this.scheduler.drive(() => false, { untilAt: this.scheduler.now() + ms });
  }

  /** Until nothing is to come any more; at most `ms`. True: it is quiet. */
  async settle(ms = 3_600_000): Promise<boolean> {
    return (await this.scheduler.drive(() => false, { untilAt: this.scheduler.now() + ms })) === 'hang';
  }

  chart(reference: string): ModelChart {
    const chart = this.charts.get(reference);
    if (chart === undefined) throw new Error(`there is no chart ${reference}`);
    return chart;
  }

  nextChild(): string {
    return `helm#${this.children.length + 1}`;
  }

  /** Somebody else is first: the object has changed, or is there already. */
  meddle(object: KubeObject, verb: 'create' | 'replace'): void {
    const { name, namespace = '' } = object.metadata;
    if (verb === 'create') {
      const theirs = this.rival?.(object);
      if (theirs !== undefined) this.store.create('user', theirs);
      return;
    }
    this.store.change('user', object.kind, namespace, name, (live) => ({
      ...live,
      metadata: {
        ...live.metadata,
        annotations: { ...live.metadata.annotations, 'example.test/touched': this.store.instant() },
      },
    }));
  }
}

/** A process and its ports. */
export interface Started {
  readonly process: ActionProcess;
  readonly cluster: Cluster;
  readonly writes: Writes;
  readonly helm: Helm;
}

const lastWords = ({ id, calls }: ActionProcess): string => {
  const last = calls.at(-1);
  return last === undefined ? `${id} before its first call` : `${id} after call ${last.n} (${last.name})`;
};
