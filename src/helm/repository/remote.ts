import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, refused } from '../../problem.js';
import type { Problem } from '../../problem.js';
import { indexAddress, packageAddress, shown } from './address.js';
import { readChart } from './chart.js';
import type { HttpGet } from './http.js';
import { readIndex } from './index-file.js';
import type { IndexItem } from './index-scan.js';
import type { ChartRepository } from './port.js';

const maxIndexBytes = 32 * 1024 * 1024;
const maxChartBytes = 32 * 1024 * 1024;
const namedInSentence = 10;

export interface RemoteOptions {
  /** Base address of the repository, http or https; may hold user and password. */
  readonly address: URL;
  readonly chart: string;
  readonly tempDir: string;
  readonly get: HttpGet;
}

const offline =
  'Check the address in the input `repository` and the proxy settings of the runner. A runner without access can use ' +
  'a mirror there, or a directory of packaged charts.';

function chartMissing(chart: string, at: string, charts: readonly string[]): Problem {
  const named = charts.slice(0, namedInSentence).join(', ');
  return refused({
    id: 'chart-not-in-repository',
    what: `The repository ${at} (input \`repository\`) has no chart ${chart}${charts.length === 0 ? ' and no other' : `; it has ${named}${charts.length > namedInSentence ? ' and more' : ''}`}.`,
    remedy: 'Check the inputs `repository` and `chart`.',
  });
}

/** A repository behind an HTTP address: its index.yaml, and packages checked against the digests in it. */
export function remoteRepository({ address, chart, tempDir, get }: RemoteOptions): ChartRepository {
  const at = shown(address);
  let items: Promise<ReadonlyMap<string, IndexItem>> | undefined;

  async function load(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, IndexItem>> {
    const text = await get(indexAddress(address), {
      maxBytes: maxIndexBytes,
      what: 'the index of the chart repository (input `repository`)',
      remedy: offline,
      ...(signal === undefined ? {} : { signal }),
    });
    const reading = readIndex(text.toString('utf8'), chart);
    switch (reading.kind) {
      case 'entries':
        return new Map(reading.items.map((item) => [item.version, item]));
      case 'other-charts':
        throw chartMissing(chart, at, reading.charts);
      case 'not-an-index':
        throw refused({
          id: 'repository-not-an-index',
          what: `What ${shown(indexAddress(address))} gives is not the index of a chart repository: ${reading.reason}.`,
          remedy:
            'Give in the input `repository` the address that `helm repo add` takes; a login page of a proxy in between ' +
            'looks like this too.',
        });
    }
  }

  /** The index is read once; a failed reading is not kept. */
  function index(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, IndexItem>> {
    items ??= load(signal).catch((error: unknown) => {
      items = undefined;
      throw error;
    });
    return items;
  }

  async function download(item: IndexItem, signal: AbortSignal | undefined): Promise<string> {
    const url = item.urls.map((reference) => packageAddress(address, reference)).find((found) => found !== undefined);
    if (url === undefined)
      throw refused({
        id: 'chart-without-address',
        what: `The repository ${at} gives no http address for version ${item.version} of chart ${chart}.`,
        remedy: 'Ask who runs the repository, or use another one in the input `repository`.',
      });
    const content = await get(url, {
      maxBytes: maxChartBytes,
      what: `the chart ${chart} ${item.version}`,
      remedy: offline,
      ...(signal === undefined ? {} : { signal }),
    });
    const digest = createHash('sha256').update(content).digest('hex');
    const expected = item.digest.replace(/^sha256:/, '').toLowerCase();
    if (expected !== '' && digest !== expected)
      throw failed({
        id: 'chart-digest-mismatch',
        what: `The package of chart ${chart} ${item.version} from ${shown(url)} has the sha256 ${digest}, but the index of ${at} says ${expected}.`,
        why: 'The download is damaged, or the package was replaced after the index was written. It is not used.',
        remedy: 'Run again; if it stays so, ask who runs the repository or the mirror before trusting either.',
      });
    const file = join(tempDir, `chart-${digest.slice(0, 16)}.tgz`);
    await writeFile(file, content, { mode: 0o600 });
    return file;
  }

  return {
    describe: `${at} (chart ${chart})`,
    entries: async (signal) =>
      [...(await index(signal)).values()].map(({ version, appVersion }) => ({ version, appVersion })),
    fetch: async ({ version }, signal) => {
      const item = (await index(signal)).get(version);
      if (item === undefined) throw versionMissing(chart, version, at);
      const fetched = await readChart(await download(item, signal), 'repository');
      if (fetched.chartName !== chart || fetched.chartVersion !== version)
        throw failed({
          id: 'chart-package-unexpected',
          what: `The package that ${at} gives for chart ${chart} ${version} holds ${fetched.chartName} ${fetched.chartVersion}.`,
          remedy: 'Ask who runs the repository; its index and its packages do not belong together.',
        });
      return fetched;
    },
  };
}

/** The Problem of a version that a source does not have. */
export function versionMissing(chart: string, version: string, at: string): Problem {
  return refused({
    id: 'chart-version-missing',
    what: `${at} has no version ${version} of chart ${chart}.`,
    remedy: 'Check the input `chart-version`, or leave it out to have it resolved from `target-version`.',
  });
}
