import { parse } from 'yaml';
import type { KubeObject } from '../../cluster/port.js';
import type { ObjectDiff } from '../plan.js';
import type { Redactor } from '../redact.js';
import { at, changedFields, objectsAt, pointerKeys } from './fields.js';

/** Labels and annotations that name the chart and change with every chart: noise to a reader. */
const noise = /\/(helm\.sh~1chart|app\.kubernetes\.io~1version|chart|heritage)$/;

/** Identity of an object within one release. */
export const keyOf = (object: KubeObject): string =>
  `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;

const isWorkload = (object: KubeObject): boolean =>
  object.kind === 'Deployment' || object.kind === 'StatefulSet' || object.kind === 'DaemonSet';

/** Configuration files inside a ConfigMap are compared key by key, so that one changed setting is one line. */
function expanded(object: KubeObject): unknown {
  const data = at(object, 'data');
  if (object.kind !== 'ConfigMap' || typeof data !== 'object' || data === null) return object;
  const files = Object.entries(data).map(([name, text]): [string, unknown] => {
    if (typeof text !== 'string' || !/\.ya?ml$/.test(name)) return [name, text];
    try {
      return [name, parse(text, { uniqueKeys: false, logLevel: 'silent' }) ?? ''];
    } catch {
      return [name, text];
    }
  });
  return { ...object, data: Object.fromEntries(files) };
}

/** Images of containers, in a pod template or in a pod itself, by container name. */
export function imageChanges(before: KubeObject | undefined, after: KubeObject | undefined): ObjectDiff['images'] {
  const images = (object: KubeObject | undefined): Map<string, string> =>
    new Map(
      ['initContainers', 'containers'].flatMap((list) =>
        [...objectsAt(object, 'spec', 'template', 'spec', list), ...objectsAt(object, 'spec', list)].map(
          (container): [string, string] => [String(container.name), String(container.image)],
        ),
      ),
    );
  const from = images(before);
  const to = images(after);
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((container) => from.get(container) !== to.get(container))
    .map((container) => ({
      container,
      ...(from.has(container) ? { from: from.get(container) } : {}),
      ...(to.has(container) ? { to: to.get(container) } : {}),
    }));
}

/** Replaces secrets in one object's changes: nothing of a Secret is shown, of the rest only what is harmless. */
function redactChanges(object: KubeObject, redact: Redactor, fields: ReturnType<typeof changedFields>) {
  return fields
    .filter(({ path }) => !noise.test(path))
    .map(({ path, from, to }) => {
      const keys = pointerKeys(path);
      const place = object.kind === 'Secret' ? ['secret', ...keys] : keys;
      return {
        path,
        ...(from === undefined ? {} : { from: redact(from, place) }),
        ...(to === undefined ? {} : { to: redact(to, place) }),
      };
    });
}

/**
 * What an upgrade changes, object by object, from the base revision's manifest to the rendered one, with the images of
 * the live objects (a person may have set one since).
 *
 * @param before objects of the base revision's manifest
 * @param after objects of the dry run
 * @param live live objects by {@link keyOf}; only their images are looked at here
 * @param redact hides values that could be secret
 * @returns one entry an object, sorted by kind and name, unchanged ones included
 */
export function diffObjects(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  live: ReadonlyMap<string, KubeObject>,
  redact: Redactor,
): ObjectDiff[] {
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const next = new Map(after.map((object) => [keyOf(object), object]));
  const diffs = [...new Set([...old.keys(), ...next.keys()])].map((key): ObjectDiff => {
    const from = old.get(key);
    const to = next.get(key);
    const subject = to ?? from;
    if (subject === undefined) throw new Error(`no object behind ${key}`);
    const base = { kind: subject.kind, name: subject.metadata.name };
    const running = live.get(key) ?? from;
    if (from === undefined || to === undefined) {
      return {
        ...base,
        change: from === undefined ? 'added' : 'removed',
        restarts: false,
        images: isWorkload(subject) ? imageChanges(from, to) : [],
        fields: [],
      };
    }
    const images = isWorkload(subject) ? imageChanges(running, to) : [];
    const template = changedFields(at(from, 'spec', 'template'), at(to, 'spec', 'template'));
    const fields = redactChanges(subject, redact, changedFields(expanded(from), expanded(to)));
    const restarts = isWorkload(subject) && (template.length > 0 || images.length > 0);
    const change = fields.length > 0 || restarts ? 'changed' : 'unchanged';
    return { ...base, change, restarts, images, fields };
  });
  return diffs.sort((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1));
}
