import { createHash } from 'node:crypto';
import type { Request } from '../action/request.js';
import type { Cluster } from '../cluster/port.js';
import type { Helm, Rendered, UpgradeIntent, Values } from '../helm/port.js';
import type { ChartEntry, ChartRepository } from '../helm/repository/port.js';
import { frozenValues } from '../milvus/frozen.js';
import { Problem, refused } from '../problem.js';
import { assembleValues, nothingToWrite, type Assembly } from '../values/assemble.js';
import type { Given } from '../values/given.js';
import { overlay, withoutRepeatedNulls } from '../values/merge.js';
import { readValues } from '../values/yaml.js';
import { canonicalJson } from './canonical.js';
import { chooseChart, type ChosenChart } from './chart.js';
import type { CheckContext } from './checks/check.js';
import { runChecks } from './checks/table.js';
import { compare } from './compare/compare.js';
import { upgradeHooks } from './compare/hooks.js';
import { planDigest } from './digest.js';
import type { Inspection } from './facts.js';
import { readLive } from './live.js';
import { missingFor } from './missing.js';
import type { Plan } from './plan.js';
import { redactor } from './redact.js';
import { routeChecks } from './route.js';
import { situationOf } from './situation.js';
import { skeletonOf, type Decided } from './skeleton.js';
import { targetOf, type Target } from './target.js';
import { unservedObjects } from './unserved.js';

/** What a plan needs from outside. */
export interface PlanPorts {
  readonly cluster: Cluster;
  readonly helm: Helm;
  readonly repository: ChartRepository;
  /** The repository's entries, under way since the run began. */
  readonly listing: Promise<readonly ChartEntry[]>;
  /** Writes this run's values to a private file and gives its path. */
  readonly writeValues: (values: Values) => Promise<string>;
  /** What `--description` says of this run. */
  readonly description: string;
  readonly signal: AbortSignal;
}

/** A plan, and what is needed to run it. */
export interface PreparedPlan {
  readonly plan: Plan;
  readonly target: Target;
  readonly chart: ChosenChart;
  /** Given when nothing blocks. */
  readonly digest?: string;
  /** The upgrade; absent where nothing is to be written. */
  readonly intent?: UpgradeIntent;
  readonly rendered?: Rendered;
  readonly notices: readonly string[];
  /** Default values of that chart. */
  readonly chartValues: Values;
}

/** Helm's own operations take seconds; this bounds one that hangs. */
const helmTimeoutMs = 10 * 60_000;

/** Chart defaults, from the release record where the installed chart stays, so that nothing is downloaded for it. */
async function chartDefaults(chart: ChosenChart, { base }: Inspection, signal: AbortSignal): Promise<Values> {
  if (chart.chartVersion === base.chart.version) return base.chartValues;
  const read = readValues(`chart ${chart.chartVersion}`, (await chart.fetch(signal)).valuesYaml);
  if (read.problem !== undefined) throw new Problem('failed', read.problem);
  return read.values;
}

/** The salt of all hashes in the plan: what only a reader of the release record has. */
const saltOf = ({ record }: Inspection): Uint8Array =>
  createHash('sha256')
    .update(canonicalJson([record.manifest, record.userValues, record.lastDeployed]))
    .digest();

/** Renders by Helm, and holds what was rendered against what lives and what the caller may do. */
async function tryOut({ request, inspection, context, redact }: Decided, intent: UpgradeIntent, ports: PlanPorts) {
  const { cluster, helm, signal } = ports;
  const { namespace } = request;
  const { manifest: before } = inspection;
  const rendered = await helm.dryRun(intent, signal);
  const live = await readLive(cluster, namespace, [...before, ...rendered.manifest]);
  const comparison = compare(inspection, rendered, live, redact);
  // A reading role cannot write by design, so a plan asks only what an upgrade would.
  if (request.operation !== 'upgrade') return { rendered, comparison, context: { ...context, comparison } };
  const { accesses: missing, rules: missingRules } = await missingFor(cluster, {
    namespace,
    before,
    after: rendered.manifest,
    hooks: upgradeHooks(rendered.hooks),
    diff: comparison.diff,
    live,
    method: intent.applyMethod,
  });
  return { rendered, comparison, context: { ...context, comparison, missing, missingRules } };
}

/**
 * Decides what this run would do, and proves it against the cluster without writing anything: target, chart, values,
 * dry run, comparison, checks.
 *
 * @param request what the user asked for; `target-version` is there
 * @param given this run's values, read
 * @param inspection what runs
 * @param ports cluster, Helm, repository
 * @throws Problem (refused): bad route, chart or values; Problem (failed): something could not be read
 */
export async function makePlan(
  request: Request,
  given: Given,
  inspection: Inspection,
  ports: PlanPorts,
): Promise<PreparedPlan> {
  const { facts, base } = inspection;
  const target = targetOf(request, request.targetVersion ?? '', inspection);
  const route = routeChecks(target, facts.coordinators, request.allow);
  const chart = await chooseChart(ports.repository, ports.listing, inspection, target, request.chartVersion);
  const defaults = await chartDefaults(chart, inspection, ports.signal);
  const { values: frozen, unknown: unreadable } = frozenValues(inspection, defaults);
  const assembly: Assembly = { given, frozen, image: target.image };
  const { merged, conflicts } = assembleValues(assembly);
  const [conflict] = conflicts;
  if (conflict !== undefined) throw refused(conflict, conflicts.slice(1));

  const settled = nothingToWrite(base.userValues, base.chartValues, assembly);
  const situation = situationOf(inspection, target, chart.chartVersion, settled);
  const { version: helm } = ports.helm;
  const context: CheckContext = {
    ...{ inspection, target, situation, helm, frozen, unreadable },
    storedValues: base.userValues,
  };
  const decided: Decided = { request, inspection, target, chart, context, redact: redactor(saltOf(inspection)) };
  const skeleton = skeletonOf(decided, overlay(base.userValues, merged));
  const done = { target, chart, notices: [...route.notices, ...chart.notices], chartValues: defaults };
  const judged = (seen: CheckContext) => [...route.checks, ...runChecks(seen, request.allow)];

  if (situation === 'nothing-to-do') return { ...done, ...concluded(skeleton) };
  if (situation === 'rollout-unfinished') {
    return { ...done, ...concluded({ ...skeleton, checks: runChecks(context, request.allow) }) };
  }
  const unserved = await unservedObjects(ports.cluster, inspection.manifest);
  if (unserved.length > 0) {
    return { ...done, ...concluded({ ...skeleton, checks: judged({ ...context, unserved }) }) };
  }

  const intent: UpgradeIntent = {
    release: request.release,
    namespace: request.namespace,
    chart: await chart.fetch(ports.signal),
    valuesFile: await ports.writeValues(withoutRepeatedNulls(base.userValues, merged)),
    timeoutMs: Math.min(request.timeoutMs, helmTimeoutMs),
    description: ports.description,
    applyMethod: facts.release.applyMethod,
  };
  const { rendered, comparison, context: tried } = await tryOut(decided, intent, ports);
  const plan = { ...skeleton, diff: comparison.diff, checks: judged(tried) };
  return { ...done, ...concluded(plan), intent, rendered };
}

/** A plan with its digest, which exists only where nothing blocks. */
function concluded(plan: Plan): { readonly plan: Plan; readonly digest?: string } {
  const blocked = plan.checks.some(({ status }) => status === 'blocked');
  return blocked ? { plan } : { plan, digest: planDigest(plan) };
}
