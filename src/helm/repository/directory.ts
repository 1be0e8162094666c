import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { refused } from '../../problem.js';
import { errorCode } from '../json.js';
import { readChart, readMetadata } from './chart.js';
import type { ChartMetadata } from './chart.js';
import type { ChartRepository } from './port.js';
import { versionMissing } from './remote.js';

interface Package extends ChartMetadata {
  readonly path: string;
}

/** Packages are read a few at a time: a mirror of all versions has hundreds. */
const atOnce = 8;

async function packageNames(directory: string, chart: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw refused({
      id: 'repository-path-missing',
      what:
        code === 'ENOENT'
          ? `There is no directory ${directory} (input \`repository\`).`
          : `The directory ${directory} (input \`repository\`) cannot be read (${code}).`,
      remedy:
        'Give an http(s) address or a directory of packaged charts; a checkout or download step has to come before this action.',
    });
  }
  return names.filter((name) => name.startsWith(`${chart}-`) && name.endsWith('.tgz')).sort();
}

/** A directory of packaged charts, `<chart>-<version>.tgz`; Chart.yaml inside says which version each is. */
export function directoryRepository(directory: string, chart: string): ChartRepository {
  let packages: Promise<ReadonlyMap<string, Package>> | undefined;

  async function load(): Promise<ReadonlyMap<string, Package>> {
    const names = await packageNames(directory, chart);
    const found = new Map<string, Package>();
    for (let start = 0; start < names.length; start += atOnce) {
      const paths = names.slice(start, start + atOnce).map((name) => join(directory, name));
      const read = await Promise.all(
        paths.map(async (path) => ({ path, ...(await readMetadata(path, 'repository')) })),
      );
      for (const one of read.filter(({ name }) => name === chart)) {
        const other = found.get(one.version);
        if (other !== undefined)
          throw refused({
            id: 'chart-version-twice',
            what: `${other.path} and ${one.path} (input \`repository\`) both are version ${one.version} of chart ${chart}.`,
            remedy: 'Leave only the right one of them in the directory.',
          });
        found.set(one.version, one);
      }
    }
    if (found.size === 0)
      throw refused({
        id: 'chart-not-in-repository',
        what: `The directory ${directory} (input \`repository\`) has no package ${chart}-*.tgz with the chart ${chart} in it.`,
        remedy: 'Put packages made by `helm package` or `helm pull` there, or give another directory or address.',
      });
    return found;
  }

  const index = (): Promise<ReadonlyMap<string, Package>> =>
    (packages ??= load().catch((error: unknown) => {
      packages = undefined;
      throw error;
    }));

  return {
    describe: `${directory} (chart ${chart})`,
    entries: async () => [...(await index()).values()].map(({ version, appVersion }) => ({ version, appVersion })),
    fetch: async ({ version }) => {
      const found = (await index()).get(version);
      if (found === undefined) throw versionMissing(chart, version, directory);
      return readChart(found.path, 'repository');
    },
  };
}
