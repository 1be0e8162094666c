import type { Request } from '../action/request.js';
import type { ChartEntry } from '../helm/repository/port.js';
import { imageVersion } from '../milvus/image.js';
import { findRoute } from '../milvus/routes/find.js';
import type { Route, RouteFinding, RouteQuestion } from '../milvus/routes/route.js';
import { compareMilvusVersions, parseMilvusVersion, type MilvusVersion } from '../milvus/version.js';
import { refused } from '../problem.js';
import type { Facts, Inspection } from './facts.js';
import type { CheckResult } from './plan.js';
import { stoppedByHand } from './stopped.js';
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
 * The version that an upgrade on the way to the target began with, where it never ended. What tells is the work itself
 * (a revision that failed, an old image, a rollout that was never over, everything scaled to zero), not a pod that is ill
 * at the moment; and where anything else than the two versions runs, somebody went on by other means.
 */
function begunFrom(inspection: Inspection, goal: string): string | undefined {
  const { facts, previousImage, lastImage } = inspection;
  const [from, to] = [versionIn(previousImage), versionIn(lastImage)];
  if (from === undefined || to === undefined || to === goal || from === to) return undefined;
  const running = facts.components.flatMap(({ images }) => images.map(versionIn));
  if (running.some((version) => version !== from && version !== to)) return undefined;
  const unfinished =
    facts.release.status === 'failed' ||
    running.includes(from) ||
    facts.workloads.some(({ component, completed }) => component !== undefined && !completed) ||
    stoppedByHand(inspection).length > 0;
  return unfinished ? from : undefined;
}

/**
 * The way from what runs to the target. A hop that an earlier run began is gone on with, where it lies on the way; a
 * migration is never begun by an earlier run of Helm.
 *
 * @param goal the final target
 * @param entries charts of the repository
 * @param onward this run has just finished the hop before
 * @returns the route, and the version that it begins with
 */
export function planRoute(
  inspection: Inspection,
  goal: Target,
  request: Request,
  entries: readonly ChartEntry[],
  onward = false,
): { readonly route: Route; readonly source: string } {
  const from = (source: string): Route =>
    findRoute(routeQuestion(inspection, { source, target: goal.version }, request, entries));
  const begun = onward ? undefined : begunFrom(inspection, goal.version);
  if (begun !== undefined) {
    const route = from(begun);
    const [first] = route.hops;
    if (first?.path === 'helm' && first.target === versionIn(inspection.lastImage)) return { route, source: begun };
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

/** A component that runs something newer than the first hop leads to: whatever the records say, that is a downgrade. */
function downgrades({ hops }: Route, { components }: Facts): CheckResult[] {
  const [first] = hops;
  if (first === undefined) return [];
  const target = parsed(first.target);
  const newer = components.flatMap(({ workload, images }) =>
    images.flatMap((image) => {
      const version = versionIn(image);
      const runs = version === undefined ? undefined : parsed(version);
      return runs !== undefined && compareMilvusVersions(runs, target) > 0 ? [`${workload} (${runs.text})`] : [];
    }),
  );
  if (newer.length === 0) return [];
  return [
    {
      ...fixed,
      id: 'downgrade',
      seen: `The first upgrade leads to Milvus ${first.target}, and newer versions run: ${newer.join(', ')}.`,
      why: 'Milvus writes metadata and indexes that older versions cannot read.',
      remedy: 'See which version should run, bring all components to it, then run again.',
    },
  ];
}

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
            remedy:
              migration === first
                ? `Follow the documented migration with a backup that is known to be good (${migration.documentation}), then run again.`
                : `Upgrade to ${migration.source} first (target-version: ${migration.source}); then follow the documented migration with a backup that is known to be good (${migration.documentation}).`,
          },
        ]),
  ];
}

/** Everything that the route says for or against itself. */
export const routeChecks = (route: Route, request: Request, facts: Facts): CheckResult[] => [
  ...route.findings.map((finding) => checkOf(finding, request.allow)),
  ...downgrades(route, facts),
  ...limits(route, request),
];
