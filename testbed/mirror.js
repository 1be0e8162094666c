// @ts-check
import { createHash, randomUUID } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { arch as nodeArch, platform } from 'node:os';
import { basename, join } from 'node:path';
import { chartIndex } from './charts-build.js';
import { ensureParts } from './part-sources.js';
import { cacheDirectory } from './parts.js';
import { run } from './run.js';

/**
 * Helm, kubectl and a chart repository on loopback, under the paths of their publishers:
 *   https://get.helm.sh  /helm-v3.22.0-linux-amd64.tar.gz  + .sha256sum, .sha256   /helm3-latest-version  /helm4-latest-version
 *   https://dl.k8s.io    /v1.36.4/bin/linux/amd64/kubectl  + .sha256               /release/stable.txt    /release/stable-1.36.txt
 * and /charts/index.yaml with the packaged charts of a directory.
 *
 * @typedef {object} Misbehaviour
 * @property {'one-byte' | 'status'} kind one byte of the body changed, or an HTTP error instead of it
 * @property {number} [status]
 * @property {number} [times] how often; without it always
 *
 * @typedef {object} Mirror
 * @property {string} url base address, without a slash at the end
 * @property {string} chartsUrl
 * @property {(version: string) => string} helmSha256 of the archive
 * @property {(version: string) => string} kubectlSha256 of the binary
 * @property {(path: string) => number} requests how often that path was asked for
 * @property {() => Record<string, number>} allRequests
 * @property {() => void} forgetRequests
 * @property {(path: string, how: Misbehaviour | undefined) => void} misbehave undefined: behaves again
 * @property {() => Promise<void>} close
 */

const OS = platform();
const ARCH = nodeArch() === 'x64' ? 'amd64' : nodeArch();

/** @param {string | Buffer} content */
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/**
 * @param {{ helm: readonly string[], kubectl: readonly string[], charts?: string, env?: NodeJS.ProcessEnv, log?: (line: string) => void }} options
 *   versions to serve (each must be a part of the test bed), and a directory of packaged charts (*.tgz)
 * @returns {Promise<Mirror>}
 */
