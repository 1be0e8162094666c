// @ts-check
import { performance } from 'node:perf_hooks';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { readFileSync, writeFileSync } from 'node:fs';
import { arch as nodeArch, platform } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { clearTimeout, setInterval, clearInterval, setTimeout } from 'node:timers';
import { Buffer } from 'node:buffer';
import { cacheDirectory, partNamed } from './parts.js';
import { withLock } from './lock.js';

/**
 * @typedef {import('./parts.js').Part} Part
 * @typedef {object} Sources
 * @property {NodeJS.ProcessEnv} env
 * @property {(line: string) => void} log
 * @property {typeof globalThis.fetch} fetch
 * @property {string} [offline] why nothing more is downloaded in this run
 */

const CONNECT_MS = 4_000;
const DOWNLOAD_MS = 5 * 60_000;
const OS = platform();
const ARCH = nodeArch() === 'x64' ? 'amd64' : nodeArch();

/** The programs could not be had; its message says what to install. */
export class PartsUnavailable extends Error {}

/**
 * Finds, downloads or builds the named parts (`helm-3.22.0`, `kubectl`), one after the other.
 * @param {readonly string[]} names
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void, fetch?: typeof globalThis.fetch }} [options]
 * @returns {Promise<Record<string, string>>} path of each, under the name that was asked for
 * @throws {PartsUnavailable}
 */
export async function ensureParts(names, { env = process.env, log = () => {}, fetch = globalThis.fetch } = {}) {
  /** @type {Sources} */
  const sources = { env, log, fetch };
  /** @type {Record<string, string>} */
  const paths = {};
  for (const name of names) {
    const part = partNamed(name);
    paths[name] = cached(part, env) ?? onPath(part, env) ?? (await obtain(part, sources));
  }
  return paths;
}

/** @param {Part} part @param {NodeJS.ProcessEnv} env @returns {string | undefined} */
function cached(part, env) {
  const file = join(cacheDirectory(env), 'bin', part.name);
  return isExecutable(file) ? file : undefined;
}

/**
 * The program on PATH, if it is exactly the version that the tests are written for.
 * @param {Part} part @param {NodeJS.ProcessEnv} env @returns {string | undefined}
 */
function onPath(part, env) {
  const file = (env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, part.program))
    .find(isExecutable);
  if (!file) return undefined;
  const { stdout } = spawnSync(file, part.versionArgs, { encoding: 'utf8', timeout: 10_000, env });
  return printedVersion(stdout ?? '') === part.version ? file : undefined;
}

/**
 * The first version in what a program prints about itself: `Client Version: v1.36.4`, `v3.22.0+g0ab1c2d`, `etcd Version: 3.6.8`.
 * @param {string} text
 */
export const printedVersion = (text) => /\bv?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)/.exec(text)?.[1];

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Downloads or builds a part into the cache. Several processes may want the same one: the first does it.
 * @param {Part} part @param {Sources} sources @returns {Promise<string>}
 */
async function obtain(part, sources) {
  const cache = cacheDirectory(sources.env);
  const file = join(cache, 'bin', part.name);
  const onWait = (/** @type {number} */ pid) => sources.log(`${part.name}: process ${pid} is making it, waiting`);
  return withLock(
    join(cache, 'locks', part.name),
    async () => {
      if (isExecutable(file)) return file;
      mkdirSync(join(cache, 'bin'), { recursive: true });
      const work = mkdtempSync(join(cache, `${part.name}-`));
      try {
        const made = (await download(part, work, sources)) ?? (await build(part, work, sources));
        chmodSync(made, 0o755);
        renameSync(made, file);
        return file;
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    },
    { onWait },
  );
}

/**
 * The publisher's program, checked against the publisher's sha256; undefined where that is not possible.
 * @param {Part} part @param {string} work @param {Sources} sources @returns {Promise<string | undefined>}
 */
async function download(part, work, sources) {
  const url = part.release?.url(OS, ARCH);
  if (!part.release || !url || sources.offline) return undefined;
  const checksums = await get(part.release.checksumUrl(OS, ARCH), sources);
  const expected = checksums && checksumFor(checksums.toString('utf8'), basename(url));
  if (!expected) return undefined;
  sources.log(`${part.name}: downloading ${url}`);
  const content = await get(url, sources);
  if (!content) return undefined;
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual !== expected) {
    sources.log(`${part.name}: ${url} has sha256 ${actual}, not ${expected} as published; not used`);
    return undefined;
  }
  const file = join(work, randomUUID());
  writeFileSync(file, content);
  const member = part.release.member?.(OS, ARCH);
  if (!member) return file;
  const tar = spawnSync('tar', ['-xzf', file, '-C', work, member], { encoding: 'utf8' });
  if (tar.status === 0) return join(work, member);
  sources.log(`${part.name}: ${member} could not be unpacked: ${tar.stderr}`);
  return undefined;
}

