/**
 * What a plain YAML scalar means to Helm: sigs.k8s.io/yaml on go-yaml 2, which is neither YAML 1.1 nor 1.2 (`yes` and
 * `0777` as in 1.1, no base 60, dates stay text).
 *
 * @see https://github.com/yaml/go-yaml/blob/v2.4.0/resolve.go
 */

/** A whole number stays a bigint until it is placed, so that keys keep all digits and lost precision is noticed. */
export type Scalar = string | number | bigint | boolean | null;

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

/** Infinity and "not a number": YAML has them, JSON does not, and Helm fails on them. */
const notJson = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;

const integers: readonly { readonly pattern: RegExp; readonly prefix: string }[] = [
  { pattern: /^([-+]?)0[xX]([0-9a-fA-F]+)$/, prefix: '0x' },
  { pattern: /^([-+]?)0[bB]([01]+)$/, prefix: '0b' },
  { pattern: /^([-+]?)0[oO]?([0-7]+)$/, prefix: '0o' },
  { pattern: /^([-+]?)(0|[1-9][0-9]*)$/, prefix: '' },
];
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

function integer(text: string): bigint | undefined {
  for (const { pattern, prefix } of integers) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const [, sign = '', digits = ''] = match;
    const value = BigInt(prefix + digits);
    return sign === '-' ? -value : value;
  }
  return undefined;
}

/** Beyond 64 bits go-yaml reads a decimal number as floating point, and one with a prefix as text. */
const fits = (value: bigint): boolean => value >= -(2n ** 63n) && value < 2n ** 64n;

/**
 * @returns the value, or undefined for a number that JSON cannot hold (`.inf`, `.nan`)
 */
export function resolveScalar(text: string): Scalar | undefined {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (notJson.test(text)) return undefined;
  if (!/^[-+.0-9]/.test(text)) return text;
  const plain = text.replaceAll('_', '');
  const whole = integer(plain);
  if (whole !== undefined && fits(whole)) return whole;
  const value = float.test(plain) ? Number(plain) : Number.NaN;
  // Too large for floating point stays text, as in go-yaml. Adding 0 turns -0 into 0: there is no such default in a chart.
  return Number.isFinite(value) ? value + 0 : text;
}
