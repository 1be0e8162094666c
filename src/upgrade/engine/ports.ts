import type { Clock } from '../../clock.js';
import type { Cluster, Writes } from '../../cluster/port.js';
import type { Helm, ReleaseRecord, UpgradeIntent } from '../../helm/port.js';
import type { Hop, Plan } from '../../plan/plan.js';
import type { Emit } from '../../report/events.js';
import type { BackJudgement } from '../back/judge.js';
import type { HelmPathState } from '../helm-path.js';
import type { Journal } from '../journal/journal.js';
import type { Expectation } from '../rollout/survey.js';

/** Everything that an undertaking needs from outside. */
export interface EnginePorts {
  readonly cluster: Cluster & Writes;
  readonly helm: Pick<Helm, 'upgrade' | 'rollback'>;
  readonly clock: Clock;
  readonly emit: Emit;
  /** A new random word, lower-case hex, at least 64 bits. */
  readonly random: () => string;
  /** Aborted when the run is cancelled from outside. */
  readonly signal: AbortSignal;
  /** Marks the promise of a child's end, so that a cancelled run waits for it. */
  readonly critical: <T>(ended: Promise<T>) => Promise<T>;
}

/** Who undertakes what. */
export interface Order {
  readonly release: string;
  readonly namespace: string;
  /** Repository, run and attempt, without the random word of the lock. */
  readonly run: string;
  readonly url?: string;
  /** A slow hash of the inputs that decide what is done, salted with the journal's random word. */
  readonly asked: (salt: string) => Promise<string>;
  /** The digest that somebody approved. */
  readonly approved?: string;
  readonly onFailure: 'stop' | 'restore';
  /** A pending revision that is not this action's may be unlocked. */
  readonly unlockForeign: boolean;
  /** When going forward ends, milliseconds since the epoch. */
  readonly deadlineAt: number;
}

/** One hop, ready to be carried out. */
export interface HopWork {
  /** The release's last revision when it was planned. */
  readonly installedRevision: number;
  readonly expectation: Expectation;
  /** Absent where an earlier run wrote the revision, and only its rollout is waited for. */
  readonly apply?: {
    readonly intent: UpgradeIntent;
    /** After this a Helm that was begun has ended, as long as its parent lives, in milliseconds. */
    readonly endsWithinMs: number;
    /** Whether a revision has the chart, the image and the values of this hop. */
    readonly isTarget: (record: ReleaseRecord) => boolean;
  };
}

export interface Planned {
  readonly plan: Plan;
  /** Of a plan that nothing blocks. */
  readonly digest?: string;
  /** Everything is as asked for already. */
  readonly settled: boolean;
  /** The first hop, ready to be carried out; asked for where nothing blocks it. */
  readonly work: () => HopWork;
}

/** Reads what runs and decides what to do. Writes nothing. */
export interface Planner {
  /** @throws Problem for everything that ends the run before there is a plan */
  plan(): Promise<Planned>;
  /** @throws Problem (refused) where a check blocks, or where the plan is not the approved one */
  approve(planned: Planned): void;
  /**
   * Plans anew what is left of a way that was begun: fresh facts, dry run and checks, but no other hops, charts or images.
   * The plan has the hops that are left, which may be one less than `rest` where its first one is done.
   *
   * @param resumed the way was begun by another run
   * @throws Problem where the way is another one now, or a check blocks
   */
  goOn(rest: readonly Hop[], title: string, resumed: boolean): Promise<Planned>;
}

/** What taking back would mean. */
export interface BackWork {
  /** The revision to go back to, and the last one. */
  readonly target: ReleaseRecord;
  readonly last: ReleaseRecord;
  readonly judgement: BackJudgement;
  readonly expectation: Expectation;
  /** What is known of the upgrade that is taken back, where no journal tells it. */
  readonly plan: Plan;
}

/** Looks at what would be taken back. Writes nothing. */
export interface BackPlanner {
  /**
   * @param base the revision that the hop began with
   * @throws Problem where that cannot be told
   */
  look(base: number): Promise<BackWork>;
}

/** Told what happens, for the report; true at every moment. */
export interface Listener {
  /** An undertaking that an earlier run began is finished by this one. */
  resumed(journal: Journal): void;
  /** How the hops stand; those behind the last one given were not started. */
  hops(plan: Plan, statuses: readonly Hop['status'][]): void;
  /** The plan of a hop, from fresh facts. */
  planned(index: number, planned: Planned): void;
  /** What was written so far, by this run. */
  state(state: HelmPathState): void;
  /** What is taken back, and why that is truthful. */
  back(work: BackWork): void;
  /** A hop ended badly: how its workloads stand. */
  trouble(error: unknown, expectation: Expectation): Promise<void>;
}

/** How an upgrade ended, where no Problem ended it. */
export type Ending =
  | { readonly result: 'upgraded' | 'unchanged' }
  /** The target was not reached, and the old state is back. */
  | { readonly result: 'restored'; readonly because: unknown };

/** Everything that one run of an upgrade needs. */
export interface Undertaking {
  readonly order: Order;
  readonly ports: EnginePorts;
  readonly planner: Planner;
  readonly backPlanner: BackPlanner;
  readonly listener: Listener;
}
