import type { WorkloadFact } from '../../plan/facts.js';
import type { PodTrouble, Report } from '../report.js';
import { code, fenced, lastLines, markdown, oneLine, sentence, shorten } from '../safe.js';
import { blocks, folded, keep, list, table, type Section } from './section.js';

const MAX_PODS = 20;
const MAX_TITLE = 100;
const MAX_EVENTS = 12;
/** Last bytes of one container's log. */
const MAX_LOG = 16 * 1024;

const rollout = ({ ready, updated, wanted }: WorkloadFact): string =>
  `${ready}/${wanted} ready, ${updated}/${wanted} on the current template`;

function stuck({ result }: Report, workloads: readonly WorkloadFact[]): Section {
  const rows = workloads.map((workload) => [
    `${markdown(workload.kind)} ${code(workload.name)}`,
    workload.exists ? rollout(workload) : 'not in the cluster',
    workload.trouble.length === 0 ? '' : workload.trouble.map(sentence).join('<br>'),
  ]);
  const heading = result === 'restored' ? '### What was not ready before it was taken back' : '### What is not ready';
  const text = blocks(heading, table(['Workload', 'Pods', 'Reason'], rows));
  return { name: 'workloads that are not ready', keep: keep.stuck, text };
}

function pod({ pod: name, workload, reasons, events, logs }: PodTrouble): string {
  const reason = shorten(oneLine(reasons.at(0) ?? 'not ready'), MAX_TITLE);
  return folded(
    `Pod ${name}: ${reason}`,
    blocks(
      `Pod ${code(name)} of ${code(workload)}`,
      list(reasons.map(sentence), MAX_EVENTS),
      events.length === 0
        ? 'No events.'
        : blocks('**Last events**', list(events.slice(-MAX_EVENTS).map(markdown), MAX_EVENTS)),
      ...logs.map(({ container, lines }) =>
        blocks(`**Last log lines of** ${code(container)}`, fenced(lastLines(lines, MAX_LOG))),
      ),
    ),
  );
}

/** What is not well after a bad ending or in a status: a table, then each pod folded with events and log lines. */
export function troubles(report: Report): readonly Section[] {
  const seen = report.stuck ?? (report.result === 'reported' ? report.before?.workloads : undefined) ?? [];
  const workloads = seen.filter(({ healthy }) => !healthy);
  const pods = report.pods ?? [];
  const sections: Section[] = workloads.length === 0 ? [] : [stuck(report, workloads)];
  for (const trouble of pods.slice(0, MAX_PODS)) {
    sections.push({ name: 'details of pods', keep: keep.podDetails, text: pod(trouble) });
  }
  if (pods.length > MAX_PODS) {
    const text = `… and ${pods.length - MAX_PODS} more pods that are not ready.`;
    sections.push({ name: 'details of pods', keep: keep.podDetails, text });
  }
  return sections;
}
