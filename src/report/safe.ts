/**
 * Making text that others wrote harmless: pod logs, events, object names and error messages can hold workflow commands,
 * terminal codes, HTML, links and mentions. Everything that is printed goes through this file.
 */

const ESC = String.fromCharCode(0x1b);
const CSI = String.fromCharCode(0x9b);
const BELL = String.fromCharCode(0x07);

/** Terminal sequences as ECMA-48 has them: control sequences, operating system commands, two-character escapes. */
const TERMINAL = new RegExp(
  [
    `(?:${ESC}\\[|${CSI})[0-?]*[ -/]*[@-~]?`,
    `${ESC}[\\]PX^_][^${BELL}${ESC}\\n]*(?:${BELL}|${ESC}\\\\)?`,
    `${ESC}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);

/** Controls besides tab and newline, the separators that only some programs break lines at, and direction overrides. */
const CONTROLS = /(?![\t\n])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A lone half of a surrogate pair cannot be written as UTF-8. */
const LONE_SURROGATES = /\p{Cs}/gu;

/** Text without terminal sequences and control characters; line ends become \n, tabs stay. */
export function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(TERMINAL, '').replace(CONTROLS, '').replace(LONE_SURROGATES, '\ufffd');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, ' ').trim();
}

/**
 * A line that the runner prints and does nothing else with. It takes `::` at the start of a line (after white space) and
 * `##[` anywhere in a line as a command.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
function inert(line: string): string {
  return line.replaceAll('##[', '## [').replace(/^(\s*):(?=:)/, '$1: ');
}

/** Lines for the log, none of which can issue a workflow command. */
export function logLines(text: string): readonly string[] {
  return plain(text).split('\n').map(inert);
}

/**
 * A longer text of a program or pod for the log. Besides making each line inert, it switches commands off in between;
 * the word that switches them on again is masked, so that a copy of the log does not give it away while the step runs.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 *
 * @param token a random word, another one each time
 */
export function quarantined(text: string, token: string): readonly string[] {
  return [`::add-mask::${token}`, `::stop-commands::${token}`, ...logLines(text), `::${token}::`];
}

const entity = (character: string): string => `&#${character.codePointAt(0) ?? 0xfffd};`;

/** What would end or start something in HTML. */
const HTML_SPECIAL = /[&<>"']/g;

/** Besides that, what Markdown and GitHub's extensions give a meaning: emphasis, code, links, tables, maths. */
const MARKDOWN_SPECIAL = /[&<>"'`|\\*_[\]~$]/g;

/** Zero-width space: GitHub makes links of @name, #1 and addresses after Markdown, where an entity is no help. */
const BREAK = '&#8203;';

function words(text: string): string {
  return text
    .replace(MARKDOWN_SPECIAL, entity)
    .replace(/@/g, `&#64;${BREAK}`)
    .replace(/(?<!&)#(?=\w)/g, `&#35;${BREAK}`)
    .replace(/:\/\//g, `:${BREAK}//`)
    .replace(/www\./gi, (match) => `${match.slice(0, 3)}${BREAK}.`);
}

/** What begins a block of Markdown when it begins a line. */
const BLOCK_START = /^(?:[-+=#>:]|\d+(?=[.)](?:\s|$)))/;

/** Plain text as inline Markdown: one line, nothing in it has a meaning, no link, no mention. */
export function markdown(text: string): string {
  return startSafe(words(oneLine(text)));
}

function startSafe(text: string): string {
  return text.replace(BLOCK_START, (start) => `${BREAK}${start}`);
}

/** Names, versions and images in a table are unbreakable otherwise; this is longer than any that is legal. */
const MAX_CODE = 400;

/** Plain text as inline code, also in a table cell. Empty text stays empty. */
export function code(text: string): string {
  const line = shorten(oneLine(text), MAX_CODE);
  if (line === '') return '';
  if (!/[`|\\]/.test(line)) return `\`${line}\``;
  // Markdown still looks for addresses between these tags; entities keep them whole for whoever copies them.
  const escaped = line
    .replace(MARKDOWN_SPECIAL, entity)
    .replaceAll('@', entity)
    .replace(/:\/\//g, `:${entity('/')}/`)
    .replace(/www\./gi, (match) => `${match.slice(0, 3)}${entity('.')}`);
  return `<code>${escaped}</code>`;
}

/** A sentence of ours that may quote others; pieces between backticks become inline code. */
export function sentence(text: string): string {
  const line = oneLine(text);
  const pieces = line.split(/`([^`]+)`/);
  return startSafe(pieces.map((piece, index) => (index % 2 === 1 ? code(piece) : words(piece))).join(''));
}

/** Plain text inside an HTML element. */
export function html(text: string): string {
  return oneLine(text).replace(HTML_SPECIAL, entity);
}

/** A block of code whose fence is longer than any run of backticks inside. */
export function fenced(text: string, language = ''): string {
  const body = plain(text).replace(/\n+$/, '');
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}

export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/** The longest beginning of `text` that has at most `bytes` bytes in UTF-8 and ends at a whole character. */
export function truncateBytes(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const buffer = Buffer.from(text, 'utf8');
  let end = Math.max(0, bytes);
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return buffer.subarray(0, end).toString('utf8');
}

/** The last lines of a text within `bytes` bytes, with a note when something was left out. */
export function lastLines(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const kept: string[] = [];
  let size = 0;
  for (const line of text.split('\n').reverse()) {
    size += byteLength(line) + 1;
    if (size > bytes) break;
    kept.unshift(line);
  }
  return ['[earlier lines left out]', ...(kept.length > 0 ? kept : [truncateBytes(text, bytes)])].join('\n');
}

/** At most `length` characters, with an ellipsis in place of the rest. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
