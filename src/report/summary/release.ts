import type { Facts } from '../../plan/facts.js';
import { stopOf } from '../hops.js';
import type { Report } from '../report.js';
import { code, markdown, sentence } from '../safe.js';
import { fromTo } from '../words.js';
import { identityLines } from './facts.js';
import { folded, keep, table, type Section } from './section.js';

type Line = readonly [string, string];

const revisions = ({ before, revision }: Report): string =>
  fromTo(before?.release.revision.toString(), revision?.toString());

function tools({ helmVersion, kubectlVersion }: Report): string {
  const parts = [
    ...(helmVersion === undefined ? [] : [`Helm ${helmVersion}`]),
    ...(kubectlVersion === undefined ? [] : [`kubectl ${kubectlVersion}`]),
  ];
  return parts.join(', ');
}

/** A run that stopped on the way has not reached the chart that was asked for; one that went back has left it. */
function charts(report: Report): string {
  const { sourceChartVersion, chartVersion, before, after, back } = report;
  if (back !== undefined && after !== undefined)
    return fromTo(before?.release.chartVersion, after.release.chartVersion);
  const stop = stopOf(report);
  if (stop === undefined) return fromTo(sourceChartVersion, chartVersion);
  const on = stop.failed ?? stop.reached;
  const failed = stop.failed === undefined ? '' : ' (failed)';
  return `${fromTo(sourceChartVersion, on?.chartVersion)}${failed}, asked for ${chartVersion ?? ''}`;
}

function versions(report: Report): readonly Line[] {
  const facts = report.after ?? report.before;
  return [
    ['Chart', markdown(charts(report))],
    ['Revision', markdown(revisions(report))],
    ['Path', markdown(report.path ?? '')],
    ['Tools', markdown(tools(report))],
    ['Kubernetes', markdown(facts?.kubernetes ?? '')],
  ];
}

/** How the release came to be what it is. */
const record = ({ release: { status, applyMethod } }: Facts): Line => [
  'Release record',
  markdown(`${status}, applied by the ${applyMethod}`),
];

/** Chart, revision, tools and what identifies the installation; the page of a status has the facts apart. */
export function release(report: Report): Section | undefined {
  const facts = report.after ?? report.before;
  const apart = report.result === 'reported' || facts === undefined;
  const lines = [...versions(report), ...(apart ? [] : [...identityLines(facts), record(facts)])].filter(
    ([, value]) => value !== '',
  );
  if (lines.length === 0) return undefined;
  return { name: 'release', keep: keep.release, text: table(['Release', ''], lines) };
}

/** Values that the run writes besides what was given. */
export function frozen(report: Report): Section | undefined {
  const values = report.plan?.frozen ?? [];
  if (values.length === 0) return undefined;
  const rows = values.map(({ key, value, from }) => [code(key), code(String(value)), sentence(from)]);
  const why =
    "These values say what the data lives in, or how many pods run of a component. They are written explicitly as they run now: a newer chart's defaults would change the first silently, and the stored values would undo the scaling of the second.";
  const text = folded(`Frozen values: ${values.length}`, `${why}\n\n${table(['Key', 'Value', 'Read from'], rows)}`);
  return { name: 'frozen values', keep: keep.frozen, text };
}
