import type { Hop } from '../plan/plan.js';
import type { Report } from '../report/report.js';

/** One row of the table of outputs; action.yml and the README table are compared with it. */
export interface OutputDefinition {
  /** The text of the output, undefined while it is not known. */
  readonly from: (report: Report) => string | undefined;
}

/** What a workflow decides on; the rest of a hop is in the plan file. */
const hopOf = ({ path, sourceVersion, targetVersion, chartVersion, image, status }: Hop) => ({
  ...{ path, sourceVersion, targetVersion, chartVersion, image, status },
});

/** Every output, in the order of action.yml. */
export const outputs = {
  result: { from: ({ result }) => result },
  changed: { from: ({ changed }) => String(changed) },
  path: { from: ({ path }) => path },
  'source-version': { from: ({ sourceVersion }) => sourceVersion },
  'target-version': { from: ({ targetVersion }) => targetVersion },
  'source-chart-version': { from: ({ sourceChartVersion }) => sourceChartVersion },
  'chart-version': { from: ({ chartVersion }) => chartVersion },
  revision: { from: ({ revision }) => revision?.toString() },
  'helm-version': { from: ({ helmVersion }) => helmVersion },
  'kubectl-version': { from: ({ kubectlVersion }) => kubectlVersion },
  hops: { from: ({ plan }) => (plan === undefined ? undefined : JSON.stringify(plan.hops.map(hopOf))) },
  // A refused plan has no digest: there is nothing to approve.
  'plan-digest': { from: ({ result, planDigest }) => (result === 'refused' ? undefined : planDigest) },
  'plan-file': { from: ({ planFile }) => planFile },
  'report-file': { from: ({ reportFile }) => reportFile },
} as const satisfies Record<string, OutputDefinition>;

export type OutputName = keyof typeof outputs;

export const outputNames = Object.keys(outputs) as readonly OutputName[];

/** Sets every output that is known, whatever the ending. */
export function setOutputs(report: Report, set: (name: OutputName, value: string) => void): void {
  for (const name of outputNames) {
    const definition: OutputDefinition = outputs[name];
    const value = definition.from(report);
    if (value !== undefined) set(name, value);
  }
}
