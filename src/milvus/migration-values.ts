import { gt, gte, lte, valid } from 'semver';
import { carriedRows } from './migration-values-rows.js';
import { specialRows } from './migration-values-special.js';

/**
 * Values that charts 3.x read and newer ones do not: what each of them set, and what carries it over. Helm says nothing
 * about a value that no template reads, so each key needs a row, and a key without one stops the upgrade.
 *
 * @see https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md (Breaking Changes)
 */

/** What keeps the effect of a value on a chart that does not read it any more. */
export type CarriedBy =
  /** These settings in `extraConfigFiles.user.yaml`: all of them, because Milvus's versions read different ones. */
  | { readonly by: 'user.yaml'; readonly settings: readonly string[]; readonly suffix?: string }
  /** Another key of the chart's values. */
  | { readonly by: 'value'; readonly value: string; readonly change: 'ingress-hosts-to-rules' }
  /** Nothing, because it has no effect any more. */
  | { readonly by: 'nothing'; readonly why: string }
  /** A person, because one value cannot be turned into the other by rule. */
  | { readonly by: 'person'; readonly remedy: string };

export interface ValueRow {
  /** Dotted path in the chart's values; where `sets` is empty, the row holds for everything below it too. */
  readonly value: string;
  /** First and last published chart whose templates read it so. */
  readonly first: string;
  readonly last: string;
  /** The chart's default in `last`. */
  readonly otherwise: unknown;
  /** What it set in Milvus's configuration; empty where it set something else. */
  readonly sets: readonly string[];
  readonly carried: CarriedBy;
  /** The template puts it between quotation marks, so that Milvus reads it as the text it is. */
  readonly quoted?: true;
  /** First chart on which it is carried, where that is before the first chart that ignores it. */
  readonly carriedFrom?: string;
  /** The target still reads the value for another purpose: it stays among the values. */
  readonly stays?: true;
  /** Read in standalone mode with RocksMQ only. */
  readonly rocksmqOnly?: true;
  /** Losing it makes Milvus look in another place for its data, or opens it to everybody. */
  readonly vital?: true;
}

export const valueRows: readonly ValueRow[] = [...carriedRows, ...specialRows];

/** A section that set nothing is one row; a value that was written somewhere is itself and nothing below it. */
const covers = ({ value, sets }: ValueRow, path: string): boolean =>
  path === value || (sets.length === 0 && path.startsWith(`${value}.`));

/** What a stored value is to an upgrade from one chart to another. */
export type Fate =
  /** The installed chart reads it, the target does not (or needs it written elsewhere too). */
  | { readonly fate: 'carry'; readonly row: ValueRow }
  /** The installed chart does not read it, and the target neither. */
  | { readonly fate: 'idle'; readonly row: ValueRow }
  /** The installed chart does not read it, the target does: it takes effect for the first time. */
  | { readonly fate: 'begins'; readonly row: ValueRow }
  /** Both read it. */
  | { readonly fate: 'stays'; readonly row: ValueRow };

const reads = (chart: string, { first, last }: ValueRow): boolean => gte(chart, first) && lte(chart, last);

/**
 * What becomes of one stored value.
 *
 * @param path dotted path of the value
 * @param installed version of the installed chart
 * @param target version of the chart to come
 * @returns undefined where no row is about it
 */
export function fateOf(path: string, installed: string, target: string): Fate | undefined {
  if (valid(installed) === null || valid(target) === null) return undefined;
  const rows = valueRows.filter((row) => covers(row, path));
  const row = rows.find((one) => reads(installed, one));
  if (row === undefined) {
    const begins = rows.find((one) => reads(target, one));
    const [any] = rows;
    if (begins !== undefined) return { fate: 'begins', row: begins };
    return any === undefined ? undefined : { fate: 'idle', row: any };
  }
  const carried = gt(target, row.last) || (row.carriedFrom !== undefined && gte(target, row.carriedFrom));
  return { fate: carried ? 'carry' : 'stays', row };
}

/** Where the last chart that reads a value shows what it does with it. */
export const rowSource = ({ last, sets }: ValueRow): string =>
  `https://github.com/zilliztech/milvus-helm/blob/milvus-${last}/charts/milvus/${sets.length > 0 ? 'templates/config.tpl' : 'values.yaml'}`;
