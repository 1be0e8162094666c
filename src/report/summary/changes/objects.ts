import type { ObjectDiff } from '../../../plan/plan.js';
import { code, markdown } from '../../safe.js';
import { counted, enumerated } from '../section.js';
import { isWorkload } from './fields.js';

const MAX_NAMES = 12;

interface Ref {
  readonly kind: string;
  readonly name: string;
}

const plural = (kind: string): string =>
  kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : kind.endsWith('s') ? `${kind}es` : `${kind}s`;

/** Objects by kind: ``Deployments `a`, `b`; StatefulSet `c` ``. Empty for none. */
export function byKind(objects: readonly Ref[], most = MAX_NAMES): string {
  const kinds = new Map<string, string[]>();
  for (const { kind, name } of objects) kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  const pieces = [...kinds].map(([kind, names]) => {
    const shown = enumerated(names.map(code), most);
    return `${markdown(names.length === 1 ? kind : plural(kind))} ${shown}`;
  });
  return enumerated(pieces, most, '; ');
}

const holdsData = ({ kind }: Ref): boolean => kind === 'StatefulSet' || kind === 'PersistentVolumeClaim';

/** What holds data and leaves the release; checks that cannot be overridden speak against it. */
export const lost = (objects: readonly Ref[]): readonly Ref[] => objects.filter(holdsData);

/** What stays: data first, and the number of all other objects without a change. */
export function stays(diff: readonly ObjectDiff[]): string | undefined {
  const kept = diff.filter((one) => holdsData(one) && (one.change === 'changed' || one.change === 'unchanged'));
  const others = diff.filter((one) => one.change === 'unchanged' && !holdsData(one)).length;
  const data = byKind(kept);
  const pieces = [
    ...(data === '' ? [] : [`${data} (with their volumes)`]),
    ...(others === 0 ? [] : [`${counted(others, 'other object')} without any change`]),
  ];
  return pieces.length === 0 ? undefined : pieces.join('; ');
}

/** Objects besides workloads that come, go or change; hooks are said apart. */
export function others(diff: readonly ObjectDiff[], change: ObjectDiff['change']): string | undefined {
  const found = diff.filter((one) => one.change === change && !isWorkload(one) && one.hook !== true);
  return found.length === 0 ? undefined : byKind(found);
}

export const hooks = (diff: readonly ObjectDiff[]): string | undefined => {
  const found = diff.filter(({ hook }) => hook === true);
  return found.length === 0 ? undefined : byKind(found);
};
