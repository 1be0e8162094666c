import { parse } from 'yaml';
import type { KubeObject } from '../cluster/port.js';
import type { Values } from '../helm/port.js';
import { isMap } from '../values/tree.js';
import { isCredentialName } from './redact.js';

/** Where secret texts are looked for. */
export interface SecretSources {
  /** Trees of chart values: stored, given, the chart's own. */
  readonly values: readonly Values[];
  /** Objects of a manifest; all Secrets among them are read. */
  readonly manifest: readonly KubeObject[];
  /** What the run itself has to name (release, namespace, ...): a value that is part of one of these stays visible. */
  readonly names: readonly string[];
}

/** A shorter value stands in ordinary words, which would be taken out of the text with it. */
const shortest = 8;

/**
 * Defaults of the Milvus charts and of their dependencies, which everybody knows: to hide them would garble names and
 * messages, and protects nothing. https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/values.yaml
 */
const wellKnown: ReadonlySet<string> = new Set(['minioadmin', 'ChangeMe', 'changeme', 'milvus_meta', 'milvusdb']);

/**
 * Last names of paths that say where a credential is, whose it is or of what kind, not what it is: names of Secrets,
 * keys in them, files. An event about a missing Secret has to name it.
 */
const reference =
  /^(existing\w*|secret(key)?ref|imagePullSecrets?|pullSecrets?|type|kind|provider|database)$|(name|names|path|file|dir|user)$/i;

/** Parents whose leaves only refer to a Secret. */
const referring = /^(secretKeyRef|secretRef|configMapKeyRef|imagePullSecrets|pullSecrets)$/i;

const ordinary = /^(true|false|null|none|default|disabled|enabled)$/i;

/** The password in an address; nothing for one without: the address itself is no secret, and messages need it. */
function passwordsIn(text: string): readonly string[] {
  const found = /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*?:([^@\s]+)@/i.exec(text)?.at(1);
  if (found === undefined) return [];
  try {
    return [found, decodeURIComponent(found)];
  } catch {
    return [found];
  }
}

/** A YAML or JSON text as a map, as in `extraConfigFiles`; undefined for anything else. */
function mapIn(text: string): Values | undefined {
  if (!/[\n{]/.test(text)) return undefined;
  try {
    const tree: unknown = parse(text, { uniqueKeys: false, logLevel: 'silent' });
    return isMap(tree) ? tree : undefined;
  } catch {
    return undefined;
  }
}

/** Lines of a text that is a credential; of `name=value` lines (property files) the value as well. */
const linesOf = (text: string): readonly string[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const value = /^\s*[\w.-]+\s*[=:]\s*(.+)$/.exec(line)?.at(1);
    return [line.trim(), ...(value === undefined ? [] : [value.trim().replace(/^(["'])(.*)\1$/, '$2')])];
  });

/** Texts at and below credential places of a tree. `hidden`: whether the tree itself stands in such a place. */
function textsIn(tree: unknown, path: readonly string[], hidden: boolean): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap((item: unknown) => textsIn(item, path, hidden));
  if (isMap(tree)) {
    // Items of `env` and `extraEnv` have their name beside the value.
    const named = typeof tree.name === 'string' && typeof tree.value === 'string' ? tree.name : undefined;
    return Object.entries(tree).flatMap(([key, value]) => {
      if (referring.test(key)) return [];
      const place = [...path, named !== undefined && key === 'value' ? named : key];
      return textsIn(value, place, hidden || isCredentialName(place.at(-1) ?? ''));
    });
  }
  if (typeof tree !== 'string') return [];
  const map = mapIn(tree);
  if (map !== undefined) return textsIn(map, path, false);
  if (tree.includes('://')) return passwordsIn(tree);
  return hidden && !reference.test(path.at(-1) ?? '') ? linesOf(tree) : [];
}

const decoded = (text: unknown): string =>
  typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8') : '';

/** All data of a Secret: its files by their credential places, everything else as a whole. */
function textsOfSecret({ kind, data, stringData }: KubeObject): readonly string[] {
  if (kind !== 'Secret') return [];
  const plain = isMap(stringData) ? Object.values(stringData) : [];
  const texts = [...(isMap(data) ? Object.values(data).map(decoded) : []), ...plain];
  return texts.flatMap((text) => textsIn(text, [], true));
}

/**
 * The secret texts that a run can know from a release: string leaves under credential-like names (the pattern of
 * src/plan/redact.ts) of values, also inside YAML texts such as those of `extraConfigFiles`, passwords in addresses,
 * and the data of Secrets. They are hidden in logs of pods, events and raw text of Helm, which may repeat them.
 *
 * Left visible, because hiding them would garble ordinary text: values shorter than 8 characters, switches and numbers,
 * the charts' well-known default credentials such as `minioadmin`, names of Secrets and paths of files, and what is
 * part of a name that the run itself has to print.
 *
 * @returns single lines, each once
 */
export function secretTexts({ values, manifest, names }: SecretSources): readonly string[] {
  const found = [...values.flatMap((tree) => textsIn(tree, [], false)), ...manifest.flatMap(textsOfSecret)];
  return [...new Set(found)].filter(
    (text) =>
      text.length >= shortest &&
      !wellKnown.has(text) &&
      !ordinary.test(text) &&
      !names.some((name) => name.includes(text)),
  );
}
