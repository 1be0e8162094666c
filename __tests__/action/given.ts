import { loadInputs, type InputEnvironment, type Validate } from '../../src/action/inputs/index.js';
import { Problem } from '../../src/problem.js';

export type Given = Readonly<Record<string, string>>;

/** Inputs that are enough for an upgrade; tests say only what they vary. */
export const enough: Given = { release: 'my-milvus', 'target-version': '2.4.23', kubeconfig: 'apiVersion: v1' };

export const environment: InputEnvironment = {
  pathDelimiter: ':',
  pathKind: (path) => {
    if (/\.(ya?ml|tgz|conf|txt)$/.test(path) && !path.startsWith('gone')) return 'file';
    return path.startsWith('./charts') ? 'directory' : undefined;
  },
  checks: [
    { id: 'old-replicas', overridable: true },
    { id: 'helm-skew', overridable: true },
    { id: 'statefulset-removed', overridable: false },
  ],
};

export const load = (given: Given, overrides: Partial<InputEnvironment> = {}, validate: readonly Validate[] = []) =>
  loadInputs((name) => given[name] ?? '', { ...environment, ...overrides }, validate);

/** The Problem of bad inputs. */
export function problemOf(
  given: Given,
  overrides: Partial<InputEnvironment> = {},
  validate: readonly Validate[] = [],
): Problem {
  try {
    load(given, overrides, validate);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('The inputs were accepted.');
}

/** Everything a reader would see of it. */
export const textOf = (problem: Problem): string =>
  [problem.details, ...problem.others]
    .map(({ what, why, remedy, raw }) => [what, why, remedy, raw].join(' '))
    .join('\n');
