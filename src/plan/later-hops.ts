import type { KubeObject } from '../cluster/port.js';
import type { Values } from '../helm/port.js';
import type { RouteHop } from '../milvus/routes/route.js';
import { assembleValues } from '../values/assemble.js';
import { overlay } from '../values/merge.js';
import { chosen, type ChosenChart, type Listing } from './chart.js';
import { diffObjects } from './compare/objects.js';
import { chartDefaults } from './defaults.js';
import { estimateOf } from './estimate.js';
import type { Inspection } from './facts.js';
import { frozenFor, hopTarget } from './hop.js';
import type { PlanPorts } from './ports.js';
import type { HopEstimate } from './plan.js';
import type { Redactor } from './redact.js';
import type { Target } from './target.js';
import type { Given } from '../values/given.js';
import type { Request } from '../action/request.js';

/** What the later hops are estimated from: everything that is settled for the first one. */
export interface LaterHops {
  readonly request: Request;
  readonly given: Given;
  readonly inspection: Inspection;
  readonly ports: PlanPorts;
  readonly goal: Target;
  readonly listing: Listing;
  readonly hops: readonly RouteHop[];
  readonly chart: ChosenChart;
  /** User values after the first hop. */
  readonly values: Values;
  readonly redact: Redactor;
}

/** One hop, rendered without the cluster. */
type Rendering = Promise<readonly KubeObject[]>;

/** The same hop for Helm: chart and all user values after it. */
interface Draft {
  readonly chart: ChosenChart;
  readonly values: Values;
}

/** Values of each hop, one after another: a hop keeps what the ones before it changed on purpose. */
async function drafts(later: LaterHops): Promise<Draft[]> {
  const { request, given, inspection, ports, goal, listing, hops } = later;
  const all: Draft[] = [{ chart: later.chart, values: later.values }];
  for (const [index, hop] of hops.entries()) {
    const before = all.at(-1);
    if (index === 0 || before === undefined) continue;
    const chart = chosen(hop.chart, listing, ports.repository);
    const defaults = await chartDefaults(chart, inspection, ports.signal);
    const changes = hops.slice(0, index + 1).flatMap((one) => one.changes);
    const last = new Map(changes.map((change) => [change.key, change]));
    const frozen = frozenFor(inspection, defaults, { changes: [...last.values()] }).values;
    const { image } = hopTarget(request, inspection, goal, hop);
    all.push({ chart, values: overlay(before.values, assembleValues({ given, frozen, image }).merged) });
  }
  return all;
}

/**
 * What the hops after the first are expected to do, by rendering the charts of each and of the one before it without
 * the cluster. Marked `rendered`, because the cluster will have moved by then; each is planned anew when its turn comes.
 * A later hop that cannot be rendered has no estimate: it is no reason against the first one.
 *
 * @returns one entry a hop after the first
 */
export async function estimateLater(later: LaterHops): Promise<(HopEstimate | undefined)[]> {
  const { request, inspection, ports, hops, redact } = later;
  if (hops.length < 2 || hops.some(({ path }) => path === 'migration')) return hops.slice(1).map(() => undefined);
  const render = async ({ chart, values }: Draft): Rendering =>
    ports.helm.template(
      {
        ...{ release: request.release, namespace: request.namespace },
        chart: await chart.fetch(ports.signal),
        valuesFile: await ports.writeValues(values),
        kubernetes: inspection.facts.kubernetes,
      },
      ports.signal,
    );
  try {
    const renderings = await Promise.all((await drafts(later)).map(render));
    return renderings.slice(1).map((after, index) => {
      const before = renderings[index] ?? [];
      return estimateOf('rendered', diffObjects(before, after, new Map(), redact), after);
    });
  } catch (error) {
    ports.signal.throwIfAborted();
    ports.note(error);
    return hops.slice(1).map(() => undefined);
  }
}
