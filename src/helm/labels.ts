/** Labels of a release's Secret as `helm upgrade --labels` takes them. */

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const word = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const prefix = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** https://github.com/helm/helm/blob/main/pkg/storage/driver/util.go */
export const systemLabels: ReadonlySet<string> = new Set([
  'name',
  'owner',
  'status',
  'version',
  'createdAt',
  'modifiedAt',
]);

function isKey(key: string): boolean {
  const parts = key.split('/');
  const name = parts.pop() ?? '';
  return word.test(name) && parts.length <= 1 && parts.every((part) => prefix.test(part)) && !systemLabels.has(key);
}

/** Helm takes the value `null` as the wish to remove the label. */
const isValue = (value: string): boolean => value !== 'null' && (value === '' || word.test(value));

/**
 * The flag for labels, empty without any. Helm lays them over the labels of the last revision (whatever its status),
 * so those of somebody else stay, and ours are inherited by a later `helm upgrade` of somebody else: a label only says
 * whose a revision is together with the revision that it was given for.
 *
 * @see https://github.com/helm/helm/blob/main/pkg/action/upgrade.go (mergeCustomLabels)
 * @throws Error where a key or a value is no label, or is one of Helm's own: a mistake of the caller
 */
export function labelArguments(labels: Readonly<Record<string, string>> = {}): string[] {
  const pairs = Object.entries(labels);
  const bad = pairs.find(([key, value]) => !isKey(key) || !isValue(value));
  if (bad !== undefined) throw new Error(`${bad[0].slice(0, 300)} cannot be given to Helm as a label with this value`);
  // No character that the label syntax allows has a meaning in the flag's list.
  return pairs.length === 0 ? [] : ['--labels', pairs.map(([key, value]) => `${key}=${value}`).join(',')];
}
