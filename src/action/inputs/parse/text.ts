import { bad, good, type InputEnvironment, type Parser } from '../definition.js';

/** Exactly one of `now`; a value of `later` is known, but not available in this version. */
export function choice<T extends string>(now: readonly T[], later: readonly string[] = []): Parser<T> {
  return (text) => {
    const given = text.trim();
    const found = now.find((value) => value === given);
    if (found !== undefined) return good(found);
    return bad(later.includes(given) ? { why: `\`${given}\` is not available yet in this version.` } : {});
  };
}

/** Strictly `true` or `false`; anything else is an error, so that a typing error never means false. */
export const boolean: Parser<boolean> = (text) => {
  const given = text.trim();
  return given === 'true' || given === 'false' ? good(given === 'true') : bad();
};

/** One entry a line: trimmed, blank lines and lines that start with # left out. */
export function entriesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

export const lines: Parser<readonly string[]> = (text) => good(entriesOf(text));

/** Entries, one a line, with a rule that answers what is wrong with an entry, or undefined. */
export function linesWhere(
  rule: (entry: string, environment: InputEnvironment) => string | undefined,
): Parser<readonly string[]> {
  return (text, environment) => {
    const entries = entriesOf(text);
    const faults = entries.flatMap((entry) => rule(entry, environment) ?? []);
    return faults.length === 0 ? good(entries) : bad({ why: [...new Set(faults)].join(' ') });
  };
}

/** Kept as it was given: leading spaces mean something in YAML. */
export const verbatim: Parser<string> = (text) => good(text);

/** One line without control characters. */
export const oneLine: Parser<string> = (text) => {
  const given = text.trim();
  return /\p{Cc}/u.test(given) ? bad() : good(given);
};
