import type { KubeObject, ListOptions } from '../../src/cluster/port.js';

type Test = (object: KubeObject) => boolean;

const requirement = /^([^=!]+?)(=|==|!=)([^=!]*)$/;

const membership = /^([\w./-]+) in \(([^)]*)\)$/;

function labelTest(term: string): Test {
  const [, set, members] = membership.exec(term) ?? [];
  if (set !== undefined) {
    const wanted = (members ?? '').split(',').map((one) => one.trim());
    return ({ metadata }) => wanted.includes(metadata.labels?.[set] ?? '');
  }
  const [, key, operator, value] = requirement.exec(term) ?? [];
  const of = (object: KubeObject, label: string) => object.metadata.labels?.[label];
  if (key !== undefined) {
    return operator === '!=' ? (object) => of(object, key) !== value : (object) => of(object, key) === value;
  }
  if (!/^!?[\w./-]+$/.test(term)) throw new Error(`the model does not know the label selector ${term}`);
  return term.startsWith('!')
    ? (object) => of(object, term.slice(1)) === undefined
    : (object) => of(object, term) !== undefined;
}

function fieldTest(term: string): Test {
  const [, path, operator, value] = requirement.exec(term) ?? [];
  if (path === undefined) throw new Error(`the model does not know the field selector ${term}`);
  const keys = path.split('.');
  return (object) => {
    const found = keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
    return (found === value) === (operator !== '!=');
  };
}

const terms = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');

/** Whether an object is in a list with these options. Selectors: equality, `!=`, `in`, and presence of a label. */
export function selects({ namespace, labelSelector, fieldSelector }: ListOptions): Test {
  if (labelSelector === undefined && fieldSelector === undefined) {
    return (object) => namespace === undefined || object.metadata.namespace === namespace;
  }
  const tests = [...terms(labelSelector).map(labelTest), ...terms(fieldSelector).map(fieldTest)];
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && tests.every((test) => test(object));
}
