import type { ObjectChange, ObjectDiff } from '../../plan/plan.js';
import type { Report } from '../report.js';
import { code } from '../safe.js';
import { fieldsOf, named, shown, type Field } from './changes/fields.js';
import { allChanges } from './changes/index.js';
import { blocks, counted, folded, keep, list, table, type Section } from './section.js';

const MAX_FIELDS = 500;

/** An object in which nothing but bookkeeping changes is no change to a reader. */
function isChange(object: ObjectDiff): boolean {
  if (object.change === 'unchanged') return false;
  if (object.change !== 'changed' || object.restarts || object.images.length > 0 || object.fields.length === 0)
    return true;
  return fieldsOf([object]).some(({ topic }) => topic !== 'bookkeeping');
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
    one.images.map(({ container, from, to }) => [named(one), code(container), shown(from), shown(to)]),
  );
  return rows.length === 0 ? undefined : blocks('**Images**', table(['Object', 'Container', 'From', 'To'], rows));
}

function fields(found: readonly Field[]): string | undefined {
  const rows = found
    .filter(({ topic }) => topic !== 'bookkeeping' && topic !== 'image')
    .map(({ object, path, from, to }) => [named(object), code(path), shown(from), shown(to)]);
  if (rows.length === 0) return undefined;
  const note = 'A text that could be a credential is shown as a salted hash: equal texts have equal hashes.';
  return blocks('**Fields**', table(['Object', 'Field', 'From', 'To'], rows, MAX_FIELDS), note);
}

const COUNTED: readonly ObjectChange[] = ['added', 'removed', 'changed'];

/** What the upgrade changes in the cluster: in words, then object by object. */
export function diff(report: Report): Section | undefined {
  const all = report.plan?.diff ?? [];
  const changed = all.filter(isChange);
  if (changed.length === 0) return undefined;
  const counts = COUNTED.map((change) => ({ change, count: changed.filter((one) => one.change === change).length }));
  const title = counts.flatMap(({ change, count }) => (count === 0 ? [] : [`${count} ${change}`])).join(', ');
  const hop = (report.plan?.hops.length ?? 0) > 1 ? ', first hop' : '';
  const text = folded(
    `What changes in the cluster${hop}: ${title} (${counted(changed.length, 'object')})`,
    blocks(list(allChanges(all)), '**Objects**', objects(changed), images(changed), fields(fieldsOf(all))),
  );
  return { name: 'changes', keep: keep.diff, text };
}
