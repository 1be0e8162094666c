import type { Report } from '../report.js';
import { fenced, lastLines } from '../safe.js';
import { folded, keep, type Section } from './section.js';

const MAX_RAW = 48 * 1024;
const MAX_TEXTS = 10;

/** What programs and servers said, word for word and folded: for whoever has to look further. */
export function raw(report: Report): readonly Section[] {
  const fromProblems = report.problems.flatMap(({ id, raw: text }) =>
    text === undefined ? [] : [{ title: id, text }],
  );
  const fromEvents = report.timeline.flatMap((event) => (event.type === 'raw' ? [event] : []));
  const seen = new Set<string>();
  const texts = [...fromProblems, ...fromEvents.reverse()].filter(({ text }) => {
    if (text.trim() === '' || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
  return texts.slice(0, MAX_TEXTS).map(({ title, text }) => ({
    name: 'raw texts',
    keep: keep.raw,
    text: folded(`Raw text: ${title.slice(0, 200)}`, fenced(lastLines(text, MAX_RAW))),
  }));
}
