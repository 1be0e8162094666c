import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { startEtcd, type Etcd } from '../../testbed/etcd.js';
import { ensurePrograms } from '../../testbed/programs.js';
import { until } from '../../testbed/processes.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and error as they came, without colours. */
  readonly output: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly output: () => string;
}

export interface Rule {
  readonly at: string;
  readonly do: string;
  readonly id?: string;
  readonly program?: string;
  readonly match?: Readonly<Record<string, string>>;
  readonly after?: number;
  readonly times?: number;
  readonly until?: string;
  readonly text?: string;
  readonly entries?: number;
  readonly ms?: number;
  readonly code?: number;
}

export interface Control {
  readonly settings?: Readonly<Record<string, string>>;
  readonly rules?: readonly Rule[];
}

export type Keys = Readonly<Record<string, { readonly value: string; readonly leased: boolean }>>;

export interface Inspection {
  readonly layout: 'empty' | '2.1' | '2.2' | 'mixed' | 'damaged';
  readonly collections: number;
  readonly withoutFields: readonly string[];
}

/** A real etcd for this file, and the programs of the pods to run against it. Every test takes a root path of its own. */
export function usePrograms(options: { readonly members?: number; readonly tls?: boolean } = {}) {
  let etcd: Etcd | undefined;
  let programs: Record<string, string> = {};
  let directory = '';
  let roots = 0;
  let addresses = 0;
  const children: ChildProcess[] = [];

  jest.setTimeout(120_000);
  beforeAll(async () => {
    programs = await ensurePrograms();
    etcd = await startEtcd(options);
    directory = mkdtempSync(join(tmpdir(), 'testbed-programs-'));
  }, 900_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await etcd?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const server = () => {
    if (etcd === undefined) throw new Error('etcd is started before the tests');
    return etcd;
  };
  const path = (name: string) => join(directory, name);
  const start = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Started => {
    const child = spawn(programs[program] ?? program, args, {
      env: { PATH: process.env.PATH, ...env },
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let output = '';
    const add = (text: string) => {
      // eslint-disable-next-line no-control-regex
      output += text.replace(/\u001b\[[0-9;]*m/g, '');
    };
    child.stdout.setEncoding('utf8').on('data', add);
    child.stderr.setEncoding('utf8').on('data', add);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve({ code, signal, output });
      });
    });
    return { process: child, ended, output: () => output };
  };
  const metadata = (command: string, root: string, ...more: string[]): unknown => {
    const args = [command, '-endpoints', server().endpoints.join(','), '-root', `${root}/meta`, ...more];
    const { status, stdout, stderr } = spawnSync(programs['milvus-metadata'] ?? '', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`milvus-metadata ${command}: ${stderr}`);
    return JSON.parse(stdout);
  };

  return {
    etcd: server,
    path,
    start,
    programs: () => programs,
    /** A loopback address for a pod; another one every time, and not those of the node agent's pods. */
    newAddress: () => `127.1.${String(process.pid % 250)}.${String((addresses += 1))}`,
    newRoot: () => `root-${String((roots += 1))}`,
    seed: (root: string, collections = 2, segments = 2) =>
      metadata('seed', root, '-collections', String(collections), '-segments', String(segments)) as { keys: number },
    inspect: (root: string) => metadata('inspect', root) as Inspection,
    keys: (root: string) => metadata('keys', root) as Keys,
    hash: (root: string) => (metadata('hash', root) as { sha256: string }).sha256,
    put: (key: string, value: string) => server().etcdctl(['put', key, value]),
    remove: (key: string) => server().etcdctl(['del', key]),
    /** Writes the control file and returns the environment that names it. */
    control: (name: string, content: Control) => {
      writeFileSync(path(name), JSON.stringify(content));
      return { TESTBED_CONTROL: path(name) };
    },
    /** What the rules of a control file did, in order. */
    controlled: (name: string) =>
      readFileSync(path(`${name}.log`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; at: string; count: number; do: string; pid: number }),
  };
}

/** Waits for something that is on its way; a test that waits in vain fails with that sentence. */
export async function eventually(what: string, check: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  if (!(await until(check, ms))) throw new Error(`in vain for ${what}`);
}
