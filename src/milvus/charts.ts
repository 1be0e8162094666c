import { gte, lte, valid } from 'semver';
import { compareMinors, type MilvusVersion } from './version.js';

/** Charts and chart/Milvus pairs that are never used, as data. */

const chartReadme = 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md';
const upgradeTo26 = 'https://milvus.io/docs/v2.6.x/upgrade_milvus_cluster-helm.md';

/** A range of chart versions, both ends included. */
export interface DeniedCharts {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly source: string;
}

export const deniedCharts: readonly DeniedCharts[] = [
  {
    id: 'chart-broken-pulsar',
    from: '4.2.21',
    to: '4.2.29',
    reason:
      'the packages of charts 4.2.21 to 4.2.29 are broken for Pulsar: they render no Pulsar at all, or fail, and an upgrade could delete the message queue',
    source: chartReadme,
  },
  {
    id: 'chart-beta',
    from: '4.0.11',
    to: '4.0.11',
    reason: 'chart 4.0.11 carries Milvus 2.3.0-beta between two 2.2 releases',
    source: 'https://github.com/zilliztech/milvus-helm/blob/gh-pages/index.yaml',
  },
];

/** The entry of the denylist that a chart version falls under. */
export const denied = (chartVersion: string): DeniedCharts | undefined =>
  valid(chartVersion) === null
    ? undefined
    : deniedCharts.find(({ from, to }) => gte(chartVersion, from) && lte(chartVersion, to));

/** Charts from `chart` on and Milvus from the minor `milvus` on: having the one side needs the other. */
export interface PairRule {
  readonly id: string;
  readonly chart: string;
  readonly milvus: readonly [major: number, minor: number];
  /** `milvus`: such charts need such a Milvus. `chart`: such a Milvus needs such a chart. */
  readonly needs: 'milvus' | 'chart';
  readonly reason: string;
  readonly source: string;
}

export const pairRules: readonly PairRule[] = [
  {
    id: 'chart-4.2-needs-milvus-2.4',
    chart: '4.2.0',
    milvus: [2, 4],
    needs: 'milvus',
    reason: 'charts from 4.2.0 on do not merge the configuration for Milvus older than 2.4 any more',
    source: chartReadme,
  },
  {
    id: 'chart-5-needs-milvus-2.6',
    chart: '5.0.0',
    milvus: [2, 6],
    needs: 'milvus',
    reason:
      'charts from 5.0.0 on run streaming nodes and have no Services for separate coordinators, as only Milvus 2.6 can',
    source: upgradeTo26,
  },
  {
    id: 'milvus-2.6-needs-chart-5',
    chart: '5.0.0',
    milvus: [2, 6],
    needs: 'chart',
    reason: 'Milvus from 2.6 on needs streaming nodes, which only charts from 5.0.0 on set up',
    source: upgradeTo26,
  },
];

/** The rule that a chart and a Milvus version break together. */
export function brokenPair(chartVersion: string, version: MilvusVersion): PairRule | undefined {
  // A chart that was never published has no place in an order of published ones.
  if (valid(chartVersion) === null) return undefined;
  return pairRules.find(({ chart, milvus: [major, minor], needs }) => {
    const newChart = gte(chartVersion, chart);
    const newMilvus = compareMinors(version, { ...version, major, minor }) >= 0;
    return needs === 'milvus' ? newChart && !newMilvus : newMilvus && !newChart;
  });
}

/**
 * Minors that have no charts of their own: an upgrade into or within them changes the image alone and keeps the chart,
 * if that is at least `from`.
 *
 * @see https://milvus.io/docs/v3.0.x/upgrade_milvus_cluster-helm.md
 */
export const keptCharts: readonly {
  readonly target: readonly [major: number, minor: number];
  readonly from: string;
}[] = [{ target: [3, 0], from: '5.0.0' }];
