import { bad, good, type Parser } from '../definition.js';

/** Milliseconds of each unit of Go's durations, https://pkg.go.dev/time#ParseDuration */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const WHOLE = new RegExp(`^(?:${PART.source})+$`);

/** Above every job limit of GitHub (5 days on self-hosted runners), https://docs.github.com/en/actions/reference/limits */
const LONGEST_MS = 6 * 24 * 3_600_000;

/** A Go duration such as `60m` or `1h30m`, above zero and at most 6 days; in milliseconds, rounded up. */
export const duration: Parser<number> = (text) => {
  const given = text.trim();
  if (/^\d+$/.test(given)) return bad({ why: 'A number without a unit is ambiguous.' });
  if (!WHOLE.test(given)) return bad();
  let milliseconds = 0;
  for (const [, amount = '', unit = ''] of given.matchAll(PART)) milliseconds += Number(amount) * (UNITS[unit] ?? NaN);
  if (!(milliseconds > 0)) return bad({ why: 'Nothing can be done in no time.' });
  if (milliseconds > LONGEST_MS) return bad({ why: 'No job runs that long.' });
  return good(Math.ceil(milliseconds));
};