export async function startMirror({ helm, kubectl, charts, env = process.env, log = () => {} }) {
  /** @type {Map<string, string | { file: string }>} */
  const content = new Map();
  /** @type {Map<string, string>} */
  const hashes = new Map();

  for (const version of helm) {
    const archive = await helmArchive(version, env, log);
    const name = basename(archive);
    const hash = sha256(readFileSync(archive));
    hashes.set(`helm-${version}`, hash);
    content.set(`/${name}`, { file: archive });
    content.set(`/${name}.sha256sum`, `${hash}  ${name}\n`);
    content.set(`/${name}.sha256`, hash);
  }
  for (const version of kubectl) {
    const { [`kubectl-${version}`]: file } = await ensureParts([`kubectl-${version}`], { env, log });
    if (!file) throw new Error(`no kubectl ${version}`);
    const hash = sha256(readFileSync(file));
    hashes.set(`kubectl-${version}`, hash);
    // dl.k8s.io answers with and without /release
    for (const base of ['', '/release']) {
      content.set(`${base}/v${version}/bin/${OS}/${ARCH}/kubectl`, { file });
      content.set(`${base}/v${version}/bin/${OS}/${ARCH}/kubectl.sha256`, hash);
    }
  }
  for (const [path, version] of pointers(helm, kubectl)) content.set(path, version);

  /** @type {Record<string, number>} */
  let asked = {};
  /** @type {Map<string, Misbehaviour>} */
  const misbehaviours = new Map();

  const server = createServer((request, response) => {
    const path = new globalThis.URL(request.url ?? '/', 'http://mirror').pathname;
    asked[path] = (asked[path] ?? 0) + 1;
    const how = misbehaviours.get(path);
    if (how?.times !== undefined && (how.times -= 1) <= 0) misbehaviours.delete(path);
    if (how?.kind === 'status') return void response.writeHead(how.status ?? 500).end('out of order\n');
    const found = content.get(path) ?? repository?.(path);
    if (found === undefined) return void response.writeHead(404).end('not found\n');
    const body = Buffer.from(typeof found === 'string' ? found : readFileSync(found.file));
    if (how?.kind === 'one-byte') body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    response.writeHead(200, { 'content-length': body.length, 'content-type': 'application/octet-stream' }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${address.port}`;
  const repository = charts === undefined ? undefined : chartRepository(charts, `${url}/charts`);

  /** @param {string} name */
  const hashOf = (name) => {
    const hash = hashes.get(name);
    if (!hash) throw new Error(`the mirror does not serve ${name}`);
    return hash;
  };
  return {
    url,
    chartsUrl: `${url}/charts`,
    helmSha256: (version) => hashOf(`helm-${version}`),
    kubectlSha256: (version) => hashOf(`kubectl-${version}`),
    requests: (path) => asked[path] ?? 0,
    allRequests: () => ({ ...asked }),
    forgetRequests: () => (asked = {}),
    misbehave: (path, how) => (how ? misbehaviours.set(path, { ...how }) : misbehaviours.delete(path)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * The archive as Helm publishes it, made once from the program in the cache.
 * @param {string} version @param {NodeJS.ProcessEnv} env @param {(line: string) => void} log
 */
async function helmArchive(version, env, log) {
  const { [`helm-${version}`]: program } = await ensureParts([`helm-${version}`], { env, log });
  if (!program) throw new Error(`no Helm ${version}`);
  const directory = join(cacheDirectory(env), 'mirror');
  const archive = join(directory, `helm-v${version}-${OS}-${ARCH}.tar.gz`);
  if (existsSync(archive)) return archive;
  const work = join(directory, randomUUID());
  mkdirSync(join(work, `${OS}-${ARCH}`), { recursive: true });
  try {
    copyFileSync(program, join(work, `${OS}-${ARCH}`, 'helm'));
    // -1: it is made on the way of a test run, and never leaves this machine
    const packed = join(work, 'packed');
    await run('tar', ['-C', work, '-cf', packed, '--format=ustar', `${OS}-${ARCH}`], { env: { PATH: env.PATH ?? '' } });
    await run('gzip', ['-1', packed], { env: { PATH: env.PATH ?? '' } });
    // A link is made only where there is no archive yet: another process may have hashed and served its own by now.
    linkIfAbsent(`${packed}.gz`, archive);
    return archive;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} from @param {string} to */
function linkIfAbsent(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
}

/**
 * The files that name the newest version of a line.
 * @param {readonly string[]} helm @param {readonly string[]} kubectl
 * @returns {Map<string, string>}
 */
function pointers(helm, kubectl) {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const version of [...helm].sort(byVersion))
    files.set(`/helm${version.split('.')[0]}-latest-version`, `v${version}`);
  for (const version of [...kubectl].sort(byVersion))
    for (const line of [
      '',
      `-${version.split('.').slice(0, 1).join('.')}`,
      `-${version.split('.').slice(0, 2).join('.')}`,
    ])
      for (const base of ['', '/release']) files.set(`${base}/stable${line}.txt`, `v${version}`);
  return files;
}

/** @param {string} a @param {string} b */
function byVersion(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) if (left?.[i] !== right?.[i]) return (left?.[i] ?? 0) - (right?.[i] ?? 0);
  return 0;
}

/**
 * The chart repository over a directory of packaged charts. The index names full addresses, as published ones do, and is
 * made again when packages come or go.
 * @param {string} directory @param {string} baseUrl
 * @returns {(path: string) => string | { file: string } | undefined}
 */
function chartRepository(directory, baseUrl) {
  let indexed = '';
  let index = '';
  return (path) => {
    const name = /^\/charts\/([^/]+)$/.exec(path)?.[1];
    if (!name) return undefined;
    const packages = readdirSync(directory).filter((file) => file.endsWith('.tgz'));
    if (packages.includes(name)) return { file: join(directory, name) };
    if (name !== 'index.yaml') return undefined;
    if (indexed !== packages.join()) {
      index = chartIndex(directory, { baseUrl });
      indexed = packages.join();
    }
    return index;
  };
}
