import type { Values } from '../helm/port.js';
import type { ProblemDetails } from '../problem.js';
import { cloneMap, isMap, put } from './tree.js';

/**
 * Helm's `--set` expressions, read into a values tree: `a.b=1,c={x,y},d[0].e=z`, backslash escapes, typed scalars.
 *
 * @see https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set
 * @see https://github.com/helm/helm/blob/v3.22.0/pkg/strvals/parser.go
 */

/** Helm's own limits. */
const maxIndex = 65_536;
const maxNesting = 30;

/** From a million on, Helm prints a number that came from a file as 1e+06 when a template puts it into text. */
const printedAsFloat = 1_000_000;

/** What is wrong, without a word of the value. */
class BadExpression extends Error {}

type Map = Record<string, unknown>;
/** `end` is Helm's io.EOF: the expression is used up. */
type Progress = 'more' | 'end';

class Parser {
  private readonly runes: readonly string[];
  private position = 0;
  readonly largeNumbers: number[] = [];

  constructor(expression: string) {
    // Runes, not letters as people see them: the parser looks for ASCII signs only.
    this.runes = Array.from(expression);
  }

  parse(into: Map): void {
    while (this.key(into, 0) === 'more');
  }

  /** Reads up to one of `stops` and takes it; `stop` is undefined at the end. A backslash takes the next rune as it is. */
  private until(stops: string): { text: string; stop: string | undefined } {
    let text = '';
    for (;;) {
      const rune = this.runes.at(this.position++);
      if (rune === undefined || stops.includes(rune)) return { text, stop: rune };
      if (rune !== '\\') text += rune;
      else if (this.position < this.runes.length) text += this.runes.at(this.position++) ?? '';
    }
  }

  private key(data: Map, nesting: number): Progress {
    const { text: key, stop } = this.until('=[,.');
    switch (stop) {
      case undefined:
        if (key === '') return 'end';
        throw new BadExpression('a key has no value');
      case ',':
        throw new BadExpression('a key has no value before a comma (a comma inside a value is written as \\,)');
      case '[': {
        const index = this.index();
        const list = Object.hasOwn(data, key) ? asList(data[key]) : [];
        const progress = this.item(list, index, nesting);
        assign(data, key, list);
        return progress;
      }
      case '=': {
        const { value, progress } = this.value();
        assign(data, key, value);
        return progress;
      }
      default: {
        if (nesting + 1 > maxNesting) throw new BadExpression(`keys are nested deeper than ${maxNesting}`);
        const inner = Object.hasOwn(data, key) ? asMap(data[key]) : {};
        const progress = this.key(inner, nesting + 1);
        const empty = Object.keys(inner).length === 0;
        if (progress === 'more' && empty) throw new BadExpression('a key has an empty part');
        if (!empty) assign(data, key, inner);
        return progress;
      }
    }
  }

  private index(): number {
    const { text, stop } = this.until(']');
    if (stop === undefined) throw new BadExpression('a list index is not closed with ]');
    if (!/^[-+]?\d+$/.test(text)) throw new BadExpression('a list index is not a number');
    const index = Number(text);
    if (index < 0 || index > maxIndex) throw new BadExpression(`a list index is not between 0 and ${maxIndex}`);
    return index;
  }

  /** Sets one element of a list in place. */
  private item(list: unknown[], index: number, nesting: number): Progress {
    const { text, stop } = this.until('[.=');
    if (text !== '') throw new BadExpression('something stands between ] and the next . [ or =');
    if (stop === undefined) return 'end';
    if (stop === '=') {
      place(list, index, this.value().value);
      return 'more';
    }
    if (stop === '[') {
      const next = this.index();
      const existing = list[index] ?? undefined;
      const inner = existing === undefined ? [] : asList(existing);
      const progress = this.item(inner, next, nesting);
      if (progress === 'more') place(list, index, inner);
      return progress;
    }
    const existing = list[index];
    const inner = isMap(existing) ? (existing as Map) : {};
    if (index < list.length) list[index] = inner;
    // Helm counts no nesting here, and drops an element whose value is missing at the very end.
    const progress = this.key(inner, nesting);
    if (progress === 'more') place(list, index, inner);
    return progress;
  }

  private value(): { value: unknown; progress: Progress } {
    const first = this.runes.at(this.position);
    if (first === undefined) return { value: '', progress: 'end' };
    if (first !== '{') return { value: this.typed(this.until(',').text), progress: 'more' };
    this.position += 1;
    const list: unknown[] = [];
    for (;;) {
      const { text, stop } = this.until(',}');
      if (stop === undefined) throw new BadExpression('a list is not closed with }');
      list.push(this.typed(text));
      if (stop === '}') break;
    }
    if (this.runes.at(this.position) === ',') this.position += 1;
    return { value: list, progress: 'more' };
  }

  private typed(text: string): unknown {
    const word = text.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    if (text !== '0' && (!/^[-+]?\d+$/.test(text) || text.startsWith('0'))) return text;
    const whole = BigInt(text.startsWith('+') ? text.slice(1) : text);
    if (whole < -(2n ** 63n) || whole >= 2n ** 63n) return text;
    const value = Number(whole);
    if (!Number.isSafeInteger(value)) {
      throw new BadExpression('a whole number has too many digits to pass on exactly; give it in `values`, in quotes');
    }
    if (Math.abs(value) >= printedAsFloat) this.largeNumbers.push(value);
    return value;
  }
}

function assign(data: Map, key: string, value: unknown): void {
  if (key !== '') put(data, key, value);
}

function place(list: unknown[], index: number, value: unknown): void {
  while (list.length < index) list.push(null);
  list[index] = value;
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new BadExpression('an index is used on something that is no list');
}

function asMap(value: unknown): Map {
  if (isMap(value)) return value;
  throw new BadExpression('a part of the key already is a value, not an object');
}

/** How messages call an expression: its number and its first key. Everything after the first `=` may be a secret. */
function nameOf(expression: string, position: number): string {
  const end = expression.indexOf('=');
  return end === -1 ? `set, line ${position}` : `set, line ${position} (${expression.slice(0, end)}=...)`;
}

/** The tree with all expressions read into it, and everything that was wrong or is worth knowing. */
export interface SetResult {
  readonly values: Values;
  readonly problems: readonly ProblemDetails[];
  readonly warnings: readonly string[];
}

/**
 * Reads `--set` expressions, one after another, into a copy of `base`. A bad one is reported (id `invalid-set`) and
 * skipped, so that all bad ones are reported together.
 *
 * @param expressions one entry a line of the input `set`; each may hold several, separated by commas
 */
export function applySet(expressions: readonly string[], base: Values): SetResult {
  let values = cloneMap(base);
  const problems: ProblemDetails[] = [];
  const warnings: string[] = [];
  expressions.forEach((expression, position) => {
    const name = nameOf(expression, position + 1);
    const parser = new Parser(expression);
    const next = cloneMap(values);
    try {
      parser.parse(next);
    } catch (error) {
      if (!(error instanceof BadExpression)) throw error;
      problems.push({
        id: 'invalid-set',
        what: `${name} is not what Helm understands: ${error.message}.`,
        remedy:
          'Write it as for helm --set: key.sub=value, list={a,b}, list[0]=value; escape commas and dots with a backslash, or use `values`.',
      });
      return;
    }
    values = next;
    if (parser.largeNumbers.length > 0) {
      warnings.push(
        `${name}: a number from ${printedAsFloat} on is printed as 1e+06 where a template puts it into text (Helm does so with every stored value); give it in \`values\`, in quotes, if it goes into a configuration file.`,
      );
    }
  });
  return { values, problems, warnings };
}
