import { mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMirror, type Mirror, type Misbehaviour } from '../../testbed/mirror.js';
import { ensureParts } from '../../testbed/part-sources.js';
import type { RunnerResult } from '../../testbed/runner.js';
import { helmVersions, jobPath, jsonFile, problemIds, Scenario, story, useBed } from './harness.js';

/**
 * Helm and kubectl as users get them: downloaded, verified, cached. The release is not there, so that a run ends right
 * after its tools are.
 */
const bed = useBed();

const cpu = arch() === 'x64' ? 'amd64' : arch();
const helmArchive = (version: string): string => `/helm-v${version}-${platform()}-${cpu}.tar.gz`;
const kubectlProgram = `/v1.36.4/bin/${platform()}/${cpu}/kubectl`;

interface Run {
  readonly result: RunnerResult;
  readonly requests: Record<string, number>;
  /** Programs in the tool cache afterwards, relative to it. */
  readonly cached: string[];
}

const mirrors: Mirror[] = [];
const runs: Record<string, Run | undefined> = {};
let scenario: Scenario;

const run = (name: string): Run => {
  const found = runs[name];
  if (found === undefined) throw new Error(`${name} did not run`);
  return found;
};

interface Setup {
  readonly inputs?: Record<string, string>;
  readonly cache?: string;
  readonly path?: string;
  readonly misbehave?: readonly [string, Misbehaviour];
}

const newCache = (): string => mkdtempSync(join(tmpdir(), 'tool-cache-'));

const programs = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/(helm|kubectl)$/.test(path))
    .sort();

/** One run with a mirror of its own, so that its requests are its own too. */
async function go(name: string, { inputs = {}, cache = newCache(), path = jobPath, misbehave }: Setup): Promise<void> {
  const mirror = await startMirror({ helm: helmVersions, kubectl: ['1.36.4'], charts: bed().charts });
  mirrors.push(mirror);
  if (misbehave !== undefined) mirror.misbehave(...misbehave);
  const result = await scenario.run(
    { 'target-version': '2.4.23', 'tool-mirror': mirror.url, repository: mirror.chartsUrl, ...inputs },
    { toolCache: cache, path },
  );
  const requests = Object.fromEntries(
    Object.entries(mirror.allRequests()).filter(([asked]) => !asked.startsWith('/charts/')),
  );
  runs[name] = { result, requests, cached: programs(cache) };
}

/** A directory with the programs under their own names, as on PATH of a runner. */
async function programsOnPath(): Promise<string> {
  const parts = await ensureParts(['helm-3.22.0', 'kubectl-1.36.4']);
  const directory = mkdtempSync(join(tmpdir(), 'bin-'));
  for (const [part, program] of Object.entries(parts)) {
    symlinkSync(program, join(directory, part.split('-')[0] ?? ''));
  }
  return directory;
}

beforeAll(async () => {
  scenario = await Scenario.make(bed(), 'tools', { volumes: 0 });
  const cache = newCache();
  const shared = newCache();
  const bin = await programsOnPath();
  const noHelmChecksum = { 'helm-checksum': '' };
  await Promise.all([
    go('first', { cache }).then(() => go('second', { cache })),
    go('one of two', { cache: shared }),
    go('the other of two', { cache: shared }),
    go('a damaged Helm', { misbehave: [helmArchive('4.3.0'), { kind: 'one-byte' }] }),
    go('a damaged kubectl', { misbehave: [kubectlProgram, { kind: 'one-byte' }] }),
    go('another checksum than the mirror has', { inputs: { 'helm-checksum': 'a'.repeat(64) } }),
  ]);
  await Promise.all([
    go('programs on PATH', {
      path: `${bin}:${jobPath}`,
      inputs: { 'helm-version': 'path', 'kubectl-version': 'path', ...noHelmChecksum, 'kubectl-checksum': '' },
    }),
    go('no Helm on PATH', { inputs: { 'helm-version': 'path', ...noHelmChecksum } }),
    go('a range', { inputs: { 'helm-version': '3.22.x', ...noHelmChecksum } }),
    go('a version that is not there', { inputs: { 'helm-version': '4.2.4', ...noHelmChecksum } }),
    go('a version that nobody knows', { inputs: { 'helm-version': '4.9.9', ...noHelmChecksum } }),
    go('a Helm that is too old', { inputs: { 'helm-version': '3.13.3', ...noHelmChecksum } }),
    go('a mirror that stumbles', { misbehave: [helmArchive('4.3.0'), { kind: 'status', status: 503, times: 1 }] }),
  ]);
}, 300_000);

afterAll(async () => {
  await Promise.all(mirrors.map((mirror) => mirror.close()));
});

/** Got past the tools: this is where every run of this file ends that has its tools. */
const endsAtRelease = ({ result }: Run): void => {
  expect([problemIds(result), story(result)]).toEqual([['release-not-found'], story(result)]);
};

/** Program names that were started. */
const started = ({ result }: Run): string[] => [
  ...new Set(result.commandLines.map((line) => line.split(' ')[0]?.split('/').at(-1) ?? '')),
];

