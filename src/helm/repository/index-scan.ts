/**
 * Reads the index of a chart repository without a YAML parser. The index of the Milvus charts has 460 kB; a parser
 * takes 0.3 s and 80 MB for it, this takes milliseconds. Only the form that Helm itself writes is understood
 * (https://github.com/helm/helm/blob/main/pkg/repo/v1/index.go): block style, entries at two spaces, one chart version
 * an item. Anything else gives `undefined`, and the parser decides.
 */

/** One item of the index, as it stands there. */
export interface IndexItem {
  readonly version: string;
  readonly appVersion: string;
  readonly urls: readonly string[];
  /** Hex sha256 of the package, '' where the index has none. */
  readonly digest: string;
}

type Scalar = 'version' | 'appVersion' | 'digest';
const scalars: ReadonlySet<string> = new Set<Scalar>(['version', 'appVersion', 'digest']);
const isScalar = (key: string): key is Scalar => scalars.has(key);

const chartLine = /^ {2}([A-Za-z0-9][\w.-]*):$/;
const fieldLine = /^ {2}(-| ) ([A-Za-z][\w]*):(?: (.*))?$/;
const listLine = /^ {4}- (.*)$/;
/** Deeper than the fields of an item, so it belongs to one of them. */
const deeperLine = /^ {5}/;
/** A plain scalar on one line without anything that YAML reads otherwise, or a quoted one without escapes. */
const plain = /^[A-Za-z0-9][^\s#"'{}[\],&*!|>%@`]*$/;
const quoted = /^(?:"([^"\\]*)"|'([^']*)')$/;

function scalarOf(text: string): string | undefined {
  if (plain.test(text) && !text.endsWith(':') && !/^(?:null|Null|NULL)$/.test(text)) return text;
  const match = quoted.exec(text);
  return match?.at(1) ?? match?.at(2);
}

class Item {
  private readonly fields = new Map<string, string>();
  private readonly urls: string[] = [];
  private readonly seen = new Set<string>();
  private current = '';

  /** False when the line is not understood. */
  field(key: string, rest: string | undefined): boolean {
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    this.current = key;
    if (key === 'urls') return rest === undefined;
    if (!isScalar(key)) return true;
    const value = rest === undefined ? undefined : scalarOf(rest);
    if (value === undefined) return false;
    this.fields.set(key, value);
    return true;
  }

  listItem(text: string): boolean {
    if (this.current !== 'urls') return !scalars.has(this.current);
    const value = scalarOf(text);
    if (value === undefined) return false;
    this.urls.push(value);
    return true;
  }

  deeper(): boolean {
    return this.current !== 'urls' && !scalars.has(this.current);
  }

  result(): IndexItem | undefined {
    const version = this.fields.get('version');
    if (version === undefined) return undefined;
    return {
      version,
      appVersion: this.fields.get('appVersion') ?? '',
      digest: this.fields.get('digest') ?? '',
      urls: this.urls,
    };
  }
}

/** The lines of one chart, between its key and the next one; undefined when the frame is not the usual one. */
function linesOf(text: string, chart: string): readonly string[] | undefined {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const entries = lines.indexOf('entries:');
  if (entries < 0 || lines.includes('entries:', entries + 1)) return undefined;
  const rest = lines.slice(entries + 1);
  const last = rest.findIndex((line) => /^\S/.test(line));
  const block = last < 0 ? rest : rest.slice(0, last);
  const start = block.indexOf(`  ${chart}:`);
  if (start < 0 || block.includes(`  ${chart}:`, start + 1)) return undefined;
  const end = block.findIndex((line, index) => index > start && chartLine.test(line));
  return block.slice(start + 1, end < 0 ? undefined : end);
}

/** The versions of one chart in an index, in its order; `undefined` when a parser has to look. */
export function scanIndex(text: string, chart: string): IndexItem[] | undefined {
  const lines = linesOf(text, chart);
  if (lines === undefined) return undefined;
  const items: Item[] = [];
  for (const line of lines) {
    const item = items.at(-1);
    const field = fieldLine.exec(line);
    if (field !== null) {
      const at = field[1] === '-' ? new Item() : item;
      if (at?.field(field.at(2) ?? '', field.at(3)) !== true) return undefined;
      if (at !== item) items.push(at);
      continue;
    }
    if (line.trim() === '') continue;
    const listed = listLine.exec(line);
    const understood = listed === null ? deeperLine.test(line) && item?.deeper() : item?.listItem(listed.at(1) ?? '');
    if (understood !== true) return undefined;
  }
  const results = items.map((item) => item.result());
  return results.length > 0 && results.every((result) => result !== undefined) ? results : undefined;
}
