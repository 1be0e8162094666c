import { readHistory } from '../../src/helm/record.js';
import type { ReleaseRecord } from '../../src/helm/port.js';
import { refuseRelease } from '../../src/inspect/refusals.js';
import type { Hop, Plan } from '../../src/plan/plan.js';
import type { Event } from '../../src/report/events.js';
import { revisionBefore, wasDeployed } from '../../src/upgrade/back/records.js';
import type {
  BackPlanner,
  BackWork,
  EnginePorts,
  HopWork,
  Order,
  Planned,
  Planner,
} from '../../src/upgrade/engine/ports.js';
import { rollBack } from '../../src/upgrade/engine/roll-back.js';
import { undertake } from '../../src/upgrade/engine/undertake.js';
import { Interruption } from '../../src/upgrade/interrupt.js';
import { freshObjects } from '../../src/upgrade/rollout/live-objects.js';
import { survey } from '../../src/upgrade/rollout/survey.js';
import { expectationTo, imageOf, intentTo, namespace, release } from '../model/scenario.js';
import type { Started } from '../model/world.js';

/** What one process of the action is asked for. */
export interface Ask {
  readonly operation: 'upgrade' | 'rollback';
  /** Charts by reference, one hop each. */
  readonly way: readonly string[];
  readonly onFailure?: 'stop' | 'restore';
  readonly unlockForeign?: boolean;
  /** The digest that somebody approved. */
  readonly approved?: string;
  /** Whether going back from the last revision is truthful; default true. */
  readonly truthful?: boolean;
  readonly timeoutMs?: number;
  /** Told every event, in order. */
  readonly heard?: (event: Event) => void;
}

/** How it ended, where no Problem ended it. */
export type Result = 'upgraded' | 'unchanged' | 'restored' | 'rolled-back' | 'rolled-back before';

const versionOf = (reference: string): string => reference.replace('milvus-', '');
const referenceOf = ({ chart }: ReleaseRecord): string => `milvus-${chart.version}`;
const tagOf = (reference: string): string => imageOf(reference).split(':')[1] ?? '';

const hopOf = (from: string, to: string): Hop => ({
  path: 'helm',
  row: 'model',
  documentation: 'https://milvus.io/docs',
  sourceVersion: tagOf(from).slice(1),
  targetVersion: tagOf(to).slice(1),
  chartVersion: versionOf(to),
  chartWhy: 'asked for',
  image: { repository: 'milvusdb/milvus', tag: tagOf(to) },
  changes: [],
  notices: [],
  status: 'planned',
});

const planOf = (last: ReleaseRecord, hops: readonly Hop[], situation: Plan['situation']): Plan => ({
  schema: 1,
  release,
  namespace,
  cluster: 'uid',
  installed: { revision: last.revision, chartVersion: last.chart.version, images: [] },
  sourceVersion: hops[0]?.sourceVersion ?? '',
  targetVersion: hops.at(-1)?.targetVersion ?? '',
  situation,
  hops,
  ...{ values: {}, frozen: [], effects: [], diff: [], checks: [], allow: [] },
});

