import type { Facts } from '../../plan/facts.js';
import type { Known } from '../../milvus/knowledge.js';
import type { Report } from '../report.js';
import { code, markdown, sentence } from '../safe.js';
import { fromTo } from '../words.js';
import { folded, keep, table, type Section } from './section.js';

type Line = readonly [string, string];

const shown = (value: Known<string>): string =>
  value.known ? code(value.value) : `unknown: ${sentence(value.reason)}`;

const revisions = ({ before, revision }: Report): string =>
  fromTo(before?.release.revision.toString(), revision?.toString());

function tools({ helmVersion, kubectlVersion }: Report): string {
  const parts = [
    ...(helmVersion === undefined ? [] : [`Helm ${helmVersion}`]),
    ...(kubectlVersion === undefined ? [] : [`kubectl ${kubectlVersion}`]),
  ];
  return parts.join(', ');
}

function versions(report: Report): readonly Line[] {
  const facts = report.after ?? report.before;
  return [
    ['Chart', markdown(fromTo(report.sourceChartVersion, report.chartVersion))],
    ['Revision', markdown(revisions(report))],
    ['Path', markdown(report.path ?? '')],
    ['Tools', markdown(tools(report))],
    ['Kubernetes', markdown(facts?.kubernetes ?? '')],
  ];
}

/** What identifies the installation and must not change by accident. */
function identity(facts: Facts): readonly Line[] {
  const coordinators = facts.coordinators === 'none' ? '' : `, coordinators: ${facts.coordinators}`;
  const { status, applyMethod } = facts.release;
  return [
    ['Mode', markdown(`${facts.mode}${coordinators}`)],
    ['Message queue', shown(facts.messageQueue)],
    ['Object storage', `bucket ${shown(facts.bucket)}, path in it ${shown(facts.bucketRootPath)}`],
    ['Metadata root path', shown(facts.rootPath)],
    ['Release record', markdown(`${status}, applied by the ${applyMethod}`)],
  ];
}

/** Chart, revision, tools and what identifies the installation. */
export function release(report: Report): Section | undefined {
  const facts = report.after ?? report.before;
  const lines = [...versions(report), ...(facts === undefined ? [] : identity(facts))].filter(
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
    "These values say what the data lives in. They are written explicitly as they run now, because a newer chart's defaults would change them silently.";
  const text = folded(`Frozen values: ${values.length}`, `${why}\n\n${table(['Key', 'Value', 'Read from'], rows)}`);
  return { name: 'frozen values', keep: keep.frozen, text };
}
