import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refused } from '../../problem.js';
import type { PullChart } from '../adapter.js';
import { directoryRepository } from './directory.js';
import type { HttpGet } from './http.js';
import type { ChartRepository } from './port.js';
import { remoteRepository } from './remote.js';
import { localChart, ociChart } from './single.js';

export interface ChartRequest {
  /** Input `repository`: an http(s), file or oci address, or a directory of packaged charts. */
  readonly repository: string;
  /** Input `chart`: a name in the repository, a path (with a slash, or ending in .tgz), or oci://. */
  readonly chart: string;
  /** Input `chart-version`; an OCI registry needs it. */
  readonly chartVersion?: string;
  /** What relative paths start from: the job's workspace. */
  readonly workspace: string;
  /** Private directory for downloads. */
  readonly tempDir: string;
  readonly get: HttpGet;
  readonly pull: PullChart;
}

const schemeOf = (text: string): string => /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase() ?? '';
/** A name in a repository has no slash, so everything with one is a path. */
const isPath = (chart: string): boolean =>
  /[\\/]/.test(chart) || /\.(?:tgz|tar\.gz)$/.test(chart) || /^\.\.?$/.test(chart);

function chartByAddress(scheme: string): Error {
  return refused({
    id: 'chart-address-unsupported',
    what: `The input \`chart\` is an address (${scheme}://), which it cannot be.`,
    remedy:
      'Give a chart name and the address of its repository in `repository`, an oci:// reference, or a path to a ' +
      'directory or package.',
  });
}

function repositoryAddress(request: ChartRequest): URL {
  if (URL.canParse(request.repository)) return new URL(request.repository);
  throw refused({
    id: 'repository-address-invalid',
    what: 'The input `repository` is not a valid address.',
    remedy: 'Give the address that `helm repo add` takes, or a directory of packaged charts.',
  });
}

function fileDirectory(address: URL): string {
  try {
    return fileURLToPath(address);
  } catch {
    throw refused({
      id: 'repository-address-invalid',
      what: 'The input `repository` is a file:// address that names no directory of this machine.',
      remedy: 'Write it as file:///path, or give the path alone.',
    });
  }
}

/**
 * The source that the inputs `repository` and `chart` name. Nothing is read yet. Throws a Problem for an address that
 * cannot be one.
 */
export function openChartRepository(request: ChartRequest): ChartRepository {
  const { repository, chart, chartVersion, workspace, tempDir, get, pull } = request;
  const chartScheme = schemeOf(chart);
  if (chartScheme === 'oci') return ociChart(chart, chartVersion, pull);
  if (chartScheme === 'file') return localChart(fileDirectory(new URL(chart)));
  if (chartScheme !== '') throw chartByAddress(chartScheme);
  if (isPath(chart)) return localChart(resolve(workspace, chart));

  const scheme = schemeOf(repository);
  switch (scheme) {
    case 'http':
    case 'https':
      return remoteRepository({ address: repositoryAddress(request), chart, tempDir, get });
    case 'oci':
      return ociChart(`${repository.replace(/\/+$/, '')}/${chart}`, chartVersion, pull);
    case 'file':
      return directoryRepository(fileDirectory(repositoryAddress(request)), chart);
    case '':
      return directoryRepository(resolve(workspace, repository), chart);
    default:
      throw refused({
        id: 'repository-address-invalid',
        what: `The input \`repository\` is a ${scheme}:// address; http, https, file and oci are known.`,
        remedy: 'Give the address that `helm repo add` takes, or a directory of packaged charts.',
      });
  }
}
