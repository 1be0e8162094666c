import type { CoordinatorStyle } from '../milvus/knowledge.js';
import { badTargets, crossings } from '../milvus/route-table.js';
import { routeOf } from '../milvus/routes.js';
import { parseMilvusVersion, type MilvusVersion } from '../milvus/version.js';
import { refused } from '../problem.js';
import type { CheckResult } from './plan.js';
import type { Target } from './target.js';

/** Route refusals that `allow` may override; the others would lose data or cannot work. */
export const overridableRoutes: readonly string[] = [
  ...badTargets.map(({ id }) => id),
  ...crossings.filter(({ targetFrom }) => targetFrom !== undefined).map(({ id }) => `${id}-target`),
  'skipped-minor',
];

function parsed(text: string): MilvusVersion {
  const version = parseMilvusVersion(text);
  if (version !== undefined) return version;
  throw refused({
    id: 'version-unreadable',
    what: `${text} is not a Milvus version.`,
    remedy: 'Give it as three numbers, for example 2.4.23.',
  });
}

/**
 * Whether one Helm upgrade may go from source to target.
 *
 * @param allow check ids that the user overrides
 * @returns notices, and the refusal as a check where it may be overridden
 * @throws Problem (refused) with the rule's id where it may not
 */
export function routeChecks(
  target: Target,
  coordinators: CoordinatorStyle,
  allow: readonly string[],
): { readonly checks: readonly CheckResult[]; readonly notices: readonly string[] } {
  const route = routeOf({ source: parsed(target.source), target: parsed(target.version), coordinators });
  if (route.allowed) return { checks: [], notices: route.notices };
  const { details, overridable, source } = route;
  if (!overridable) throw refused(details);
  const check: CheckResult = {
    id: details.id,
    status: allow.includes(details.id) ? 'allowed' : 'blocked',
    seen: details.what,
    why: details.why ?? '',
    remedy: details.remedy,
    source,
    overridable,
  };
  return { checks: [check], notices: [] };
}
