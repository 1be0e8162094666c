import type { Facts } from '../plan/facts.js';
import type { Hop, HopEstimate } from '../plan/plan.js';
import type { Report } from '../report/report.js';

/** Puts what was read into the report, so that every later ending can tell it. */
export function recordFacts(report: Report, facts: Facts): void {
  report.before = facts;
  report.revision = facts.release.revision;
  // Where another run began, what ran before is in its journal: by now it may be the target.
  if (report.resumed !== undefined) return;
  report.sourceChartVersion = facts.release.chartVersion;
  if (facts.sourceVersion.known) report.sourceVersion = facts.sourceVersion.value;
}

/**
 * Says in the plan how its hops stand: the output `hops` and report.json tell what was done, not only what was meant.
 *
 * @param statuses in the order of the hops; those behind the last one given were not started
 */
export function recordHops(report: Report, statuses: readonly Hop['status'][]): void {
  if (report.plan === undefined) return;
  const hops = report.plan.hops.map((hop, index) => ({ ...hop, status: statuses[index] ?? 'not-started' }));
  report.plan = { ...report.plan, hops };
}

/** Puts what the dry run of a later hop showed in the place of its estimate. */
export function recordEstimate(report: Report, index: number, estimate: HopEstimate | undefined): void {
  if (report.plan === undefined || estimate === undefined) return;
  const hops = report.plan.hops.map((hop, at) => (at === index ? { ...hop, estimate } : hop));
  report.plan = { ...report.plan, hops };
}

/**
 * Says in the report what a release that was taken back is now. The hop is known by its versions; the others of its way
 * are as they were.
 */
export function recordTakenBack(report: Report): void {
  const { back, plan, after } = report;
  if (after !== undefined) report.chartVersion = after.release.chartVersion;
  if (back === undefined || plan === undefined) return;
  const { hops } = plan;
  const at =
    hops.length === 1
      ? 0
      : hops.findIndex(({ sourceVersion, targetVersion }) => sourceVersion === back.to && targetVersion === back.from);
  const status = (index: number): Hop['status'] => (index < at ? 'done' : index === at ? 'taken-back' : 'not-started');
  if (at >= 0) report.plan = { ...plan, hops: hops.map((hop, index) => ({ ...hop, status: status(index) })) };
}
