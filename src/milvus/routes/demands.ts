import { gte, lt, valid } from 'semver';
import { denied } from '../charts.js';
import type { MessageQueue } from '../knowledge.js';
import { compareMilvusVersions, minorOf, type MilvusVersion } from '../version.js';
import type { HopView, Stage } from './hop-view.js';
import type { RouteFinding } from './route.js';
import { chartReadme, notes, upgradePages } from './sources.js';
import { older, tableVersion } from './table-version.js';
import { advisories, vulnerabilities } from './vulnerabilities.js';

/** What a hop demands of the release. `fails` tells whether this hop does not get it. */
export interface Demand extends Omit<RouteFinding, 'seen'> {
  readonly fails: (view: HopView) => boolean;
  readonly seen: (view: HopView) => string;
}

const hopOf = ({ leg }: HopView): string => `Milvus ${leg.source.text} to ${leg.target.text}`;
const crosses = (row: string) => (view: HopView) => view.leg.crossings.some((crossing) => crossing.row === row);

/** Whether a chart comes before another; one that was never published has no place in their order. */
const chartBefore = ({ chart }: Stage, version: string): boolean =>
  valid(chart.version) !== null && lt(chart.version, version);
const chartSince = ({ chart }: Stage, version: string): boolean =>
  valid(chart.version) !== null && gte(chart.version, version);

/** An unknown queue is the matter of the check `identity-unknown`, which blocks on it. */
const runsOn = ({ question: { queue } }: HopView, ...queues: readonly MessageQueue[]): boolean =>
  queue.known && queues.includes(queue.value);

/** MySQL as a metastore left the 2.2 releases with 2.2.15, the 2.3 releases with 2.3.2, and the chart with 4.1.8. */
const withoutMysql = (version: MilvusVersion): boolean =>
  !older(version, '2.3.2') || (!older(version, '2.2.15') && older(version, '2.3.0'));
const losesMysql = ({ leg, after }: HopView): boolean =>
  leg.row !== 'same-version' && (withoutMysql(leg.target) || chartSince(after, '4.1.8'));

/** What a cluster of 2.6 or newer must not look like. */
const wrongTopology = ({ question, after, leg }: HopView): readonly string[] =>
  question.mode === 'standalone' || older(leg.target, '2.6.0') || leg.row === 'same-version'
    ? []
    : [
        ...(after.coordinators === 'mixcoord'
          ? []
          : [`its coordinators are not mixcoord alone (${after.coordinators})`]),
        ...(after.streamingNode ? [] : ['it has no streaming nodes']),
        ...(after.indexNode ? ['it has index nodes'] : []),
      ];

const unfixed = ({ leg }: HopView): readonly string[] =>
  vulnerabilities
    .filter(({ minor, fixed }) => minorOf(leg.target) === minor && older(leg.target, fixed))
    .map(({ cve, fixed }) => `${cve} (fixed in ${fixed})`);

const validated = { source: '2.6.20', chart: '5.0.22' };
const metastorePage = notes('v2.3.x');

