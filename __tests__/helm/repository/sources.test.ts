import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { HttpGet } from '../../../src/helm/repository/http.js';
import { openChartRepository } from '../../../src/helm/repository/open.js';
import type { ChartRequest } from '../../../src/helm/repository/open.js';
import type { ChartEntry, ChartRepository } from '../../../src/helm/repository/port.js';
import { archive, chartPackage, problemOf } from '../support.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'helm-charts-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const never = (): never => {
  throw new Error('must not be called');
};

/** The source for these inputs; what is not given is not there. */
const open = (changes: Partial<ChartRequest>): ChartRepository =>
  openChartRepository({
    repository: 'https://charts.example.com/milvus/',
    chart: 'milvus',
    workspace: directory,
    tempDir: directory,
    get: never,
    pull: never,
    ...changes,
  });

const put = async (name: string, content: string | Buffer): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
};
const entry = (version: string): ChartEntry => ({ version, appVersion: '' });
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

const read = {
  chartName: 'milvus',
  chartVersion: '4.2.20',
  appVersion: '2.4.16',
  valuesYaml: 'cluster:\n  enabled: true\n# 4.2.20\n',
  dependencies: [
    { name: 'pulsarv2', alias: 'pulsar', version: '2.7.8', condition: 'pulsar.enabled' },
    { name: 'etcd', version: '6.3.3' },
  ],
};

describe('a repository behind an address', () => {
  const content = chartPackage('milvus', '4.2.20', '2.4.16');
  const index = (digest: string, url: string): string =>
    `entries:\n  milvus:\n  - appVersion: 2.4.16\n    digest: ${digest}\n    urls:\n    - ${url}\n    version: 4.2.20\n  - appVersion: 2.3.11\n    urls:\n    - oci://e.com/x\n    version: 4.1.24\n`;

  /** A server with these files; counts what is asked for. */
  function server(files: Readonly<Partial<Record<string, string | Buffer>>>): { get: HttpGet; asked: string[] } {
    const asked: string[] = [];
    const get: HttpGet = (url) => {
      asked.push(url.href);
      const file = files[url.pathname];
      return file === undefined ? Promise.reject(new Error(`no ${url.pathname}`)) : Promise.resolve(Buffer.from(file));
    };
    return { get, asked };
  }

  it('lists the versions and fetches one, the index read once', async () => {
    const { get, asked } = server({
      '/milvus/index.yaml': index(sha256(content).toUpperCase(), 'milvus-4.2.20.tgz'),
      '/milvus/milvus-4.2.20.tgz': content,
    });
    const repository = open({ get, repository: 'https://user:hunter2@charts.example.com/milvus/' });
    expect(repository.describe).toBe('https://charts.example.com/milvus/ (chart milvus)');
    expect(await repository.entries()).toEqual([
      { version: '4.2.20', appVersion: '2.4.16' },
      { version: '4.1.24', appVersion: '2.3.11' },
    ]);
    const chart = await repository.fetch(entry('4.2.20'));
    expect(chart).toEqual({ ...read, reference: chart.reference });
    expect(await readFile(chart.reference)).toEqual(content);
    expect((await stat(chart.reference)).mode & 0o777).toBe(0o600);
    expect(asked).toHaveLength(2);
  });

  it('takes a package without a digest in the index, and a digest with its prefix', async () => {
    for (const digest of ['""', `sha256:${sha256(content)}`]) {
      const { get } = server({ '/milvus/index.yaml': index(digest, 'https://e.com/m.tgz'), '/m.tgz': content });
      expect((await open({ get }).fetch(entry('4.2.20'))).chartVersion).toBe('4.2.20');
    }
  });

  it('refuses a package that is other by one byte, and leaves no file', async () => {
    const changed = Buffer.from(content);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const { get } = server({ '/milvus/index.yaml': index(sha256(content), 'm.tgz'), '/milvus/m.tgz': changed });
    const { details, ending } = await problemOf(() => open({ get }).fetch(entry('4.2.20')));
    expect([details.id, ending]).toEqual(['chart-digest-mismatch', 'failed']);
    expect(details.what).toContain(sha256(changed));
    expect(details.what).toContain(sha256(content));
    await expect(stat(join(directory, `chart-${sha256(changed).slice(0, 16)}.tgz`))).rejects.toThrow('ENOENT');
  });

  it('refuses a package that holds another chart', async () => {
    const other = chartPackage('milvus', '4.2.21', '2.4.16');
    const { get } = server({ '/milvus/index.yaml': index(sha256(other), 'm.tgz'), '/milvus/m.tgz': other });
    const { details } = await problemOf(() => open({ get }).fetch(entry('4.2.20')));
    expect(details.id).toBe('chart-package-unexpected');
    expect(details.what).toContain('milvus 4.2.21');
  });

  it.each([
    ['a page', '<html></html>', 'repository-not-an-index', 'https://charts.example.com/milvus/index.yaml'],
    ['other charts', 'entries:\n  attu: []\n', 'chart-not-in-repository', 'it has attu'],
    ['no chart', 'entries: {}\n', 'chart-not-in-repository', 'and no other'],
  ])('refuses %s', async (_what, text, id, part) => {
    const { get } = server({ '/milvus/index.yaml': text });
    const { details, ending } = await problemOf(() => open({ get }).entries());
    expect([details.id, ending]).toEqual([id, 'refused']);
    expect(details.what).toContain(part);
    expect(details.what + details.remedy).toContain('`repository`');
  });

  it('says when a version is not there, or has no address', async () => {
    const { get } = server({ '/milvus/index.yaml': index('""', 'm.tgz') });
    expect((await problemOf(() => open({ get }).fetch(entry('9.9.9')))).details.id).toBe('chart-version-missing');
    expect((await problemOf(() => open({ get }).fetch(entry('4.1.24')))).details.id).toBe('chart-without-address');
  });

  it('asks again after a failure', async () => {
    let fail = true;
    const get: HttpGet = () => {
      if (!fail) return Promise.resolve(Buffer.from(index('""', 'm.tgz')));
      fail = false;
      return Promise.reject(new Error('network'));
    };
    const repository = open({ get });
    await expect(repository.entries()).rejects.toThrow('network');
    expect(await repository.entries()).toHaveLength(2);
  });
});

