import type { Outlook, Report } from '../report.js';
import { code, markdown, sentence, shorten } from '../safe.js';
import { blocks, enumerated, keep, list, table, type Section } from './section.js';

const MAX_SENTENCE = 600;
const MAX_HOPS = 12;
const MAX_BLOCKED = 20;
const MAX_GOALS = 10;

const say = (text: string): string => sentence(shorten(text, MAX_SENTENCE));

const GOALS: Readonly<Record<Outlook['goal'], string>> = {
  'newest patch': 'Newest patch',
  'next minor': 'Next minor',
  'newest minor': 'Newest minor',
};

const runsAlready = ({ sourceVersion }: Report, { targetVersion, hops }: Outlook): boolean =>
  hops.length === 0 && targetVersion === sourceVersion;

function way(report: Report, outlook: Outlook): string {
  if (runsAlready(report, outlook)) return 'runs already';
  const { hops } = outlook;
  if (hops.length === 0) return 'no way was found';
  const stops = hops.map(
    ({ path, targetVersion, chartVersion }) =>
      `${markdown(targetVersion)} (${path === 'migration' ? 'metadata migration, ' : ''}chart ${markdown(chartVersion)})`,
  );
  return `${hops.length === 1 ? 'one upgrade' : `${hops.length} upgrades`}: ${enumerated(stops, MAX_HOPS)}`;
}

function against(report: Report, outlook: Outlook): string {
  if (runsAlready(report, outlook)) return '';
  if (outlook.blocked.length === 0) return outlook.hops.length === 0 ? '' : 'nothing seen';
  const shown = outlook.blocked.slice(0, MAX_BLOCKED).map(({ id, seen }) => `⛔ ${code(id)} ${say(seen)}`);
  const more = outlook.blocked.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>');
}

/** Nothing was found, which says something only where the running version is known. */
function nothingNewer({ outlook: found, before }: Report): Section | undefined {
  if (found === undefined || before?.sourceVersion.known !== true) return undefined;
  const text = blocks(
    '### What would come next',
    'No newer release of Milvus is known, here or in the chart repository.',
  );
  return { name: 'what would come next', keep: keep.outlook, text };
}

/** What a plan for the newest patch and the newest minor would be, and what would stand against each. */
export function outlook(report: Report): Section | undefined {
  const goals = (report.outlook ?? []).slice(0, MAX_GOALS);
  if (goals.length === 0) return nothingNewer(report);
  const rows = goals.map((one) => [GOALS[one.goal], code(one.targetVersion), way(report, one), against(report, one)]);
  const notes = goals.flatMap(({ note }) => (note === undefined ? [] : [note]));
  const open = goals.filter((one) => one.hops.length > 0);
  const text = blocks(
    '### What would come next',
    table(['Goal', 'Milvus', 'Way', 'Stands against it'], rows),
    notes.length === 0 ? undefined : list([...new Set(notes)].map(say)),
    open.length === 0
      ? undefined
      : `${code('operation: plan')} with ${enumerated(
          open.map((one) => code(`target-version: ${one.targetVersion}`)),
          MAX_GOALS,
        ).replaceAll(', ', ' or ')} shows the whole plan, with what restarts.`,
  );
  return { name: 'what would come next', keep: keep.outlook, text };
}
