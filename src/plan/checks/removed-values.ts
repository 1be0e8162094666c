import type { Values } from '../../helm/port.js';
import { readMilvusConfig } from '../../milvus/config.js';
import { dropped, shortcuts, shortcutsGone, type Shortcut } from '../../milvus/removed-values.js';
import { equal, getPath, isMap } from '../../values/tree.js';
import { crosses, names, nextValues, type Check, type CheckContext, type Finding } from './check.js';

/** Values at and below a path; a list is one value. */
const leaves = (value: unknown, path: string): readonly (readonly [path: string, value: unknown])[] =>
  isMap(value) ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`)) : [[path, value]];

/** `5` and `"5"` are the same in a configuration file. */
const same = (a: unknown, b: unknown): boolean => equal(a, b) || (!isMap(a) && !isMap(b) && String(a) === String(b));

/** Paths of all values at and below a dotted path that say something else than the installed chart's default. */
const changedBelow = (values: Values, path: string, defaults: Values): readonly string[] =>
  leaves(getPath(values, path) ?? {}, path)
    .filter(([leaf, value]) => value !== null && !same(value, getPath(defaults, leaf)))
    .map(([leaf]) => leaf);

/** Whether the release's own configuration files have a setting, whatever they say. */
function writes(values: Values): (setting: string) => boolean {
  const files = getPath(values, 'extraConfigFiles');
  const config = readMilvusConfig({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extraConfigFiles' } },
    data: files,
  });
  return (setting) => config.known && config.value.value(setting) !== undefined;
}

/** Shortcuts that would be lost, as `value -> setting`. */
function lost(context: CheckContext, wanted: (shortcut: Shortcut) => boolean): readonly string[] {
  if (!crosses(context, shortcutsGone)) return [];
  const values = nextValues(context);
  const written = writes(values);
  return shortcuts.filter(wanted).flatMap(({ value, setting }) =>
    changedBelow(values, value, context.inspection.base.chartValues)
      .map((path) => ({ path, setting: `${setting}${path.slice(value.length)}` }))
      .filter((one) => !written(one.setting))
      .map((one) => `${one.path} -> ${one.setting}`),
  );
}

const finding = (all: readonly string[]): Finding | undefined =>
  all.length === 0
    ? undefined
    : {
        seen: `Charts from ${shortcutsGone} on ignore values that this release has set: ${names(all, 12)}.`,
        remedy:
          'Write the settings on the right, with the values they have now, into extraConfigFiles.user.yaml in `values`.',
      };

const source = 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md';

/** Checks of user values that the chart of this hop knows no more. */
export const removedValueChecks: readonly Check[] = [
  {
    id: 'values-removed-vital',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Without them Milvus would look for metadata or messages under other names and appear empty, or let everybody in.',
    source,
    find: (context) => finding(lost(context, ({ vital }) => vital === true)),
  },
  {
    id: 'values-removed',
    severity: 'block',
    overridable: true,
    covered: true,
    why: 'Milvus would run with its own defaults instead of what was tuned for this release.',
    source,
    find: (context) => finding(lost(context, ({ vital }) => vital !== true)),
  },
  {
    id: 'values-dropped',
    severity: 'warn',
    overridable: true,
    covered: true,
    why: 'A value that a chart does not know has no effect, and Helm does not say so.',
    source,
    find: (context) => {
      const { chartValues } = context.inspection.base;
      const found = dropped
        .filter(({ since }) => crosses(context, since))
        .filter(({ value }) => changedBelow(nextValues(context), value, chartValues).length > 0)
        .map(({ value, instead }) => `${value} (${instead})`);
      return found.length === 0
        ? undefined
        : {
            seen: `The new chart ignores values that this release has set: ${names(found)}.`,
            remedy: 'Do what stands beside each, and set the old value to null in `values`.',
          };
    },
  },
];
