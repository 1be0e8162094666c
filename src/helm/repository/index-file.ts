import { arrayOf, isObject, stringOf } from '../json.js';
import { parseYamlStrings, YamlError } from '../yaml.js';
import { scanIndex } from './index-scan.js';
import type { IndexItem } from './index-scan.js';

/** What an index file turned out to be. */
export type IndexReading =
  | { readonly kind: 'entries'; readonly items: readonly IndexItem[] }
  /** An index, but without this chart. */
  | { readonly kind: 'other-charts'; readonly charts: readonly string[] }
  /** Something else: a page, an error text, bad YAML. */
  | { readonly kind: 'not-an-index'; readonly reason: string };

function itemOf(value: unknown): IndexItem[] {
  if (!isObject(value) || typeof value.version !== 'string') return [];
  return [
    {
      version: value.version,
      appVersion: stringOf(value.appVersion),
      digest: stringOf(value.digest),
      urls: arrayOf(value.urls).filter((url) => typeof url === 'string'),
    },
  ];
}

function parsed(text: string, chart: string): IndexReading {
  let index: unknown;
  try {
    index = parseYamlStrings(text);
  } catch (error) {
    if (error instanceof YamlError) return { kind: 'not-an-index', reason: error.message };
    throw error;
  }
  if (!isObject(index) || !isObject(index.entries)) return { kind: 'not-an-index', reason: 'it has no `entries`' };
  const versions = Object.hasOwn(index.entries, chart) ? index.entries[chart] : undefined;
  const items = arrayOf(versions).flatMap(itemOf);
  if (items.length === 0) return { kind: 'other-charts', charts: Object.keys(index.entries).sort() };
  return { kind: 'entries', items };
}

/** The versions of one chart in an index.yaml: scanned where it has Helm's own form, else parsed. */
export function readIndex(text: string, chart: string): IndexReading {
  const items = scanIndex(text, chart);
  return items === undefined ? parsed(text, chart) : { kind: 'entries', items };
}
