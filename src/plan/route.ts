import type { Request } from '../action/request.js';
import type { ChartEntry } from '../helm/repository/port.js';
import { imageVersion } from '../milvus/image.js';
import { findRoute } from '../milvus/routes/find.js';
import type { Route, RouteFinding, RouteQuestion } from '../milvus/routes/route.js';
import { parseMilvusVersion, type MilvusVersion } from '../milvus/version.js';
import { refused } from '../problem.js';
import type { Inspection } from './facts.js';
import type { CheckResult } from './plan.js';
import type { Target } from './target.js';

function parsed(text: string): MilvusVersion {
  const version = parseMilvusVersion(text);
  if (version !== undefined) return version;
  throw refused({
    id: 'version-unreadable',
    what: `${text} is not a Milvus version.`,
    remedy: 'Give it as three numbers, for example 2.4.23.',
  });
}

/** What the finder is asked, from facts alone: a saved facts file gives the same route. */
export function routeQuestion(
  { facts }: Pick<Inspection, 'facts'>,
  versions: { readonly source: string; readonly target: string },
  { allow, chartVersion }: Pick<Request, 'allow' | 'chartVersion'>,
  entries: readonly ChartEntry[],
): RouteQuestion {
  const { mode, coordinators, streamingNode, indexNode, messageQueue, metastore, release } = facts;
  return {
    source: parsed(versions.source),
    target: parsed(versions.target),
    ...{ mode, coordinators, streamingNode, indexNode, metastore, entries, allow },
    queue: messageQueue,
    installed: { version: release.chartVersion, appVersion: release.appVersion },
    ...(chartVersion === undefined ? {} : { requestedChart: chartVersion }),
  };
}

const versionIn = (image: string | undefined): string | undefined => {
  const version = image === undefined ? undefined : imageVersion(image);
  return version?.known === true ? version.value : undefined;
};

/**
 * Where an upgrade stands that was begun on the way to the target and never ended: the version before it. A revision
 * counts as begun until every workload is ready on its image.
 */
function begunFrom({ facts, previousImage, lastImage }: Inspection, goal: string): string | undefined {
  const [from, to] = [versionIn(previousImage), versionIn(lastImage)];
  if (from === undefined || to === undefined || to === goal || from === to) return undefined;
  const arrived =
    facts.release.status === 'deployed' &&
    facts.workloads.every(({ healthy }) => healthy) &&
    facts.sourceVersion.known &&
    facts.sourceVersion.value === to;
  return arrived ? undefined : from;
}

/**
 * The way from what runs to the target. A hop that an earlier run began is gone on with, where it lies on the way.
 *
 * @param goal the final target
 * @param entries charts of the repository
 * @returns the route, and the version that it begins with
 */
export function planRoute(
  inspection: Inspection,
  goal: Target,
  request: Request,
  entries: readonly ChartEntry[],
): { readonly route: Route; readonly source: string } {
  const from = (source: string): Route =>
    findRoute(routeQuestion(inspection, { source, target: goal.version }, request, entries));
  const begun = begunFrom(inspection, goal.version);
  if (begun !== undefined) {
    const route = from(begun);
    if (route.hops[0]?.target === versionIn(inspection.lastImage)) return { route, source: begun };
  }
  return { route: from(goal.source), source: goal.source };
}

/** A finding of the route as a check of the plan. */
function checkOf({ severity, ...finding }: RouteFinding, allow: readonly string[]): CheckResult {
  const blocked = finding.overridable && allow.includes(finding.id) ? 'allowed' : 'blocked';
  return { ...finding, status: severity === 'warn' ? 'warned' : blocked };
}

const upgradeGuide = 'https://milvus.io/docs/upgrade_milvus_cluster-helm.md';
const fixed = { source: upgradeGuide, overridable: false, status: 'blocked' } as const;

/** A first hop that changes values does so for the sake of the later ones: alone it would not. */
const remedyFor = ({ target, changes }: Route['hops'][number]): string => {
  const all = 'multi-hop: true to run all of them, each after the one before is ready';
  return changes.length > 0
    ? `Set ${all}: the first one prepares the release for the next.`
    : `Upgrade to ${target} first (target-version: ${target}), or set ${all}.`;
};

/** What this version does not do by itself, although the way is known. */
function limits({ hops }: Route, { multiHop }: Request): CheckResult[] {
  const [first] = hops;
  const migration = hops.find(({ path }) => path === 'migration');
  return [
    ...(first === undefined || hops.length < 2 || multiHop
      ? []
      : [
          {
            ...fixed,
            id: 'several-hops',
            seen: `The target takes ${hops.length} upgrades: ${[first.source, ...hops.map(({ target }) => target)].join(' -> ')}.`,
            why: 'Each minor version converts what the one before it wrote, so every stop has to run before the next one.',
            remedy: remedyFor(first),
          },
        ]),
    ...(migration === undefined
      ? []
      : [
          {
            ...fixed,
            id: 'metadata-migration',
            source: migration.documentation,
            seen: `The way from Milvus ${migration.source} to ${migration.target} is a metadata migration while Milvus is stopped.`,
            why: 'Milvus 2.2 reads metadata in another layout than 2.1 writes. This version of the action plans that hop and does not run it.',
            remedy: `Follow the documented migration with a backup that is known to be good (${migration.documentation}), then run again.`,
          },
        ]),
  ];
}

/** Everything that the route says for or against itself. */
export const routeChecks = (route: Route, request: Request): CheckResult[] => [
  ...route.findings.map((finding) => checkOf(finding, request.allow)),
  ...limits(route, request),
];
