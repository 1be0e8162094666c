import type { Request } from '../action/request.js';
import type { Values } from '../helm/port.js';
import type { ChosenChart } from './chart.js';
import type { CheckContext } from './checks/check.js';
import type { Inspection } from './facts.js';
import type { Plan } from './plan.js';
import type { Redactor } from './redact.js';
import type { Target } from './target.js';

/** What is known of a plan before anything was tried. */
export interface Decided {
  readonly request: Request;
  readonly inspection: Inspection;
  readonly target: Target;
  readonly chart: ChosenChart;
  readonly context: CheckContext;
  readonly redact: Redactor;
}

/** The plan without diff and checks. `stored` are the user values of the revision that would be written. */
export function skeletonOf({ request, inspection, target, chart, context, redact }: Decided, stored: Values): Plan {
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
    sourceVersion: target.source,
    targetVersion: target.version,
    situation: context.situation,
    hops: [
      {
        path: 'helm',
        sourceVersion: target.source,
        targetVersion: target.version,
        chartVersion: chart.chartVersion,
        image: target.image,
        status: context.situation === 'nothing-to-do' ? 'done' : 'planned',
      },
    ],
    values: redact(stored, []) as Record<string, unknown>,
    frozen: context.frozen,
    diff: [],
    checks: [],
    allow: request.allow,
  };
}
