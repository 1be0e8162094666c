import type { Report } from '../report.js';
import { code, fenced, sentence } from '../safe.js';
import { stopOf } from '../hops.js';
import { nextStep } from '../words.js';
import { hopText } from './hop.js';
import { route } from './route.js';
import { blocks, enumerated, keep, list, type Section } from './section.js';
import { kept, wayBack } from './way-back.js';

/** No real way has that many; the rest is in the table. */
const MAX_HOPS = 24;
const MAX_ALLOWED = 40;

/** What a person approves: the way and each hop. */
export function forecast(report: Report): readonly Section[] {
  const { plan } = report;
  if (plan === undefined) return [];
  const planned = report.result === 'planned';
  const essential = planned ? keep.essential : keep.stuck;
  if (plan.situation === 'nothing-to-do') {
    const text = 'Everything is already as asked for: an upgrade with these inputs would write nothing.';
    return [{ name: 'route', keep: essential, text }];
  }
  const way = route(report);
  return [
    ...(way === undefined ? [] : [{ name: 'route', keep: essential, text: way }]),
    ...plan.hops.slice(0, MAX_HOPS).map((hop, index) => ({
      name: index === 0 ? 'the next hop' : 'later hops',
      keep: index === 0 ? essential : keep.laterHops,
      text: hopText(report, hop, index),
    })),
  ];
}

/** The way of a run that acted, where it had several hops; one that was done is in the title already. */
export function walked(report: Report): Section | undefined {
  const text = route(report);
  return text === undefined ? undefined : { name: 'route', keep: keep.stuck, text };
}

/** How to get back from a hop that was begun and did not end well. */
export function back(report: Report): Section | undefined {
  if (!report.changed || (report.result !== 'failed' && report.result !== 'interrupted')) return undefined;
  // It is on its way back already, or was asked to go there.
  if (report.back !== undefined || report.operation === 'rollback') return undefined;
  const hops = report.plan?.hops ?? [];
  const index = hops.length === 1 ? 0 : hops.findIndex(({ status }) => status === 'failed');
  const hop = hops.at(index);
  if (index < 0 || hop === undefined) return undefined;
  const number = stopOf(report) === undefined ? '' : ` from hop ${index + 1}`;
  const text = blocks(
    `### If you must go back${number}`,
    list([...wayBack(report, hop, index), ...kept(report, hop, index)]),
  );
  return { name: 'way back', keep: keep.stuck, text };
}

/** The exact inputs that apply this plan and nothing else. */
function inputs({ release, namespace, targetVersion, plan }: Report, digest: string): string {
  const lines = [
    'operation: upgrade',
    ...(release === undefined ? [] : [`release: ${release}`]),
    ...(namespace === undefined ? [] : [`namespace: ${namespace}`]),
    ...(targetVersion === undefined ? [] : [`target-version: ${targetVersion}`]),
    ...((plan?.hops.length ?? 0) > 1 ? ['multi-hop: true'] : []),
    `plan-digest: ${digest}`,
  ];
  return fenced(lines.join('\n'), 'yaml');
}

/** The digest and how to apply it. */
export function apply(report: Report): Section | undefined {
  const { plan, planDigest } = report;
  if (report.result !== 'planned' || plan === undefined) return undefined;
  const { allow, situation } = plan;
  const next = nextStep(report);
  const digest = situation === 'nothing-to-do' ? undefined : planDigest;
  const text = blocks(
    digest === undefined ? undefined : '### To apply exactly this plan',
    allow.length === 0 ? undefined : `Checks that the inputs allow: ${enumerated(allow.map(code), MAX_ALLOWED)}`,
    digest === undefined
      ? undefined
      : blocks(
          'Run the same workflow with the same inputs and these. If anything that the plan covers has changed by then, the run is refused and lists what moved.',
          inputs(report, digest),
        ),
    next === undefined ? undefined : `**Next:** ${sentence(next)}`,
  );
  return text === '' ? undefined : { name: 'how to apply it', keep: keep.essential, text };
}
