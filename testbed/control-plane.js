// @ts-check
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { stopAgents } from './agent-processes.js';
import { apiClient, must } from './api.js';
import * as components from './components.js';
import { USER_GROUP, kubeconfig, newServiceAccountKeys, newTokenUsers, tokenFile } from './credentials.js';
import { withLock } from './lock.js';
import { ensureParts } from './part-sources.js';
import { CONTROL_PLANE_PARTS, partNamed } from './parts.js';
import { freePorts } from './ports.js';
import { agentObjects } from './agent-objects.js';
import { isRunning, start, stopInOrder, until } from './processes.js';

/**
 * @typedef {import('./processes.js').OwnProcess} OwnProcess
 * @typedef {import('./components.js').Layout} Layout
 *
 * What is written down about a test bed that is up (cluster.json), and what `up` returns.
 * @typedef {object} ClusterRecord
 * @property {string} stateDirectory
 * @property {string} server
 * @property {string} certificateAuthority PEM
 * @property {import('./credentials.js').TokenUser} admin
 * @property {string} kubeconfig path, for the administrator
 * @property {Record<string, string>} programs paths of kubectl, etcd, ... by program name
 *
 * @typedef {{ stateDirectory?: string, log?: (line: string) => void, env?: NodeJS.ProcessEnv, nodes?: number }} Options
 */

const USERS = 200;
const READY_MS = 180_000;
/** The API server first: without etcd it would not end by itself. */
const STOP_ORDER = ['kwok', 'kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'];

/** Inside the one ignored directory of the repository, which also holds the packaged model charts. */
export const DEFAULT_STATE_DIRECTORY = join(import.meta.dirname, '..', '.testbed', 'cluster');

/**
 * Brings the test bed up, or returns at once when it is up. A broken one is taken down first and made anew.
 * @param {Options} [options]
 * @returns {Promise<ClusterRecord>}
 */
export async function up(options = {}) {
  const { log = () => {}, env = process.env } = options;
  const at = components.layout(resolve(options.stateDirectory ?? DEFAULT_STATE_DIRECTORY));
  const parts = await ensureParts(CONTROL_PLANE_PARTS, { env, log });
  return withLock(at.lock, async () => {
    const running = await healthy(at);
    if (running) return running;
    for (let attempt = 1; ; attempt += 1) {
      await takeDown(at);
      try {
        return await bringUp(at, parts, { log, nodes: options.nodes ?? 3 });
      } catch (error) {
        const portTaken = STOP_ORDER.some((name) => /address already in use/.test(tail(at, name)));
        await stopAll(at); // the logs stay, to be read
        if (!portTaken || attempt === 3) throw error;
        log('a port was taken by another program: once more with other ports');
      }
    }
  });
}

/**
 * Ends every process that `up` started, and no other, and removes the state directory.
 * @param {Options} [options]
 */
export async function down(options = {}) {
  const at = components.layout(resolve(options.stateDirectory ?? DEFAULT_STATE_DIRECTORY));
  await withLock(at.lock, () => takeDown(at));
}

/**
 * @param {Options} [options]
 * @returns {Promise<{ record?: ClusterRecord, processes: (OwnProcess & { running: boolean })[] }>} with `record` it is up
 */
export async function status(options = {}) {
  const at = components.layout(resolve(options.stateDirectory ?? DEFAULT_STATE_DIRECTORY));
  const processes = readProcesses(at).map((own) => ({ ...own, running: isRunning(own) }));
  const record = await healthy(at);
  return record ? { record, processes } : { processes };
}

/** @param {Layout} at @returns {Promise<ClusterRecord | undefined>} */
async function healthy(at) {
  if (!existsSync(at.record)) return undefined;
  /** @type {ClusterRecord} */
  const record = JSON.parse(readFileSync(at.record, 'utf8'));
  const processes = readProcesses(at);
  if (processes.length !== STOP_ORDER.length || !processes.every(isRunning)) return undefined;
  return (await isReady(record)) ? record : undefined;
}

/** @param {{ server: string, certificateAuthority: string, admin: { token: string } }} record */
async function isReady({ server, certificateAuthority, admin }) {
  const api = apiClient({ server, certificateAuthority, token: admin.token, timeoutMs: 10_000 });
  try {
    return (await api('GET', '/readyz', undefined, { text: true })).status === 200;
  } catch {
    return false;
  }
}

