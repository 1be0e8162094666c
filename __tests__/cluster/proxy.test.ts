import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { cleanUp } from '../../src/cluster/cleanup.js';
import { openCluster } from '../../src/cluster/open.js';
import { Leftovers, parseLeftovers } from '../../src/cluster/leftovers.js';
import { startProxy } from '../../src/cluster/proxy.js';
import type { ProxyOptions } from '../../src/cluster/proxy.js';
import { resources } from '../../src/cluster/resources.js';
import { Problem } from '../../src/problem.js';
import { run } from '../../src/process/run.js';

let root: string;
let saved: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'p-'));
  saved = '';
});
const ports = { run, clock: systemClock, environment: { PATH: '/usr/bin:/bin' }, platform: process.platform };
afterEach(async () => {
  // A test that failed must not leave its process.
  await cleanUp(saved, ports);
  rmSync(root, { recursive: true, force: true });
});

/** A stand-in for kubectl: a Node script that is given the socket's path. */
function kubectl(script: string): string {
  const path = join(root, 'kubectl');
  const socket = "process.argv.find((a) => a.startsWith('--unix-socket=')).slice('--unix-socket='.length)";
  writeFileSync(path, `#!${process.execPath}\nconst socket = ${socket};\n${script}\n`, { mode: 0o755 });
  return path;
}
const serving = `require('http').createServer((q, s) => s.end(JSON.stringify({
  metadata: {}, url: q.url, args: process.argv.slice(2), env: process.env, stdin: require('fs').readFileSync(0, 'utf8')
}))).listen(socket);`;

const options = (script: string, more: Partial<ProxyOptions> = {}): ProxyOptions => ({
  kubectl: kubectl(script),
  kubeconfig: '/k/config',
  context: 'main',
  host: 'api.test:6443',
  serverPath: '',
  tempDir: root,
  environment: { HOME: '/h' },
  clock: systemClock,
  leftovers: new Leftovers((_name, value) => (saved = value)),
  platform: 'linux',
  ...more,
});

const problemOf = async (promise: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('startProxy', () => {
  it('starts kubectl proxy on a private socket, recorded, and ends it', async () => {
    const proxy = await startProxy(options(serving));
    const recorded = parseLeftovers(saved);
    expect(recorded.directories).toEqual([dirname(proxy.socket)]);
    expect(recorded.processes).toEqual([{ pid: expect.any(Number) as unknown, socket: proxy.socket }]);
    expect(lstatSync(dirname(proxy.socket)).mode & 0o777).toBe(0o700);
    const pid = recorded.processes[0]?.pid ?? 0;
    expect(isRunning(pid)).toBe(true);

    await Promise.all([proxy.close(), proxy.close()]);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(dirname(proxy.socket))).toBe(false);
    expect(parseLeftovers(saved)).toEqual({ directories: [], processes: [] });
  });

  it.each([
    ['', []],
    ['/k8s/clusters/c-1', ['--append-server-path=true']],
  ])('gives kubectl its arguments and environment and no input (server path "%s")', async (serverPath, more) => {
    const kubeconfig = {
      path: '/k/config',
      context: 'main',
      host: 'api.test:6443',
      serverPath,
      source: '',
      warnings: [],
      renewable: false,
    };
    const opened = options(serving);
    const cluster = await openCluster({ ...opened, kubeconfig });
    const answer = await cluster.get(resources.pods, 'a', 'ns');
    await cluster.close();
    expect(answer).toMatchObject({ url: '/api/v1/namespaces/ns/pods/a', env: { HOME: '/h' }, stdin: '' });
    expect(answer?.args).toEqual([
      'proxy',
      expect.stringMatching(/^--unix-socket=/),
      '--kubeconfig=/k/config',
      '--context=main',
      ...more,
    ]);
  });

  it('says why kubectl ended at once', async () => {
    const script = `console.error('error: context "main" does not exist'); process.exit(1)`;
    const problem = await problemOf(startProxy(options(script)));
    expect(problem.details.id).toBe('missing-context');
    const { directories, processes } = parseLeftovers(saved);
    expect([...directories, ...processes]).toEqual([]);
  });

  it('says that kubectl is not there', async () => {
    const problem = await problemOf(startProxy(options('', { kubectl: join(root, 'absent') })));
    expect(problem.details.id).toBe('program-not-started');
  });

  it('does not wait for ever', async () => {
    let time = 0;
    const clock = {
      now: () => (time += 1000),
      sleep: (_ms: number, signal?: AbortSignal) =>
        signal === undefined ? new Promise<void>((resolve) => setImmediate(resolve)) : systemClock.sleep(5000, signal),
    };
    const problem = await problemOf(startProxy(options('setInterval(() => {}, 1000)', { clock })));
    expect(problem.details.id).toBe('proxy-not-started');
    expect(parseLeftovers(saved).processes).toEqual([]);
  });

  it('goes to a shorter directory when the path of the socket would be too long', async () => {
    const tempDir = join(root, 'x'.repeat(90));
    mkdirSync(tempDir);
    const proxy = await startProxy(options(serving, { tempDir, environment: { TMPDIR: root } }));
    expect(dirname(dirname(proxy.socket))).toBe(root);
    await proxy.close();
  });

  it('refuses Windows in one sentence', async () => {
    const problem = await problemOf(startProxy(options(serving, { platform: 'win32' })));
    expect(problem.ending).toBe('refused');
    expect(problem.details.id).toBe('platform-not-supported');
  });
});