describe('a directory of packaged charts', () => {
  it('reads name and versions from inside each package', async () => {
    await put('milvus-a.tgz', chartPackage('milvus', '4.2.20', '2.4.16'));
    await put('milvus-b.tgz', chartPackage('milvus', '4.1.24', '2.3.11'));
    await put('milvus-operator-1.0.0.tgz', chartPackage('milvus-operator', '1.0.0', '1.0.0'));
    await put('milvus-4.2.21.tgz.prov', 'x');
    await put('attu-1.0.0.tgz', 'x');
    for (const repository of [directory, '.', pathToFileURL(directory).href]) {
      const source = open({ repository });
      expect(await source.entries()).toEqual([
        { version: '4.2.20', appVersion: '2.4.16' },
        { version: '4.1.24', appVersion: '2.3.11' },
      ]);
      expect(await source.fetch(entry('4.2.20'))).toEqual({ ...read, reference: join(directory, 'milvus-a.tgz') });
    }
    const missing = await problemOf(() => open({ repository: directory }).fetch(entry('4.2.58')));
    expect(missing.details.id).toBe('chart-version-missing');
  });

  it('is a Problem that names the input when it is missing, empty, or no directory', async () => {
    const file = await put('x', '');
    const rows: readonly (readonly [string, string])[] = [
      ['nowhere', 'repository-path-missing'],
      [file, 'repository-path-missing'],
      [directory, 'chart-not-in-repository'],
    ];
    for (const [repository, id] of rows) {
      const { details, ending } = await problemOf(() => open({ repository }).entries());
      expect([details.id, ending]).toEqual([id, 'refused']);
      expect(details.what).toContain('`repository`');
    }
  });

  it('refuses two packages of one version, and damaged ones, by name', async () => {
    await put('milvus-1.tgz', chartPackage('milvus', '4.2.20', '2.4.16'));
    await put('milvus-2.tgz', chartPackage('milvus', '4.2.20', '2.4.16'));
    const twice = await problemOf(() => open({ repository: directory }).entries());
    expect(twice.details.id).toBe('chart-version-twice');
    expect(twice.details.what).toMatch(/milvus-1\.tgz and .*milvus-2\.tgz/);
    await put('milvus-2.tgz', 'not a package');
    const damaged = await problemOf(() => open({ repository: directory }).entries());
    expect(damaged.details.id).toBe('chart-unreadable');
    expect(damaged.details.what).toContain('milvus-2.tgz');
  });
});

