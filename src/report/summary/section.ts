import { html } from '../safe.js';

/** A part of the summary. */
export interface Section {
  /** How the note names it when it had to be left out. */
  readonly name: string;
  readonly text: string;
  /** What is dropped first when the summary is too long: the lowest. `essential` is never dropped. */
  readonly keep: number;
}

/** The order in which parts are given up, least useful first. What explains a bad ending is kept longest. */
export const keep = {
  raw: 1,
  diff: 2,
  passedChecks: 3,
  frozen: 4,
  timeline: 5,
  dependencies: 6,
  warnings: 7,
  release: 8,
  podDetails: 9,
  laterHops: 10,
  checks: 11,
  components: 12,
  outlook: 13,
  stuck: 14,
  essential: 100,
} as const;

/** Rows of one table; more are counted. */
const MAX_ROWS = 200;

/** A table. Cells are Markdown already, on one line. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[], most = MAX_ROWS): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(0, most);
  const text = [line(headers), line(headers.map(() => '---')), ...shown.map(line)].join('\n');
  return rows.length > most ? `${text}\n\n… and ${rows.length - most} more.` : text;
}

/** A list of at most `most` entries; the rest is counted. Entries are Markdown already, on one line. */
export function list(entries: readonly string[], most = MAX_ROWS): string {
  const more = entries.length > most ? [`- … and ${entries.length - most} more`] : [];
  return [...entries.slice(0, most).map((entry) => `- ${entry}`), ...more].join('\n');
}

/** A folded part. `title` is plain text, `body` is Markdown. */
export function folded(title: string, body: string): string {
  return `<details>\n<summary>${html(title)}</summary>\n\n${body}\n\n</details>`;
}

/** Blocks of Markdown, one after the other; undefined and empty ones are left out. */
export function blocks(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

/** At most `most` pieces in one line; the rest is counted. */
export function enumerated(pieces: readonly string[], most: number, between = ', '): string {
  const more = pieces.length > most ? [`and ${pieces.length - most} more`] : [];
  return [...pieces.slice(0, most), ...more].join(between);
}

/** `1 check`, `3 checks`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