/**
 * The sha256 for a file from a checksum file: a bare hash, or the line of that name.
 * @param {string} text @param {string} name @returns {string | undefined}
 */
export function checksumFor(text, name) {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/));
  const line = lines.find(([, file]) => file === name) ?? (lines.length === 1 && lines[0]?.length === 1 && lines[0]);
  const hash = (line || [])[0]?.toLowerCase();
  return hash && /^[0-9a-f]{64}$/.test(hash) ? hash : undefined;
}

/**
 * A network that cannot be reached is not tried again in this run; an answer such as 404 concerns this file alone.
 * @param {string} url @param {Sources} sources @returns {Promise<Buffer | undefined>}
 */
async function get(url, sources) {
  const abort = new globalThis.AbortController();
  let timer = setTimeout(() => abort.abort(new Error(`no answer within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
  try {
    const response = await sources.fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error(`not done in ${DOWNLOAD_MS / 60_000} minutes`)), DOWNLOAD_MS);
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    await response.body?.cancel();
    sources.log(`${url}: HTTP ${response.status}`);
    return undefined;
  } catch (error) {
    const { message, cause } = /** @type {Error} */ (error);
    sources.offline = cause instanceof Error ? cause.message : message;
    sources.log(`${new globalThis.URL(url).host} cannot be reached (${sources.offline}): building with go instead`);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Part} part @param {string} work @param {Sources} sources @returns {Promise<string>} */
async function build(part, work, sources) {
  const flags = ['-trimpath', '-ldflags', part.build.ldflags];
  const args = part.build.module
    ? ['build', ...flags, '-o', join(work, part.program), part.build.package]
    : ['install', ...flags, part.build.package];
  const env = { ...sources.env, CGO_ENABLED: '0', ...(part.build.module ? {} : { GOBIN: work }) };
  const begin = performance.now();
  const elapsed = () => `${Math.round((performance.now() - begin) / 1000)} s`;
  sources.log(`${part.name}: building ${part.build.package} with go (minutes the first time, then it is in the cache)`);
  const ticking = setInterval(() => sources.log(`${part.name}: still building, ${elapsed()}`), 30_000);
  try {
    const error = await runGo(args, { cwd: part.build.module ?? work, env });
    if (error) throw new PartsUnavailable(missing(part, sources, error));
  } finally {
    clearInterval(ticking);
  }
  sources.log(`${part.name}: built in ${elapsed()}`);
  const made = readdirSync(work).find((name) => name === part.program);
  if (!made) throw new PartsUnavailable(missing(part, sources, `go left no ${part.program}`));
  return join(work, made);
}

/**
 * @param {string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string | undefined>} the end of what go said, if it failed
 */
function runGo(args, options) {
  return new Promise((resolve) => {
    const go = spawn('go', args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let tail = '';
    go.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (tail = (tail + text).slice(-2000)));
    go.on('error', (error) => resolve(error.message));
    go.on('close', (code) => resolve(code === 0 ? undefined : tail || `go ended with ${code}`));
  });
}

/** @param {Part} part @param {Sources} sources @param {string} why */
function missing(part, sources, why) {
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(import.meta.dirname, 'parts/kubernetes/go.mod'), 'utf8'))?.[1];
  return (
    `The test bed needs ${part.program} ${part.version}: install Go ${wanted} or newer (https://go.dev/dl/) with access to its ` +
    `module proxy, or put ${part.program} ${part.version} on PATH${sources.offline ? '' : ', or allow downloads'}. ` +
    `Building it ended with: ${why.trim()}`
  );
}
