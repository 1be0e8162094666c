import { byteLength, truncateBytes } from '../safe.js';
import { keep, type Section } from './section.js';

/**
 * GitHub throws away a whole summary above 1 MiB; the rest is for what the runner adds when it masks secrets.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export const BUDGET = 900 * 1024;

const ROOM_FOR_NOTE = 1024;

const joined = (sections: readonly Section[]): string => sections.map(({ text }) => text).join('\n\n');

function note(dropped: readonly Section[]): string {
  const names = [...new Set(dropped.map(({ name }) => name))].join(', ');
  return `Left out because GitHub shows at most 1 MiB: ${names}. Everything is in report.json.`;
}

/** Puts the sections together within the budget: whole sections are dropped, the least useful first, and named. */
export function assemble(sections: readonly Section[], budget = BUDGET): string {
  const limit = budget - ROOM_FOR_NOTE;
  const sizes = new Map(sections.map((section) => [section, byteLength(section.text) + 2]));
  let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const dropped = new Set<Section>();
  for (const section of [...sections].sort((a, b) => a.keep - b.keep)) {
    if (total <= limit || section.keep >= keep.essential) break;
    dropped.add(section);
    total -= sizes.get(section) ?? 0;
  }
  const text = joined(sections.filter((section) => !dropped.has(section)));
  if (byteLength(text) > limit) {
    const cut = truncateBytes(text, limit);
    return `${cut.slice(0, cut.lastIndexOf('\n'))}\n\nCut here because GitHub shows at most 1 MiB. Everything is in report.json.\n`;
  }
  return dropped.size === 0 ? `${text}\n` : `${text}\n\n${note([...dropped])}\n`;
}
