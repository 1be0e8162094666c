const decimal = /^[0-9]+$/;

/**
 * Whether one resourceVersion is older than another. They compare as decimal numbers; where one is something else,
 * nothing can be said and it counts as not older.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined || !decimal.test(version) || !decimal.test(than)) return false;
  return BigInt(version) < BigInt(than);
}
