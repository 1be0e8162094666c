import type { ObjectChange, ObjectDiff } from '../../plan/plan.js';
import type { Report } from '../report.js';
import { code, markdown, shorten } from '../safe.js';
import { blocks, counted, folded, keep, table, type Section } from './section.js';

const MAX_VALUE = 120;
const MAX_FIELDS = 500;

const named = ({ kind, name }: ObjectDiff): string => `${markdown(kind)} ${code(name)}`;

function value(given: unknown): string {
  if (given === undefined) return '–';
  return code(shorten(typeof given === 'string' ? given : JSON.stringify(given), MAX_VALUE));
}

function objects(diff: readonly ObjectDiff[]): string {
  const restart = (one: ObjectDiff): string => (one.restarts ? 'yes' : '');
  return table(
    ['Object', 'Change', 'Pods restart'],
    diff.map((one) => [named(one), one.hook === true ? `${one.change} (hook)` : one.change, restart(one)]),
  );
}

function images(diff: readonly ObjectDiff[]): string | undefined {
  const rows = diff.flatMap((one) =>
    one.images.map(({ container, from, to }) => [named(one), code(container), value(from), value(to)]),
  );
  return rows.length === 0 ? undefined : blocks('**Images**', table(['Object', 'Container', 'From', 'To'], rows));
}

function fields(diff: readonly ObjectDiff[]): string | undefined {
  const rows = diff.flatMap((one) =>
    one.fields.map(({ path, from, to }) => [named(one), code(path), value(from), value(to)]),
  );
  if (rows.length === 0) return undefined;
  const note = 'Credentials are shown as salted hashes.';
  return blocks('**Fields**', table(['Object', 'Field', 'From', 'To'], rows, MAX_FIELDS), note);
}

const COUNTED: readonly ObjectChange[] = ['added', 'removed', 'changed'];

/** What the upgrade changes in the cluster, object by object. */
export function diff(report: Report): Section | undefined {
  const changed = (report.plan?.diff ?? []).filter(({ change }) => change !== 'unchanged');
  if (changed.length === 0) return undefined;
  const counts = COUNTED.map((change) => ({ change, count: changed.filter((one) => one.change === change).length }));
  const title = counts.flatMap(({ change, count }) => (count === 0 ? [] : [`${count} ${change}`])).join(', ');
  const text = folded(
    `What changes in the cluster: ${title} (${counted(changed.length, 'object')})`,
    blocks(objects(changed), images(changed), fields(changed)),
  );
  return { name: 'changes', keep: keep.diff, text };
}
