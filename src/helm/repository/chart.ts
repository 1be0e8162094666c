import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refused } from '../../problem.js';
import type { Problem } from '../../problem.js';
import { arrayOf, errorCode, isObject, stringOf } from '../json.js';
import { parseYamlStrings, YamlError } from '../yaml.js';
import { ArchiveError, readArchive } from './archive.js';
import type { ChartDependency, FetchedChart } from './port.js';

/** What Chart.yaml says, https://helm.sh/docs/topics/charts/#the-chartyaml-file */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
}

const metadataFile = 'Chart.yaml';
const valuesFile = 'values.yaml';
/** Dependencies of a chart with apiVersion v1, as the Milvus chart is. */
const requirementsFile = 'requirements.yaml';
const chartFiles: readonly string[] = [metadataFile, valuesFile, requirementsFile];

/** The Problem of a directory or package that is no chart; `input` names the input it was given in. */
export function notAChart(path: string, input: string, reason: string): Problem {
  return refused({
    id: 'chart-unreadable',
    what: `${path} (input \`${input}\`) is not a Helm chart: ${reason}.`,
    remedy: 'Give an unpacked chart directory (with Chart.yaml in it), or a package made by `helm package`.',
  });
}

function parse(text: string, file: string, path: string, input: string): unknown {
  try {
    return parseYamlStrings(text);
  } catch (error) {
    if (error instanceof YamlError) throw notAChart(path, input, `its ${file} is ${error.message}`);
    throw error;
  }
}

function metadataOf(files: ReadonlyMap<string, string>, path: string, input: string): ChartMetadata {
  const text = files.get(metadataFile);
  if (text === undefined) throw notAChart(path, input, `it has no ${metadataFile}`);
  const chart = parse(text, metadataFile, path, input);
  const name = isObject(chart) ? stringOf(chart.name) : '';
  const version = isObject(chart) ? stringOf(chart.version) : '';
  if (!isObject(chart) || name === '' || version === '')
    throw notAChart(path, input, `its ${metadataFile} has no name or no version`);
  return { name, version, appVersion: stringOf(chart.appVersion) };
}

function dependenciesOf(files: ReadonlyMap<string, string>, path: string, input: string): ChartDependency[] {
  return [metadataFile, requirementsFile].flatMap((file) => {
    const parsed = parse(files.get(file) ?? '', file, path, input);
    return arrayOf(isObject(parsed) ? parsed.dependencies : undefined)
      .filter(isObject)
      .map(({ name, alias, version, condition }) => ({
        name: stringOf(name),
        version: stringOf(version),
        ...(typeof alias === 'string' ? { alias } : {}),
        ...(typeof condition === 'string' ? { condition } : {}),
      }));
  });
}

async function filesOfDirectory(path: string, wanted: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const file of wanted) {
    try {
      files.set(file, await readFile(join(path, file), 'utf8'));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  return files;
}

async function filesOf(path: string, wanted: readonly string[], input: string): Promise<ReadonlyMap<string, string>> {
  try {
    return (await stat(path)).isDirectory() ? await filesOfDirectory(path, wanted) : await readArchive(path, wanted);
  } catch (error) {
    if (error instanceof ArchiveError) throw notAChart(path, input, error.message);
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw refused({
        id: 'chart-path-missing',
        what: `There is no file or directory ${path} (input \`${input}\`).`,
        remedy:
          'Check the path; it is taken from the workspace of the job, so a checkout or download step has to come before this action.',
      });
    if (code === undefined) throw error;
    throw notAChart(path, input, `it cannot be read (${code})`);
  }
}

/**
 * Name and versions of a chart directory or package. Throws a Problem `chart-path-missing` or `chart-unreadable` that
 * names `input`.
 */
export async function readMetadata(path: string, input: string): Promise<ChartMetadata> {
  return metadataOf(await filesOf(path, [metadataFile], input), path, input);
}

/** The whole of what is needed from a chart directory or package, for Helm to use from there. Throws as readMetadata. */
export async function readChart(path: string, input: string): Promise<FetchedChart> {
  const files = await filesOf(path, chartFiles, input);
  const { name, version, appVersion } = metadataOf(files, path, input);
  return {
    reference: path,
    chartName: name,
    chartVersion: version,
    appVersion,
    valuesYaml: files.get(valuesFile) ?? '',
    dependencies: dependenciesOf(files, path, input),
  };
}
