import type { KubeObject } from '../cluster/port.js';
import type { Values } from '../helm/port.js';
import type { RouteHop } from '../milvus/routes/route.js';
import type { ProblemDetails } from '../problem.js';
import { assembleValues } from '../values/assemble.js';
import { overlay } from '../values/merge.js';
import { chosen, type ChosenChart } from './chart.js';
import { diffObjects } from './compare/objects.js';
import { chartDefaults } from './defaults.js';
import { estimateOf } from './estimate.js';
import { frozenFor, hopTarget } from './hop.js';
import type { HopEstimate } from './plan.js';
import type { Redactor } from './redact.js';
import type { Way } from './way.js';

/** What the later hops are looked at from: everything that is settled for the first one. */
export interface LaterHops extends Way {
  /** User values after the first hop. */
  readonly values: Values;
  readonly redact: Redactor;
}

/** What is known of the hops after the first. */
export interface Later {
  /** One entry a hop; undefined where it could not be rendered. */
  readonly estimates: readonly (HopEstimate | undefined)[];
  /** Values given now that a later hop contradicts: known before the first one, so nothing is begun. */
  readonly conflicts: readonly ProblemDetails[];
}

/** One hop for Helm: chart and all user values after it. */
interface Draft {
  readonly chart: ChosenChart;
  readonly values: Values;
}

/** Values of each later hop, one after another: a hop keeps what the ones before it changed on purpose. */
async function drafts(later: LaterHops): Promise<{ readonly all: Draft[]; readonly conflicts: ProblemDetails[] }> {
  const { request, given, inspection, ports, goal, listing, hops } = later;
  const all: Draft[] = [];
  const conflicts: ProblemDetails[] = [];
  for (const [index, hop] of hops.entries()) {
    const image = hopTarget(request, inspection, goal, hop)?.image;
    if (index === 0 || image === undefined) continue;
    const chart = chosen(hop.chart, listing, ports.repository);
    const defaults = await chartDefaults(chart, inspection, ports.signal);
    const changes = hops.slice(0, index + 1).flatMap((one) => one.changes);
    const last = new Map(changes.map((change) => [change.key, change]));
    const frozen = frozenFor(inspection, defaults, { changes: [...last.values()] }).values;
    const { merged, conflicts: found } = assembleValues({ given, frozen, image });
    const values = overlay(all.at(-1)?.values ?? later.values, merged);
    all.push({ chart, values });
    conflicts.push(...found.map((one) => ({ ...one, what: `On the way, to Milvus ${hop.target}: ${one.what}` })));
  }
  return { all, conflicts };
}

const nothing = (hops: readonly RouteHop[]): (HopEstimate | undefined)[] => hops.slice(1).map(() => undefined);

/**
 * What the hops after the first are expected to do, by rendering the charts of each and of the one before it without
 * the cluster. Marked `rendered`, because the cluster will have moved by then; each is planned anew when its turn comes.
 * A later hop that cannot be rendered has no estimate: it is no reason against the first one.
 *
 * @param first objects of the first hop; a failure of it is told elsewhere
 */
export async function lookAhead(later: LaterHops, first: Promise<readonly KubeObject[] | undefined>): Promise<Later> {
  const { request, inspection, ports, hops, redact } = later;
  if (hops.length < 2 || hops.some(({ path }) => path === 'migration')) {
    return { estimates: nothing(hops), conflicts: [] };
  }
  const render = async ({ chart, values }: Draft): Promise<readonly KubeObject[]> =>
    ports.helm.template(
      {
        ...{ release: request.release, namespace: request.namespace },
        chart: await chart.fetch(ports.signal),
        valuesFile: await ports.writeValues(values),
        kubernetes: inspection.facts.kubernetes,
      },
      ports.signal,
    );
  let conflicts: readonly ProblemDetails[] = [];
  try {
    const drafted = await drafts(later);
    conflicts = drafted.conflicts;
    const estimates: HopEstimate[] = [];
    let before: readonly KubeObject[] | undefined;
    // One after another: beside them Helm tries out the first hop, and a manifest takes some memory.
    for (const draft of drafted.all) {
      const after = await render(draft);
      before ??= await first;
      if (before === undefined) return { estimates: nothing(hops), conflicts };
      estimates.push(estimateOf('rendered', diffObjects(before, after, new Map(), redact), after));
      before = after;
    }
    return { estimates, conflicts };
  } catch (error) {
    ports.signal.throwIfAborted();
    ports.note(error);
    return { estimates: nothing(hops), conflicts };
  }
}
