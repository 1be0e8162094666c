import type { ObjectDiff } from '../../../plan/plan.js';
import { code, markdown, shorten } from '../../safe.js';

const MAX_VALUE = 120;

/** What a changed field is about, for whoever reads what an upgrade does. */
export type Topic =
  'bookkeeping' | 'image' | 'replicas' | 'resources' | 'configuration' | 'secret' | 'service' | 'template' | 'other';

export interface Field {
  readonly object: ObjectDiff;
  readonly topic: Topic;
  /** Segments of the JSON pointer. */
  readonly place: readonly string[];
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export const isWorkload = ({ kind }: ObjectDiff): boolean => /^(Deployment|StatefulSet|DaemonSet)$/.test(kind);

/** Labels and annotations that name the chart or carry a checksum of what is listed elsewhere. */
const bookkeeping = /^(helm\.sh\/chart|app\.kubernetes\.io\/version|chart|heritage|checksum[/-].*)$/;

const inMetadata = (place: readonly string[]): boolean => /^(labels|annotations|matchLabels)$/.test(place.at(-2) ?? '');

/** The first row that fits says what a field is about. */
const topics: readonly (readonly [Topic, (object: ObjectDiff, place: readonly string[]) => boolean])[] = [
  ['bookkeeping', (_, place) => inMetadata(place) && bookkeeping.test(place.at(-1) ?? '')],
  ['secret', ({ kind }) => kind === 'Secret'],
  ['configuration', ({ kind }, place) => kind === 'ConfigMap' && place[0] === 'data'],
  ['service', ({ kind }) => kind === 'Service'],
  ['image', (object, place) => isWorkload(object) && place.at(-1) === 'image'],
  ['replicas', (object, place) => isWorkload(object) && place.join('/') === 'spec/replicas'],
  ['resources', (object, place) => isWorkload(object) && place.includes('resources')],
  ['template', (object, place) => isWorkload(object) && place[0] === 'spec' && place[1] === 'template'],
  ['other', () => true],
];

/** Segments of a JSON pointer, https://www.rfc-editor.org/rfc/rfc6901 */
const segments = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** All changed fields, each with what it is about. */
export function fieldsOf(diff: readonly ObjectDiff[]): readonly Field[] {
  return diff.flatMap((object) =>
    object.fields.map(({ path, from, to }) => {
      const place = segments(path);
      const topic = topics.find(([, fits]) => fits(object, place))?.[0] ?? 'other';
      return { object, topic, place, path, from, to };
    }),
  );
}

/** The salted hashes that stand in for texts which could be credentials. */
export const isHidden = (value: unknown): boolean => typeof value === 'string' && /^hash:[0-9a-f]+$/.test(value);

/** A value as inline code, an em dash where there is none. */
export function shown(value: unknown): string {
  if (value === undefined) return '–';
  return code(shorten(typeof value === 'string' ? value : JSON.stringify(value), MAX_VALUE)) || '(empty)';
}

/** Old and new value where they may be shown, else nothing. */
export function move({ from, to }: Pick<Field, 'from' | 'to'>): string {
  const given = [from, to].filter((value) => value !== undefined);
  if (given.some((value) => isHidden(value) || typeof value === 'object')) return '';
  return from === undefined ? shown(to) : to === undefined ? `was ${shown(from)}` : `${shown(from)} → ${shown(to)}`;
}

/** Old and new value, or that it is new, gone or changed where they may not be shown. */
export function change(value: Pick<Field, 'from' | 'to'>): string {
  const moved = move(value);
  if (moved !== '') return moved;
  return value.from === undefined ? 'new' : value.to === undefined ? 'gone' : 'changed';
}

export const named = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${markdown(kind)} ${code(name)}`;
