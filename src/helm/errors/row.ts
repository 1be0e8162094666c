import type { ProblemDetails } from '../../problem.js';

/** What was asked of Helm, for the sentences. */
export interface HelmCall {
  readonly release: string;
  readonly namespace: string;
  /** Helm's version without a leading v. */
  readonly version: string;
  /** What Helm was doing, as a noun: `dry run`, `upgrade`, `rollback`. */
  readonly act: string;
}

/** One known error. `say` gets the match, what was asked, and the whole text without Helm's log lines. */
export interface ErrorRow {
  readonly id: string;
  readonly pattern: RegExp;
  readonly say: (match: RegExpExecArray, call: HelmCall, text: string) => Omit<ProblemDetails, 'id' | 'raw'>;
}

export const releaseOf = (call: HelmCall): string => `release ${call.release} in namespace ${call.namespace}`;
export const group = (match: RegExpExecArray, index: number): string => match[index] ?? '';
export const first = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
/** The end of a sentence, from text that may run over several lines. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300).replace(/\.$/, '');

/** What a call that failed half-way has left, and how to go on. */
export const afterFailure = ({ act }: HelmCall): string =>
  act === 'rollback'
    ? // Helm marks it failed when an object was refused, and leaves it pending when a hook failed.
      'The revision of the rollback is marked failed or left pending, and may be applied in part. Remove the cause and ' +
      'run the same rollback again: a pending revision is freed first.'
    : 'The revision is marked failed and may be applied in part. Remove the cause and run the same upgrade again.';
export const roleRemedy =
  'Give the account of this run the rule that is missing, or use credentials that have it; the documentation of this ' +
  'action lists the Roles that are enough.';

/** Kinds and API versions that the server does not serve, as the client names them. */
export function unservedKinds(text: string): string {
  const kinds = [...text.matchAll(/no matches for kind "([^"]+)" in version "([^"]+)"/g)];
  const names = [...new Set(kinds.map((match) => `${group(match, 2)} ${group(match, 1)}`))];
  return names.length === 0 ? 'kinds' : names.join(', ');
}

/** `Deployment my-milvus-proxy` of the three ways in which Helm names the object it failed on; else `an object`. */
export function objectIn(text: string): string {
  const patched = /cannot patch "([^"]+)" with kind (\w+)/.exec(text);
  if (patched !== null) return `${group(patched, 2)} ${group(patched, 1)}`;
  const applied = /object (?:[^\s/]*\/)?(\S+) \S*, Kind=(\w+)/.exec(text);
  if (applied !== null) return `${group(applied, 2)} ${group(applied, 1)}`;
  const invalid = /(\w+)(?:\.[\w.]+)? "([^"]+)" is invalid/.exec(text);
  if (invalid !== null) return `${group(invalid, 1)} ${group(invalid, 2)}`;
  return 'an object';
}
