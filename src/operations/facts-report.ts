import type { Facts } from '../plan/facts.js';
import type { Report } from '../report/report.js';

/** Puts what was read into the report, so that every later ending can tell it. */
export function recordFacts(report: Report, facts: Facts): void {
  report.before = facts;
  report.sourceChartVersion = facts.release.chartVersion;
  report.revision = facts.release.revision;
  if (facts.sourceVersion.known) report.sourceVersion = facts.sourceVersion.value;
}
