// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureParts } from './part-sources.js';
import { freePorts } from './ports.js';
import { ensurePrograms } from './programs.js';
import { until } from './processes.js';

/**
 * @typedef {object} Etcd an etcd of one's own, outside the cluster: for tests, and as the external etcd of a release
 * @property {string[]} endpoints host:port of each member
 * @property {string} directory data, logs, and with TLS the certificates (`tls/ca.pem`, `tls/client.pem`, `tls/client-key.pem`)
 * @property {(args: string[]) => string} etcdctl runs etcdctl against all members; throws what it said when it fails
 * @property {() => number} leader index of the member that leads
 * @property {(member: number, signal: NodeJS.Signals) => Promise<void>} kill ends a member
 * @property {(member: number) => Promise<void>} restart starts a member that was ended
 * @property {() => Promise<void>} close ends all members and removes the directory
 */

/**
 * @param {{ members?: number, tls?: boolean, host?: string, env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 *   default: one member, without TLS, on 127.0.0.1; host: another loopback address
 * @returns {Promise<Etcd>} once all members are healthy
 */
export async function startEtcd({
  members = 1,
  tls = false,
  host = '127.0.0.1',
  env = process.env,
  log = () => {},
} = {}) {
  const programs = await ensureParts(['etcd', 'etcdctl'], { env, log });
  const directory = mkdtempSync(join(tmpdir(), 'testbed-etcd-'));
  const certificates = join(directory, 'tls');
  if (tls) {
    const { certificates: maker = '' } = await ensurePrograms({ env, log });
    const made = spawnSync(maker, [certificates, host, 'localhost'], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`no certificates: ${made.stderr}`);
  }
  const scheme = tls ? 'https' : 'http';
  const ports = await freePorts(2 * members);
  const client = (/** @type {number} */ member) => `${scheme}://${host}:${ports[2 * member]}`;
  const peer = (/** @type {number} */ member) => `${scheme}://${host}:${ports[2 * member + 1]}`;
  const all = [...Array(members).keys()];
  const pki = (/** @type {string} */ name) => join(certificates, name);
  const secure = !tls
    ? []
    : ['', 'peer-'].flatMap((side) => [
        `--${side}cert-file=${pki('server.pem')}`,
        `--${side}key-file=${pki('server-key.pem')}`,
        `--${side}trusted-ca-file=${pki('ca.pem')}`,
        `--${side}client-cert-auth`,
      ]);
  /** @type {(import('node:child_process').ChildProcess | undefined)[]} */
  const running = [];

  /** @param {number} member */
  const start = (member) => {
    mkdirSync(join(directory, `m${member}`), { recursive: true });
    running[member] = spawn(
      programs.etcd ?? '',
      [
        `--name=m${member}`,
        `--data-dir=${join(directory, `m${member}`)}`,
        `--listen-client-urls=${client(member)}`,
        `--advertise-client-urls=${client(member)}`,
        `--listen-peer-urls=${peer(member)}`,
        `--initial-advertise-peer-urls=${peer(member)}`,
        `--initial-cluster=${all.map((other) => `m${other}=${peer(other)}`).join(',')}`,
        '--unsafe-no-fsync', // nothing here has to survive the machine
        '--log-level=error',
        ...secure,
      ],
      { stdio: 'ignore' },
    );
  };
  /** @param {string[]} args */
  const run = (args) =>
    spawnSync(
      programs.etcdctl ?? '',
      [
        `--endpoints=${all.map(client).join(',')}`,
        ...(tls ? [`--cacert=${pki('ca.pem')}`, `--cert=${pki('client.pem')}`, `--key=${pki('client-key.pem')}`] : []),
        ...args,
      ],
      { encoding: 'utf8', timeout: 20_000, maxBuffer: 64 * 1024 * 1024 },
    );
  const etcdctl = (/** @type {string[]} */ args) => {
    const { status, stdout, stderr, error } = run(args);
    if (status !== 0) throw new Error(`etcdctl ${args.join(' ')}: ${stderr || error?.message}`);
    return stdout;
  };
  /** @param {number} member @param {NodeJS.Signals} signal */
  const kill = async (member, signal) => {
    const process = running[member];
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill(signal);
    await ended;
  };
  const close = async () => {
    await Promise.all(all.map((member) => kill(member, 'SIGKILL')));
    rmSync(directory, { recursive: true, force: true });
  };
  const healthy = () => until(() => run(['endpoint', 'health']).status === 0, 30_000);

  all.forEach(start);
  if (!(await healthy())) {
    const { stderr } = run(['endpoint', 'health']);
    await close();
    throw new Error(`etcd did not become healthy: ${stderr}`);
  }
  return {
    endpoints: all.map((member) => client(member).replace(/^https?:\/\//, '')),
    directory,
    etcdctl,
    leader: () => {
      const states = JSON.parse(run(['endpoint', 'status', '-w', 'json']).stdout);
      const leading = states.find((/** @type {any} */ { Status }) => Status.leader === Status.header.member_id);
      return all.findIndex((member) => client(member) === leading?.Endpoint);
    },
    kill,
    restart: async (member) => {
      start(member);
      if (!(await healthy())) throw new Error(`member ${member} did not come back`);
    },
    close,
  };
}
