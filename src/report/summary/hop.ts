import type { Hop, HopEstimate } from '../../plan/plan.js';
import type { Report } from '../report.js';
import { code, markdown, sentence, shorten } from '../safe.js';
import { range } from '../time.js';
import { fromTo } from '../words.js';
import { mainChanges } from './changes/index.js';
import { effect } from './effects.js';
import { byKind } from './changes/objects.js';
import { sourceLink } from './problems.js';
import { blocks, counted, enumerated, list } from './section.js';
import { kept, refs, wayBack } from './way-back.js';

const MAX_SENTENCE = 800;
const MAX_NAMES = 20;
const MAX_LINES = 20;

const say = (text: string): string => sentence(shorten(text, MAX_SENTENCE));

/** What a hop that was not tried against the cluster is known from. */
const BASES: Readonly<Record<HopEstimate['basis'], string | undefined>> = {
  'dry-run': undefined,
  rendered: 'Estimate: from the charts of this hop and of the one before it, rendered without the cluster.',
  rule: 'Estimate: from the table of routes alone, no chart was rendered.',
};

const imagePair = (from: string | undefined, to: string | undefined): string =>
  from === undefined
    ? `${code(to ?? '')} (new)`
    : to === undefined
      ? `${code(from)} (gone)`
      : `${code(from)} → ${code(to)}`;

/** Which pods go down, come and go: what is read first. */
function restarts({ restarts: names, added, removed }: HopEstimate): readonly string[] {
  const line = (title: string, found: readonly string[]): readonly string[] =>
    found.length === 0 ? [] : [`**${title}:** ${byKind(refs(found), MAX_NAMES)}`];
  const count = `${counted(names.length, 'workload')} ${names.length === 1 ? 'restarts' : 'restart'}`;
  return [
    `**Pods:** ${names.length === 0 ? 'no pod restarts' : `${count}: ${byKind(refs(names), MAX_NAMES)}`}`,
    ...line('New', added),
    ...line('Removed', removed),
  ];
}

const downtime = ({ downtime: { fromSeconds, toSeconds, why } }: HopEstimate): string =>
  `**Expected downtime:** ${range(fromSeconds, toSeconds)}. ${say(why)}`;

/** What the hop does to the pods. */
function effects(report: Report, { estimate }: Hop): readonly string[] {
  if (estimate === undefined) {
    return report.plan?.situation === 'rollout-unfinished'
      ? ['**Pods:** no pod restarts by this run. It writes nothing and waits for the rollout that was begun before.']
      : ['**Pods and downtime:** not known, no dry run was made.'];
  }
  return [...restarts(estimate), downtime(estimate)];
}

/** Images and what else changes: from the live diff for the first hop, from the estimate for later ones. */
function changes(report: Report, { estimate }: Hop, index: number): readonly string[] {
  if (index === 0 && (report.plan?.diff.length ?? 0) > 0) return mainChanges(report.plan?.diff ?? []);
  const images = (estimate?.images ?? []).map(({ from, to }) => imagePair(from, to));
  return images.length === 0 ? [] : [`**Images:** ${enumerated(images, MAX_NAMES)}`];
}

function how({ path, chartVersion, chartWhy, image, row, documentation }: Hop): string {
  const way =
    path === 'helm' ? 'a Helm upgrade' : 'a migration of the metadata while Milvus is stopped, then a Helm upgrade';
  const link = sourceLink(documentation, 'documentation');
  const rule = `Rule ${code(row)}${link === '' ? '' : `, ${link}`}.`;
  return `**Path:** ${way} to chart ${code(chartVersion)} with image ${code(`${image.repository}:${image.tag}`)}. ${say(`${chartWhy}.`)} ${rule}`;
}

/** Keys that the route sets, those with the same reason together. */
function onPurpose({ changes: written }: Hop): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { key, value, why } of written) {
    reasons.set(why, [...(reasons.get(why) ?? []), code(`${key}: ${String(value)}`)]);
  }
  return [...reasons]
    .slice(0, MAX_LINES)
    .map(([why, keys]) => `**Set by the route:** ${enumerated(keys, MAX_NAMES)}. ${say(why)}`);
}

const notices = ({ notices: texts }: Hop): readonly string[] =>
  texts.slice(0, MAX_LINES).map((text) => `**Note:** ${say(text)}`);

/** Values that the inputs of this run change; those of a new chart are folded away. */
function given({ plan }: Report, index: number): readonly string[] {
  const found = index > 0 ? [] : (plan?.effects ?? []).filter(({ by }) => by === 'given');
  return found.length === 0 ? [] : [`**Values given now:** ${enumerated(found.map(effect), MAX_LINES)}`];
}

/** Chart before a hop: that of the hop before, or the installed one. */
export function chartBefore({ plan }: Report, index: number): string | undefined {
  return index === 0 ? plan?.installed.chartVersion : plan?.hops.at(index - 1)?.chartVersion;
}

/** Everything a person reads about one hop before approving it, what hurts first. */
export function hopText(report: Report, hop: Hop, index: number): string {
  const milvus = `Milvus ${fromTo(hop.sourceVersion, hop.targetVersion)}`;
  const chart = `chart ${fromTo(chartBefore(report, index), hop.chartVersion)}`;
  const title = (report.plan?.hops.length ?? 0) > 1 ? `Hop ${index + 1}: ` : 'The upgrade: ';
  const basis = hop.estimate === undefined ? undefined : BASES[hop.estimate.basis];
  const found = [...onPurpose(hop), ...given(report, index), ...changes(report, hop, index)];
  return blocks(
    `### ${title}${markdown(`${milvus}, ${chart}`)}${basis === undefined ? '' : ' (estimate)'}`,
    basis,
    list([
      ...effects(report, hop),
      ...wayBack(report, hop, index),
      ...kept(report, hop, index),
      ...notices(hop),
      how(hop),
    ]),
    found.length === 0 ? undefined : '**What it changes**',
    found.length === 0 ? undefined : list(found),
  );
}
