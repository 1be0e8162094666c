import { refused } from '../../problem.js';
import type { PullChart } from '../adapter.js';
import { readChart } from './chart.js';
import type { ChartRepository, FetchedChart } from './port.js';
import { versionMissing } from './remote.js';

/** A source with exactly one version. */
function single(describe: string, load: (signal: AbortSignal | undefined) => Promise<FetchedChart>): ChartRepository {
  let chart: Promise<FetchedChart> | undefined;
  const once = (signal: AbortSignal | undefined): Promise<FetchedChart> =>
    (chart ??= load(signal).catch((error: unknown) => {
      chart = undefined;
      throw error;
    }));
  return {
    describe,
    entries: async (signal) => {
      const { chartVersion, appVersion } = await once(signal);
      return [{ version: chartVersion, appVersion }];
    },
    fetch: async ({ version }, signal) => {
      const only = await once(signal);
      if (only.chartVersion !== version) throw versionMissing(only.chartName, version, describe);
      return only;
    },
  };
}

/** An unpacked chart directory or a package, named in the input `chart`. */
export const localChart = (path: string): ChartRepository => single(path, () => readChart(path, 'chart'));

/**
 * A chart in an OCI registry. Registries are not asked which versions there are, so the version has to be given; the
 * chart is pulled once by Helm and used from this machine after that.
 */
export function ociChart(reference: string, version: string | undefined, pull: PullChart): ChartRepository {
  return single(reference, async (signal) => {
    if (version === undefined)
      throw refused({
        id: 'chart-version-needed',
        what: `The chart ${reference} is in an OCI registry, and \`chart-version\` is not set.`,
        why: 'Only the index of a chart repository says which chart version belongs to which Milvus version.',
        remedy: 'Set the input `chart-version`.',
      });
    return readChart(await pull(reference, version, signal), 'chart');
  });
}
