import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import semver from 'semver';
import { parse } from 'yaml';
import { buildCharts, chartIndex, chartsDirectory, packages } from '../../testbed/charts-build.js';
import { readFromTgz } from '../../testbed/charts-tar.js';

interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly digest: string;
  readonly urls: readonly string[];
}

const home = mkdtempSync(join(tmpdir(), 'charts-build-'));
const charts = join(home, 'charts');
const tgz = (version: string, directory = charts): Buffer => readFileSync(join(directory, `milvus-${version}.tgz`));
const read = (version: string, path: string): unknown => parse(readFromTgz(tgz(version), path) ?? 'null');
const entries = (index: string): IndexEntry[] => (parse(index) as { entries: { milvus: IndexEntry[] } }).entries.milvus;

beforeAll(() => buildCharts(charts, { baseUrl: 'http://127.0.0.1:8000/charts/' }));
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('buildCharts', () => {
  it('gives the same bytes again', async () => {
    const again = join(home, 'again');
    await buildCharts(again, { baseUrl: 'http://127.0.0.1:8000/charts/' });
    const digests = (directory: string): string[] =>
      readdirSync(directory).map(
        (file) =>
          `${file} ${createHash('sha256')
            .update(readFileSync(join(directory, file)))
            .digest('hex')}`,
      );
    expect(digests(again)).toEqual(digests(charts));
    expect(digests(charts)).toHaveLength(14);
  });

  it.each([
    ['3.2.18', '2.1.4', { 'metadata.rootPath': 'by-dev', 'pulsar.enabled': true, mixCoordinator: undefined }],
    ['4.0.31', '2.2.13', { metadata: undefined, 'mixCoordinator.enabled': false, 'rootCoordinator.enabled': true }],
    ['4.2.3', '2.4.7', { 'mixCoordinator.enabled': false, 'rootCoordinator.enabled': true, pulsarv3: undefined }],
    ['4.2.20', '2.4.16', { 'mixCoordinator.enabled': true, 'rootCoordinator.enabled': false, 'pulsar.enabled': true }],
    ['4.2.25', '2.4.17', { 'pulsar.enabled': true, 'pulsarv3.enabled': false }],
    ['4.2.30', '2.5.0-beta', { 'pulsar.enabled': false, 'pulsarv3.enabled': true, 'streaming.enabled': false }],
    ['5.0.0', '2.6.0', { 'streaming.enabled': true, 'indexNode.enabled': false, 'image.tools': undefined }],
  ])('packages %s as Milvus %s with the defaults of its line', (version, appVersion, defaults) => {
    expect(read(version, 'milvus/Chart.yaml')).toMatchObject({ name: 'milvus', version, appVersion, apiVersion: 'v1' });
    const values = read(version, 'milvus/values.yaml');
    expect(values).toHaveProperty('image.all.tag', `v${appVersion}`);
    for (const [path, wanted] of Object.entries(defaults)) {
      const seen = path
        .split('.')
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], values);
      expect({ [path]: seen }).toEqual({ [path]: wanted });
    }
  });

  it('puts every required dependency into the package', () => {
    for (const { version } of packages(charts)) {
      const { dependencies } = read(version, 'milvus/requirements.yaml') as { dependencies: { name: string }[] };
      for (const { name } of dependencies) {
        expect([version, readFromTgz(tgz(version), `milvus/charts/${name}/values.yaml`)]).not.toContain(undefined);
      }
    }
  });

  it('repeats the paths of both Pulsars in 4.2.25, as the package that this stands for does', () => {
    const tar = gunzipSync(tgz('4.2.25')).toString('latin1');
    expect(tar.split('milvus/charts/pulsar/Chart.yaml\0')).toHaveLength(3);
    expect(gunzipSync(tgz('4.2.30')).toString('latin1').split('milvus/charts/pulsar/Chart.yaml\0')).toHaveLength(2);
  });
});

describe('chartIndex', () => {
  const index = (): IndexEntry[] => entries(readFileSync(join(charts, 'index.yaml'), 'utf8'));

  it('lists every package, newest first, with its digest and address', () => {
    const versions = index().map(({ version }) => version);
    expect(versions).toEqual([...versions].sort(semver.rcompare));
    expect(versions).toEqual(packages(charts).map(({ version }) => version));
    for (const { name, version, digest, urls } of index()) {
      expect(name).toBe('milvus');
      expect(digest).toBe(createHash('sha256').update(tgz(version)).digest('hex'));
      expect(urls).toEqual([`http://127.0.0.1:8000/charts/milvus-${version}.tgz`]);
    }
  });

  it('has a chart before and after each change of defaults', () => {
    const versions = index().map(({ version }) => version);
    for (const change of ['4.0.0', '4.2.4', '4.2.27', '5.0.0']) {
      expect(versions.some((version) => semver.lt(version, change))).toBe(true);
      expect(versions.some((version) => semver.gte(version, change))).toBe(true);
    }
  });

  it('names the files alone without a base address', () => {
    expect(entries(chartIndex(charts))[0]?.urls).toEqual(['milvus-5.0.19.tgz']);
  });

  it('refuses a package that holds another version than its name says', () => {
    const wrong = mkdtempSync(join(home, 'wrong-'));
    writeFileSync(join(wrong, 'milvus-9.9.9.tgz'), tgz('4.2.20'));
    expect(() => chartIndex(wrong)).toThrow('milvus-9.9.9.tgz holds chart version 4.2.20, not 9.9.9');
  });
});

describe('chartsDirectory', () => {
  it('is the directory that MILVUS_CHARTS names', async () => {
    await expect(chartsDirectory({ env: { MILVUS_CHARTS: charts }, into: join(home, 'unused') })).resolves.toBe(charts);
  });

  it('refuses a directory without packages', async () => {
    const empty = mkdtempSync(join(home, 'empty-'));
    await expect(chartsDirectory({ env: { MILVUS_CHARTS: empty } })).rejects.toThrow('holds no milvus-<version>.tgz');
  });

  it.each([{}, { MILVUS_CHARTS: '' }])('builds the model charts for %j', async (env) => {
    const into = mkdtempSync(join(home, 'model-'));
    await expect(chartsDirectory({ env, into })).resolves.toBe(into);
    expect(packages(into)).toEqual(packages(charts));
  });
});
