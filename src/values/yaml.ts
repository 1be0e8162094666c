import { isAlias, isMap as isYamlMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair, Scalar as YamlScalar, YAMLMap } from 'yaml';
import type { Values } from '../helm/port.js';
import type { ProblemDetails } from '../problem.js';
import { resolveScalar, type Scalar } from './scalar.js';
import { put } from './tree.js';

/** Values as read, and what Helm would do silently with them; or why Helm (or we) cannot take them. */
export type ReadValues =
  | { readonly values: Values; readonly warnings: readonly string[]; readonly problem?: never }
  | { readonly problem: ProblemDetails };

/** Enough for any values file; a document that grows further does so through aliases of aliases. */
const maxNodes = 1_000_000;

/** Says where, never what stands there: values hold secrets. */
class Unreadable extends Error {
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(`${reason} at line ${line}`);
  }
}

const tags = {
  string: 'tag:yaml.org,2002:str',
  binary: 'tag:yaml.org,2002:binary',
  null: 'tag:yaml.org,2002:null',
  bool: 'tag:yaml.org,2002:bool',
  int: 'tag:yaml.org,2002:int',
  float: 'tag:yaml.org,2002:float',
  merge: 'tag:yaml.org,2002:merge',
} as const;

/** What a scalar with a tag of its own has to be. */
const demanded: Readonly<Record<string, (value: Scalar) => boolean>> = {
  [tags.null]: (value) => value === null,
  [tags.bool]: (value) => typeof value === 'boolean',
  [tags.int]: (value) => typeof value === 'bigint',
  [tags.float]: (value) => typeof value === 'bigint' || typeof value === 'number',
};

class Reader {
  readonly warnings: string[] = [];
  private readonly open = new Set<Node>();
  private nodes = 0;

  constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
  ) {}

  line(node: Node | null | undefined): number {
    return this.lines.linePos(node?.range?.[0] ?? 0).line;
  }

  value(node: unknown, path: string): unknown {
    this.nodes += 1;
    if (this.nodes > maxNodes) throw new Unreadable(1, 'too many aliases of aliases');
    if (isAlias(node)) return this.target(node, (target) => this.value(target, path));
    if (isYamlMap(node)) return this.map(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.value(item, `${path}[${index}]`));
    if (!isScalar(node)) return null;
    const scalar = this.scalar(node);
    if (typeof scalar !== 'bigint') return scalar;
    const number = Number(scalar);
    if (!Number.isSafeInteger(number)) {
      this.warnings.push(
        `${path} (line ${this.line(node)}) is a whole number with more digits than Helm keeps; quote it to keep them all.`,
      );
    }
    return number;
  }

  private target<T>(alias: Node, read: (target: Node) => T): T {
    const target = isAlias(alias) ? alias.resolve(this.document) : undefined;
    if (target === undefined) throw new Unreadable(this.line(alias), 'an alias without its anchor');
    if (this.open.has(target)) throw new Unreadable(this.line(alias), 'an anchor that contains itself');
    this.open.add(target);
    const value = read(target);
    this.open.delete(target);
    return value;
  }

  private scalar(node: YamlScalar): Scalar {
    const text = typeof node.value === 'string' ? node.value : '';
    const { tag } = node;
    if (tag === tags.binary) return Buffer.from(text, 'base64').toString();
    const check = tag === undefined ? undefined : demanded[tag];
    if (check === undefined && (tag !== undefined || node.type !== 'PLAIN')) return text;
    const value = resolveScalar(text);
    if (value === undefined) throw new Unreadable(this.line(node), 'a number that JSON cannot hold');
    if (check?.(value) === false) throw new Unreadable(this.line(node), 'a value that does not fit its tag');
    return value;
  }

  /** go-yaml takes entries in the order they are written, merge keys among them: the later one wins. */
  private map(node: YAMLMap, path: string): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const written = new Set<string>();
    for (const pair of node.items) {
      if (this.isMerge(pair)) {
        for (const source of this.mergeSources(pair.value)) {
          for (const [key, value] of Object.entries(source)) put(result, key, value);
        }
        continue;
      }
      const key = this.key(pair.key);
      const at = path === '' ? key : `${path}.${key}`;
      if (written.has(key)) {
        const line = this.line(pair.key as Node);
        this.warnings.push(`${at} is given twice (again in line ${line}); the last one counts, as in Helm.`);
      }
      written.add(key);
      put(result, key, this.value(pair.value, at));
    }
    return result;
  }

  private key(node: unknown): string {
    const target: unknown = isAlias(node) ? node.resolve(this.document) : node;
    const key = isScalar(target) ? this.scalar(target) : null;
    if (key === null) throw new Unreadable(this.line(node as Node | null), 'a key that is empty, a list or an object');
    return String(key);
  }

  private isMerge({ key }: Pair): boolean {
    return isScalar(key) && key.value === '<<' && (key.tag === tags.merge || (key.type === 'PLAIN' && !key.tag));
  }

  private mergeSources(node: unknown): Values[] {
    const one = (source: unknown): Values => {
      if (isAlias(source)) return this.target(source, one);
      if (!isYamlMap(source)) throw new Unreadable(this.line(source as Node), 'a merge key (<<) without an object');
      return this.map(source, '<<');
    };
    // Of several sources the first has precedence, so it is applied last.
    return isSeq(node) ? node.items.map(one).reverse() : [one(node)];
  }
}

function unreadable(input: string, line: number, reason: string): { problem: ProblemDetails } {
  return {
    problem: {
      id: 'invalid-values',
      what: `${input} cannot be read as YAML: line ${line}, ${reason}.`,
      remedy: `Correct line ${line}; \`helm template\` with the same file shows Helm's own message.`,
    },
  };
}

const isEmpty = (document: Document.Parsed): boolean =>
  document.contents === null || (isScalar(document.contents) && document.contents.source === '');

/**
 * Reads one values text as Helm reads a values file. An empty text is no values. Where Helm 3 and 4 disagree (a second
 * document is ignored by one and merged by the other) the text is refused.
 *
 * @param input how messages call this text, for example `values` or `values-files: prod.yaml`
 * @returns values and warnings; a problem with id `invalid-values` names the line and never quotes its content
 * @see https://github.com/kubernetes-sigs/yaml
 */
export function readValues(input: string, text: string): ReadValues {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  });
  const documents: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const document = documents.at(0);
  const more = documents.slice(1);
  if (document === undefined) return { values: {}, warnings: [] };
  const error = documents.flatMap(({ errors }) => errors).at(0);
  if (error !== undefined) {
    return unreadable(input, lines.linePos(error.pos[0]).line, error.code.toLowerCase().replaceAll('_', ' '));
  }
  const second = more.find((candidate) => !isEmpty(candidate));
  if (second !== undefined) {
    return unreadable(
      input,
      lines.linePos(second.range[0]).line,
      'a second document begins, which Helm 3 ignores and Helm 4 merges; use one document',
    );
  }
  const reader = new Reader(document, lines);
  try {
    const values = isEmpty(document) ? {} : (reader.value(document.contents, '') ?? {});
    if (typeof values !== 'object' || Array.isArray(values)) {
      return unreadable(input, reader.line(document.contents), 'the top level has to be an object (key: value)');
    }
    return { values: values as Values, warnings: reader.warnings };
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(input, error.line, error.reason);
    throw error;
  }
}
