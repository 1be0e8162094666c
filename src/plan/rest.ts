import type { ChartEntry } from '../helm/repository/port.js';
import type { Route } from '../milvus/routes/route.js';
import type { Hop } from './plan.js';

/**
 * The way that is left of a plan which was begun: nothing of it is decided anew, whatever charts there are by now.
 *
 * @param rest hops of that plan, the one at hand first
 */
export const routeOfRest = (rest: readonly Hop[], entries: readonly ChartEntry[]): Route => ({
  findings: [],
  hops: rest.map((hop) => ({
    ...{ row: hop.row, path: hop.path, documentation: hop.documentation, changes: hop.changes, notices: hop.notices },
    source: hop.sourceVersion,
    target: hop.targetVersion,
    chart: {
      chartVersion: hop.chartVersion,
      appVersion: entries.find(({ version }) => version === hop.chartVersion)?.appVersion ?? '',
      available: entries.some(({ version }) => version === hop.chartVersion),
      why: hop.chartWhy,
      notices: [],
    },
    ...(hop.pointOfNoReturn === undefined ? {} : { pointOfNoReturn: hop.pointOfNoReturn }),
  })),
});
