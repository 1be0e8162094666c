import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gte } from 'semver';
import { known, type MessageQueue, type Mode } from '../../../src/milvus/knowledge.js';
import { findRoute } from '../../../src/milvus/routes/find.js';
import { lines } from '../../../src/milvus/routes/lines.js';
import { newestPatch } from '../../../src/milvus/routes/newest.js';
import type { RouteQuestion } from '../../../src/milvus/routes/route.js';
import type { ChartEntry } from '../../../src/milvus/resolve.js';
import { charts, v } from '../fixtures.js';
import { chartFor } from './question.js';

/**
 * Every chart of the public repository as an installed release, to the newest release of each minor. What came out of
 * the whole is in outcomes.tsv, a line for each outcome: a change of the tables shows there.
 *
 * Left out as impossible: rocksmq in a cluster (it lives inside the one standalone process), Pulsar 3 before chart
 * 4.2.21 and Kafka before 3.0.14, which are the first that bring them.
 */
const targets = ['2.2.0', '2.3.0', '2.4.0', '2.5.0', '2.6.0', '3.0.0'].map(
  (first) => newestPatch(v(first), charts) ?? v(first),
);
const modes: readonly Mode[] = ['cluster', 'standalone'];
const queues: readonly MessageQueue[] = ['pulsar2', 'pulsar3', 'kafka', 'rocksmq', 'external-pulsar'];
const since: Partial<Record<MessageQueue, string>> = { pulsar3: '4.2.21', kafka: '3.0.14' };

const possible = ({ version }: ChartEntry, mode: Mode, queue: MessageQueue): boolean =>
  !(mode === 'cluster' && queue === 'rocksmq') && gte(version, since[queue] ?? '0.0.0');

/** What the resolving rule takes for the newest release of each minor; the other charts of the repository lose to it. */
const winners = lines
  .map(({ stop }) => chartFor(stop))
  .filter(({ version }, index, all) => all.findIndex((other) => other.version === version) === index);

/** The release as this chart's defaults make it; somebody who goes to 3.0 says that there is a backup. */
function question(
  installed: ChartEntry,
  mode: Mode,
  queue: MessageQueue,
  target: RouteQuestion['target'],
  entries: readonly ChartEntry[] = [...winners, installed],
): RouteQuestion {
  const cluster = mode === 'cluster';
  const from = (chart: string): boolean => cluster && gte(installed.version, chart);
  return {
    source: v(installed.appVersion),
    ...{ target, mode, installed, entries },
    coordinators: cluster ? (from('4.2.4') ? 'mixcoord' : 'separate') : 'none',
    streamingNode: from('5.0.0'),
    indexNode: cluster && !from('5.0.0'),
    queue: known(queue, 'a test'),
    metastore: known('etcd', 'a test'),
    allow: ['backup-not-confirmed'],
  };
}

function outcome(asked: RouteQuestion): string {
  const { hops, findings } = findRoute(asked);
  const against = findings.filter(
    ({ id, severity, overridable }) => severity === 'block' && !(overridable && asked.allow.includes(id)),
  );
  return against.length > 0
    ? `refused: ${against.map(({ id }) => id).join(', ')}`
    : hops.map(({ row, changes }) => (changes.length === 0 ? row : `${row}+${changes.length}`)).join(' ');
}

const cases = targets.flatMap((target) =>
  modes.flatMap((mode) =>
    queues.flatMap((queue) =>
      charts
        .filter((chart) => possible(chart, mode, queue))
        .map((chart) => ({ mode, queue, chart, target, outcome: outcome(question(chart, mode, queue, target)) })),
    ),
  ),
);

/** One line for each mode, target and outcome, with how many installed charts have it under each queue. */
function counted(): string {
  const keys = [...new Set(cases.map((row) => `${row.target.text}\t${row.mode}\t${row.outcome}`))];
  const lines = keys.map((key) => {
    const rows = cases.filter((row) => `${row.target.text}\t${row.mode}\t${row.outcome}` === key);
    const counts = queues.map((queue) => rows.filter((row) => row.queue === queue).length);
    return `${key}\t${counts.join('\t')}`;
  });
  return [`target\tmode\toutcome\t${queues.join('\t')}`, ...lines].join('\n') + '\n';
}

describe('all charts of the repository', () => {
  it('have a route or a refusal with an id, as counted in outcomes.tsv', () => {
    expect(charts.length).toBe(304);
    expect(cases.filter(({ outcome: text }) => text === '')).toEqual([]);
    expect(counted()).toBe(readFileSync(new URL('./outcomes.tsv', import.meta.url), 'utf8'));
  });

  it('give the same where the whole repository is looked through', () => {
    for (const { chart, mode, queue, target } of cases.filter((_, index) => index % 89 === 0)) {
      const whole = findRoute(question(chart, mode, queue, target, charts));
      expect(whole).toEqual(findRoute(question(chart, mode, queue, target)));
    }
  });

  it('have a route wherever the installed version is a 2.x release that is older than the target', () => {
    const without = cases.filter(({ outcome: text }) => text.startsWith('refused'));
    const rare = without.filter(({ outcome: text }) => !/(downgrade|prerelease-source|unknown-line)/.test(text));
    const ids = [...new Set(rare.map(({ outcome: text }) => text))];
    expect(ids.sort()).toEqual(['refused: chart-broken-pulsar', 'refused: pulsar-vendor']);
    expect(rare.every(({ chart }) => /^(3\.0\.\d|3\.0\.10|4\.2\.2[1-9])$/.test(chart.version))).toBe(true);
  });
});
