import { blank, describe } from './show.js';

/** What the file system holds under a path that an input names. */
export type PathKind = 'file' | 'directory';

/** A check that `allow` may name. `overridable: false`: known, but it protects data and may not be overridden. */
export interface KnownCheck {
  readonly id: string;
  readonly overridable: boolean;
}

/** What parsing needs to know about the world; plain data and one function, so that tests need no files. */
export interface InputEnvironment {
  /** The job's KUBECONFIG, if it is set. */
  readonly kubeconfig?: string;
  /** Separator of paths in KUBECONFIG: `:`, or `;` on Windows. */
  readonly pathDelimiter: string;
  readonly pathKind: (path: string) => PathKind | undefined;
  readonly checks: readonly KnownCheck[];
}

/** One bad input. All texts are safe to print: a secret is described by its length and shape, never shown. */
export interface InputFault {
  /** Name of the input, or of both where they contradict each other: `server and kubeconfig`. */
  readonly input: string;
  /** What it was, continuing the sentence "Input `x` is ...". */
  readonly was: string;
  /** What is accepted, continuing "Accepted: ...". */
  readonly accepted: string;
  readonly why?: string;
}

/** A parser's answer. `was` and `accepted` replace the general description where the parser can be more exact. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly was?: string; readonly accepted?: string; readonly why?: string };

/** Gets the text as it was given (or the default); blank texts never reach a parser. */
export type Parser<T> = (text: string, environment: InputEnvironment) => Parsed<T>;

export type InputKind = 'choice' | 'text' | 'version' | 'duration' | 'list' | 'yaml' | 'address' | 'digest' | 'boolean';

/** One row of the table of inputs; action.yml and the README table are compared with it. */
export interface InputDefinition<T> {
  readonly kind: InputKind;
  /** As in action.yml; '' means none. A blank input means the default. */
  readonly default: string;
  readonly required?: boolean;
  /** Never show the text, not even when it is wrong. */
  readonly secret?: boolean;
  readonly accepted: string;
  readonly parse: Parser<T>;
}

export const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const bad = (details: { was?: string; accepted?: string; why?: string } = {}): Parsed<never> => ({
  ok: false,
  ...details,
});

/** The reading of one input: its value (undefined for a blank optional one), or what is wrong with it. */
export type Reading<T> = { readonly value: T | undefined } | { readonly fault: InputFault };

/**
 * Reads one input by its definition.
 *
 * @param text the raw text, not trimmed: inline YAML needs its leading spaces
 * @param secrets texts of the secret inputs, which must not be shown even when pasted into another input
 */
export function read<T>(
  name: string,
  definition: InputDefinition<T>,
  text: string,
  environment: InputEnvironment,
  secrets: readonly string[],
): Reading<T> {
  const given = blank(text) ? definition.default : text;
  if (blank(given)) {
    if (definition.required !== true) return { value: undefined };
    return { fault: { input: name, was: 'empty', accepted: definition.accepted } };
  }
  const parsed = definition.parse(given, environment);
  if (parsed.ok) return { value: parsed.value };
  return {
    fault: {
      input: name,
      was: parsed.was ?? describe(given, { secret: definition.secret === true, secrets }),
      accepted: parsed.accepted ?? definition.accepted,
      ...(parsed.why === undefined ? {} : { why: parsed.why }),
    },
  };
}
