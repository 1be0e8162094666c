import type { Hop, Plan } from '../../plan/plan.js';
import type { Report } from '../report.js';
import { code, fenced, markdown, sentence } from '../safe.js';
import { nextStep } from '../words.js';
import { blocks, counted, keep, list, table, type Section } from './section.js';

const hopRow = (hop: Hop, index: number): readonly string[] => [
  String(index + 1),
  markdown(hop.path),
  markdown(`${hop.sourceVersion} → ${hop.targetVersion}`),
  markdown(hop.chartVersion),
  code(`${hop.image.repository}:${hop.image.tag}`),
  markdown(hop.status.replace('-', ' ')),
];

/** Which pods go down, said before anything else about the plan. */
function restarts({ diff }: Plan): string {
  const workloads = diff.filter(({ restarts }) => restarts);
  const removed = diff.filter(({ change, kind }) => change === 'removed' && /^(Deployment|StatefulSet)$/.test(kind));
  const named = (objects: readonly { name: string }[]): string => objects.map(({ name }) => code(name)).join(', ');
  const restarting =
    workloads.length === 0
      ? 'No pod restarts.'
      : `${counted(workloads.length, 'workload')} ${workloads.length === 1 ? 'restarts' : 'restart'}: ${named(workloads)}.`;
  return removed.length === 0 ? restarting : `${restarting} Removed: ${named(removed)}.`;
}

function route(plan: Plan): string | undefined {
  if (plan.hops.length === 0) return undefined;
  return table(['Hop', 'Path', 'Milvus', 'Chart', 'Image', 'State'], plan.hops.map(hopRow));
}

/** The exact inputs that apply this plan and nothing else. */
function apply(report: Report, digest: string): string {
  const { release, namespace, targetVersion } = report;
  const inputs = [
    'operation: upgrade',
    ...(release === undefined ? [] : [`release: ${release}`]),
    ...(namespace === undefined ? [] : [`namespace: ${namespace}`]),
    ...(targetVersion === undefined ? [] : [`target-version: ${targetVersion}`]),
    `plan-digest: ${digest}`,
  ];
  return blocks(
    '**To apply exactly this plan**, run the same workflow with the same inputs and these. If anything that the plan covers has changed by then, the run is refused and lists what moved.',
    fenced(inputs.join('\n'), 'yaml'),
  );
}

/** The run ended with a plan and did not act on it. */
export const isForecast = ({ result }: Report): boolean => result === 'planned' || result === 'refused';

/** What a person approves: the way, the restarts, the digest and how to apply it. */
export function plan(report: Report): Section | undefined {
  if (report.plan === undefined) return undefined;
  // One hop that was acted on is in the title already.
  if (!isForecast(report) && report.plan.hops.length < 2) return undefined;
  const planned = report.result === 'planned';
  const next = planned ? nextStep(report) : undefined;
  const text = blocks(
    planned ? '### The plan' : '### Route',
    route(report.plan),
    planned && report.plan.allow.length > 0
      ? `Checks allowed by the inputs: ${list(report.plan.allow.map(code))}`
      : undefined,
    isForecast(report) ? restarts(report.plan) : undefined,
    planned && report.planDigest !== undefined ? apply(report, report.planDigest) : undefined,
    next === undefined ? undefined : `**Next:** ${sentence(next)}`,
  );
  return { name: 'route', keep: planned ? keep.essential : keep.release, text };
}
