import type { Request } from '../action/request.js';
import type { Values } from '../helm/port.js';
import type { RouteHop } from '../milvus/routes/route.js';
import type { CheckContext } from './checks/check.js';
import type { Inspection } from './facts.js';
import { hopTarget } from './hop.js';
import type { Hop, Plan } from './plan.js';
import type { Redactor } from './redact.js';
import type { Target } from './target.js';

/** What is known of a plan before anything was tried. */
export interface Decided {
  readonly request: Request;
  readonly inspection: Inspection;
  /** The final target. */
  readonly goal: Target;
  readonly hops: readonly RouteHop[];
  /** Of the first hop. */
  readonly context: CheckContext;
  readonly redact: Redactor;
}

function hopOf({ request, inspection, goal, context }: Decided, hop: RouteHop): Hop {
  const { row, path, documentation, source, target, chart, changes, notices, pointOfNoReturn } = hop;
  return {
    ...{ path, row, documentation, changes, notices },
    sourceVersion: source,
    targetVersion: target,
    chartVersion: chart.chartVersion,
    chartWhy: chart.why,
    // A check blocks where it cannot be told.
    image: hopTarget(request, inspection, goal, hop)?.image ?? { repository: goal.image.repository, tag: 'unknown' },
    ...(pointOfNoReturn === undefined ? {} : { pointOfNoReturn }),
    status: context.situation === 'nothing-to-do' ? 'done' : 'planned',
  };
}

/** The plan without diff, checks and estimates. `stored` are the user values of the revision that would be written. */
export function skeletonOf(decided: Decided, stored: Values): Plan {
  const { request, inspection, goal, hops, context, redact } = decided;
  const { facts } = inspection;
  const images = facts.workloads.flatMap((one) => (one.component === undefined ? [] : one.templateImages));
  return {
    schema: 1,
    release: request.release,
    namespace: request.namespace,
    cluster: facts.clusterIdentity.known ? facts.clusterIdentity.value : 'unknown',
    installed: {
      revision: facts.release.revision,
      chartVersion: facts.release.chartVersion,
      images: [...new Set(images)].sort(),
    },
    sourceVersion: goal.source,
    targetVersion: goal.version,
    situation: context.situation,
    hops: hops.map((hop) => hopOf(decided, hop)),
    values: redact(stored, []) as Record<string, unknown>,
    frozen: context.frozen,
    effects: [],
    diff: [],
    checks: [],
    allow: request.allow,
  };
}
