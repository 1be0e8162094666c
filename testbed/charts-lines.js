import { readFileSync } from 'node:fs';
import { URL } from 'node:url';
import semver from 'semver';

/** Directory of the model chart: its table of lines, its templates and those of its dependencies. */
export const MODEL_CHART = new URL('chart/', import.meta.url);

/** @returns {any} testbed/chart/lines.json */
export const readLines = () => JSON.parse(readFileSync(new URL('lines.json', MODEL_CHART), 'utf8'));

/**
 * What holds at a chart version in a table of `{ first version: what holds from there on }`.
 *
 * @param {Record<string, unknown>} table
 * @param {string} version
 */
export function at(table, version) {
  const first = Object.keys(table)
    .filter((from) => semver.lte(from, version))
    .sort(semver.rcompare)[0];
  return first === undefined ? null : table[first];
}

/** Whether a version lies in `{ from, to }`, both inclusive and both optional. */
export const within = ({ from = '0.0.0', to = '999.0.0' }, version) =>
  semver.gte(version, from) && semver.lte(version, to);
