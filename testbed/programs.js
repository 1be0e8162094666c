// @ts-check
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { withLock } from './lock.js';
import { PartsUnavailable } from './part-sources.js';
import { cacheDirectory } from './parts.js';

/** Go module of the programs that pods of the test bed run; each directory of its cmd/ is one. */
export const PROGRAMS_MODULE = join(import.meta.dirname, 'programs');

/** A build that no checkout has asked for in this time is removed. */
const KEPT_MS = 14 * 24 * 3_600_000;

/**
 * The programs, built from their sources where the cache has no build of exactly these sources (about 20 s with compiled dependencies).
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 * @returns {Promise<Record<string, string>>} path by name: `meta-migration`, `milvus-component`, ...
 * @throws {PartsUnavailable} without Go, or without its module proxy
 */
export async function ensurePrograms({ env = process.env, log = () => {} } = {}) {
  const cache = cacheDirectory(env);
  const name = `programs-${sourceHash(PROGRAMS_MODULE)}`;
  const directory = join(cache, name);
  if (!existsSync(directory))
    await withLock(join(cache, 'locks', name), async () => {
      if (!existsSync(directory)) await build(cache, directory, { env, log });
    });
  const now = new Date();
  utimesSync(directory, now, now);
  removeOld(cache, now.getTime());
  const names = readdirSync(join(PROGRAMS_MODULE, 'cmd'));
  return Object.fromEntries(names.map((program) => [program, join(directory, program)]));
}

/**
 * What the programs are made of, as a short hash: every file of the module but its tests.
 * @param {string} module
 */
export function sourceHash(module) {
  const hash = createHash('sha256');
  const files = readdirSync(module, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.go$|^go\.(mod|sum)$/.test(entry.name) && !entry.name.endsWith('_test.go'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash
      .update(`${relative(module, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex').slice(0, 12);
}

/** @param {string} cache @param {string} directory @param {{ env: NodeJS.ProcessEnv, log: (line: string) => void }} options */
async function build(cache, directory, { env, log }) {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'programs.work-'));
  try {
    log('building the programs of the pods with go');
    const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', `${work}/`, './cmd/...'];
    const error = await go(args, { ...env, CGO_ENABLED: '0' });
    if (error) {
      const wanted = /^go (\S+)$/m.exec(readFileSync(join(PROGRAMS_MODULE, 'go.mod'), 'utf8'))?.[1];
      throw new PartsUnavailable(
        `The programs that the test bed's pods run are built with Go: install Go ${wanted} or newer (https://go.dev/dl/) with access to its ` +
          `module proxy. Building them ended with: ${error.trim()}`,
      );
    }
    renameSync(work, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<string | undefined>} the end of what go said, if it failed */
function go(args, env) {
  return new Promise((resolve) => {
    const child = spawn('go', args, { cwd: PROGRAMS_MODULE, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let tail = '';
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (tail = (tail + text).slice(-2000)));
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : tail || `go ended with ${code}`));
  });
}

/** @param {string} cache @param {number} now */
function removeOld(cache, now) {
  for (const name of readdirSync(cache)) {
    if (!/^programs-[0-9a-f]{12}$/.test(name)) continue;
    if (now - statSync(join(cache, name)).mtimeMs > KEPT_MS)
      rmSync(join(cache, name), { recursive: true, force: true });
  }
}
