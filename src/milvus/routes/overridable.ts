import { badTargets } from './bad-targets.js';
import { crossings } from './crossings.js';
import { demands } from './demands.js';
import { skipFinding } from './find.js';

/** Ids of findings of the route that `allow` may override; the others would lose data or cannot work. Sorted. */
export const overridableRouteIds: readonly string[] = [
  ...badTargets.map(({ id }) => id),
  ...crossings.flatMap(({ floor }) => (floor === undefined ? [] : [floor.id])),
  ...demands.filter(({ overridable }) => overridable).map(({ id }) => id),
  skipFinding.id,
].sort();
