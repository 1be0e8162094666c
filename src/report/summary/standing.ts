import type { Report, Standing, StoredRevision } from '../report.js';
import { code, markdown, sentence, shorten } from '../safe.js';
import { isUnfinished } from '../words.js';
import { blocks, folded, keep, list, table, type Section } from './section.js';

const MAX_SENTENCE = 1200;
const MAX_DESCRIPTION = 300;

const say = (text: string): string => sentence(shorten(text, MAX_SENTENCE));

/** What to do first: a run that is at work is waited for, a pending revision goes before the journal. */
function ways({ pending, journal }: Standing): string | undefined {
  return pending?.ways ?? journal?.ways;
}

function lines(standing: Standing): readonly string[] {
  const { pending, journal, lock } = standing;
  const next = ways(standing);
  return [
    ...(pending === undefined
      ? []
      : [
          `**Pending:** revision ${pending.revision} is ${code(pending.status)}: Helm works on it now, or was killed while it did. ${say(pending.made)}`,
        ]),
    ...(journal === undefined ? [] : [`**Journal:** ${say(journal.state)}`]),
    ...(lock === undefined ? [] : [`**Lock:** ${say(lock.state)}`]),
    ...(next === undefined
      ? []
      : [`**What to do${lock?.held === true ? ' when that run has ended or died' : ''}:** ${say(next)}`]),
  ];
}

const row = ({ revision, status, chartVersion, writtenAt, description, ours }: StoredRevision): readonly string[] => [
  String(revision),
  code(status),
  markdown(chartVersion),
  markdown(writtenAt.slice(0, 19).replace('T', ' ')),
  ours ? 'yes' : '',
  markdown(shorten(description, MAX_DESCRIPTION)),
];

/** What was begun on the release, by whom, and what ends it; openly where something has not ended. */
export function standing(report: Report): Section | undefined {
  const found = report.standing;
  if (found === undefined) return undefined;
  const open = isUnfinished(report) || found.lock?.held === true;
  const said = lines(found);
  const revisions = table(
    ['Revision', 'Status', 'Chart', 'Written', 'By this action', 'Description'],
    found.revisions.map(row),
  );
  const history =
    found.revisions.length === 0 ? undefined : folded('Revisions of the release, newest first', revisions);
  const heading = isUnfinished(report) ? '### Not finished' : open ? '### Under way' : '### Upgrades by this action';
  const text = said.length === 0 ? history : blocks(heading, list(said), history);
  return text === undefined
    ? undefined
    : { name: 'what is not finished', keep: open ? keep.essential : keep.release, text };
}
