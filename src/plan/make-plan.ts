import type { Request } from '../action/request.js';
import type { UpgradeIntent } from '../helm/port.js';
import type { RouteHop } from '../milvus/routes/route.js';
import { refused } from '../problem.js';
import { assembleValues, nothingToWrite } from '../values/assemble.js';
import type { Given } from '../values/given.js';
import { handOver, overlay } from '../values/merge.js';
import { chosen, readListing } from './chart.js';
import type { CheckContext } from './checks/check.js';
import { runChecks } from './checks/table.js';
import { chartDefaults } from './defaults.js';
import { effectsOf } from './effects.js';
import { estimateOf } from './estimate.js';
import type { Inspection } from './facts.js';
import { frozenFor, hopTarget, replicasFor, unknownImages } from './hop.js';
import { lookAhead, type Later } from './later-hops.js';
import type { CheckResult, Hop } from './plan.js';
import type { PlanPorts } from './ports.js';
import { concluded, withEstimates, type PreparedPlan } from './prepared-plan.js';
import { redactor } from './redact.js';
import { routeOfRest } from './rest.js';
import { planRoute, routeChecks } from './route.js';
import { saltOf } from './salt.js';
import { situationOf } from './situation.js';
import { skeletonOf, type Decided } from './skeleton.js';
import { targetOf, type Target } from './target.js';
import { tryOut } from './try-out.js';
import { unservedObjects } from './unserved.js';
import type { Way } from './way.js';

/** What went before: nothing, where left out. */
export interface Going {
  /** An earlier upgrade of this run has just been seen ready: nothing was left unfinished. */
  readonly onward?: boolean;
  /** What is left of a plan that was begun, the hop at hand first: nothing of it is decided anew. */
  readonly rest?: readonly Hop[];
}

/** Helm's own operations take seconds; this bounds one that hangs. */
const helmTimeoutMs = 10 * 60_000;

/**
 * Decides what this run would do, and proves it against the cluster without writing anything: route, and for its first
 * hop chart, values, dry run, comparison and checks. Later hops are estimated.
 *
 * @param request what the user asked for; `target-version` is there
 * @param given this run's values, read
 * @param inspection what runs
 * @param ports cluster, Helm, repository
 * @param going what went before
 * @throws Problem (refused): bad versions or values; Problem (failed): something could not be read
 */
export async function makePlan(
  request: Request,
  given: Given,
  inspection: Inspection,
  ports: PlanPorts,
  going: Going = {},
): Promise<PreparedPlan> {
  const whole = targetOf(request, request.targetVersion ?? '', inspection);
  const listing = await readListing(ports.listing, inspection, whole, request);
  const { rest } = going;
  const { route, source } =
    rest?.[0] === undefined
      ? planRoute(inspection, whole, request, listing.entries, going.onward)
      : { route: routeOfRest(rest, listing.entries), source: rest[0].sourceVersion };
  const goal: Target = { ...whole, source };
  const way: Way = {
    ...{ request, given, inspection, ports, goal, listing },
    hops: route.hops,
    said: [
      // What spoke against the way was said, and answered, before it was begun.
      ...(rest === undefined ? routeChecks(route, request, inspection.facts) : []),
      ...unknownImages(request, inspection, goal, route.hops),
    ],
  };
  const [first] = route.hops;
  const target = first === undefined ? undefined : hopTarget(request, inspection, goal, first);
  if (first === undefined || target === undefined) return untried(way);
  const prepared = await planHop(way, first, target);
  if (rest !== undefined && rest.length > 1 && prepared.plan.situation === 'nothing-to-do') {
    return makePlan(request, given, inspection, ports, { rest: rest.slice(1) });
  }
  return { ...prepared, notices: [...staleSource(request, whole), ...prepared.notices] };
}

/** An input that was meant for a version before the one that the images tell now. */
const staleSource = ({ sourceVersion }: Request, { source }: Target): string[] =>
  sourceVersion === undefined || sourceVersion === source
    ? []
    : [
        `The input source-version (${sourceVersion}) is not used: the images tell ${source} by themselves now. Leave it out.`,
      ];

/** Nothing can be tried out: what the route says against it, and what the release itself says. */
function untried({ request, inspection, ports, goal, hops, said }: Way): PreparedPlan {
  const context: CheckContext = {
    ...{ inspection, target: goal, situation: 'upgrade', helm: ports.helm.version, frozen: [], unreadable: [] },
    storedValues: inspection.base.userValues,
  };
  const redact = redactor(saltOf(inspection));
  const decided: Decided = { request, inspection, goal, hops, context, redact };
  const plan = skeletonOf(decided, inspection.base.userValues);
  const checks = [...said, ...runChecks(context, request.allow)];
  return { ...concluded({ ...plan, checks }), target: goal, notices: [], chartValues: inspection.base.chartValues };
}

