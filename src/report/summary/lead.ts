import type { Situation } from '../../plan/plan.js';
import { successes, type Report, type Result } from '../report.js';
import { code, markdown, sentence } from '../safe.js';
import { duration, moment } from '../time.js';
import { headline, isUnfinished, unhealthy } from '../words.js';
import { keep, type Section } from './section.js';

const ICONS: Readonly<Record<Result, string>> = {
  upgraded: '✅',
  unchanged: '✅',
  planned: '📋',
  reported: '✅',
  'rolled-back': '↩️',
  restored: '↩️',
  refused: '⛔',
  failed: '❌',
  interrupted: '⚠️',
};

const SITUATIONS: Readonly<Partial<Record<Situation, string>>> = {
  'rollout-unfinished':
    'A revision with this chart and image was deployed before, and its rollout had not ended: only waiting is left.',
  'apply-again': 'An earlier run with this chart and image failed half-way: the same upgrade is applied again.',
};

function arrow(from: string | undefined, to: string | undefined): string {
  if (from === undefined && to === undefined) return '';
  if (from === undefined || to === undefined || from === to) return code(to ?? from ?? '');
  return `${code(from)} → ${code(to)}`;
}

function where(report: Report): string {
  const namespace = report.namespace === undefined ? '' : ` in namespace ${code(report.namespace)}`;
  const host = report.clusterHost === undefined ? '' : ` on ${code(report.clusterHost)}`;
  return `Release ${code(report.release ?? '')}${namespace}${host}`;
}

const rolledOut = ({ rollout, plan }: Report): string =>
  rollout === undefined
    ? ''
    : ` ${(plan?.hops.length ?? 0) > 1 ? 'The last rollout' : 'The rollout'} took ${duration(rollout.seconds * 1000)}, and everything then stayed ready for ${duration(rollout.settledSeconds * 1000)}.`;

/** Where the release is now, and why going there was truthful. */
function rolledBack({ back, revision }: Report): string {
  if (back === undefined) return ' The last upgrade had been taken back before. Nothing was written.';
  const said = [back.because, back.mind].flatMap((text) => (text === undefined ? [] : [` ${sentence(text)}`]));
  return ` It has the contents of revision ${back.revision} again, as revision ${revision ?? 'unknown'}, and every workload was seen ready.${said.join('')}`;
}

/** Who began what this run has finished, or tried to. */
function resumed({ resumed: earlier, result }: Report): string | undefined {
  if (earlier === undefined) return undefined;
  const at = Date.parse(earlier.openedAt);
  const when = Number.isNaN(at) ? '' : ` at ${moment(at)}`;
  const what = result === 'rolled-back' ? 'What was taken back was begun' : 'It went on with what was begun';
  return `${what}${when} by ${code(earlier.by)}.`;
}

/** What the run did, in one sentence. Undefined where nothing but the cause is known. */
function story(report: Report): string | undefined {
  if (report.release === undefined) return undefined;
  const { sourceVersion, targetVersion, sourceChartVersion, chartVersion, revision } = report;
  const milvus = arrow(sourceVersion, targetVersion);
  // What runs now has the old chart again.
  const asked = report.result === 'restored' ? report.plan?.hops.at(-1)?.chartVersion : chartVersion;
  const chart = arrow(sourceChartVersion, asked);
  const details = [
    milvus === '' ? '' : `Milvus ${milvus}`,
    chart === '' ? '' : `chart ${chart}`,
    revision === undefined || report.result === 'restored' ? '' : `revision ${revision}`,
  ].filter((detail) => detail !== '');
  const took = report.endedAt === undefined ? '' : ` Took ${duration(report.endedAt - report.startedAt)}.`;
  const asks = report.operation === 'rollback' ? '' : ` Asked for: ${details.join(', ')}.`;
  const sentences: Readonly<Record<Result, string>> = {
    upgraded: `${where(report)} was upgraded and every workload is ready on the target image: ${details.join(', ')}.${rolledOut(report)}${took}`,
    unchanged: `${where(report)} already runs what was asked for, every pod is ready, and the values are the same: ${details.join(', ')}. No revision was written.`,
    planned: `${where(report)}: ${details.join(', ')}. Nothing was written.`,
    reported: `${where(report)}: ${details.join(', ')}. Nothing was written.`,
    refused: `${where(report)}.${asks}`,
    failed: `${where(report)}.${asks}${took}`,
    restored: `${where(report)}.${asks}${took}`,
    'rolled-back': `${where(report)}.${rolledBack(report)}${took}`,
    interrupted: `${where(report)}.${asks}${took}`,
  };
  const sentence = sentences[report.result];
  return details.length === 0 ? `${where(report)}.` : sentence;
}

/** Title and one sentence: enough for whoever only wants to know whether to get up. */
export function lead(report: Report): Section {
  const troubled = report.result === 'reported' && (unhealthy(report) > 0 || isUnfinished(report));
  const icon = troubled ? '⚠️' : ICONS[report.result];
  // What another run began is told by who began it.
  const told = successes.includes(report.result) && report.result !== 'rolled-back' && report.resumed === undefined;
  const situation = told ? report.plan?.situation : undefined;
  const parts = [
    `## ${icon} ${markdown(headline(report))}`,
    story(report),
    resumed(report),
    situation === undefined ? undefined : SITUATIONS[situation],
  ];
  return {
    name: 'result',
    keep: keep.essential,
    text: parts.filter((part) => part !== undefined).join('\n\n'),
  };
}