/** @param {Layout} at @param {Record<string, string>} parts @param {{ log: (line: string) => void, nodes: number }} options */
async function bringUp(at, parts, { log, nodes }) {
  const [etcd, etcdPeer, apiserver, kubelet] = /** @type {[number, number, number, number]} */ (await freePorts(4));
  const ports = { etcd, etcdPeer, apiserver, kubelet };
  const programs = Object.fromEntries(Object.entries(parts).map(([name, path]) => [partNamed(name).program, path]));
  const users = newTokenUsers(USERS);
  prepare(at, users);

  /** @param {string} name @param {readonly string[]} args @param {Record<string, string>} [env] */
  const run = (name, args, env = {}) => {
    const file = programs[name];
    if (!file) throw new Error(`no program for ${name}`);
    const own = start(name, file, args, {
      logFile: at.logOf(name),
      cwd: at.root,
      env: { HOME: at.root, PATH: '/usr/bin:/bin', ...env },
    });
    writeFileSync(at.processes, JSON.stringify([...readProcesses(at), own], null, 2));
    return own;
  };
  /** @param {string} what @param {OwnProcess} own @param {() => Promise<boolean>} check */
  const ready = async (what, own, check) => {
    const guarded = async () => {
      if (!isRunning(own)) throw new Error(`${own.name} ended:\n${tail(at, own.name)}`);
      return check();
    };
    if (!(await until(guarded, READY_MS, 50)))
      throw new Error(`${what} did not come within ${READY_MS / 1000} s; end of the log:\n${tail(at, own.name)}`);
  };

  log(`starting etcd ${partNamed('etcd').version} and kube-apiserver ${partNamed('kube-apiserver').version}`);
  const store = run('etcd', components.etcdArguments(at, ports));
  await ready('etcd', store, () => listens(ports.etcd));
  const server = `https://127.0.0.1:${ports.apiserver}`;
  const front = run('kube-apiserver', components.apiserverArguments(at, ports));
  await ready('the API server', front, async () => {
    if (!existsSync(at.certificate)) return false;
    return isReady({ server, certificateAuthority: readFileSync(at.certificate, 'utf8'), admin: users.admin });
  });

  const certificateAuthority = readFileSync(at.certificate, 'utf8');
  writeSecret(at.kubeconfig, kubeconfig({ server, certificateAuthority, user: users.admin }));
  run('kube-controller-manager', components.controllerManagerArguments(at));
  run('kube-scheduler', components.schedulerArguments(at));
  const kubelets = run('kwok', components.kwokArguments(at, ports), { PATH: at.execPrograms });
  await ready('kwok', kubelets, () => listens(ports.kubelet));

  // Only now: a node takes the port of its kubelet from kwok once, when it is initialised.
  const api = apiClient({ server, certificateAuthority, token: users.admin.token });
  for (const { path, object } of agentObjects()) await must(api, 'POST', path, object);
  for (let i = 0; i < nodes; i += 1) await must(api, 'POST', '/api/v1/nodes', components.node(i));
  await ready('a ready node', kubelets, async () => (await readyNodes(api)) === nodes);
  // The manager creates this in every namespace: a sign that its controllers work.
  const accounts = '/api/v1/namespaces/default/serviceaccounts/default';
  const manager = readProcesses(at).find(({ name }) => name === 'kube-controller-manager');
  if (manager) await ready('the controller manager', manager, async () => (await api('GET', accounts)).status === 200);

  /** @type {ClusterRecord} */
  const record = {
    stateDirectory: at.root,
    server,
    certificateAuthority,
    admin: users.admin,
    kubeconfig: at.kubeconfig,
    programs,
  };
  writeSecret(at.record, JSON.stringify(record, null, 2));
  return record;
}

/** @param {Layout} at @param {import('./credentials.js').TokenUsers} users */
function prepare(at, users) {
  for (const directory of [at.root, at.logs, at.certificates, at.takenUsers, at.execPrograms, at.home])
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keys = newServiceAccountKeys();
  writeSecret(at.serviceAccountKey, keys.privateKey);
  writeSecret(at.serviceAccountPublicKey, keys.publicKey);
  writeSecret(at.tokens, tokenFile(users));
  writeSecret(at.users, JSON.stringify(users.users));
  writeSecret(at.auditPolicy, JSON.stringify(components.auditPolicy(USER_GROUP)));
  const now = new Date().toISOString().replace('Z', '000000Z');
  writeFileSync(at.podLog, components.podLogLines(now));
  writeFileSync(at.previousPodLog, components.podLogLines(now));
  const documents = components.kwokDebugging(at).map((object) => JSON.stringify(object));
  writeFileSync(at.kwokConfig, documents.join('\n---\n'));
}

/** @param {string} file @param {string} content */
const writeSecret = (file, content) => writeFileSync(file, content, { mode: 0o600 });

/** @param {import('./api.js').Api} api */
async function readyNodes(api) {
  const { items } = await must(api, 'GET', '/api/v1/nodes');
  /** @param {any} node */
  const isNodeReady = (node) =>
    node.status.conditions?.some((/** @type {any} */ { type, status }) => type === 'Ready' && status === 'True');
  return items.filter(isNodeReady).length;
}

/** @param {number} port @returns {Promise<boolean>} */
function listens(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** @param {Layout} at @returns {OwnProcess[]} */
function readProcesses(at) {
  return existsSync(at.processes) ? JSON.parse(readFileSync(at.processes, 'utf8')) : [];
}

/** @param {Layout} at */
async function stopAll(at) {
  await stopAgents(at.agents);
  const processes = readProcesses(at);
  const inOrder = STOP_ORDER.flatMap((name) => processes.filter((own) => own.name === name));
  const left = await stopInOrder(inOrder);
  if (left.length > 0)
    throw new Error(`could not be ended: ${left.map(({ name, pid }) => `${name} (process ${pid})`).join(', ')}`);
}

/** @param {Layout} at */
async function takeDown(at) {
  await stopAll(at);
  rmSync(at.root, { recursive: true, force: true });
}

/** The last lines of a program's log. @param {Layout} at @param {string} name */
function tail(at, name) {
  const file = at.logOf(name);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-15).join('\n') : '';
}
