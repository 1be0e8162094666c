/** Longer texts are described, not shown: a whole kubeconfig pasted into the wrong input must not reach the log. */
const MAX_SHOWN = 100;

const SECRET_SHAPES: readonly { readonly shape: string; readonly pattern: RegExp }[] = [
  { shape: 'PEM', pattern: /-----BEGIN / },
  { shape: 'a JSON web token', pattern: /\beyJ[\w-]{8,}/ },
  { shape: 'a kubeconfig', pattern: /^\s*(apiVersion|clusters|kind|users)\s*:/m },
  { shape: 'an address with a user name or password', pattern: /:\/\/[^/\s]*@/ },
];

export const blank = (text: string): boolean => text.trim() === '';

function shapeOf(text: string): string {
  const trimmed = text.trim();
  const known = SECRET_SHAPES.find(({ pattern }) => pattern.test(text));
  if (known !== undefined) return known.shape;
  const lines = trimmed.split('\n').length;
  if (lines > 1) return `${lines} lines`;
  if (/^[A-Za-z0-9+/=_-]+$/.test(trimmed)) return 'one word of letters, digits and base64 characters';
  return 'one line';
}

/** A text described by length and shape, for secrets. */
export function describeSecret(text: string): string {
  return `set (${text.trim().length} characters, ${shapeOf(text)}; not shown)`;
}

/**
 * A text as an error message shows it: quoted and on one line, or described by length and shape where it is a secret,
 * looks like one, holds the text of a secret input, or is long.
 */
export function describe(text: string, options: { secret: boolean; secrets: readonly string[] }): string {
  const trimmed = text.trim();
  const holdsSecret = options.secrets.some((secret) => !blank(secret) && trimmed.includes(secret.trim()));
  const looksSecret = SECRET_SHAPES.some(({ pattern }) => pattern.test(text));
  if (options.secret || holdsSecret || looksSecret || trimmed.length > MAX_SHOWN) return describeSecret(text);
  return JSON.stringify(trimmed);
}
