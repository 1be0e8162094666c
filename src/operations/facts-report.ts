import type { Facts } from '../plan/facts.js';
import type { Hop } from '../plan/plan.js';
import type { Report } from '../report/report.js';

/** Puts what was read into the report, so that every later ending can tell it. */
export function recordFacts(report: Report, facts: Facts): void {
  report.before = facts;
  report.sourceChartVersion = facts.release.chartVersion;
  report.revision = facts.release.revision;
  if (facts.sourceVersion.known) report.sourceVersion = facts.sourceVersion.value;
}

/** Says in the plan how its hops ended: the output `hops` and report.json tell what was done, not only what was meant. */
export function recordHops(report: Report, status: Hop['status']): void {
  if (report.plan === undefined) return;
  report.plan = { ...report.plan, hops: report.plan.hops.map((hop) => ({ ...hop, status })) };
}
