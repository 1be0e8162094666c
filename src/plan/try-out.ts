import type { KubeObject } from '../cluster/port.js';
import type { Rendered, UpgradeIntent, Values } from '../helm/port.js';
import { Problem } from '../problem.js';
import type { CheckContext, Comparison } from './checks/check.js';
import { compare } from './compare/compare.js';
import { upgradeHooks } from './compare/hooks.js';
import { diffObjects } from './compare/objects.js';
import { existing, lookFor } from './live.js';
import type { PlanPorts } from './ports.js';
import { missingFor, type Missing } from './missing.js';
import { tryObjects } from './trials.js';
import type { Decided } from './skeleton.js';

/** How trying out ended: with a comparison, or without one because the caller may not even look. */
type TriedOut =
  | {
      readonly rendered: Rendered;
      readonly comparison: Comparison;
      readonly context: CheckContext;
      /** The server judged everything that would be written. */
      readonly judged: boolean;
    }
  | { readonly rendered?: undefined; readonly context: CheckContext };

/** Renders by Helm, and holds what was rendered against what lives and what the caller may do. */
export async function tryOut(
  decided: Decided,
  intent: UpgradeIntent,
  values: Values,
  ports: PlanPorts,
): Promise<TriedOut> {
  const { request, inspection, context, redact } = decided;
  const { cluster, helm, signal } = ports;
  const { manifest: before } = inspection;
  // What is known of the base manifest is read while Helm renders.
  const base = lookFor(cluster, request.namespace, before);
  base.catch(() => undefined);
  let rendered: Rendered;
  try {
    rendered = await helm.dryRun(intent, signal);
  } catch (error) {
    if (!(error instanceof Problem) || error.details.id !== 'forbidden') throw error;
    return { context: await forbidden(decided, intent, values, ports, error) };
  }
  const live = existing(await lookFor(cluster, request.namespace, [...before, ...rendered.manifest], await base));
  const comparison = compare(inspection, rendered, live, redact);
  // A reading role cannot write by design, so a plan asks only what an upgrade would.
  if (request.operation !== 'upgrade') {
    return { rendered, comparison, context: { ...context, comparison }, judged: false };
  }
  const missing = await missingFor(cluster, {
    ...{ namespace: request.namespace, before, after: rendered.manifest, live, method: intent.applyMethod },
    hooks: upgradeHooks(rendered.hooks),
    diff: comparison.diff,
  });
  const asked = { ...context, comparison, ...named(missing) };
  // An account that may not write them has nothing to show.
  if (missing.accesses.length > 0) return { rendered, comparison, context: asked, judged: false };
  const trials = await tryObjects(cluster, {
    ...{ namespace: request.namespace, after: rendered.manifest, live, method: intent.applyMethod, signal },
    diff: comparison.diff,
    known: new Set(comparison.immutable.map(({ object }) => object.replace('/', ' '))),
  });
  return { rendered, comparison, judged: trials.complete, context: { ...asked, refusedObjects: trials.refused } };
}

const named = ({ accesses, rules }: Missing): Pick<CheckContext, 'missing' | 'missingRules'> => ({
  missing: accesses,
  missingRules: rules,
});

/**
 * Helm asks for each object that the new chart adds and stops at the first that the caller may not read. What it would
 * have asked for is found by rendering without the cluster, so that all missing rights are named at once.
 *
 * @throws the problem of the dry run where nothing else explains it
 */
async function forbidden(
  { request, inspection, context, redact }: Decided,
  intent: UpgradeIntent,
  values: Values,
  ports: PlanPorts,
  problem: Problem,
): Promise<CheckContext> {
  const { cluster, helm, signal } = ports;
  const { manifest: before, facts } = inspection;
  const after = await helm.template(
    {
      ...{ release: intent.release, namespace: intent.namespace, chart: intent.chart },
      valuesFile: await ports.writeValues(values),
      kubernetes: facts.kubernetes,
    },
    signal,
  );
  const live = new Map<string, KubeObject>();
  const missing = await missingFor(cluster, {
    ...{ namespace: request.namespace, before, after, live, method: intent.applyMethod, hooks: [] },
    diff: diffObjects(before, after, live, redact),
  });
  const reading = ({ verb }: { readonly verb: string }): boolean => verb === 'get' || verb === 'list';
  const accesses = request.operation === 'upgrade' ? missing.accesses : missing.accesses.filter(reading);
  if (accesses.length === 0) throw problem;
  return { ...context, ...named({ accesses, rules: request.operation === 'upgrade' ? missing.rules : [] }) };
}