async function planHop(way: Way, first: RouteHop, target: Target): Promise<PreparedPlan> {
  const { request, given, inspection, ports, goal, listing, hops, said } = way;
  const { base } = inspection;
  const chart = chosen(first.chart, listing, ports.repository);
  const defaults = await chartDefaults(chart, inspection, ports.signal);
  const { values: kept, unknown: unreadable } = frozenFor(inspection, defaults, first);
  const situation = situationOf(
    inspection,
    target,
    chart.chartVersion,
    first.changes,
    nothingToWrite(base.userValues, base.chartValues, { given, frozen: kept, image: target.image }),
  );
  const frozen = [
    ...kept,
    ...replicasFor(situation, {
      ...{ running: inspection, chartVersion: chart.chartVersion, chartValues: defaults, given },
      frozen: kept,
    }),
  ];
  const { merged, conflicts } = assembleValues({ given, frozen, image: target.image });
  const [conflict] = conflicts;
  if (conflict !== undefined) throw refused(conflict, conflicts.slice(1));

  const context: CheckContext = {
    ...{ inspection, target, situation, helm: ports.helm.version, frozen, unreadable },
    ...{ storedValues: base.userValues, userValues: overlay(base.userValues, merged) },
    ...{ chartValues: defaults, chartVersion: chart.chartVersion, timeoutMs: request.timeoutMs },
  };
  const decided: Decided = { request, inspection, goal, hops, context, redact: redactor(saltOf(inspection)) };
  const values = overlay(base.userValues, merged);
  const effects = effectsOf({
    installed: { defaults: base.chartValues, stored: base.userValues },
    next: { defaults, stored: values },
    ...{ given, frozen, redact: decided.redact },
  });
  const skeleton = { ...skeletonOf(decided, values), effects };
  const done = { target, chart, notices: [...first.notices, ...chart.notices], chartValues: defaults };
  const judged = (seen: CheckContext): CheckResult[] => [...said, ...runChecks(seen, request.allow)];
  const ended = (seen: CheckContext): PreparedPlan => ({
    ...done,
    ...concluded({ ...skeleton, checks: judged(seen) }),
  });

  const last = hops.length === 1;
  if (situation === 'nothing-to-do') return { ...done, ...concluded(skeleton) };
  // An upgrade that is only waited for is no new decision: what speaks against its route was said when it began.
  if (situation === 'rollout-unfinished' && last) {
    return { ...done, ...concluded({ ...skeleton, checks: runChecks(context, request.allow) }) };
  }
  const unserved = await unservedObjects(ports.cluster, inspection.manifest);
  if (first.path === 'migration' || unserved.length > 0) return ended({ ...context, unserved });

  const ahead = { ...way, values, redact: decided.redact };
  if (situation === 'rollout-unfinished') {
    const { estimates } = agreed(await lookAhead(ahead, Promise.resolve(inspection.manifest)));
    return {
      ...done,
      ...concluded({ ...withEstimates(skeleton, [undefined, ...estimates]), checks: judged(context) }),
    };
  }
  const handed = handOver(base.userValues, merged);
  const intent: UpgradeIntent = {
    release: request.release,
    namespace: request.namespace,
    chart: await chart.fetch(ports.signal),
    valuesFile: await ports.writeValues(handed.values),
    wholeValues: handed.whole,
    timeoutMs: Math.min(request.timeoutMs, helmTimeoutMs),
    description: ports.description,
    applyMethod: inspection.facts.release.applyMethod,
    // A plan is made by a role that may only read; an upgrade has the server judge the objects themselves.
    validate: request.operation !== 'upgrade',
  };
  const trying = tryOut(decided, intent, values, ports);
  const looking = lookAhead(
    ahead,
    trying.then(
      ({ rendered }) => rendered?.manifest,
      () => undefined,
    ),
  );
  looking.catch(() => undefined);
  const tried = await trying;
  const { estimates } = agreed(await looking);
  if (tried.rendered === undefined) return ended(tried.context);
  const { rendered, comparison } = tried;
  const estimate = estimateOf('dry-run', comparison.diff, rendered.manifest);
  const plan = {
    ...withEstimates(skeleton, [estimate, ...estimates]),
    diff: comparison.diff,
    checks: judged(tried.context),
  };
  return { ...done, ...concluded(plan), intent: { ...intent, validate: !tried.judged }, rendered };
}

/** @throws Problem (refused) where values given now contradict a later hop */
function agreed(later: Later): Later {
  const [conflict, ...others] = later.conflicts;
  if (conflict !== undefined) throw refused(conflict, others);
  return later;
}
