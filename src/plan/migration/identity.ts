import type { KubeObject } from '../../cluster/port.js';
import { setting } from '../../milvus/config.js';
import { known, unknown, type Known } from '../../milvus/knowledge.js';
import {
  identitySettings,
  type IdentityKey,
  type IdentitySetting,
  type Line,
} from '../../milvus/migration-values-identity.js';
import { hasSection, said, type Settings } from './settings.js';

/** What decides which data a Milvus finds, in a form in which two ways of writing one thing are equal. */
export type Identity = ReadonlyMap<IdentityKey, Known<string>>;

/** Queues whose section alone tells them, the one that Milvus takes first in front; names came with chart 3.3.2. */
const sections = ['rocksmq', 'pulsar', 'kafka'] as const;

const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const untruths = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False', '']);

/** A switch as Go's strconv.ParseBool reads it: https://pkg.go.dev/strconv#ParseBool. */
function switched(text: string): string | undefined {
  if (truths.has(text)) return 'true';
  return untruths.has(text) ? 'false' : undefined;
}

function plain({ kind, name }: IdentitySetting, text: string, from: string): Known<string> {
  if (kind === 'text') return known(text, from);
  if (kind === 'list') {
    const items = text.split(',').map((item) => item.trim());
    return known([...new Set(items.filter((item) => item !== ''))].sort().join(','), from);
  }
  const value = switched(text);
  return value === undefined
    ? unknown(`the configuration sets ${name} to something that is no switch`)
    : known(value, from);
}

/** An empty ConfigMap: what is left of a setting is what environment variables say. */
const noFiles: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'none' } };

/** What environment variables of the pods make of a setting; undefined where they do not change it. */
function fromEnvironment(
  row: IdentitySetting,
  line: Line,
  manifest: readonly KubeObject[],
  file: Known<string>,
): Known<string> | undefined {
  for (const path of row.paths[line]) {
    const variable = setting({ configMap: noFiles, manifest }, path);
    if (variable === undefined) continue;
    if (!variable.known) return variable;
    const value = plain(row, variable.value, variable.from);
    const same = value.known && file.known && value.value === file.value;
    // A variable that only Milvus 2.2 reads changes what it finds, on the day of the upgrade.
    return same || row.environment === true || line === '2.2'
      ? value
      : unknown(`an environment variable sets ${path}, which Milvus 2.1 does not read and 2.2 does`);
  }
  return undefined;
}

function fromFiles(row: IdentitySetting, line: Line, settings: Settings, from: string): Known<string> {
  const paths = row.paths[line];
  const found = paths.find((path) => said(settings, path) !== undefined);
  if (found === undefined) {
    const section =
      row.key === 'message-queue' ? sections.find((candidate) => hasSection(settings, candidate)) : undefined;
    return section === undefined
      ? plain(row, row.otherwise, "Milvus's default")
      : known(section, `${from} (${section})`);
  }
  const text = said(settings, found) ?? '';
  return line === '2.2' && row.firstOnly === true && found !== paths[0] && text !== row.otherwise
    ? unknown(`${found} is set and ${paths[0] ?? ''} is not, which Milvus 2.2 reads first and may have in its own file`)
    : plain(row, text, from);
}

/**
 * What a configuration means to Milvus.
 *
 * @param settings what is set, and where that was read
 * @param line the Milvus that reads it
 * @param manifest objects of the release, for environment variables of the pods
 */
export const identityOf = (settings: Known<Settings>, line: Line, manifest: readonly KubeObject[] = []): Identity =>
  new Map(
    identitySettings.map((row) => {
      if (!settings.known) return [row.key, settings] as const;
      const file = fromFiles(row, line, settings.value, settings.from);
      return [row.key, fromEnvironment(row, line, manifest, file) ?? file] as const;
    }),
  );

/** A setting that decides about data and would not stay as it is. */
export interface IdentityDifference {
  readonly key: IdentityKey;
  /** In a sentence. */
  readonly what: string;
  readonly source: string;
}

/** Credentials in an address are nobody's business. */
const shown = (value: string): string => (value === '' ? 'nothing' : value.replaceAll(/\/\/[^/@]*@/g, '//'));

/**
 * Holds the identity to come against the live one. What cannot be told counts as a difference: each of them can lose
 * data, so nobody should guess.
 *
 * @param live what runs
 * @param planned what would run
 * @returns one entry for each setting that differs; empty where all are equal
 */
export function compareIdentity(live: Identity, planned: Identity): readonly IdentityDifference[] {
  return identitySettings.flatMap(({ key, name, source }) => {
    const [now, then] = [live.get(key), planned.get(key)];
    if (now?.known === true && then?.known === true && now.value === then.value) return [];
    const say = (value: Known<string> | undefined): string =>
      value?.known === true ? shown(value.value) : `not known (${value?.reason ?? 'not read'})`;
    return [{ key, what: `${name} is ${say(now)} now and would be ${say(then)}`, source }];
  });
}
