/**
 * JSON with object keys in code-point order and no white space, so that equal values give equal bytes.
 * Properties that are `undefined` are left out, as JSON.stringify does.
 *
 * @param value JSON data (no cycles, no functions)
 * @returns one line of JSON
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
