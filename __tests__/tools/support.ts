import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../src/clock.js';
import { failed, Problem } from '../../src/problem.js';
import type { Run } from '../../src/process/port.js';
import type { Emit, Event } from '../../src/report/events.js';
import type { Unpackers } from '../../src/tools/archive.js';
import { createDownload } from '../../src/tools/download.js';
import type { InstallOptions } from '../../src/tools/install.js';

export const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

/** A directory that is removed by `clean`. */
export async function scratch(): Promise<{ readonly path: string; readonly clean: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tools-test-'));
  return { path, clean: () => rm(path, { recursive: true, force: true }) };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server on loopback that serves `files` by path, and answers 404 for everything else. */
export class Loopback {
  readonly files = new Map<string, Buffer | string | Handler>();
  readonly asked: string[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Loopback> {
    const server = createServer((request, response) => {
      loopback.answer(request, response);
    });
    const loopback = new Loopback(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return loopback;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.asked.push(path);
    const file = this.files.get(path);
    if (typeof file === 'function') {
      file(request, response);
      return;
    }
    response.statusCode = file === undefined ? 404 : 200;
    response.end(file ?? 'not found');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Pauses pass at once and are written down; deadlines (30 s and more) pass only by `expire`. */
export class FakeClock implements Clock {
  readonly pauses: number[] = [];
  private readonly pending: { readonly ms: number; readonly pass: () => void }[] = [];

  now(): number {
    return 0;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 30_000) {
      this.pauses.push(ms);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.pending.push({ ms, pass: resolve });
      signal?.addEventListener('abort', () => {
        reject(new Error('sleep ended'));
      });
    });
  }

  expire(ms: number): void {
    for (const deadline of this.pending) if (deadline.ms <= ms) deadline.pass();
  }
}

/** Runs real programs, as the adapter does for the little that is needed here. */
export const realRun: Run = (file, options) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, options.args, { env: { ...options.env }, cwd: options.cwd });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('error', () => {
      reject(failed({ id: 'program-not-started', what: `${file} could not be started.`, remedy: 'None.' }));
    });
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr, durationMs: 0 });
    });
  });

/** A program that prints `output` and ends with `code`. */
export function script(output: string, code = 0): string {
  return `#!/bin/sh\ncat <<'END'\n${output}\nEND\nexit ${code}\n`;
}

export function kubectlSays(version: string): string {
  return script(JSON.stringify({ clientVersion: { gitVersion: version } }));
}

export async function writeProgram(directory: string, name: string, text: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, name);
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

/** The machine's tar, quietly. */
export const realUnpackers: Unpackers = {
  'tar.gz': async (file, directory) => {
    await mkdir(directory, { recursive: true });
    await promisify(execFile)('tar', ['-xzf', file, '-C', directory]);
  },
  zip: () => Promise.reject(new Error('no zip file is expected')),
};

/** A .tar.gz with one member, made by the machine's tar. */
export async function tarball(member: string, content: string): Promise<Buffer> {
  const { path, clean } = await scratch();
  const file = join(path, member);
  await writeProgram(join(file, '..'), member.split('/').at(-1) ?? '', content);
  await promisify(execFile)('tar', ['-czf', 'archive', member], { cwd: path });
  const archive = await readFile(join(path, 'archive'));
  await clean();
  return archive;
}

export interface Bench {
  readonly options: InstallOptions;
  readonly events: Event[];
  readonly clock: FakeClock;
  readonly server: Loopback;
  readonly root: string;
  /** Texts of the events of one type. */
  texts(type: 'info' | 'warning'): string[];
  clean(): Promise<void>;
}

/** Everything that an installation needs, with `server` as the only mirror. */
export async function bench(): Promise<Bench> {
  const { path: root, clean } = await scratch();
  const server = await Loopback.start();
  const clock = new FakeClock();
  const events: Event[] = [];
  const emit: Emit = (event) => events.push(event);
  return {
    options: {
      mirrors: [server.base],
      platform: { os: 'linux', arch: 'x64' },
      cacheRoot: join(root, 'cache'),
      tempDir: join(root, 'temp'),
      path: process.env.PATH ?? '',
      environment: { PATH: process.env.PATH ?? '' },
      emit,
      clock,
      unpackers: realUnpackers,
      download: createDownload({ clock, random: () => 0.5, emit }),
      run: realRun,
    },
    events,
    clock,
    server,
    root,
    texts: (type) => events.flatMap((event) => (event.type === type ? [event.text] : [])),
    clean: async () => {
      await server.stop();
      await clean();
    },
  };
}

/** The Problem that a promise or function ends with. */
export async function problemOf(work: Promise<unknown> | (() => unknown)): Promise<Problem> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('no Problem was thrown');
}