/** A planner that knows as much as the real one does where everything else is in order. */
function modelPlanner({ cluster }: Started, ask: Ask): Planner {
  const look = async () => {
    const [history, objects] = await Promise.all([
      readHistory(cluster, namespace, release),
      freshObjects(cluster, namespace),
    ]);
    const last = history.at(-1);
    if (last === undefined) throw new Error('a release has a revision');
    refuseRelease(last);
    return { last, base: history.findLast(({ status }) => status === 'deployed') ?? last, objects };
  };
  type Seen = Awaited<ReturnType<typeof look>>;

  const workFor = ({ last, base }: Seen, to: string, waitOnly: boolean): HopWork => ({
    installedRevision: last.revision,
    expectation: waitOnly ? expectationTo(to) : expectationTo(to, referenceOf(base)),
    ...(waitOnly
      ? {}
      : {
          apply: {
            intent: { ...intentTo(to), timeoutMs: 60_000 },
            endsWithinMs: 83_000,
            isTarget: ({ chart }: ReleaseRecord) => chart.version === versionOf(to),
          },
        }),
  });

  /** The way from what the release is at; hops that are done are left out, as long as one is left. */
  const decide = (seen: Seen, hops: readonly Hop[]): Planned => {
    const { last, objects } = seen;
    const [first, ...later] = hops;
    if (first === undefined) throw new Error('a way has a hop');
    const to = `milvus-${first.chartVersion}`;
    const isThere = last.chart.version === first.chartVersion && last.status === 'deployed';
    const arrived = isThere && survey(expectationTo(to), objects).views.every(({ done }) => done);
    if (arrived && later.length > 0) return decide(seen, later);
    const situation = arrived ? 'nothing-to-do' : isThere ? 'rollout-unfinished' : 'upgrade';
    return {
      plan: planOf(last, hops, situation),
      digest: `digest of ${hops.map(({ chartVersion }) => chartVersion).join(' ')}`,
      settled: arrived,
      work: () => workFor(seen, to, isThere),
    };
  };

  return {
    plan: async () => {
      const seen = await look();
      const { last, base } = seen;
      // A revision of a chart on the way that is not the release's oldest one says how far it came.
      const at = ask.way.findLastIndex((reference) => versionOf(reference) === last.chart.version);
      const left = at < 0 ? ask.way : ask.way.slice(at);
      const from = at < 0 ? referenceOf(base) : referenceOf(last);
      return decide(
        seen,
        left.map((to, index) => hopOf(left[index - 1] ?? from, to)),
      );
    },
    approve: () => undefined,
    goOn: async (rest) => decide(await look(), rest),
  };
}

function modelBackPlanner({ cluster }: Started, ask: Ask): BackPlanner {
  return {
    look: async (base): Promise<BackWork> => {
      const history = await readHistory(cluster, namespace, release);
      const last = history.at(-1);
      const asked = history.find(({ revision }) => revision === base);
      const target = asked !== undefined && wasDeployed(asked) ? asked : revisionBefore(history);
      if (last === undefined || target === undefined) throw new Error('there is nothing to go back to');
      const truthful = ask.truthful ?? true;
      return {
        ...{ target, last },
        judgement: truthful
          ? { truthful, because: 'the model says so' }
          : { truthful, why: 'the model says so', possible: ['Go forward.'] },
        expectation: expectationTo(referenceOf(target), referenceOf(last)),
        plan: planOf(target, [hopOf(referenceOf(target), referenceOf(last))], 'upgrade'),
      };
    },
  };
}

/** One run of the engine in one process of the model, as src/operations composes it. */
export function program(started: Started, ask: Ask): () => Promise<Result> {
  const { process, cluster, writes, helm } = started;
  const { clock } = process;
  const interruption = new Interruption({ source: process.signals, clock, overdue: () => undefined });
  let words = 0;
  const ports: EnginePorts = {
    cluster: Object.assign(Object.create(cluster as object) as typeof cluster, writes),
    helm,
    clock,
    emit: (event) => ask.heard?.(event),
    random: () => {
      words += 1;
      return `${process.id.replace(/\D+/, 'p')}w${words}`;
    },
    signal: interruption.signal,
    critical: (ended) => interruption.critical(ended),
  };
  const order: Order = {
    release,
    namespace,
    run: `octo-org/octo-repo/${process.id}`,
    asked: (salt) => Promise.resolve(`${salt}: ${ask.way.join(' ')}`),
    ...(ask.approved === undefined ? {} : { approved: ask.approved }),
    onFailure: ask.onFailure ?? 'stop',
    unlockForeign: ask.unlockForeign ?? false,
    deadlineAt: clock.now() + (ask.timeoutMs ?? 3_600_000),
  };
  const nothing = (): void => undefined;
  const listener = {
    ...{ resumed: nothing, hops: nothing, planned: nothing, state: nothing, back: nothing },
    trouble: () => Promise.resolve(),
  };
  const backPlanner = modelBackPlanner(started, ask);
  return async () => {
    try {
      if (ask.operation === 'rollback') {
        const done = await rollBack({ order, ports, planner: backPlanner, listener });
        return done ? 'rolled-back' : 'rolled-back before';
      }
      return (await undertake({ order, ports, planner: modelPlanner(started, ask), backPlanner, listener })).result;
    } finally {
      interruption.dispose();
    }
  };
}
