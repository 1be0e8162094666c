import { readHistory } from '../../src/helm/record.js';
import type { ReleaseRecord } from '../../src/helm/port.js';
import type { Hop, Plan } from '../../src/plan/plan.js';
import { Problem } from '../../src/problem.js';
import type { Event } from '../../src/report/events.js';
import { revisionBefore, wasDeployed } from '../../src/upgrade/back/records.js';
import type {
  BackPlanner,
  BackWork,
  EnginePorts,
  Listener,
  Order,
  Planned,
  Planner,
  Undertaking,
} from '../../src/upgrade/engine/ports.js';
import { rollBack } from '../../src/upgrade/engine/roll-back.js';
import { undertake } from '../../src/upgrade/engine/undertake.js';
import { Interruption } from '../../src/upgrade/interrupt.js';
import { decodeJournal } from '../../src/upgrade/journal/codec.js';
import type { Journal } from '../../src/upgrade/journal/journal.js';
import { holderOf } from '../../src/upgrade/lock/lease.js';
import { freshObjects } from '../../src/upgrade/rollout/live-objects.js';
import { survey } from '../../src/upgrade/rollout/survey.js';
import type { ProcessOptions } from '../model/process.js';
import { charts, expectationTo, imageOf, intentTo, namespace, release } from '../model/scenario.js';
import type { Started, World } from '../model/world.js';

/** Runs of the engine in a world of the model, with everything written down that the rest of the program is told. */

export const { first, second, third } = charts;
const recordName = `milvus-upgrade-${release}`;

export interface RunOptions {
  /** Charts by reference, one hop each. */
  readonly way?: readonly string[];
  readonly order?: Partial<Order>;
  readonly process?: ProcessOptions;
  readonly planner?: Partial<Planner>;
  readonly backPlanner?: Partial<BackPlanner>;
  /** Changes what a look at the way back has seen. */
  readonly looked?: (work: BackWork) => BackWork;
  /** Whether going back is truthful; default true. */
  readonly truthful?: boolean;
  /** Called with every event, to do something at that moment. */
  readonly heard?: (event: Event, started: Started) => void;
}

const versionOf = (reference: string): string => reference.replace('milvus-', '');
const milvusOf = (reference: string): string => imageOf(reference).replace(/.*:v/, '');
const referenceOf = ({ chart }: ReleaseRecord): string => `milvus-${chart.version}`;

const hopOf = (from: string, to: string): Hop => ({
  ...{ path: 'helm', row: 'model', documentation: 'https://milvus.io/docs', chartWhy: 'asked for', status: 'planned' },
  sourceVersion: milvusOf(from),
  targetVersion: milvusOf(to),
  chartVersion: versionOf(to),
  image: { repository: 'milvusdb/milvus', tag: `v${milvusOf(to)}` },
  ...{ changes: [], notices: [] },
});

const planOf = (last: ReleaseRecord, hops: readonly Hop[]): Plan => ({
  ...{ schema: 1, release, namespace, cluster: 'uid', situation: 'upgrade', hops },
  installed: { revision: last.revision, chartVersion: last.chart.version, images: [] },
  sourceVersion: hops[0]?.sourceVersion ?? '',
  targetVersion: hops.at(-1)?.targetVersion ?? '',
  ...{ values: {}, frozen: [], effects: [], diff: [], checks: [], allow: [] },
});

async function lastOf({ cluster }: Started): Promise<ReleaseRecord> {
  const last = (await readHistory(cluster, namespace, release)).at(-1);
  if (last === undefined) throw new Error('there is no release');
  return last;
}

/** Plans a way; hops that are done are left out, as long as one is left. */
function plannerOf(started: Started, way: readonly string[], tell: (...what: unknown[]) => void): Planner {
  const decide = async (hops: readonly Hop[]): Promise<Planned> => {
    const last = await lastOf(started);
    const [hop, ...later] = hops;
    if (hop === undefined) throw new Error('there is no hop');
    const to = `milvus-${hop.chartVersion}`;
    const isThere = last.chart.version === hop.chartVersion && last.status === 'deployed';
    const objects = await freshObjects(started.cluster, namespace);
    const settled = isThere && survey(expectationTo(to), objects).views.every(({ done }) => done);
    if (settled && later.length > 0) return decide(later);
    const apply = {
      intent: { ...intentTo(to), timeoutMs: 60_000 },
      endsWithinMs: 83_000,
      isTarget: ({ chart }: ReleaseRecord) => chart.version === hop.chartVersion,
    };
    return {
      plan: planOf(last, hops),
      digest: `digest of ${hops.map(({ chartVersion }) => chartVersion).join(' ')}`,
      settled,
      work: () => ({
        installedRevision: last.revision,
        expectation: isThere ? expectationTo(to) : expectationTo(to, referenceOf(last)),
        ...(isThere ? {} : { apply }),
      }),
    };
  };
  return {
    plan: async () => {
      tell('plan');
      const from = referenceOf(await lastOf(started));
      return decide(way.map((to, n) => hopOf(way[n - 1] ?? (from === to ? first : from), to)));
    },
    approve: ({ digest }) => {
      tell('approve', digest);
    },
    goOn: (rest, title, resumed) => {
      tell('go on', rest.map(({ chartVersion }) => chartVersion).join(' '), title, resumed);
      return decide(rest);
    },
  };
}

