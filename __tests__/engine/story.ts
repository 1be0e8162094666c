import { Problem } from '../../src/problem.js';
import type { Event } from '../../src/report/events.js';
import { decodeJournal } from '../../src/upgrade/journal/codec.js';
import { holderOf } from '../../src/upgrade/lock/lease.js';
import { differences, liveReplicas, podImages, revisionsOf, statusList } from '../model/end-state.js';
import type { CallClass, Fault } from '../model/faults.js';
import type { Ending, ProcessOptions } from '../model/process.js';
import { imageOf, milvusWorld, namespace, release } from '../model/scenario.js';
import type { Started, World } from '../model/world.js';
import { invariants } from './invariants.js';
import { program, type Ask, type Result } from './program.js';
import { bystander, secretText, type Scenario } from './scenarios.js';

export interface Outcome {
  /** How each run ended. */
  readonly ends: readonly string[];
  /** What did not hold, by name. */
  readonly violations: readonly string[];
  /** Of the first run. */
  readonly calls: readonly { readonly n: number; readonly class: CallClass; readonly name: string }[];
}

export const recordName = `milvus-upgrade-${release}`;

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** How a run ended: its result, the id of its problem, `killed`, or an error that nobody foresaw. */
export function endOf(ending: Ending<Result>): string {
  if (ending.ended === 'returned') return ending.value;
  if (ending.ended === 'killed') return 'killed';
  const { error } = ending;
  if (error instanceof Problem) return error.details.id;
  // What was under way when the signal came; src/operations/ending.ts says it in words.
  if (isAbort(error)) return 'cancelled';
  return `not a Problem: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Results that end a story well, and the charts that the release may be at then. */
export type Aim = Pick<Scenario, 'goals' | 'at'>;

/** Refusals that leave something to a person, whatever run comes next. */
const personOnly: ReadonlySet<string> = new Set(['upgrade-open', 'not-taken-back', 'nothing-to-take-back']);
/** Runs without a fault that have to be enough. */
const mostRepeats = 2;

/** One world and the runs in it, one after another; what does not hold is collected. */
export class Story {
  readonly ends: string[] = [];
  readonly violations: string[] = [];
  readonly #events: Event[] = [];
  readonly #slow = new Set<string>();
  readonly #people = new Set<string>();
  #disturbed = false;

  private constructor(
    readonly world: World,
    readonly helmMajor: 3 | 4,
  ) {}

  static async begin({ behaviourOf, revisions, live, helmMajor, before = [] }: Scenario): Promise<Story> {
    const world = await milvusWorld({
      ...(behaviourOf === undefined ? {} : { behaviourOf }),
      ...(revisions === undefined ? {} : { revisions }),
      ...(live === undefined ? {} : { live }),
    });
    world.store.create('user', bystander);
    const story = new Story(world, helmMajor);
    for (const ask of before) await story.run(ask);
    story.ends.length = 0;
    return story;
  }

  /** A process of the action with its program, not yet started. */
  prepare(ask: Ask, options: ProcessOptions = {}) {
    const started = this.world.process({ helmMajor: this.helmMajor, ...options });
    const { process } = started;
    if (Object.keys(options).length > 0 && options.faults?.length !== 0) this.#disturbed = true;
    if (options.faults?.some(({ kind }) => kind === 'slow-beyond-lease') === true) this.#slow.add(process.id);
    const main = program(started, { ...ask, heard: (event) => void this.#events.push(event) });
    return { process, main };
  }

  /** Runs it to its end. The calls that it made. */
  async run(ask: Ask, faults: readonly Fault[] = [], options: ProcessOptions = {}) {
    const { process, main } = this.prepare(ask, { ...options, faults });
    this.ended(await this.world.run(process, main));
    return process.calls;
  }

  /** Takes note of how a run ended. */
  ended(ending: Ending<Result>): void {
    this.ends.push(endOf(ending));
    const isClear =
      ending.ended !== 'threw' ||
      isAbort(ending.error) ||
      (ending.error instanceof Problem && ending.error.details.remedy !== '');
    if (!isClear) this.violations.push(`I10 a bad end says what to do: ${endOf(ending)}`);
    if (ending.ended === 'returned') this.violations.push(...told(this.world, ending.value));
  }

  /** Somebody at a terminal, with Helm. */
  somebody(): Started {
    const started = this.world.process({ helmMajor: this.helmMajor });
    this.#people.add(started.process.id);
    return started;
  }

  /** Lets somebody act, and everything that follows from it happen. */
  async person(act: (started: Started) => Promise<void>): Promise<void> {
    const started = this.somebody();
    await this.world.run(started.process, () => act(started));
    await this.world.settle();
  }

  /** Repeats a run without faults until it ends well, and looks at everything. */
  async finish(ask: Ask, aim: Aim): Promise<void> {
    const last = (): string => this.ends.at(-1) ?? '';
    const isOver = (): boolean => aim.goals.includes(last()) || personOnly.has(last());
    for (let n = 0; n < mostRepeats && !isOver(); n += 1) await this.run(ask);
    const { world } = this;
    await world.settle();
    if (aim.goals.includes(last())) this.violations.push(...atTheEnd(world, aim, last(), this.#disturbed));
    else if (!isOver()) this.violations.push(`liveness: after ${this.ends.length} runs it ended ${last()}`);
    this.check();
  }

  /** All invariants, over everything that has happened. */
  check(): void {
    const { world } = this;
    const seen = { world, history: world.store.history, slow: this.#slow, people: this.#people };
    for (const [name, holds] of Object.entries(invariants)) {
      const wrong = holds(seen);
      if (wrong !== undefined) this.violations.push(`${name}: ${wrong}`);
    }
    if (JSON.stringify(this.#events).includes(secretText)) this.violations.push('I9 no secret is told');
  }

  /** A repeat of what is done writes nothing. */
  async repeat(ask: Ask): Promise<void> {
    const from = this.world.store.history.length;
    await this.run(ask);
    this.ends.pop();
    const wrote = this.world.store.history
      .slice(from)
      .filter(({ who, kind }) => !(who === 'controller' || (kind === 'Lease' && ask.operation === 'rollback')));
    if (wrote.length > 0)
      this.violations.push(
        `I11 a repeat writes nothing: ${wrote.map(({ who, kind, name }) => `${who} ${kind} ${name}`).join(', ')}`,
      );
  }

  outcome(calls: Outcome['calls'] = []): Outcome {
    return { ends: this.ends, violations: this.violations, calls };
  }
}

/** What has to hold when everything is over and well. */
function atTheEnd(world: World, { at }: Aim, last: string, disturbed: boolean): string[] {
  const { store } = world;
  const wrong: string[] = [];
  const apart = differences(store);
  if (apart.length > 0) wrong.push(`I6 record and objects agree: ${apart.join(', ')}`);
  const statuses = statusList(store);
  const deployed = statuses.filter((status) => status.endsWith(' deployed'));
  if (deployed.length !== 1 || statuses.at(-1)?.endsWith(' deployed') !== true)
    wrong.push(`I6 exactly one revision is deployed, the last: ${statuses.join(', ')}`);
  if (statuses.some((status) => status.includes('pending')))
    wrong.push(`I7 nothing is left pending: ${statuses.join(', ')}`);
  const milvus = podImages(store).filter((image) => image.startsWith('milvusdb/'));
  if (milvus.length !== 1 || !at.map(imageOf).includes(milvus[0] ?? ''))
    wrong.push(`I6 one version runs, the one that ${last} means: ${milvus.join(', ')}`);
  const others = Object.entries(liveReplicas(store)).filter(([, replicas]) => replicas !== 1);
  if (others.length > 0) wrong.push(`I5 replicas are the wanted ones: ${JSON.stringify(others)}`);
  const read = decodeJournal(store.get('ConfigMap', namespace, recordName));
  if (read.state === 'readable' && read.journal.outcome === undefined) wrong.push('I10 the journal is closed');
  const holder = holderOf(store.get('Lease', namespace, recordName));
  // A run that was disturbed may leave it to expire.
  if (holder !== undefined && !disturbed) wrong.push(`I10 the lock is given back: ${holder}`);
  return wrong;
}

/** What has to hold at the moment at which a run says that it is done. */
function told(world: World, result: Result): string[] {
  const { store } = world;
  if (result === 'unchanged' || result === 'rolled-back before') return [];
  const apart = differences(store);
  const pods = podImages(store).filter((image) => image.startsWith('milvusdb/'));
  const last = revisionsOf(store).at(-1)?.info.status ?? 'gone';
  return [
    ...(apart.length === 0 ? [] : [`success is true: ${result}, but ${apart.join(', ')}`]),
    ...(pods.length === 1 ? [] : [`success is true: ${result}, but pods run ${pods.join(', ')}`]),
    ...(last === 'deployed' ? [] : [`success is true: ${result}, but the last revision is ${last}`]),
  ];
}

/** Runs a story to its outcome; an error of the model (somebody waits for ever) is a violation too. */
export async function toldAs(scenario: Scenario, tell: (story: Story) => Promise<Outcome['calls']>): Promise<Outcome> {
  const story = await Story.begin(scenario);
  try {
    return story.outcome(await tell(story));
  } catch (error) {
    story.violations.push(`I8 every wait ends: ${error instanceof Error ? error.message : String(error)}`);
    return story.outcome();
  }
}
