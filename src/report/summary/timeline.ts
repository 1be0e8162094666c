import { successes, type Report } from '../report.js';
import { fenced, markdown, oneLine, shorten } from '../safe.js';
import { duration, moment } from '../time.js';
import { label } from './mermaid.js';
import { blocks, folded, keep, table, type Section } from './section.js';

interface Bar {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly failed: boolean;
}

/** A picture with more bars is slow to draw and hard to read. */
const MAX_BARS = 24;

/** A bar of no width is invisible. */
const NARROWEST = 0.005;

function phases(report: Report, end: number): readonly Bar[] {
  const starts = report.timeline.flatMap((event) => (event.type === 'phase' ? [event] : []));
  return starts.map(({ title, at }, index) => {
    const next = starts.at(index + 1);
    return {
      title,
      from: at,
      to: next?.at ?? end,
      // A way back that was gone to its end did not fail.
      failed: next === undefined && !successes.includes(report.result) && report.result !== 'restored',
    };
  });
}

/** From the first to the last line about a workload, which is when it was on its way. */
function workloads(report: Report): readonly Bar[] {
  const spans = new Map<string, { from: number; to: number }>();
  for (const event of report.timeline) {
    if (event.type !== 'progress' || event.workload === undefined) continue;
    const from = spans.get(event.workload)?.from ?? event.at;
    spans.set(event.workload, { from, to: event.at });
  }
  const stuck = new Set(report.stuck?.filter(({ healthy }) => !healthy).map(({ name }) => name));
  return [...spans].map(([title, span]) => ({ title, ...span, failed: stuck.has(title) }));
}

/** https://mermaid.js.org/syntax/gantt.html; times are milliseconds since the epoch, drawn in the reader's time zone. */
function picture(sections: readonly (readonly [string, readonly Bar[]])[], span: number): string {
  const narrowest = Math.max(1, Math.round(span * NARROWEST));
  const bar = ({ title, from, to, failed }: Bar): string =>
    `    ${label(title)} :${failed ? 'crit, ' : ''}${from}, ${Math.max(to, from + narrowest)}`;
  const lines = sections.flatMap(([name, bars]) =>
    bars.length === 0 ? [] : [`    section ${name}`, ...bars.map(bar)],
  );
  return fenced(['gantt', '    dateFormat x', '    axisFormat %H:%M:%S', ...lines].join('\n'), 'mermaid');
}

/** What the run did to the cluster, and what it found done: one row a step that was begun. */
function steps(report: Report): string | undefined {
  const events = report.timeline.flatMap((event) => (event.type === 'step' ? [event] : []));
  const rows = events.flatMap(({ step, state, text, at }, index): readonly string[][] => {
    if (state === 'done') return [];
    const title = markdown(shorten(oneLine(text), 80));
    if (state === 'already') return [[title, moment(at), 'nothing to do']];
    const rest = events.slice(index + 1);
    const again = rest.findIndex((event) => event.step === step && event.state === 'begun');
    const ended = (again < 0 ? rest : rest.slice(0, again)).find((one) => one.step === step && one.state === 'done');
    return [[title, moment(at), ended === undefined ? 'not seen to end' : `done after ${duration(ended.at - at)}`]];
  });
  return rows.length === 0 ? undefined : table(['Step', 'Begun', 'End'], rows);
}

/** Where the time went, as a table and as a picture. */
export function timeline(report: Report): Section | undefined {
  const end = report.endedAt ?? report.timeline.at(-1)?.at ?? report.startedAt;
  const run = phases(report, end).slice(0, MAX_BARS);
  if (run.length < 2) return undefined;
  const rollout = workloads(report).slice(0, MAX_BARS);
  const rows = run.map(({ title, from, to }) => [
    markdown(shorten(oneLine(title), 80)),
    moment(from),
    duration(to - from),
  ]);
  const text = folded(
    `Time line: ${duration(end - report.startedAt)}`,
    blocks(
      picture(
        [
          ['Run', run],
          ['Rollout', rollout],
        ],
        end - report.startedAt,
      ),
      table(['Phase', 'Start', 'Took'], rows),
      steps(report),
    ),
  );
  return { name: 'time line', keep: keep.timeline, text };
}
