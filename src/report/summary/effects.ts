import type { ValueEffect } from '../../plan/plan.js';
import type { Report } from '../report.js';
import { code } from '../safe.js';
import { change, shown } from './changes/fields.js';
import { folded, keep, table, type Section } from './section.js';

const BY: Readonly<Record<ValueEffect['by'], string>> = {
  given: 'given now',
  run: 'written by this run',
  chart: 'default of the new chart',
};

/** One value in a line: key, old and new. */
export const effect = (value: ValueEffect): string => `${code(value.key)} ${change(value)}`;

/** Values that templates see differently after the first hop, and who changed them: the new chart last. */
export function effects(report: Report): Section | undefined {
  const all = report.plan?.effects ?? [];
  if (all.length === 0) return undefined;
  const kinds = (['given', 'run', 'chart'] as const).map((by) => ({ by, found: all.filter((one) => one.by === by) }));
  const counts = kinds.flatMap(({ by, found }) => (found.length === 0 ? [] : [`${found.length} ${BY[by]}`]));
  const rows = kinds.flatMap(({ by, found }) =>
    found.map(({ key, from, to }) => [code(key), shown(from), shown(to), BY[by]]),
  );
  const text = folded(`Values with another effect: ${counts.join(', ')}`, table(['Key', 'From', 'To', 'Why'], rows));
  return { name: 'values', keep: keep.frozen, text };
}
