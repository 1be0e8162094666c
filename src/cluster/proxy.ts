import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { failed, refused } from '../problem.js';
import { notStarted } from '../process/run.js';
import { startProblem } from './errors.js';
import type { Leftovers } from './leftovers.js';
import { makePrivateDirectory, privateDirectoryPath } from './private-files.js';

export interface ProxyOptions {
  /** Path of kubectl. */
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly context: string;
  /** Host of the API server, for messages. */
  readonly host: string;
  /** Path in the server's address; kubectl leaves it out unless told. */
  readonly serverPath: string;
  readonly tempDir: string;
  /** The whole environment of kubectl and of the credential plugins it runs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly leftovers: Leftovers;
  readonly platform: NodeJS.Platform;
}

export interface Proxy {
  readonly socket: string;
  /** What kubectl wrote to standard error last; its plugins write there too. */
  diagnostics(): string;
  /** Ends the process and removes its socket. Safe to call twice. */
  close(): Promise<void>;
}

const startWithinMs = 10_000;
const endWithinMs = 2_000;
const pollMs = 10;
const longestDiagnostics = 4 * 1024;
/** sockaddr_un holds 104 bytes on macOS and 108 on Linux, with the final null byte. */
const longestSocketPath = 103;

function socketDirectory({ tempDir, environment }: ProxyOptions): string {
  const parents = [tempDir, ...('TMPDIR' in environment ? [environment.TMPDIR] : []), '/tmp'];
  const paths = parents.map(privateDirectoryPath);
  return paths.find((path) => Buffer.byteLength(socketIn(path)) <= longestSocketPath) ?? privateDirectoryPath('/tmp');
}

const socketIn = (directory: string): string => join(directory, 'k.sock');

const answers = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = connect(socket);
    connection.on('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.on('error', () => {
      resolve(false);
    });
  });

/** The child, its last words and its end. */
class ProxyProcess {
  private stderr = '';
  /** It is gone. */
  private readonly exited: Promise<void>;
  /** It is gone and has said all it had to say. */
  private readonly closed: Promise<void>;
  startError: unknown;

  constructor(readonly child: ChildProcess) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString('utf8')).slice(-longestDiagnostics);
    });
    child.on('error', (error) => {
      this.startError = error;
    });
    const event = (name: string): Promise<void> =>
      new Promise((resolve) => {
        child.once(name, () => {
          resolve();
        });
      });
    this.exited = event('exit');
    this.closed = event('close');
  }

  get diagnostics(): string {
    return this.stderr;
  }

  /** Resolves true when the process ends before `within` does. */
  endsBefore(within: Promise<unknown>): Promise<boolean> {
    return Promise.race([this.closed.then(() => true), within.then(() => false)]);
  }

  /** SIGTERM, SIGKILL later. False when neither has ended it. */
  async end(clock: Clock): Promise<boolean> {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
      const patience = new AbortController();
      const waiting = clock.sleep(endWithinMs, patience.signal).catch(() => undefined);
      const gone = await Promise.race([this.exited.then(() => true), waiting.then(() => false)]);
      patience.abort();
      if (gone) return true;
    }
    return false;
  }
}

/**
 * Starts `kubectl proxy` on a socket that only this user can reach, and waits until it takes connections. Its directory is
 * recorded before it is made, pid and socket right after the start: the process outlives this one if that is killed.
 *
 * @throws Problem `platform-not-supported`, `program-not-started`, or why kubectl ended at once (src/cluster/connection-failures.ts)
 * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_proxy/
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { clock, leftovers } = options;
  if (options.platform === 'win32') {
    throw refused({
      id: 'platform-not-supported',
      what: 'This action reaches the cluster through a Unix socket and runs on Linux and macOS runners only.',
      remedy: 'Use a Linux or macOS runner for this job (runs-on).',
    });
  }
  const directory = socketDirectory(options);
  makePrivateDirectory(directory, leftovers);
  const socket = socketIn(directory);
  const proxy = new ProxyProcess(spawnProxy(options, socket));
  const { pid } = proxy.child;
  if (pid !== undefined) leftovers.process({ pid, socket });

  const close = async (): Promise<void> => {
    proxy.child.ref();
    const gone = pid === undefined || (await proxy.end(clock));
    rmSync(directory, { recursive: true, force: true });
    if (gone) leftovers.gone(socket, directory);
  };
  try {
    await waitUntilReady(proxy, socket, options);
  } catch (error) {
    await close();
    throw error;
  }
  // Neither the process nor its standard error keeps ours alive: a run that failed elsewhere must be able to end.
  proxy.child.unref();
  if (proxy.child.stderr instanceof Socket) proxy.child.stderr.unref();

  let closing: Promise<void> | undefined;
  return {
    socket,
    diagnostics: () => proxy.diagnostics,
    close: () => (closing ??= close()),
  };
}

function spawnProxy(options: ProxyOptions, socket: string): ChildProcess {
  const args = [
    'proxy',
    `--unix-socket=${socket}`,
    `--kubeconfig=${options.kubeconfig}`,
    `--context=${options.context}`,
    ...(options.serverPath === '' ? [] : ['--append-server-path=true']),
  ];
  try {
    return spawn(options.kubectl, args, { env: options.environment, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    throw notStarted(options.kubectl, error);
  }
}

async function waitUntilReady(proxy: ProxyProcess, socket: string, options: ProxyOptions): Promise<void> {
  const deadline = options.clock.now() + startWithinMs;
  while (!(await answers(socket))) {
    const ended = await proxy.endsBefore(options.clock.sleep(pollMs));
    if (proxy.startError !== undefined) throw notStarted(options.kubectl, proxy.startError);
    if (ended) throw startProblem(proxy.diagnostics, options.host);
    if (options.clock.now() < deadline) continue;
    throw failed({
      id: 'proxy-not-started',
      what: `kubectl proxy, which connects this run to ${options.host}, was not ready after ${startWithinMs / 1000} s.`,
      remedy: 'Check that the runner is not overloaded, then run again.',
    });
  }
}
