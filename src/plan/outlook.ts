import type { Request } from '../action/request.js';
import type { ChartEntry } from '../helm/repository/port.js';
import { findRoute } from '../milvus/routes/find.js';
import { newestPatch, nextMinor } from '../milvus/routes/newest.js';
import { parseMilvusVersion, type MilvusVersion } from '../milvus/version.js';
import type { Outlook } from '../report/report.js';
import type { Inspection } from './facts.js';
import { routeQuestion } from './route.js';

const untried = 'Only the route was looked at; operation: plan tries the first upgrade out.';

/** The newest release of the last minor that an upgrade is known to. */
function newestMinor(from: MilvusVersion | undefined, entries: readonly ChartEntry[]): MilvusVersion | undefined {
  const next = from === undefined ? undefined : nextMinor(from, entries);
  return next === undefined ? from : newestMinor(next, entries);
}

/**
 * What the plans for the newest patch, the next minor version and the newest one would be, from the facts and
 * the list of charts alone.
 *
 * @returns nothing where the running version is not known
 */
export function outlookOf(
  inspection: Pick<Inspection, 'facts'>,
  request: Pick<Request, 'allow'>,
  entries: readonly ChartEntry[],
): Outlook[] {
  const { sourceVersion } = inspection.facts;
  const source = sourceVersion.known ? parseMilvusVersion(sourceVersion.value) : undefined;
  if (source === undefined) return [];
  const towards = (goal: Outlook['goal'], target: MilvusVersion | undefined): Outlook[] => {
    if (target === undefined) return [];
    const question = routeQuestion(inspection, { source: source.text, target: target.text }, request, entries);
    const { hops, findings } = findRoute(question);
    return [
      {
        goal,
        targetVersion: target.text,
        hops: hops.map((hop) => ({
          sourceVersion: hop.source,
          targetVersion: hop.target,
          chartVersion: hop.chart.chartVersion,
          path: hop.path,
        })),
        blocked: findings.filter(({ severity }) => severity === 'block').map(({ id, seen }) => ({ id, seen })),
      },
    ];
  };
  const next = nextMinor(source, entries);
  const newest = newestMinor(next, entries);
  const goals = [
    ...towards('newest patch', newestPatch(source, entries)),
    ...towards('next minor', next),
    ...(newest?.text === next?.text ? [] : towards('newest minor', newest)),
  ];
  return goals.map((goal, index) => (index === 0 ? { ...goal, note: untried } : goal));
}
