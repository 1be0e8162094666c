import type { Values } from '../helm/port.js';
import type { ProblemDetails } from '../problem.js';
import { mergeFiles } from './merge.js';
import { applySet } from './set.js';
import { equal, isMap, steps } from './tree.js';
import { readValues } from './yaml.js';

/** The values of one run as they came in. */
export interface GivenInputs {
  /** Contents of `values-files`, in their order; `name` is what the user called the file. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** The input `values`. */
  readonly inline: string;
  /** The input `set`, one expression an entry. */
  readonly set: readonly string[];
}

/** The values of one run, put together, and who said what. */
export interface Given {
  readonly values: Values;
  /** The state after each input, lowest first. */
  readonly layers: readonly { readonly input: string; readonly values: Values }[];
}

/**
 * Reads `values-files` < `values` < `set` as Helm does. All problems (`invalid-values`, `invalid-set`) are reported
 * together; an input with a problem is left out of `given`, so do not go on when there are any.
 */
export function readGiven({ files, inline, set }: GivenInputs): {
  readonly given: Given;
  readonly problems: readonly ProblemDetails[];
  readonly warnings: readonly string[];
} {
  const texts = [
    ...files.map(({ name, text }) => ({ input: `values-files: ${name}`, text })),
    { input: 'values', text: inline },
  ];
  const problems: ProblemDetails[] = [];
  const warnings: string[] = [];
  const layers: { input: string; values: Values }[] = [];
  let values: Values = {};
  for (const { input, text } of texts) {
    const read = readValues(input, text);
    if (read.problem !== undefined) {
      problems.push(read.problem);
      continue;
    }
    warnings.push(...read.warnings.map((warning) => `${input}: ${warning}`));
    values = mergeFiles(values, read.values);
    layers.push({ input, values });
  }
  const result = applySet(set, values);
  layers.push({ input: 'set', values: result.values });
  return {
    given: { values: result.values, layers },
    problems: [...problems, ...result.problems],
    warnings: [...warnings, ...result.warnings],
  };
}

/** What a tree says about a dotted path: the value there, or the one higher up that leaves no room for it. */
export function reach(tree: Values, path: string): { readonly at: string; readonly value: unknown } | undefined {
  let value: unknown = tree;
  const passed: string[] = [];
  for (const step of steps(path)) {
    if (!isMap(value)) return { at: passed.join('.'), value };
    if (!Object.hasOwn(value, step)) return undefined;
    value = value[step];
    passed.push(step);
  }
  return { at: path, value };
}

/** Name of the input that gave a path the value it has in the end. */
export function inputOf(given: Given, path: string): string {
  const last = reach(given.values, path);
  const states = [{ input: '', values: {} }, ...given.layers];
  for (let index = states.length - 1; index > 0; index -= 1) {
    const before = reach(states[index - 1]?.values ?? {}, path);
    if (!equal(before?.value, last?.value) || before?.at !== last?.at) return states[index]?.input ?? '';
  }
  return 'values';
}
