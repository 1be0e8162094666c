import type { Request } from '../action/request.js';
import type { Values } from '../helm/port.js';
import { frozenValues, type Frozen, type Running } from '../milvus/frozen.js';
import { replicasPassedOn, type ReplicasQuestion } from '../milvus/replicas.js';
import type { RouteHop } from '../milvus/routes/route.js';
import { Problem } from '../problem.js';
import { getPath } from '../values/tree.js';
import type { Inspection } from './facts.js';
import type { CheckResult, FrozenValue, Situation } from './plan.js';
import { targetOf, type Target } from './target.js';

const imageUnknown = 'image-unknown';

/**
 * Where one hop goes. A tag of the input `image` is the final target's; on the way there the tag is derived from what
 * runs.
 *
 * @returns undefined where the tag of a version on the way cannot be derived
 */
export function hopTarget(
  request: Request,
  inspection: Inspection,
  goal: Target,
  hop: Pick<RouteHop, 'source' | 'target'>,
): Target | undefined {
  if (hop.target === goal.version) return { ...goal, source: hop.source };
  const { image, ...rest } = request;
  const asked = image === undefined ? rest : { ...rest, image: { repository: image.repository } };
  try {
    return { ...targetOf(asked, hop.target, inspection), source: hop.source };
  } catch (error) {
    if (error instanceof Problem && error.details.id === imageUnknown) return undefined;
    throw error;
  }
}

/** Hops whose image nobody can tell, as checks: they have to be run by themselves. */
export const unknownImages = (
  request: Request,
  inspection: Inspection,
  goal: Target,
  hops: readonly RouteHop[],
): CheckResult[] =>
  hops
    .filter((hop) => hopTarget(request, inspection, goal, hop) === undefined)
    .map(({ target, documentation }) => ({
      id: imageUnknown,
      status: 'blocked',
      overridable: false,
      seen: `The image for Milvus ${target}, a stop on the way, cannot be derived from what runs.`,
      why: 'A guessed tag may be another build, or none.',
      remedy: `Run that upgrade by itself: target-version: ${target}, and the full reference of its image in the input image.`,
      source: documentation,
    }));

/** The frozen keys of a hop, with those that its route changes on purpose. */
export function frozenFor(running: Running, chartValues: Values, { changes }: Pick<RouteHop, 'changes'>): Frozen {
  const frozen = frozenValues(running, chartValues);
  const changed = changes.filter(({ key }) => getPath(chartValues, key) !== undefined);
  const keys = new Set(changed.map(({ key }) => key));
  return {
    values: [
      ...frozen.values.filter(({ key }) => !keys.has(key)),
      ...changed.map(({ key, value, why }) => ({ key, value, from: why, changed: true as const })),
    ],
    unknown: frozen.unknown.filter(({ key }) => !keys.has(key)),
  };
}

/**
 * The replicas that a hop passes on. Only an upgrade that writes anyway does: a number that was changed since the last one
 * is no reason for another, so that a release where nothing else is to do stays as it is.
 */
export const replicasFor = (situation: Situation, question: ReplicasQuestion): readonly FrozenValue[] =>
  situation === 'upgrade' || situation === 'apply-again' ? replicasPassedOn(question) : [];