describe('one local chart', () => {
  it('reads a package', async () => {
    const path = await put('x.tgz', chartPackage('milvus', '4.2.20', '2.4.16'));
    for (const chart of [path, './x.tgz', 'x.tgz', pathToFileURL(path).href]) {
      const source = open({ chart });
      expect(await source.entries()).toEqual([{ version: '4.2.20', appVersion: '2.4.16' }]);
      expect(await source.fetch(entry('4.2.20'))).toEqual({ ...read, reference: path });
    }
    const other = await problemOf(() => open({ chart: path }).fetch(entry('4.2.58')));
    expect(other.details.id).toBe('chart-version-missing');
  });

  it('reads an unpacked directory, with dependencies of a v2 chart and without values', async () => {
    await mkdir(join(directory, 'chart'));
    await put(
      'chart/Chart.yaml',
      'apiVersion: v2\nname: milvus\nversion: 5.0.0\nappVersion: 2.10\ndependencies: [{name: etcd, version: 8.12.0}]\n',
    );
    const source = open({ chart: './chart' });
    expect(await source.entries()).toEqual([{ version: '5.0.0', appVersion: '2.10' }]);
    expect(await source.fetch(entry('5.0.0'))).toMatchObject({
      reference: join(directory, 'chart'),
      valuesYaml: '',
      dependencies: [{ name: 'etcd', version: '8.12.0' }],
    });
  });

  it.each<readonly [string, string | Buffer | undefined, string, string]>([
    ['is missing', undefined, 'chart-path-missing', 'There is no file or directory'],
    ['is not gzipped', 'hunter2', 'chart-unreadable', 'not gzipped'],
    ['is no archive', gzipSync(Buffer.from('hunter2'.repeat(200))), 'chart-unreadable', 'not a tar archive'],
    ['is cut', chartPackage('milvus', '1.0.0', '1').subarray(0, 60), 'chart-unreadable', 'not gzipped, or damaged'],
    ['has no Chart.yaml', archive([{ name: 'milvus/values.yaml', content: '' }]), 'chart-unreadable', 'no Chart.yaml'],
    [
      'has a Chart.yaml only in a subchart',
      archive([{ name: 'milvus/charts/etcd/Chart.yaml', content: 'name: etcd\nversion: 1.0.0\n' }]),
      'chart-unreadable',
      'no Chart.yaml',
    ],
    [
      'has a Chart.yaml that is a link',
      archive([{ name: 'milvus/Chart.yaml', content: '', type: '2' }]),
      'chart-unreadable',
      'no Chart.yaml',
    ],
    [
      'has a bad Chart.yaml',
      archive([{ name: 'milvus/Chart.yaml', content: 'name: [hunter2\nversion: 1\n' }]),
      'chart-unreadable',
      'its Chart.yaml is not valid YAML at line',
    ],
    [
      'has no version',
      archive([{ name: 'milvus/Chart.yaml', content: 'name: milvus\n' }]),
      'chart-unreadable',
      'no name or no version',
    ],
    ['is a bomb', gzipSync(Buffer.alloc(65 * 1024 * 1024)), 'chart-unreadable', 'unpacks to more than 64 MiB'],
  ])('is a Problem when it %s', async (_what, content, id, part) => {
    if (content !== undefined) await put('x.tgz', content);
    const { details, ending } = await problemOf(() => open({ chart: './x.tgz' }).entries());
    expect([details.id, ending]).toEqual([id, 'refused']);
    expect(details.what).toContain(part);
    expect(details.what).toContain('x.tgz (input `chart`)');
    expect(JSON.stringify(details)).not.toContain('hunter2');
  });

  it('finds its files behind long ones and headers of other kinds', async () => {
    const path = await put(
      'x.tgz',
      archive([
        { name: 'pax_global_header', content: '30 comment=x\n', type: 'g' },
        { name: 'milvus/', content: '', type: '5' },
        { name: 'milvus/big.txt', content: 'x'.repeat(300_001) },
        { name: 'milvus/Chart.yaml', content: 'name: milvus\nversion: 1.0.0\n' },
        { name: 'milvus/empty', content: '' },
        { name: 'milvus/values.yaml', content: `${'# x'.repeat(100_000)}\n` },
      ]),
    );
    const chart = await open({ chart: path }).fetch(entry('1.0.0'));
    expect(chart.valuesYaml).toHaveLength(300_001);
  });
});

describe('an OCI registry', () => {
  it.each([
    [{ chart: 'oci://registry.example.com/charts/milvus' }],
    [{ repository: 'oci://registry.example.com/charts/' }],
  ])('pulls %j once', async (inputs) => {
    const path = await put('pulled.tgz', chartPackage('milvus', '4.2.20', '2.4.16'));
    const pulled: string[][] = [];
    const source = open({
      ...inputs,
      chartVersion: '4.2.20',
      pull: (reference, version) => {
        pulled.push([reference, version]);
        return Promise.resolve(path);
      },
    });
    expect(await source.entries()).toEqual([{ version: '4.2.20', appVersion: '2.4.16' }]);
    expect((await source.fetch(entry('4.2.20'))).reference).toBe(path);
    expect(pulled).toEqual([['oci://registry.example.com/charts/milvus', '4.2.20']]);
  });

  it('wants a chart version', async () => {
    const { details, ending } = await problemOf(() => open({ chart: 'oci://e.com/milvus' }).entries());
    expect([details.id, ending]).toEqual(['chart-version-needed', 'refused']);
    expect(details.remedy).toContain('`chart-version`');
  });
});

describe('inputs that name no source', () => {
  it.each<readonly [Partial<ChartRequest>, string]>([
    [{ chart: 'https://e.com/milvus.tgz' }, 'chart-address-unsupported'],
    [{ chart: 's3://bucket/milvus.tgz' }, 'chart-address-unsupported'],
    [{ repository: 's3://bucket' }, 'repository-address-invalid'],
    [{ repository: 'https://' }, 'repository-address-invalid'],
    [{ repository: 'file://host.example.com/charts' }, 'repository-address-invalid'],
  ])('%j', async (inputs, id) => {
    const { details, ending } = await problemOf(() => open(inputs));
    expect([details.id, ending]).toEqual([id, 'refused']);
    expect(details.what).toMatch(/`(?:chart|repository)`/);
  });
});
