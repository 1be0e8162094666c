import type { Request } from '../action/request.js';
import type { Values } from '../helm/port.js';
import { frozenValues, type Frozen, type Running } from '../milvus/frozen.js';
import type { RouteHop } from '../milvus/routes/route.js';
import { getPath } from '../values/tree.js';
import type { Inspection } from './facts.js';
import { targetOf, type Target } from './target.js';

/**
 * Where one hop goes. A tag of the input `image` is the final target's; on the way there the tag is derived from what
 * runs.
 *
 * @throws Problem (refused) `image-unknown` where the tag of an intermediate version cannot be derived
 */
export function hopTarget(request: Request, inspection: Inspection, goal: Target, hop: RouteHop): Target {
  if (hop.target === goal.version) return { ...goal, source: hop.source };
  const { image, ...rest } = request;
  const asked = image === undefined ? rest : { ...rest, image: { repository: image.repository } };
  return { ...targetOf(asked, hop.target, inspection), source: hop.source };
}

/** The frozen keys of a hop, with those that its route changes on purpose. */
export function frozenFor(running: Running, chartValues: Values, { changes }: Pick<RouteHop, 'changes'>): Frozen {
  const frozen = frozenValues(running, chartValues);
  const changed = changes.filter(({ key }) => getPath(chartValues, key) !== undefined);
  const keys = new Set(changed.map(({ key }) => key));
  return {
    values: [
      ...frozen.values.filter(({ key }) => !keys.has(key)),
      ...changed.map(({ key, value, why }) => ({ key, value, from: `the route: ${why}` })),
    ],
    unknown: frozen.unknown.filter(({ key }) => !keys.has(key)),
  };
}
