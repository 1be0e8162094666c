import type { ChartEntry, ChartRepository, FetchedChart } from '../helm/repository/port.js';
import type { ResolvedChart } from '../milvus/resolve.js';
import { failed } from '../problem.js';
import type { Request } from '../action/request.js';
import type { Inspection } from './facts.js';
import type { Target } from './target.js';

/** The chart that was chosen, and how to get it. */
export interface ChosenChart extends ResolvedChart {
  /** Brings the chart to this machine; once, however often it is asked for. */
  fetch(signal?: AbortSignal): Promise<FetchedChart>;
}

/** The charts that can be chosen from; `unreadable` is why there are none. */
export interface Listing {
  readonly entries: readonly ChartEntry[];
  readonly unreadable?: Error;
}

/**
 * The repository's charts. A repository that cannot be reached is no reason to fail where the target runs already and
 * the installed chart stays: nothing of it is needed then.
 *
 * @param listing the entries, asked for early because it takes a download
 * @throws Problem (failed) when the repository cannot be read but is needed
 */
export async function readListing(
  listing: Promise<readonly ChartEntry[]>,
  { base }: Inspection,
  goal: Target,
  { chartVersion }: Request,
): Promise<Listing> {
  const keeps = chartVersion === undefined || chartVersion === base.chart.version;
  try {
    return { entries: await listing };
  } catch (error) {
    if (goal.version !== goal.source || !keeps || !(error instanceof Error)) throw error;
    return { entries: [], unreadable: error };
  }
}

/** Makes a resolved chart one that can be fetched. */
export function chosen(
  resolved: ResolvedChart,
  { entries, unreadable }: Listing,
  repository: ChartRepository,
): ChosenChart {
  let fetched: Promise<FetchedChart> | undefined;
  const get = (signal?: AbortSignal): Promise<FetchedChart> => {
    const entry = entries.find(({ version }) => version === resolved.chartVersion);
    if (entry !== undefined) return repository.fetch(entry, signal);
    return Promise.reject(
      unreadable ??
        failed({
          id: 'chart-not-available',
          what: `Chart ${resolved.chartVersion} is needed, and ${repository.describe} does not have it.`,
          remedy: 'Check the input repository, or set chart-version to one that it has.',
        }),
    );
  };
  return { ...resolved, fetch: (signal) => (fetched ??= get(signal)) };
}
