// @ts-check
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.js';
import { PartsUnavailable } from './part-sources.js';
import { cacheDirectory } from './parts.js';

/**
 * The real Milvus 2.1.0, from the packages on PyPI that carry it (`milvus` 2.1.0). It runs with an external etcd, local
 * storage and RocksMQ, standalone, on Linux x86-64.
 *
 * @typedef {object} Milvus21
 * @property {string} home what the program milvus-real wants as MILVUS_HOME
 * @property {string} python
 * @property {string} client a script, `client.py prepare|search HOST PORT`; it prints `{ rows, ids, indexes }`
 * @property {Record<string, string>} clientEnv environment of the client
 */

const SOURCES = join(import.meta.dirname, 'milvus-2.1');

/**
 * Installs it once, into the test bed's cache (about 140 MB to load, 240 MB there).
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 * @returns {Promise<Milvus21>}
 * @throws {PartsUnavailable}
 */
export async function ensureMilvus21({ env = process.env, log = () => {} } = {}) {
  const python = await findPython(env);
  const cache = cacheDirectory(env);
  const version = await run(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], env);
  const name = `milvus-2.1.0-${recipeHash()}-py${version.output.trim()}`;
  const home = join(cache, name);
  if (!existsSync(home))
    await withLock(
      join(cache, 'locks', name),
      async () => {
        if (!existsSync(home)) await install(cache, home, python, { env, log });
      },
      { onWait: (pid) => log(`Milvus 2.1.0: process ${pid} is installing it, waiting`) },
    );
  return {
    home,
    python,
    client: join(SOURCES, 'client.py'),
    clientEnv: { PYTHONPATH: join(home, 'python'), PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: 'python' },
  };
}

/**
 * The address that Milvus 2.1 writes into its session keys, whatever it is told: the first IPv4 address of this machine that is not a
 * loopback address, 127.0.0.1 without one. The pod has to have it too.
 * @param {ReturnType<typeof networkInterfaces>} [interfaces]
 */
export const milvus21Address = (interfaces = networkInterfaces()) =>
  Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))
    ?.address ?? '127.0.0.1';

const FILES = ['requirements-server.txt', 'requirements-client.txt', 'unpack.py', 'server.py'];

/** Which installation this is: of exactly these files. */
function recipeHash() {
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(readFileSync(join(SOURCES, file)));
  return hash.digest('hex').slice(0, 8);
}

/** @param {NodeJS.ProcessEnv} env */
async function findPython(env) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new PartsUnavailable('Milvus 2.1.0 runs on Linux x86-64 only.');
  for (const name of ['python3', 'python']) {
    const found = await run(name, ['-c', 'import sys, pip; print(sys.executable)'], env);
    if (found.code === 0) return found.output.trim();
  }
  throw new PartsUnavailable('Milvus 2.1.0 is installed with Python and pip: install Python 3.9 or newer with pip.');
}

/** @param {string} cache @param {string} home @param {string} python @param {{ env: NodeJS.ProcessEnv, log: (line: string) => void }} options */
async function install(cache, home, python, { env, log }) {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'milvus.work-'));
  const made = join(work, 'home');
  const wheels = join(work, 'wheels');
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
  const strict = ['--no-deps', '--only-binary=:all:', '--require-hashes'];
  // The server's wheels are taken apart, not imported: they are those of any Python.
  const wheelOf = [
    '--python-version=3.7',
    '--implementation=cp',
    '--abi=cp37m',
    '--abi=none',
    '--platform=manylinux2014_x86_64',
  ];
  const platforms = ['--platform=manylinux1_x86_64', '--platform=any'];
  try {
    log('Milvus 2.1.0: loading its packages with pip');
    mkdirSync(made);
    /** @type {string[][]} */
    const steps = [
      [
        ...pip,
        'download',
        ...strict,
        ...wheelOf,
        ...platforms,
        '-d',
        wheels,
        '-r',
        join(SOURCES, 'requirements-server.txt'),
      ],
      [join(SOURCES, 'unpack.py'), wheels, made],
      [...pip, 'install', ...strict, '--target', join(made, 'python'), '-r', join(SOURCES, 'requirements-client.txt')],
    ];
    for (const args of steps) {
      const { code, output } = await run(python, args, env);
      if (code !== 0)
        throw new PartsUnavailable(`Milvus 2.1.0 could not be installed from PyPI: ${output.slice(-1500).trim()}`);
    }
    copyFileSync(join(SOURCES, 'server.py'), join(made, 'server.py'));
    renameSync(made, home);
    log(`Milvus 2.1.0: installed (${readdirSync(join(home, 'lib')).length} libraries)`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} file @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<{ code: number, output: string }>} */
function run(file, args, env) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
