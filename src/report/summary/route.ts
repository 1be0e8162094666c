import type { Hop } from '../../plan/plan.js';
import { refusedFor, wayLine } from '../hops.js';
import type { Report } from '../report.js';
import { code, fenced, markdown } from '../safe.js';
import { range } from '../time.js';
import { fromTo } from '../words.js';
import { chartBefore } from './hop.js';
import { chain, type Node, type NodeStyle } from './mermaid.js';
import { blocks, table } from './section.js';
import { wayBackInShort } from './way-back.js';

/** A picture with more boxes is hard to read; the table has all of them. */
const MAX_BOXES = 12;
const MAX_LINE = 20;

/** The run ended with a plan and did not act on it. */
export const isForecast = ({ result }: Report): boolean => result === 'planned' || result === 'refused';

const STATES: Readonly<Record<Hop['status'], readonly [words: string, mark: string, style: NodeStyle]>> = {
  planned: ['planned', '', 'later'],
  done: ['done', '✅ ', 'done'],
  failed: ['failed', '❌ ', 'failed'],
  'not-started': ['not started', '⏸️ ', 'later'],
  'taken-back': ['taken back', '↩️ ', 'here'],
};

/** In a forecast: what an upgrade with these inputs would do now, and what is left for later runs. */
function styled(report: Report, hop: Hop, index: number): { readonly words: string; readonly style: NodeStyle } {
  const [words, , style] = STATES[hop.status];
  if (!isForecast(report)) return { words, style };
  if (refusedFor(report) === undefined) return { words: 'this run', style: 'now' };
  return index === 0 ? { words: 'next', style: 'now' } : { words: 'later', style: 'later' };
}

function picture(report: Report, hops: readonly Hop[]): string {
  const shown = hops.slice(0, MAX_BOXES);
  const start: Node = {
    lines: [
      hops[0]?.sourceVersion ?? '',
      `chart ${chartBefore(report, 0) ?? ''}`,
      isForecast(report) ? 'runs now' : 'ran before',
    ],
    style: 'here',
  };
  const stops = shown.map((hop, index): Node => {
    const { words, style } = styled(report, hop, index);
    return { lines: [hop.targetVersion, `chart ${hop.chartVersion}`, words], style };
  });
  const edges = shown.map(
    ({ path, pointOfNoReturn }) => `${path}${pointOfNoReturn === undefined ? '' : ' - no way back'}`,
  );
  return fenced(chain([start, ...stops], edges), 'mermaid');
}

function forecastRow(report: Report) {
  return (hop: Hop, index: number): readonly string[] => {
    const { estimate } = hop;
    const touched = estimate === undefined ? '–' : String(estimate.restarts.length);
    const down = estimate === undefined ? '–' : range(estimate.downtime.fromSeconds, estimate.downtime.toSeconds);
    const basis = estimate === undefined || estimate.basis === 'dry-run' ? '' : ' (estimate)';
    return [
      String(index + 1),
      markdown(`${hop.sourceVersion} → ${hop.targetVersion}`),
      markdown(fromTo(chartBefore(report, index), hop.chartVersion)),
      markdown(hop.path),
      estimate === undefined ? touched : `${touched} ${touched === '1' ? 'workload' : 'workloads'}${basis}`,
      down,
      wayBackInShort(hop),
    ];
  };
}

const outcomeRow = (hop: Hop, index: number): readonly string[] => {
  const [words, mark] = STATES[hop.status];
  return [
    String(index + 1),
    markdown(hop.path),
    markdown(`${hop.sourceVersion} → ${hop.targetVersion}`),
    markdown(hop.chartVersion),
    code(`${hop.image.repository}:${hop.image.tag}`),
    `${mark}${words}`,
  ];
};

/** How long the whole way may take Milvus away, where every hop has an estimate. */
function total(hops: readonly Hop[]): string | undefined {
  const estimates = hops.flatMap(({ estimate }) => (estimate === undefined ? [] : [estimate.downtime]));
  if (estimates.length < hops.length) return undefined;
  const sum = (key: 'fromSeconds' | 'toSeconds'): number => estimates.reduce((all, one) => all + one[key], 0);
  return `Expected downtime of all hops together: ${range(sum('fromSeconds'), sum('toSeconds'))}.`;
}

/** What the picture and the table are worth. */
function reliance(report: Report, hops: readonly Hop[]): string {
  const tried = hops[0]?.estimate?.basis === 'dry-run' ? 'Only the first hop was' : 'No hop was';
  const stops =
    refusedFor(report) === undefined
      ? '; a check that blocks then stops the run between two hops, on the version it has reached'
      : '';
  return [
    `${tried} tried against the cluster. Before each later one the release is read, tried and checked again${stops}.`,
    total(hops),
  ]
    .filter((text) => text !== undefined)
    .join(' ');
}

const FORECAST = ['Hop', 'Milvus', 'Chart', 'Path', 'Restarts', 'Expected downtime', 'Way back'];
const OUTCOME = ['Hop', 'Path', 'Milvus', 'Chart', 'Image', 'State'];

/** The way over several hops: one line, a picture, a table. Undefined where there is one hop: its own part says all. */
export function route(report: Report): string | undefined {
  const { plan } = report;
  if (plan === undefined || plan.hops.length < 2) return undefined;
  const { hops } = plan;
  const forecast = isForecast(report);
  const line = wayLine({ ...plan, hops: hops.slice(0, MAX_LINE) });
  return blocks(
    `### The way: ${hops.length} hops`,
    markdown(hops.length > MAX_LINE ? `${line} → …` : line),
    picture(report, hops),
    forecast ? table(FORECAST, hops.map(forecastRow(report))) : table(OUTCOME, hops.map(outcomeRow)),
    forecast ? reliance(report, hops) : undefined,
  );
}