describe('cleanUp', () => {
  it.each([
    ['with SIGTERM', serving],
    ['with SIGKILL', `process.on('SIGTERM', () => {}); ${serving}`],
  ])('ends the recorded proxy %s and deletes its directory', async (_name, script) => {
    // The clock hurries where the process does not end by itself.
    let skipped = 0;
    const clock = {
      now: () => Date.now() + skipped,
      sleep: (ms: number, signal?: AbortSignal) => {
        skipped += 100;
        return systemClock.sleep(ms, signal);
      },
    };
    const proxy = await startProxy(options(script));
    const { processes } = parseLeftovers(saved);
    const cleaned = await cleanUp(saved, { ...ports, clock });
    expect(cleaned.left).toEqual([]);
    expect(cleaned.done).toEqual([
      `kubectl proxy (pid ${processes[0]?.pid ?? 0}) was ended.`,
      `${dirname(proxy.socket)} was deleted.`,
    ]);
    expect(existsSync(dirname(proxy.socket))).toBe(false);
  });

  it.each(['linux', 'darwin'] as const)(
    'leaves a process alone that is not the recorded one (%s)',
    async (platform) => {
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      const state = JSON.stringify({ directories: [], processes: [{ pid: other.pid, socket: '/tmp/x/k.sock' }] });
      const cleaned = await cleanUp(state, { ...ports, platform });
      expect(cleaned.done).toEqual([`kubectl proxy (pid ${other.pid ?? 0}) had ended.`]);
      expect(isRunning(other.pid ?? 0)).toBe(true);
      other.kill('SIGKILL');
    },
  );

  it('says nothing of a process that ends between the look and the signal', async () => {
    const other = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await new Promise((resolve) => other.once('exit', resolve));
    const pid = other.pid ?? 0;
    const state = JSON.stringify({ processes: [{ pid, socket: '/gone/socket' }] });
    const stdout = 'kubectl proxy --unix-socket=/gone/socket';
    const ps: typeof ports.run = async (...call) => ({ ...(await run(...call)), stdout });
    expect(await cleanUp(state, { ...ports, run: ps, platform: 'darwin' })).toEqual({
      done: [`kubectl proxy (pid ${pid}) had ended.`],
      left: [],
    });
  });

  it('finds the process by ps as well', async () => {
    await startProxy(options(serving));
    const cleaned = await cleanUp(saved, { ...ports, platform: 'darwin' });
    expect(cleaned.done[0]).toMatch(/was ended\.$/);
  });

  it('deletes what it recorded and nothing that links point to', async () => {
    const name = 'milvus-upgrade-0123456789abcdef';
    const kept = join(root, 'kept');
    mkdirSync(kept);
    writeFileSync(join(kept, 'file'), 'x');
    mkdirSync(join(root, name));
    symlinkSync(kept, join(root, name, 'link'));
    const state = JSON.stringify({ directories: [join(root, name)] });
    expect((await cleanUp(state, ports)).done).toEqual([`${join(root, name)} was deleted.`]);
    expect((await cleanUp(state, ports)).done).toEqual([`${join(root, name)} was gone.`]);
    expect(readFileSync(join(kept, 'file'), 'utf8')).toBe('x');
  });

  it.each<[string, (root: string) => string]>([
    ['a link', (at) => join(at, 'milvus-upgrade-00000000000000aa')],
    ['another name', (at) => join(at, 'kept')],
    ['a file', (at) => join(at, 'milvus-upgrade-00000000000000bb')],
    ['a way around', (at) => `${at}/kept/../milvus-upgrade-00000000000000cc`],
    ['a relative path', () => 'milvus-upgrade-00000000000000dd'],
  ])('refuses %s', async (_name, pathIn) => {
    mkdirSync(join(root, 'kept'));
    mkdirSync(join(root, 'milvus-upgrade-00000000000000cc'));
    symlinkSync(join(root, 'kept'), join(root, 'milvus-upgrade-00000000000000aa'));
    writeFileSync(join(root, 'milvus-upgrade-00000000000000bb'), '');
    const cleaned = await cleanUp(JSON.stringify({ directories: [pathIn(root)] }), ports);
    expect(cleaned.done).toEqual([]);
    expect(cleaned.left).toHaveLength(1);
    expect(existsSync(join(root, 'kept'))).toBe(true);
    expect(existsSync(join(root, 'milvus-upgrade-00000000000000cc'))).toBe(true);
    expect(existsSync(join(root, 'milvus-upgrade-00000000000000bb'))).toBe(true);
  });

  it.each(['', 'null', '[]', '{', '{"directories":[1],"processes":[{"pid":1,"socket":"x"},{"pid":"2"},null]}'])(
    'does nothing for the state %s',
    async (state) => {
      expect(await cleanUp(state, ports)).toEqual({ done: [], left: [] });
    },
  );
});
