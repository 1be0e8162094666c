import type { ObjectDiff } from '../../../plan/plan.js';
import { code } from '../../safe.js';
import { counted, enumerated } from '../section.js';
import { isWorkload, move, shown, type Field } from './fields.js';

const MAX_NAMES = 12;

/** Parts of a pod template in a reader's words; the first that fits. */
const parts: readonly (readonly [RegExp, string])[] = [
  [/^(liveness|readiness|startup)Probe$/, 'probes'],
  [/^(env|envFrom)$/, 'environment'],
  [/^(volumes|volumeMounts|volumeClaimTemplates)$/, 'volumes'],
  [/^(command|args)$/, 'command'],
  [/^(securityContext|serviceAccountName|serviceAccount)$/, 'security'],
  [/^(affinity|tolerations|nodeSelector|topologySpreadConstraints|priorityClassName)$/, 'scheduling'],
  [/^ports$/, 'ports'],
  [/^(labels|annotations)$/, 'labels and annotations'],
  [/^initContainers$/, 'init containers'],
];

const partOf = (place: readonly string[]): string =>
  parts.find(([pattern]) => place.some((segment) => pattern.test(segment)))?.[1] ?? 'other fields';

/** What changes inside pod templates, by part and number of workloads. */
export function templates(fields: readonly Field[]): string | undefined {
  const found = new Map<string, Set<string>>();
  for (const { object, place } of fields) {
    const part = partOf(place);
    found.set(part, (found.get(part) ?? new Set()).add(`${object.kind}/${object.name}`));
  }
  const pieces = [...found].map(([part, workloads]) => `${part} of ${counted(workloads.size, 'workload')}`);
  return pieces.length === 0 ? undefined : pieces.join(', ');
}

/** Replicas and resources, workload by workload. */
export function quantities(fields: readonly Field[]): string | undefined {
  const pieces = fields.map((field) => {
    const place = field.place.slice(field.place.indexOf('resources') + 1).join('.');
    const what = field.topic === 'replicas' ? '' : ` ${code(place === '' ? 'resources' : place)}`;
    return `${code(field.object.name)}${what} ${move(field) === '' ? 'changed' : move(field)}`;
  });
  return pieces.length === 0 ? undefined : enumerated(pieces, MAX_NAMES);
}

/** Image changes, each once with the number of workloads: new images only where nothing moves to them. */
export function images(diff: readonly ObjectDiff[]): readonly string[] {
  const all = diff.filter(isWorkload).flatMap((object) => object.images.map((image) => ({ ...image, object })));
  const groups = new Map<string, { readonly from?: string; readonly to?: string; readonly workloads: Set<string> }>();
  for (const { from, to, object } of all) {
    const key = JSON.stringify([from, to]);
    const group = groups.get(key) ?? { ...(from && { from }), ...(to && { to }), workloads: new Set<string>() };
    group.workloads.add(`${object.kind}/${object.name}`);
    groups.set(key, group);
  }
  const moves = [...groups.values()].filter(({ from, to }) => from !== undefined && to !== undefined);
  const [left, reached] = [new Set(moves.map(({ from }) => from)), new Set(moves.map(({ to }) => to))];
  return [...groups.values()].flatMap(({ from, to, workloads }) => {
    const on = `on ${counted(workloads.size, 'workload')}`;
    if (from !== undefined && to !== undefined) return [`${shown(from)} → ${shown(to)} ${on}`];
    if (to !== undefined) return reached.has(to) ? [] : [`${shown(to)}, new, ${on}`];
    return left.has(from) || reached.has(from) ? [] : [`${shown(from)}, gone, ${on}`];
  });
}
