import type { Facts } from '../plan/facts.js';
import type { Hop, HopEstimate } from '../plan/plan.js';
import type { Report } from '../report/report.js';

/** Puts what was read into the report, so that every later ending can tell it. */
export function recordFacts(report: Report, facts: Facts): void {
  report.before = facts;
  report.sourceChartVersion = facts.release.chartVersion;
  report.revision = facts.release.revision;
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
