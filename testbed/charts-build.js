import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { URL, fileURLToPath } from 'node:url';
import semver from 'semver';
import { parse, stringify } from 'yaml';
import { MODEL_CHART, at, readLines } from './charts-lines.js';
import { packTgz, readFromTgz } from './charts-tar.js';

const PACKAGE = /^milvus-(\d+\.\d+\.\d+.*)\.tgz$/;
// The index wants a time; a fixed one keeps it equal from build to build.
const CREATED = '2024-01-01T00:00:00Z';

/**
 * Writes the model chart, packaged once for each version of its table, and an index.yaml beside the packages.
 *
 * @param {string} outDir made if it is not there
 * @param {{ baseUrl?: string }} [options] address the packages are served from; without it the index names the files alone
 */
export async function buildCharts(outDir, { baseUrl } = {}) {
  mkdirSync(outDir, { recursive: true });
  for (const version of Object.keys(readLines().versions)) {
    replace(join(outDir, `milvus-${version}.tgz`), packTgz(chartFiles(version)));
  }
  replace(join(outDir, 'index.yaml'), chartIndex(outDir, { baseUrl }));
}

/**
 * Text of a repository's index.yaml over the packages in a directory, newest first.
 *
 * @param {string} directory of `milvus-<version>.tgz`
 * @param {{ baseUrl?: string }} [options]
 * @returns {string}
 * @see https://helm.sh/docs/topics/chart_repository/#the-index-file
 */
export function chartIndex(directory, { baseUrl } = {}) {
  const entries = packages(directory).map(({ file, version }) => {
    const tgz = readFileSync(join(directory, file));
    const chart = parse(readFromTgz(tgz, 'milvus/Chart.yaml') ?? '');
    if (chart?.version !== version) {
      throw new Error(`${file} holds chart version ${chart?.version ?? 'none'}, not ${version} as its name says.`);
    }
    const url = baseUrl === undefined ? file : `${baseUrl.replace(/\/$/, '')}/${file}`;
    return { ...chart, created: CREATED, digest: createHash('sha256').update(tgz).digest('hex'), urls: [url] };
  });
  return stringify({ apiVersion: 'v1', entries: { milvus: entries }, generated: CREATED });
}

/**
 * The directory of packaged charts that tests and demo use: the one named by MILVUS_CHARTS, or the model charts, built
 * now.
 *
 * @param {{ env: Record<string, string | undefined>, into?: string }} options `into`: where the model charts go
 * @returns {Promise<string>} absolute path
 */
export async function chartsDirectory({ env, into = fileURLToPath(new URL('../.testbed/charts', import.meta.url)) }) {
  if (env.MILVUS_CHARTS) {
    const directory = resolve(env.MILVUS_CHARTS);
    if (packages(directory).length === 0) {
      throw new Error(`MILVUS_CHARTS names ${directory}, which holds no milvus-<version>.tgz.`);
    }
    return directory;
  }
  await buildCharts(into);
  return resolve(into);
}

/** Packages in a directory, newest first. */
export function packages(directory) {
  return readdirSync(directory)
    .flatMap((file) => {
      const version = PACKAGE.exec(file)?.[1];
      return version === undefined ? [] : [{ file, version }];
    })
    .sort((a, b) => semver.rcompare(a.version, b.version));
}

/** Entries of the package of one version. */
function chartFiles(version) {
  const lines = readLines();
  const appVersion = lines.versions[version];
  const dependencies = dependenciesAt(lines.dependencies, version);
  const chart = {
    apiVersion: 'v1',
    appVersion,
    description: 'A small model of the Milvus chart, for tests: its names, labels, value keys and defaults.',
    kubeVersion: '^1.10.0-0',
    name: 'milvus',
    version,
  };
  const switches = Object.fromEntries(Object.entries(lines.switches).map(([key, table]) => [key, at(table, version)]));
  return [
    ['milvus/Chart.yaml', stringify(chart)],
    ['milvus/requirements.yaml', stringify({ dependencies: dependencies.map((dependency) => dependency.requirement) })],
    ['milvus/values.yaml', stringify(valuesAt(lines, version, `v${appVersion}`))],
    ['milvus/line.json', JSON.stringify({ components: lines.components, switches })],
    ...templates(new URL('templates/', MODEL_CHART), 'milvus'),
    ...dependencies.flatMap((dependency) => dependencyFiles(dependency, 'milvus')),
  ];
}

/** Two dependencies of one name share a directory, as in the packages of 4.2.21 to 4.2.27 that this breaks. */
function dependencyFiles({ requirement: { name, version }, template, dependencies }, parent) {
  const home = `${parent}/charts/${name}`;
  const source = new URL(`dependencies/${template}/`, MODEL_CHART);
  const requirements = dependencies.map((dependency) => dependency.requirement);
  return [
    [`${home}/Chart.yaml`, stringify({ apiVersion: 'v1', name, version })],
    ...(requirements.length === 0 ? [] : [[`${home}/requirements.yaml`, stringify({ dependencies: requirements })]]),
    [`${home}/values.yaml`, readFileSync(new URL('values.yaml', source), 'utf8')],
    ...templates(new URL('templates/', source), home),
    ...dependencies.flatMap((dependency) => dependencyFiles(dependency, home)),
  ];
}

function dependenciesAt(table, chartVersion) {
  return Object.entries(table ?? {}).flatMap(([alias, entry]) => {
    const version = at(entry.version, chartVersion);
    if (version === null) return [];
    const name = entry.name === undefined ? alias : at(entry.name, chartVersion);
    const requirement = { name, version, repository: '', condition: entry.condition, ...(name !== alias && { alias }) };
    return [{ requirement, template: entry.template, dependencies: dependenciesAt(entry.dependencies, chartVersion) }];
  });
}

function valuesAt(lines, version, tag) {
  const values = parse(readFileSync(new URL('values.yaml', MODEL_CHART), 'utf8'));
  values.image.all.tag = tag;
  for (const [path, table] of Object.entries(lines.values)) {
    const value = at(table, version);
    if (value === null) continue;
    const keys = path.split('.');
    const last = keys.pop();
    const home = keys.reduce((parent, key) => (parent[key] ??= {}), values);
    home[last] = value;
  }
  return values;
}

function templates(directory, home) {
  return readdirSync(directory)
    .sort()
    .map((file) => [`${home}/templates/${file}`, readFileSync(new URL(file, directory), 'utf8')]);
}

/** Another process may read the file at any time, so it is never there in part. */
function replace(path, content) {
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, content);
  renameSync(partial, path);
}
