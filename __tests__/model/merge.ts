import { equalJson } from './json.js';

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

const named = (value: unknown): value is readonly (Tree & { readonly name: string })[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isTree(item) && typeof item.name === 'string');

/**
 * What a three-way merge makes of a live object: what the target says, without what only the original said, and with
 * what neither of them speaks of. Lists whose items have a name are merged by it; other lists are taken whole.
 * https://helm.sh/docs/faq/changes_since_helm2/#improved-upgrade-strategy-3-way-strategic-merge-patches
 */
export function threeWay(original: unknown, target: unknown, live: unknown): unknown {
  if (target === live) return live;
  if (isTree(target) && isTree(live)) return mergeTrees(isTree(original) ? original : {}, target, live);
  if (named(target) && named(live)) return mergeLists(named(original) ? original : [], target, live);
  return equalJson(target, live) ? live : target;
}

/** Gives the live tree back where nothing changes, so that a look at it is enough to know. */
function mergeTrees(original: Tree, target: Tree, live: Tree): Tree {
  const merged: Record<string, unknown> = {};
  let changed = false;
  for (const key of Object.keys(live)) {
    if (key in target || !(key in original)) merged[key] = live[key];
    else changed = true;
  }
  for (const key of Object.keys(target)) {
    const value = threeWay(original[key], target[key], live[key]);
    changed ||= value !== live[key];
    merged[key] = value;
  }
  return changed ? merged : live;
}

type Items = readonly (Tree & { readonly name: string })[];

function mergeLists(original: Items, target: Items, live: Items): readonly unknown[] {
  const by = (list: Items, name: string) => list.find((one) => one.name === name);
  const added = live.filter(({ name }) => by(original, name) === undefined && by(target, name) === undefined);
  const merged = [...target.map((item) => threeWay(by(original, item.name), item, by(live, item.name))), ...added];
  return merged.length === live.length && merged.every((item, index) => item === live[index]) ? live : merged;
}

/**
 * Given values over those of a release, as `--reset-then-reuse-values` stacks them: null takes a key out. Helm works in
 * place: the stored values have the given nulls afterwards, and are written back so with the record that they came from.
 * https://github.com/helm/helm/blob/v3.22.0/pkg/chartutil/coalesce.go (coalesceTablesFullKey)
 */
export function stack(stored: Tree, given: Tree): { readonly values: Tree; readonly stored: Tree } {
  const values: Record<string, unknown> = { ...given };
  const left: Record<string, unknown> = { ...stored };
  for (const [key, over] of Object.entries(given)) {
    const under = stored[key];
    if (over === null) {
      left[key] = null;
      if (under !== undefined && under !== null) Reflect.deleteProperty(values, key);
    } else if (isTree(over) && isTree(under)) {
      const below = stack(under, over);
      values[key] = below.values;
      left[key] = below.stored;
    }
  }
  for (const [key, under] of Object.entries(stored)) if (!Object.hasOwn(given, key)) values[key] = under;
  return { values, stored: left };
}
