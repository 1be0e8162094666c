import { code } from '../../safe.js';
import { counted, enumerated } from '../section.js';
import { change, isHidden, move, type Field } from './fields.js';

const MAX_KEYS = 10;

/** Settings below a part of a file that came or went as a whole. */
function settings(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, one: unknown) => sum + settings(one), 0);
}

type Change = 'new' | 'gone' | 'changed';

const changeOf = ({ from, to }: Field): Change => (from === undefined ? 'new' : to === undefined ? 'gone' : 'changed');

/** Values that can be read say most, and those that only moved say more than those that came with a new chart. */
const rank = (field: Field): number =>
  (move(field) === '' ? 3 : 0) + ['changed', 'gone', 'new'].indexOf(changeOf(field));

function key(field: Field): string {
  const name = code(field.place.slice(2).join('.'));
  const value = field.from === undefined ? field.to : field.from;
  const kind = changeOf(field);
  if (typeof value === 'object' && value !== null) {
    return `${name} (${kind === 'changed' ? 'list or section changed' : kind}, ${counted(settings(value), 'setting')})`;
  }
  const moved = move(field);
  return `${name} ${moved === '' ? `(${kind}, value not shown)` : `${kind === 'new' ? 'new: ' : ''}${moved}`}`;
}

function line(title: string, fields: readonly Field[]): string {
  const [whole] = fields;
  // The file itself is the field: it came, went, or is no YAML.
  if (whole?.place.length === 2) {
    const [from, to] = [settings(whole.from), settings(whole.to)];
    if (whole.from === undefined)
      return `${title}: new, ${isHidden(whole.to) ? 'text not shown' : counted(to, 'setting')}`;
    if (whole.to === undefined)
      return `${title}: gone, ${isHidden(whole.from) ? 'text not shown' : `had ${counted(from, 'setting')}`}`;
    return `${title}: its text changes (not shown)`;
  }
  const counts = (['changed', 'new', 'gone'] as const).flatMap((change) => {
    const found = fields.filter((field) => changeOf(field) === change).length;
    return found === 0 ? [] : [`${found} ${change}`];
  });
  const sorted = [...fields].sort((a, b) => rank(a) - rank(b));
  return `${title}, ${counts.join(', ')}: ${enumerated(sorted.map(key), MAX_KEYS)}`;
}

/** Milvus's own settings and other files in ConfigMaps, one line a file. */
export function configuration(fields: readonly Field[]): readonly string[] {
  const files = new Map<string, Field[]>();
  for (const field of fields) {
    const title = `${code(field.place[1] ?? 'data')} in ConfigMap ${code(field.object.name)}`;
    files.set(title, [...(files.get(title) ?? []), field]);
  }
  return [...files].map(([title, found]) => line(title, found));
}

/** Keys of Secrets, which are named and never shown. */
export function secrets(fields: readonly Field[]): readonly string[] {
  const keys = new Map<string, number>();
  for (const { object } of fields) keys.set(object.name, (keys.get(object.name) ?? 0) + 1);
  return [...keys].map(([name, count]) => `Secret ${code(name)}, ${counted(count, 'field')}`);
}

/** One field below the object's first level: place, old and new value where they may be shown. */
export const plainly = (field: Field): string =>
  `${code(field.place.slice(1).join('.') || field.path)} ${change(field)}`;