export const demands: readonly Demand[] = [
  {
    id: 'pulsar-vendor',
    severity: 'block',
    overridable: false,
    fails: (view) =>
      chartBefore(view.before, '3.0.11') && chartSince(view.after, '3.0.11') && runsOn(view, 'pulsar2', 'pulsar3'),
    seen: ({ before, after }) =>
      `The release has its own Pulsar from chart ${before.chart.version}; chart ${after.chart.version} brings another Pulsar under other names.`,
    why: 'The upgrade would replace the message queue, and what was not consumed from it is lost.',
    remedy: 'Move the data to a new installation.',
    source: chartReadme,
  },
  {
    id: 'metastore-not-etcd',
    severity: 'block',
    overridable: false,
    fails: ({ leg, question: { metastore } }) =>
      leg.path === 'migration' && metastore.known && metastore.value !== 'etcd',
    seen: ({ question: { metastore } }) =>
      `The metadata is kept in ${metastore.known ? metastore.value : 'another store'}.`,
    why: 'The tool that migrates the metadata from 2.1 to 2.2 reads and writes etcd alone.',
    remedy: 'Move the data to a new installation.',
    source: upgradePages('v2.2.x').cluster,
  },
  {
    id: 'metastore-mysql',
    severity: 'block',
    overridable: false,
    fails: (view) => losesMysql(view) && view.question.metastore.known && view.question.metastore.value === 'mysql',
    seen: (view) =>
      `The metadata is kept in MySQL, and ${hopOf(view)} leaves the last version or chart that can read it.`,
    why: 'MySQL left Milvus with 2.2.15 and 2.3.2, and the chart with 4.1.8; newer ones cannot read that metadata.',
    remedy: 'Move the data to a new installation on etcd.',
    source: metastorePage,
  },
  {
    id: 'metastore-unknown',
    severity: 'block',
    overridable: false,
    fails: (view) =>
      !view.question.metastore.known &&
      (view.leg.path === 'migration' || (losesMysql(view) && !withoutMysql(view.leg.source))),
    seen: ({ question: { metastore } }) =>
      `Where the metadata is kept is not known${metastore.known ? '' : `: ${metastore.reason}`}.`,
    why: 'Metadata in MySQL, and for the migration in anything but etcd, cannot be read by what this upgrade starts.',
    remedy: 'Let the credentials read the configuration of Milvus.',
    source: metastorePage,
  },
  {
    id: 'natsmq-into-2.6',
    severity: 'block',
    overridable: false,
    fails: (view) => crosses('2.5-to-2.6')(view) && runsOn(view, 'natsmq'),
    seen: () => 'The message queue is natsmq.',
    why: 'No documentation of Milvus 2.6 names natsmq, and the message queue cannot be changed during this upgrade.',
    remedy: 'Stay on 2.5, or move the data to a new installation with another message queue.',
    source: upgradePages('v2.6.x').standalone,
  },
  {
    id: '2.5-mixcoord-chart',
    severity: 'block',
    overridable: true,
    fails: ({ leg, after }) =>
      leg.changes.some(({ chartFrom }) => chartFrom !== undefined && chartBefore(after, chartFrom)),
    seen: ({ leg, after }) =>
      `The coordinators would move into mixcoord with Milvus ${leg.target.text} on chart ${after.chart.version}.`,
    why: 'That step is documented with chart 4.2.58.',
    remedy: 'Use a chart repository with chart 4.2.58 or a newer one for Milvus 2.5.',
    source: upgradePages('v2.6.x').cluster,
  },
  {
    id: 'topology-2.6',
    severity: 'block',
    overridable: false,
    fails: (view) => wrongTopology(view).length > 0,
    seen: (view) => `The cluster does not fit Milvus ${view.leg.target.text}: ${wrongTopology(view).join(', ')}.`,
    why: 'Milvus from 2.6 on runs with mixcoord and streaming nodes and without index nodes; upgrades of anything else are not documented.',
    remedy: 'Bring the release into that form first, after trying it on a copy.',
    source: upgradePages('v3.0.x').cluster,
  },
  {
    id: 'backup-not-confirmed',
    severity: 'block',
    overridable: true,
    fails: crosses('2.6-to-3.0'),
    seen: (view) =>
      `${hopOf(view)} asks for a current backup of metadata and data; only you know whether there is one.`,
    why: 'Going back from 3.0 is not validated; the documented recovery restores those backups.',
    remedy: 'Make the backup, try to restore it, and then say so with `allow: backup-not-confirmed`.',
    source: upgradePages('v3.0.x').cluster,
  },
  {
    id: '2.6-to-3.0-unvalidated',
    severity: 'warn',
    overridable: false,
    fails: (view) =>
      crosses('2.6-to-3.0')(view) &&
      (compareMilvusVersions(view.leg.source, tableVersion(validated.source)) !== 0 ||
        view.before.chart.version !== validated.chart ||
        view.after.chart.version !== view.before.chart.version),
    seen: (view) => `${hopOf(view)} goes from chart ${view.before.chart.version} to chart ${view.after.chart.version}.`,
    why: 'The documented upgrade was validated from 2.6.20 on chart 5.0.22, with the chart kept.',
    remedy: 'Try this upgrade on a copy first.',
    source: upgradePages('v3.0.x').cluster,
  },
  {
    id: 'chart-broken-pulsar',
    severity: 'block',
    overridable: false,
    fails: (view) =>
      view.leg.row !== 'same-version' &&
      denied(view.after.chart.version)?.id === 'chart-broken-pulsar' &&
      runsOn(view, 'pulsar2', 'pulsar3', 'kafka'),
    seen: ({ after }) =>
      `The installed chart ${after.chart.version} would be kept, whose package is broken for Pulsar and Kafka.`,
    why: 'It renders no message queue at all, or fails; an upgrade could delete the message queue.',
    remedy: 'Set chart-version to 4.2.30 or a newer chart.',
    source: chartReadme,
  },
  {
    id: 'known-vulnerability',
    severity: 'warn',
    overridable: false,
    fails: (view) =>
      compareMilvusVersions(view.leg.target, view.question.target) === 0 &&
      view.leg.row !== 'same-version' &&
      unfixed(view).length > 0,
    seen: (view) => `Milvus ${view.leg.target.text} has known vulnerabilities: ${unfixed(view).join(', ')}.`,
    why: 'Newer releases of the same minor have the fix.',
    remedy: 'Choose the newest release of that minor as target-version.',
    source: advisories,
  },
];
