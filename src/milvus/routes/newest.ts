import type { ChartEntry } from '../resolve.js';
import { compareMilvusVersions, isPrerelease, minorOf, parseMilvusVersion, type MilvusVersion } from '../version.js';
import { badTarget } from './bad-targets.js';
import { crossings } from './crossings.js';
import { lines } from './lines.js';
import { tableVersion } from './table-version.js';

/** Newest release of a minor that is no bad target: known here, or named by a chart. */
function newestOf(minor: string, entries: readonly ChartEntry[]): MilvusVersion | undefined {
  const here = lines.filter((line) => line.minor === minor).map(({ stop, newest }) => tableVersion(newest ?? stop));
  const charts = entries.flatMap(({ appVersion }) => parseMilvusVersion(appVersion) ?? []);
  return [...here, ...charts]
    .filter((version) => minorOf(version) === minor && !isPrerelease(version) && badTarget(version) === undefined)
    .sort(compareMilvusVersions)
    .at(-1);
}

/**
 * The newest known release of a version's minor.
 *
 * @param entries charts of the repository; their app versions may know newer releases
 * @returns undefined where none is newer than `version`
 */
export function newestPatch(version: MilvusVersion, entries: readonly ChartEntry[]): MilvusVersion | undefined {
  const newest = newestOf(minorOf(version), entries);
  return newest !== undefined && compareMilvusVersions(newest, version) > 0 ? newest : undefined;
}

/**
 * The newest known release of the minor after a version's.
 *
 * @param entries charts of the repository
 * @returns undefined where no upgrade to a next minor is known
 */
export function nextMinor(version: MilvusVersion, entries: readonly ChartEntry[]): MilvusVersion | undefined {
  const crossing = crossings.find(({ from }) => from === minorOf(version));
  return crossing === undefined ? undefined : newestOf(crossing.to, entries);
}
