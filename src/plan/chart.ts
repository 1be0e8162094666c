import type { ChartEntry, ChartRepository, FetchedChart } from '../helm/repository/port.js';
import { parseMilvusVersion } from '../milvus/version.js';
import { resolveChart, type ResolvedChart } from '../milvus/resolve.js';
import { Problem, failed, refused } from '../problem.js';
import type { Inspection } from './facts.js';
import type { Target } from './target.js';

/** The chart that was chosen, and how to get it. */
export interface ChosenChart extends ResolvedChart {
  /** Brings the chart to this machine; once, however often it is asked for. */
  fetch(signal?: AbortSignal): Promise<FetchedChart>;
}

const versionOf = (text: string, input: string) => {
  const version = parseMilvusVersion(text);
  if (version !== undefined) return version;
  throw refused({
    id: 'version-unreadable',
    what: `The ${input} ${text} is not a Milvus version.`,
    remedy: 'Give it as three numbers, for example 2.4.23.',
  });
};

/**
 * Chooses the chart by the resolving rule. A repository that cannot be reached is no reason to fail where the target
 * runs already and the installed chart stays: nothing of it is needed then.
 *
 * @param repository where charts come from
 * @param listing the repository's entries, asked for early because it takes a download
 * @throws Problem (refused) of the resolving rule; Problem (failed) when the repository cannot be read but is needed
 */
export async function chooseChart(
  repository: ChartRepository,
  listing: Promise<readonly ChartEntry[]>,
  { base }: Inspection,
  target: Target,
  requested: string | undefined,
): Promise<ChosenChart> {
  const wanted = versionOf(target.version, 'target version');
  const running = versionOf(target.source, 'running version');
  const keeps = requested === undefined || requested === base.chart.version;
  const optional = target.version === target.source && keeps;
  let unreadable: unknown;
  const entries = await listing.catch((error: unknown): readonly ChartEntry[] => {
    if (!optional) throw error;
    unreadable = error;
    return [];
  });
  const resolved = resolveChart({
    entries,
    target: wanted,
    installed: { version: base.chart.version, appVersion: base.chart.appVersion },
    running,
    ...(requested === undefined ? {} : { requested }),
  });
  if (resolved instanceof Problem) throw resolved;
  let fetched: Promise<FetchedChart> | undefined;
  const get = (signal?: AbortSignal): Promise<FetchedChart> => {
    const entry = entries.find(({ version }) => version === resolved.chartVersion);
    if (entry !== undefined) return repository.fetch(entry, signal);
    return Promise.reject(
      unreadable instanceof Error
        ? unreadable
        : failed({
            id: 'chart-not-available',
            what: `Chart ${resolved.chartVersion} is needed, and ${repository.describe} does not have it.`,
            remedy: 'Check the input repository, or set chart-version to one that it has.',
          }),
    );
  };
  return { ...resolved, fetch: (signal) => (fetched ??= get(signal)) };
}
