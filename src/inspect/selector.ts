import { at, objectsAt } from '../plan/compare/fields.js';
import { isMap } from '../values/tree.js';

type Labels = Readonly<Record<string, string>>;

/** Each operator on the label's value (undefined: not there) and the expression's values. */
const operators: Readonly<Record<string, (value: string | undefined, values: readonly unknown[]) => boolean>> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};

/**
 * Whether a LabelSelector selects labels. An empty one selects everything, an absent one nothing.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
 */
export function selects(selector: unknown, labels: Labels): boolean {
  if (!isMap(selector)) return false;
  const wanted = isMap(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    objectsAt(selector, 'matchExpressions').every((expression) => {
      const values = at(expression, 'values');
      const { key, operator } = expression;
      return (
        typeof key === 'string' &&
        typeof operator === 'string' &&
        operators[operator]?.(labels[key], Array.isArray(values) ? values : []) === true
      );
    })
  );
}
