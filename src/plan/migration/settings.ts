import { known, unknown, type Known } from '../../milvus/knowledge.js';
import { isMap } from '../../values/tree.js';
import { resolveScalar } from '../../values/scalar.js';
import { readValues } from '../../values/yaml.js';

/**
 * Milvus's configuration as Milvus reads it: every scalar gets its YAML type first and is then turned into text, so that
 * a root path written as 0123 is 83, and `yes` is `true`.
 *
 * @see https://github.com/milvus-io/milvus/blob/v2.1.4/internal/util/paramtable/base_table.go (LoadYaml)
 */

/** Texts by the plain name of their path. */
export type Settings = ReadonlyMap<string, string>;

/** Milvus does not tell `etcd.rootPath`, `ETCD_ROOTPATH` and `etcd.root_path` apart. */
const plainName = (path: string): string => path.toLowerCase().replaceAll(/[._/]/g, '');

/** A number as Milvus writes it: never with an exponent, which no setting is parsed from. */
const decimal = (value: number): string =>
  Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '');

/**
 * A typed scalar as the text Milvus works with; null is the empty text.
 *
 * @returns undefined for maps and lists
 */
export function settingText(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'number') return String(value).includes('e') ? decimal(value) : String(value);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A value as Milvus reads it after a template has written it without quotation marks. */
export function printedText(value: unknown): string | undefined {
  if (typeof value !== 'string') return settingText(value);
  const scalar = resolveScalar(value);
  if (scalar === undefined) return undefined;
  return typeof scalar === 'bigint' ? scalar.toString() : settingText(scalar);
}

function flattenInto(target: Map<string, string>, tree: unknown, path: string): void {
  if (isMap(tree)) {
    for (const [key, value] of Object.entries(tree)) flattenInto(target, value, `${path}${plainName(key)}`);
    return;
  }
  // A list is one setting with commas to Milvus, as `etcd.endpoints`.
  const texts = (Array.isArray(tree) ? tree : [tree]).map(settingText);
  if (texts.every((one) => one !== undefined)) target.set(path, texts.join(','));
}

/** Settings from pairs of a dotted path and the text that Milvus reads. */
export const settingsOf = (pairs: Iterable<readonly [path: string, text: string]>): Settings =>
  new Map([...pairs].map(([path, text]) => [plainName(path), text]));

/** Settings of several sources, later ones above earlier ones. */
export const over = (...layers: readonly Settings[]): Settings => new Map(layers.flatMap((layer) => [...layer]));

/** What a dotted path is set to; undefined where nothing sets it. */
export const said = (settings: Settings, path: string): string | undefined => settings.get(plainName(path));

/** Whether anything below a top-level section is set. */
export const hasSection = (settings: Settings, section: string): boolean =>
  [...settings.keys()].some((name) => name.startsWith(plainName(section)));

/**
 * Reads configuration files, later ones above earlier ones.
 *
 * @param files name (for reasons) and text of each
 * @returns unknown when one is no YAML; the reason names file and line, never content (passwords stand in there)
 */
export function readSettings(files: readonly { readonly name: string; readonly text: string }[]): Known<Settings> {
  const all = new Map<string, string>();
  for (const { name, text } of files) {
    const read = readValues(name, text);
    if (read.problem !== undefined) return unknown(read.problem.what);
    const one = new Map<string, string>();
    flattenInto(one, read.values, '');
    for (const [path, value] of one) all.set(path, value);
  }
  return known(all, files.map(({ name }) => name).join(' and '));
}
