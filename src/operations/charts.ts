import type { PullChart } from '../helm/adapter.js';
import { createHttpGet } from '../helm/repository/http.js';
import { openChartRepository } from '../helm/repository/open.js';
import type { ChartEntry, ChartRepository } from '../helm/repository/port.js';
import type { Session } from './session.js';

/**
 * The chart source that the inputs name.
 *
 * @param pull gets a chart from an OCI registry
 * @returns the repository, and its list, which is asked for at once because it takes a download
 */
export function openCharts(
  { request, clock, workDir, job, interruption }: Session,
  pull: PullChart,
): { readonly repository: ChartRepository; readonly listing: Promise<readonly ChartEntry[]> } {
  const repository = openChartRepository({
    repository: request.repository,
    chart: request.chart,
    ...(request.chartVersion === undefined ? {} : { chartVersion: request.chartVersion }),
    workspace: job.workspace,
    tempDir: workDir,
    get: createHttpGet(clock, 'milvus-upgrade-action'),
    pull,
  });
  const listing = repository.entries(interruption.signal);
  // Its failure is looked at where the list is needed; until then it must not end the process.
  listing.catch(() => undefined);
  return { repository, listing };
}
