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

/** Values over values, as `--reset-then-reuse-values` stacks them: null takes a key out. */
export function stack(base: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (value === null) {
      const { [key]: _, ...rest } = merged;
      return stack(rest, Object.fromEntries(Object.entries(over).filter(([other]) => other !== key)));
    }
    merged[key] = isTree(value) && isTree(below) ? stack(below, value) : value;
  }
  return merged;
}
