import { plain } from './safe.js';

/**
 * Takes the run's secrets out of texts. The runner masks its own log; files such as report.json and plan.json are
 * uploaded as they are, so that they must be clean themselves.
 */
export interface Redactor {
  /** Registers a secret leaf value (token, password, key), never a whole document. */
  readonly add: (secret: string) => void;
  /** The text without control characters and without any registered secret, plain or base64. */
  readonly clean: (text: string) => string;
  /** A deep copy of plain data with every text in it cleaned. */
  readonly cleanAll: <T>(data: T) => T;
}

/** A shorter value would take ordinary words out of the text with it. */
export const SHORTEST_SECRET = 4;

const REPLACEMENT = '***';

/** What a secret looks like in the texts of programs. */
function forms(secret: string): readonly string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '');
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [secret, quoted, encodeURIComponent(secret), base64];
}

/** Lines of a secret that are worth hiding: the frame of a PEM block is not. */
export function secretLines(secret: string): readonly string[] {
  return plain(secret)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_SECRET && !/^-----(BEGIN|END) [A-Z0-9 ]+-----$/.test(line));
}

/** A redactor without secrets yet. */
export function createRedactor(): Redactor {
  const known = new Set<string>();
  let ordered: readonly string[] = [];

  const clean = (text: string): string => {
    let cleaned = plain(text);
    for (const form of ordered) cleaned = cleaned.replaceAll(form, REPLACEMENT);
    return cleaned;
  };
  const deep = (data: unknown): unknown => {
    if (typeof data === 'string') return clean(data);
    if (Array.isArray(data)) return data.map(deep);
    if (typeof data !== 'object' || data === null) return data;
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [clean(key), deep(value)]));
  };

  return {
    add: (secret) => {
      for (const line of secretLines(secret)) for (const form of forms(line)) known.add(form);
      // Longest first: a secret that contains another one must not be left half visible.
      ordered = [...known].sort((a, b) => b.length - a.length);
    },
    clean,
    // The copy has the shape of the original: only texts inside are replaced.
    cleanAll: <T>(data: T): T => deep(data) as T,
  };
}
