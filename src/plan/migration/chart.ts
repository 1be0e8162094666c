import { gt, valid } from 'semver';
import { migrationChart } from '../../milvus/migration-values-pins.js';

/**
 * The chart for the hop from Milvus 2.1 to 2.2.
 *
 * @param installed version of the installed chart
 * @param available versions that the repository has
 * @returns undefined where the general rule holds: the installed chart is newer (a chart never goes down), or the
 *   repository does not have the chart. Then the stored values have to be carried over, and MinIO's pods change too
 */
export const chartOfMigration = (
  installed: string,
  available: readonly string[],
): { readonly version: string; readonly why: string; readonly source: string } | undefined => {
  const { version, why, source } = migrationChart;
  return valid(installed) === null || gt(installed, version) || !available.includes(version)
    ? undefined
    : { version, why, source };
};
