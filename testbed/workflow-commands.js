// @ts-check

/**
 * What a runner reads from an action: lines on its output, and files.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 *
 * @typedef {{ level: 'error' | 'warning' | 'notice', message: string, properties: Record<string, string> }} Annotation
 * @typedef {{ masks: string[], annotations: Annotation[], other: string[], shown: string }} Commands
 *   other: names of the remaining commands that were obeyed; shown: the log without the lines that the runner swallows
 */

const COMMAND = /^\s*::(?<name>[A-Za-z][\w-]*)(?: (?<properties>.*?))?::(?<message>.*)$/;
/** The old form, which the runner still obeys, anywhere in a line. */
const OLD_COMMAND = /##\[(?<name>[A-Za-z][\w-]*)(?: (?<properties>[^\]]*))?\](?<message>.*)$/;
const LEVELS = new Set(['error', 'warning', 'notice']);

/** @param {string} text */
const unescape = (text) =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');

/** @param {string} log @returns {Commands} */
export function readCommands(log) {
  /** @type {Commands} */
  const found = { masks: [], annotations: [], other: [], shown: '' };
  /** @type {string | undefined} */
  let stopToken;
  const shown = [];
  for (const line of log.split(/\r?\n/)) {
    if (stopToken !== undefined) {
      if (line.trim() === `::${stopToken}::`) stopToken = undefined;
      else shown.push(line);
      continue;
    }
    const match = COMMAND.exec(line) ?? OLD_COMMAND.exec(line);
    const { name = '', properties = '', message = '' } = match?.groups ?? {};
    if (name === 'stop-commands') stopToken = message;
    else if (name === 'add-mask') found.masks.push(unescape(message));
    else if (LEVELS.has(name)) {
      const level = /** @type {Annotation['level']} */ (name);
      found.annotations.push({ level, message: unescape(message), properties: readProperties(properties) });
      shown.push(line);
    } else {
      if (name) found.other.push(name);
      shown.push(line);
    }
  }
  return { ...found, shown: shown.join('\n') };
}

/** @param {string} text `title=Plan,file=a.ts` @returns {Record<string, string>} */
function readProperties(text) {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), unescape(pair.slice(pair.indexOf('=') + 1))]),
  );
}

/**
 * The name-value pairs of a file command (GITHUB_OUTPUT, GITHUB_STATE, GITHUB_ENV): `name=value`, or
 * `name<<DELIMITER`, lines, `DELIMITER`.
 * @param {string} text
 * @returns {Record<string, string>}
 * @throws {Error} where the runner would fail the step
 */
export function readFileCommand(text) {
  /** @type {Record<string, string>} */
  const values = {};
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, i + 1);
      if (delimiter === '' || end < 0) throw new Error(`Matching delimiter not found '${delimiter}'`);
      values[line.slice(0, heredoc)] = lines.slice(i + 1, end).join('\n');
      i = end;
    } else if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1);
    else throw new Error(`Invalid format '${line}'`);
  }
  return values;
}
