import { oneLine } from '../../report/safe.js';

/** Text from the cluster may be long, of several lines, or hostile: one line of printable characters, cut to `max`. */
export function short(text: string, max = 300): string {
  const flat = oneLine(text);
  return flat.length > max ? `${flat.slice(0, max - 1)}…` : flat;
}

/** `1 pod`, `3 pods`. */
export const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** The first few of a list, and how many more there are. */
export function some(items: readonly string[], max = 3, separator = '; '): string {
  const rest = items.length - max;
  return items.slice(0, max).join(separator) + (rest > 0 ? `${separator}and ${rest} more` : '');
}
