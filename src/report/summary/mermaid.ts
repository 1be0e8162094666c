import { oneLine, shorten } from '../safe.js';

const MAX_LABEL = 40;

/** Text for a picture: only letters, digits and a little punctuation, because Mermaid has a syntax of its own. */
export function label(text: string): string {
  const words = oneLine(text)
    .replace(/[^\p{L}\p{N} ._/-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return shorten(words === '' ? 'unnamed' : words, MAX_LABEL);
}

export type NodeStyle = 'here' | 'now' | 'later' | 'done' | 'failed';

export interface Node {
  /** One line of the box each; any text. */
  readonly lines: readonly string[];
  readonly style: NodeStyle;
}

/** Fill, border and text are all given, so that they fit together on light and dark pages. */
const STYLES: Readonly<Record<NodeStyle, string>> = {
  here: 'fill:#eaeef2,stroke:#57606a,color:#1f2328',
  now: 'fill:#ddf4ff,stroke:#0969da,stroke-width:3px,color:#1f2328',
  later: 'fill:#ffffff,stroke:#8c959f,stroke-dasharray:4 3,color:#1f2328',
  done: 'fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
  failed: 'fill:#ffebe9,stroke:#cf222e,stroke-width:3px,color:#1f2328',
};

/**
 * A chain of boxes from left to right, https://mermaid.js.org/syntax/flowchart.html.
 *
 * @param nodes the boxes
 * @param edges the words on the arrow to each box but the first
 * @returns the text of the picture, without its fence; nothing in a text can leave its box
 */
export function chain(nodes: readonly Node[], edges: readonly string[]): string {
  const box = ({ lines, style }: Node, index: number): string =>
    `    n${index}["${lines.map(label).join('<br/>')}"]:::${style}`;
  const arrow = (text: string, index: number): string => `    n${index} -->|"${label(text)}"| n${index + 1}`;
  const used = [...new Set(nodes.map(({ style }) => style))];
  return [
    'flowchart LR',
    ...nodes.map(box),
    ...edges.slice(0, Math.max(0, nodes.length - 1)).map(arrow),
    ...used.map((style) => `    classDef ${style} ${STYLES[style]}`),
  ].join('\n');
}