describe('an empty tool cache', () => {
  it('is filled by one download each, verified against the checksums', () => {
    const first = run('first');
    endsAtRelease(first);
    expect(first.requests).toEqual({ [helmArchive('4.3.0')]: 1, [kubectlProgram]: 1 });
    expect(first.result.log).toMatch(/^Helm 4\.3\.0: downloaded from http.*; sha256 matches `helm-checksum`\.$/m);
    expect(first.result.log).toMatch(
      /^kubectl 1\.36\.4: downloaded from http.*; sha256 matches `kubectl-checksum`\.$/m,
    );
    expect(first.result.outputs).toMatchObject({ 'helm-version': '4.3.0', 'kubectl-version': '1.36.4' });
    expect(first.cached).toHaveLength(2);
  });

  it('serves the next run without a request', () => {
    const second = run('second');
    endsAtRelease(second);
    expect(second.requests).toEqual({});
    expect(second.result.log).toMatch(/^Helm 4\.3\.0: from the tool cache/m);
    expect(second.cached).toEqual(run('first').cached);
  });

  it('may be filled by two jobs at once', () => {
    for (const name of ['one of two', 'the other of two']) endsAtRelease(run(name));
    expect(run('one of two').cached).toHaveLength(2);
  });

  it('is filled also when the mirror stumbles once', () => {
    const stumbled = run('a mirror that stumbles');
    endsAtRelease(stumbled);
    expect(stumbled.requests[helmArchive('4.3.0')]).toBe(2);
  });
});

describe('a download that is not the expected file', () => {
  it.each([
    ['a damaged Helm', 'helm', `${helmArchive('4.3.0')} (Helm 4.3.0`],
    ['a damaged kubectl', 'kubectl', `${kubectlProgram} (kubectl 1.36.4`],
    ['another checksum than the mirror has', 'helm', `\`helm-checksum\` says ${'a'.repeat(64)}`],
  ])('ends the run before it is executed or cached: %s', (name, tool, says) => {
    const bad = run(name);
    expect([bad.result.outputs.result, story(bad.result)]).toEqual(['failed', story(bad.result)]);
    expect(problemIds(bad.result)).toEqual(['checksum-mismatch']);
    expect(jsonFile(bad.result, 'report-file').problems[0]?.what).toContain(says);
    expect(started(bad)).not.toContain(tool);
    expect(bad.cached.filter((path) => path.endsWith(`/${tool}`))).toEqual([]);
    expect(bad.result.tempDirLeft.filter((path) => path.includes(tool))).toEqual([]);
    expect(bad.result.outputs.changed).toBe('false');
  });
});

describe('which version', () => {
  it('path: uses what is on PATH, says so, and downloads nothing', () => {
    const onPath = run('programs on PATH');
    endsAtRelease(onPath);
    expect(onPath.requests).toEqual({});
    expect(onPath.result.outputs).toMatchObject({ 'helm-version': '3.22.0', 'kubectl-version': '1.36.4' });
    expect(onPath.result.log).toMatch(/^Helm 3\.22\.0: found on PATH as .*was not verified\.$/m);
  });

  it('path without the program is refused', () => {
    const missing = run('no Helm on PATH').result;
    expect([missing.outputs.result, problemIds(missing)]).toEqual(['refused', ['tool-not-on-path']]);
  });

  it('a range is the newest of the table, which also verifies it: the build of this mirror is not the publisher’s', () => {
    const { result, requests } = run('a range');
    expect(result.log).toContain('`helm-version: 3.22.x` is Helm 3.22.0.');
    expect(requests[helmArchive('3.22.0')]).toBe(1);
    expect([problemIds(result), story(result)]).toEqual([['checksum-mismatch'], story(result)]);
    expect(result.log).toContain("this action's table of checksums says");
  });

  it('a version that the mirror does not have is named with its address, and no other is taken', () => {
    const { result, requests } = run('a version that is not there');
    expect([result.outputs.result, problemIds(result)]).toEqual(['failed', ['download-failed']]);
    expect(result.log).toMatch(/Helm 4\.2\.4 .*helm-v4\.2\.4-\S+\.tar\.gz: HTTP 404/);
    expect(Object.keys(requests).filter((path) => path.includes('helm'))).toEqual([helmArchive('4.2.4')]);
  });

  it('a version outside the table needs a checksum from somewhere', () => {
    const { result } = run('a version that nobody knows');
    expect([result.outputs.result, problemIds(result)]).toEqual(['failed', ['checksum-unavailable']]);
    expect(result.log).toContain('`helm-checksum`');
  });

  it('a Helm without --reset-then-reuse-values is refused, with the reason', () => {
    const { result, requests } = run('a Helm that is too old');
    expect([result.outputs.result, problemIds(result)]).toEqual(['refused', ['tool-too-old']]);
    expect(result.log).toContain('Helm 3.13.3 is older than 3.14.0');
    expect(result.log).toContain('--reset-then-reuse-values');
    expect(Object.keys(requests).filter((path) => path.includes('helm'))).toEqual([]);
  });
});
