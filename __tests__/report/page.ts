import { createRedactor } from '../../src/report/redact.js';
import type { Report } from '../../src/report/report.js';
import { renderSummary } from '../../src/report/summary/index.js';

/** Reading a summary as tests need it. */
export const render = (from: Report): string => renderSummary(from, createRedactor());

/** The rows of a table, found by its first header, as lists of cells. */
export function tableOf(summary: string, header: string): readonly (readonly string[])[] {
  const lines = summary.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end < 0 ? rest.length : end).map((line) => line.slice(2, -2).split(' | '));
}

export const titleOf = (summary: string): string => summary.split('\n').at(0) ?? '';

/** Text of one folded part, found by the start of its title. */
export function foldedPart(summary: string, title: string): string {
  const start = summary.indexOf(`<summary>${title}`);
  return start < 0 ? '' : summary.slice(start, summary.indexOf('</details>', start));
}

export const withoutFences = (summary: string): string => summary.replace(/^(`{3,}).*\n[\s\S]*?\n\1$/gm, '');

/** The summary without what is shown literally: fenced blocks, code spans and the tags that it is made of. */
export const outsideCode = (summary: string): string =>
  withoutFences(summary)
    .replace(/`[^`\n]+`/g, '')
    .replace(/<\/?(?:details|summary|code)>|<br>|<a href="https:[^"<>]*">(?:source|documentation)<\/a>/g, '');

/** Folds that are opened but not closed; what is shown literally does not count. */
export function folds(summary: string): number {
  const text = withoutFences(summary).replace(/`[^`\n]+`/g, '');
  return text.split('<details>').length - text.split('</details>').length;
}

/** The lines of all pictures of one kind (`gantt`, `flowchart LR`), without the one that names it. */
export const picturesOf = (summary: string, kind: string): readonly string[] =>
  [...summary.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].flatMap(([, text = '']) => {
    const [first, ...lines] = text.split('\n');
    return first === kind ? lines : [];
  });
