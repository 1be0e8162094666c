import { Composer, Parser } from 'yaml';
import type { ScalarTag } from 'yaml';

/**
 * YAML as Helm and Kubernetes read it: sigs.k8s.io/yaml on go-yaml v2 (https://github.com/kubernetes-sigs/yaml).
 * Neither YAML 1.1 nor 1.2: `yes`, `y` and `off` are booleans, `0777` is octal, `1e3` is a number, but `1:30` and
 * `2026-01-01` stay strings; a key given twice keeps its last value.
 */

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

const radixes: readonly (readonly [RegExp, number])[] = [
  [/^[-+]?0[xX]([0-9a-fA-F]+)$/, 16],
  [/^[-+]?0[bB]([01]+)$/, 2],
  [/^[-+]?0[oO]?([0-7]+)$/, 8],
];
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** The number that a plain scalar stands for, or the scalar itself. */
function numberOrText(source: string): number | string {
  const plain = source.replaceAll('_', '');
  for (const [pattern, radix] of radixes) {
    const digits = pattern.exec(plain)?.[1];
    if (digits !== undefined) return (plain.startsWith('-') ? -1 : 1) * Number.parseInt(digits, radix) + 0;
  }
  const value = decimal.test(plain) ? Number(plain) + 0 : Number.NaN;
  return Number.isFinite(value) ? value : source;
}

const scalars: ScalarTag[] = [
  { tag: 'tag:yaml.org,2002:null', default: true, test: /^(?:~|null|Null|NULL)?$/, resolve: () => null },
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:[yYnN]|[yY]es|YES|[nN]o|NO|[tT]rue|TRUE|[fF]alse|FALSE|[oO]n|ON|[oO]ff|OFF)$/,
    resolve: (source) => booleans.get(source) ?? source,
  },
  { tag: 'tag:yaml.org,2002:int', default: true, test: /^[-+.]?[0-9.]/, resolve: numberOrText },
  { tag: 'tag:yaml.org,2002:float', resolve: numberOrText },
];

/** Bad YAML: says where, never what stands there. */
export class YamlError extends Error {
  constructor(
    readonly code: string,
    /** First line is 1. */
    readonly line: number,
  ) {
    super(`not valid YAML at line ${line} (${code})`);
    this.name = 'YamlError';
  }
}

function parseWith(text: string, customTags: ScalarTag[], merge: boolean): unknown[] {
  const composer = new Composer({
    ...{ schema: 'failsafe', customTags, merge, strict: false, uniqueKeys: false },
    ...{ prettyErrors: false, logLevel: 'silent' },
  });
  // One document after another: the syntax tree of a whole manifest would be many times its size.
  return Array.from(composer.compose(new Parser().parse(text)), (document) => {
    const error = document.errors.at(0);
    if (error !== undefined) throw new YamlError(error.code, text.slice(0, error.pos[0]).split('\n').length);
    try {
      return document.toJS({ maxAliasCount: 100 }) as unknown;
    } catch {
      // Alias bombs and unresolved aliases come out here, without a position.
      throw new YamlError('ALIAS', text.slice(0, document.range[0]).split('\n').length);
    }
  });
}

/** All documents of a text, as plain JSON values. Throws YamlError. */
export const parseKubernetesYaml = (text: string): unknown[] => parseWith(text, scalars, true);

/** The first document of a text with every scalar as a string, so that a version `2.10` stays what it is. Throws YamlError. */
export const parseYamlStrings = (text: string): unknown => parseWith(text, [], false)[0];
