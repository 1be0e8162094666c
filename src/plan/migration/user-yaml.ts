import { Document, isMap as isYamlMap, parseDocument, Scalar } from 'yaml';
import { resolveScalar } from '../../values/scalar.js';

/** What the file of a chart's user says to Milvus, kept as it is written: comments, order and spelling of the rest. */

/** A text that a plain scalar would turn into something else gets quotation marks. */
function scalar(text: string): Scalar<string> {
  const node = new Scalar(text);
  const typed = resolveScalar(text);
  const plain = typeof typed === 'boolean' || typed === text || String(typed) === text;
  node.type = plain && text !== '' ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  return node;
}

/** Keys of a map by their spelling in the file: Milvus does not tell `rootpath` and `rootPath` apart. */
function spelled(document: Document, path: readonly string[]): string[] {
  let node: unknown = document.contents;
  return path.map((step) => {
    const pair = isYamlMap(node)
      ? node.items.find(({ key }) => String(key).toLowerCase() === step.toLowerCase())
      : undefined;
    node = pair?.value;
    return pair === undefined ? step : String(pair.key);
  });
}

/**
 * Adds settings to a user.yaml.
 *
 * @param text the file as it is; may be empty or hold comments only. It has to be YAML
 * @param settings dotted path and text of each; none of them is in the file yet
 * @returns the new file, or undefined where one of the paths leads through something that is no map
 */
export function addSettings(
  text: string,
  settings: readonly (readonly [path: string, text: string])[],
): string | undefined {
  const parsed = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', prettyErrors: false });
  const empty = parsed.contents === null || (!isYamlMap(parsed.contents) && text.trim() === '');
  const document: Document = empty ? new Document({}, { schema: 'failsafe' }) : parsed;
  if (!isYamlMap(document.contents)) return undefined;
  for (const [path, value] of settings) {
    const steps = spelled(document, path.split('.'));
    for (let length = 1; length < steps.length; length++) {
      const above = document.getIn(steps.slice(0, length), true);
      if (above instanceof Scalar && (above.value === null || above.value === ''))
        document.deleteIn(steps.slice(0, length));
      else if (above !== undefined && !isYamlMap(above)) return undefined;
    }
    document.setIn(steps, scalar(value));
  }
  document.contents.flow = false;
  const comments = empty && text.trim() !== '' ? `${text.trimEnd()}\n` : '';
  return `${comments}${document.toString({ lineWidth: 0 })}`;
}
