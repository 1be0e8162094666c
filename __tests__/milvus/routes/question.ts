import { known, type CoordinatorStyle, type MessageQueue, type Metastore } from '../../../src/milvus/knowledge.js';
import { findRoute } from '../../../src/milvus/routes/find.js';
import type { Route, RouteQuestion } from '../../../src/milvus/routes/route.js';
import { resolveChart, type ChartEntry } from '../../../src/milvus/resolve.js';
import { Problem } from '../../../src/problem.js';
import { charts, v } from '../fixtures.js';

export interface Given extends Partial<Omit<RouteQuestion, 'source' | 'target' | 'installed' | 'queue' | 'metastore'>> {
  readonly installed?: string | ChartEntry;
  readonly queue?: MessageQueue;
  readonly metastore?: Metastore | RouteQuestion['metastore'];
}

const styleOf = (source: string): CoordinatorStyle =>
  source.startsWith('2.6') || source.startsWith('3') ? 'mixcoord' : 'separate';

/** The chart that a release of this version has, if it was installed by the resolving rule. */
export function chartFor(source: string): ChartEntry {
  const old = { version: '0.0.0', appVersion: '0.0.0' };
  const resolved = resolveChart({ entries: charts, target: v(source), installed: old, running: v('0.0.0') });
  if (resolved instanceof Problem) return { version: '5.0.19', appVersion: '2.6.15' };
  return { version: resolved.chartVersion, appVersion: resolved.appVersion };
}

const chartNamed = (version: string): ChartEntry =>
  charts.find((entry) => entry.version === version) ?? { version, appVersion: 'none' };

/** A cluster with Pulsar 2 and etcd, as its version's chart makes it; separate coordinators before 2.6. */
export function question(source: string, target: string, given: Given = {}): RouteQuestion {
  const { installed, queue = 'pulsar2', metastore = 'etcd', ...more } = given;
  const chart = typeof installed === 'string' ? chartNamed(installed) : (installed ?? chartFor(source));
  const streaming = styleOf(source) === 'mixcoord';
  return {
    ...{ source: v(source), target: v(target), mode: 'cluster', coordinators: styleOf(source) },
    ...{ streamingNode: streaming, indexNode: !streaming, entries: charts, allow: [] },
    ...more,
    installed: chart,
    queue: known(queue, 'a test'),
    metastore: typeof metastore === 'string' ? known(metastore, 'a test') : metastore,
  };
}

export const ask = (source: string, target: string, given: Given = {}): Route =>
  findRoute(question(source, target, given));

/** `row source>target chart` of each hop. */
export const shown = ({ hops }: Route): readonly string[] =>
  hops.map(({ row, source, target, chart }) => `${row} ${source}>${target} ${chart.chartVersion}`);

export const blocking = ({ findings }: Route): readonly string[] =>
  findings.filter(({ severity }) => severity === 'block').map(({ id }) => id);
