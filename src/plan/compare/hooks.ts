import type { KubeObject } from '../../cluster/port.js';
import type { ObjectDiff } from '../plan.js';
import { imageChanges } from './objects.js';

/** Hooks of an upgrade, https://helm.sh/docs/topics/charts_hooks/; those of install, delete, rollback and test do not run. */
const events: ReadonlySet<string> = new Set(['pre-upgrade', 'post-upgrade']);

/** The hook objects that an upgrade makes, out of all that a chart has. */
export function upgradeHooks(hooks: readonly KubeObject[]): readonly KubeObject[] {
  return hooks.filter(({ metadata }) =>
    (metadata.annotations?.['helm.sh/hook'] ?? '').split(',').some((event) => events.has(event.trim())),
  );
}

/**
 * Hooks as entries of the diff. All of them are `added`: Helm deletes what an earlier upgrade left of a hook and makes
 * it anew, so that the plan does not depend on whether such a leftover is still there.
 *
 * @param hooks those of an upgrade
 * @returns one entry an object, sorted by kind and name
 */
export function hookDiffs(hooks: readonly KubeObject[]): ObjectDiff[] {
  return hooks
    .map((hook): ObjectDiff => ({
      kind: hook.kind,
      name: hook.metadata.name,
      change: 'added',
      hook: true,
      restarts: false,
      images: imageChanges(undefined, hook),
      fields: [],
    }))
    .sort((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1));
}