const backPlannerOf = (started: Started, { truthful = true, looked = (work) => work }: RunOptions): BackPlanner => ({
  look: async (base) => {
    const history = await readHistory(started.cluster, namespace, release);
    const last = await lastOf(started);
    const asked = history.find(({ revision }) => revision === base);
    const target = asked !== undefined && wasDeployed(asked) ? asked : revisionBefore(history);
    if (target === undefined) throw new Error('there is nothing to go back to');
    return looked({
      ...{ target, last },
      judgement: truthful
        ? { truthful, because: 'nothing has started' }
        : { truthful, why: 'It has started.', possible: ['Go forward.', 'Restore.'] },
      expectation: expectationTo(referenceOf(target), referenceOf(last)),
      plan: planOf(target, [hopOf(referenceOf(target), referenceOf(last))]),
    });
  },
});

const idOf = (error: unknown): string =>
  error instanceof Problem ? error.details.id : error instanceof Error ? error.message : String(error);

/** What the report is told, a line each. */
function listenerOf(tell: (...what: unknown[]) => void): Listener {
  return {
    resumed: (journal) => {
      tell('resumed', journal.run, journal.outcome?.result ?? 'open');
    },
    hops: (plan, statuses) => {
      tell('hops', `${plan.hops.length}:`, ...statuses);
    },
    planned: (index, { plan }) => {
      tell('planned', index, plan.hops.map(({ chartVersion }) => chartVersion).join(' '));
    },
    state: ({ written, revision, rollout }) => {
      tell('state', written ? 'written' : 'not written', revision, ...(rollout === undefined ? [] : ['rolled out']));
    },
    back: ({ target, last }) => {
      tell('back', `${last.revision} to ${target.revision}`);
    },
    trouble: (error, { workloads }) => {
      tell('trouble', idOf(error), workloads.length);
      return Promise.resolve();
    },
  };
}

export interface Ran {
  /** What it returned; of an error its id. */
  readonly end: unknown;
  readonly error: unknown;
  /** What planner and listener were told, in order. */
  readonly told: readonly string[];
  readonly events: readonly Event[];
}

type Act = (undertaking: Undertaking) => Promise<unknown>;

async function ran(world: World, options: RunOptions, act: Act): Promise<Ran> {
  const { way = [second], heard } = options;
  const started = world.process(options.process ?? {});
  const { process, cluster, writes, helm } = started;
  const { clock } = process;
  const interruption = new Interruption({ source: process.signals, clock, overdue: () => undefined });
  const told: string[] = [];
  const events: Event[] = [];
  const tell = (...what: unknown[]): void => void told.push(what.map(String).join(' '));
  let words = 0;
  const ports: EnginePorts = {
    cluster: Object.assign(Object.create(cluster as object) as typeof cluster, writes),
    ...{ helm, clock, signal: interruption.signal },
    emit: (event) => {
      events.push(event);
      heard?.(event, started);
    },
    random: () => {
      words += 1;
      return `${process.id.replace(/\D+/, 'p')}w${words}`;
    },
    critical: (ended) => interruption.critical(ended),
  };
  const order: Order = {
    ...{ release, namespace, run: `octo/repo/${process.id}`, onFailure: 'stop', unlockForeign: false },
    asked: (salt) => Promise.resolve(`${salt}: ${way.join(' ')}`),
    deadlineAt: clock.now() + 3_600_000,
    ...options.order,
  };
  const ending = await world.run(process, async () => {
    try {
      return await act({
        ...{ order, ports },
        planner: { ...plannerOf(started, way, tell), ...options.planner },
        backPlanner: { ...backPlannerOf(started, options), ...options.backPlanner },
        listener: listenerOf(tell),
      });
    } finally {
      interruption.dispose();
    }
  });
  const error = ending.ended === 'threw' ? ending.error : undefined;
  const end = ending.ended === 'returned' ? ending.value : ending.ended === 'threw' ? idOf(error) : 'killed';
  return { end, error, told, events };
}

export const upgrades = (world: World, options: RunOptions = {}): Promise<Ran> => ran(world, options, undertake);

export const rollsBack = (world: World, options: RunOptions = {}): Promise<Ran> =>
  ran(world, options, ({ backPlanner, ...rest }) => rollBack({ ...rest, planner: backPlanner }));

export function journalIn({ store }: World): Journal | undefined {
  const read = decodeJournal(store.get('ConfigMap', namespace, recordName));
  return read.state === 'readable' ? read.journal : undefined;
}

/** Who holds the lock of the release. */
export const holderIn = ({ store }: World): string | undefined => holderOf(store.get('Lease', namespace, recordName));

/** Somebody deletes an object of this action. */
export const somebodyDeletes = ({ store }: World, kind: 'ConfigMap' | 'Lease'): void => {
  store.delete('user', kind, namespace, recordName);
};

/** Somebody upgrades at a terminal. */
export async function somebodyUpgrades(world: World, chart: string): Promise<void> {
  const { process, helm } = world.process();
  await world.run(process, () => helm.upgrade(intentTo(chart)));
  await world.settle();
}

/** Texts of the events of a type. */
export const texts = ({ events }: Ran, type: 'info' | 'warning' | 'phase'): readonly string[] =>
  events.flatMap((event) => {
    if (event.type !== type) return [];
    return ['text' in event ? event.text : event.title];
  });
