/** Where a value stands in a JSON text: from its first character to behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const structure = /["{}[\],]/g;
const quoteOrEscape = /["\\]/g;

/** The place behind the string that begins at `start`. */
function afterString(text: string, start: number): number {
  quoteOrEscape.lastIndex = start + 1;
  for (let mark = quoteOrEscape.exec(text); mark !== null; mark = quoteOrEscape.exec(text)) {
    if (mark[0] === '"') return mark.index + 1;
    quoteOrEscape.lastIndex = mark.index + 2;
  }
  return text.length;
}

const blank = /\s*/y;
const colon = /\s*:\s*/y;

/** Where the text goes on behind what `pattern` (sticky) takes at `start`. */
function after(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.exec(text) === null ? start : pattern.lastIndex;
}

/**
 * Where the value of a key of the outermost object stands, so that it can be replaced while every other character stays
 * as it is: JavaScript would round large numbers.
 *
 * @param text valid JSON of an object
 * @returns undefined where the object has no such key; the last one where it has several, as parsers have it
 */
export function valueSpan(text: string, name: string): Span | undefined {
  let depth = 0;
  let start: number | undefined;
  let found: Span | undefined;
  structure.lastIndex = 0;
  for (let mark = structure.exec(text); mark !== null; mark = structure.exec(text)) {
    const [character] = mark;
    if (character === '"') {
      structure.lastIndex = afterString(text, mark.index);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character !== ',') depth -= 1;
    const ends = start !== undefined && ((depth === 1 && character === ',') || depth === 0);
    if (start !== undefined && ends) {
      found = { start, end: text.slice(0, mark.index).trimEnd().length };
      start = undefined;
    }
    if (depth !== 1 || (character !== ',' && character !== '{')) continue;
    const keyAt = after(blank, text, mark.index + 1);
    if (text[keyAt] !== '"') continue;
    const keyEnd = afterString(text, keyAt);
    if (JSON.parse(text.slice(keyAt, keyEnd)) === name) start = after(colon, text, keyEnd);
    structure.lastIndex = keyEnd;
  }
  return found;
}
