import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createHelm, helmEndsWithinMs } from '../../src/helm/adapter.js';
import type { HelmCli, HelmOptions } from '../../src/helm/adapter.js';
import type { RollbackIntent, UpgradeIntent } from '../../src/helm/port.js';
import type { RunOptions, RunResult } from '../../src/process/port.js';
import { childrenMs } from '../../src/upgrade/interrupt.js';
import { problemOf, release } from './support.js';

const ok: RunResult = { code: 0, signal: null, stdout: '', stderr: '', durationMs: 1 };
const bad = (changes: Partial<RunResult>): RunResult => ({ ...ok, code: 1, ...changes });

interface Call {
  readonly file: string;
  readonly options: RunOptions;
}

function helm(answer: (options: RunOptions) => RunResult | Promise<RunResult>, changes: Partial<HelmOptions> = {}) {
  const calls: Call[] = [];
  const adapter = createHelm({
    path: '/tools/helm',
    version: { major: 4, minor: 3, patch: 0, text: '4.3.0' },
    kubeconfig: '/tmp/private/kubeconfig',
    environment: { PATH: '/bin', HTTPS_PROXY: 'http://proxy:3128' },
    tempDir: '/tmp/private',
    run: async (file, options) => {
      calls.push({ file, options });
      return answer(options);
    },
    ...changes,
  });
  return { adapter, calls };
}

const intent: UpgradeIntent = {
  release: 'my',
  namespace: 'db',
  chart: { reference: '/tmp/chart.tgz' },
  valuesFile: '/tmp/values.json',
  timeoutMs: 600_000,
  description: 'd',
  applyMethod: 'client',
  validate: true,
};

const back: RollbackIntent = { release: 'my', namespace: 'db', revision: 7, timeoutMs: 600_000, description: 'd' };

const rendered = release({
  hooks: [{ name: 'h', kind: 'Job', manifest: 'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: h\n' }],
});

describe('createHelm', () => {
  it('gives Helm private directories, the kubeconfig and nothing of its own from outside', async () => {
    const { adapter, calls } = helm(() => ok, { context: 'prod' });
    await adapter.upgrade(intent);
    expect(calls.map(({ file }) => file)).toEqual(['/tools/helm']);
    expect(calls[0]?.options.env).toEqual({
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy:3128',
      HELM_CACHE_HOME: '/tmp/private/helm/cache',
      HELM_CONFIG_HOME: '/tmp/private/helm/config',
      HELM_DATA_HOME: '/tmp/private/helm/data',
      HELM_CONTENT_CACHE: '/tmp/private/helm/content',
      HELM_NO_PLUGINS: '1',
      GOGC: '400',
      HELM_DRIVER: 'secret',
      KUBECONFIG: '/tmp/private/kubeconfig',
      HELM_KUBECONTEXT: 'prod',
    });
  });

  it('leaves the context to the kubeconfig when none is given', async () => {
    const { adapter, calls } = helm(() => ok);
    await adapter.upgrade(intent);
    expect(calls[0]?.options.env).not.toHaveProperty('HELM_KUBECONTEXT');
  });

  it('refuses a Helm that is too old', async () => {
    const version = { major: 3, minor: 13, patch: 3, text: '3.13.3' };
    expect((await problemOf(() => helm(() => ok, { version }))).details.id).toBe('helm-version-unsupported');
  });
});

describe('dryRun', () => {
  it('gives manifest, hooks, chart and values', async () => {
    const { adapter, calls } = helm(() => ({ ...ok, stdout: JSON.stringify(rendered), stderr: 'WARNING: x\n' }));
    expect(await adapter.dryRun(intent)).toEqual({
      manifest: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'my-milvus', namespace: 'db' } }],
      hooks: [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'h', namespace: 'db' } }],
      chart: { name: 'milvus', version: '4.1.24', appVersion: '2.3.11' },
      userValues: { image: { all: { tag: 'v2.3.11' } } },
    });
    expect(calls[0]?.options.args).toContain('--dry-run=server');
    expect(calls[0]?.options.timeoutMs).toBe(120_000);
  });

  it('needs neither hooks nor values', async () => {
    const object = release({ config: undefined });
    const { adapter } = helm(() => ({ ...ok, stdout: JSON.stringify(object) }));
    expect(await adapter.dryRun(intent)).toMatchObject({ hooks: [], userValues: {} });
  });

  it.each([
    ['no JSON', 'Release "my" has been upgraded.', 'not JSON'],
    ['no manifest', JSON.stringify({ ...release(), manifest: undefined }), 'no manifest'],
    ['no chart', JSON.stringify({ ...release(), chart: {} }), 'no chart'],
  ])('refuses output with %s', async (_what, stdout, reason) => {
    const { adapter } = helm(() => ({ ...ok, stdout }));
    const { details } = await problemOf(() => adapter.dryRun(intent));
    expect(details.id).toBe('dry-run-unreadable');
    expect(details.what).toContain(reason);
  });
});

describe('upgrade', () => {
  it('passes the signal on and leaves Helm time to record its own time-out', async () => {
    const { signal } = new AbortController();
    const { adapter, calls } = helm(() => ok);
    await adapter.upgrade(intent, signal);
    expect(calls[0]?.options.signal).toBe(signal);
    expect(calls[0]?.options.timeoutMs).toBe(620_000);
    expect(calls[0]?.options.args).not.toContain('--dry-run=server');
  });

  it.each([
    ['an upgrade', (one: HelmCli) => one.upgrade(intent)],
    ['a rollback', (one: HelmCli) => one.rollback(back)],
    ['a dry run', (one: HelmCli) => one.dryRun(intent)],
    ['a pull', (one: HelmCli) => one.pullChart('oci://registry.test/milvus', '4.2.20')],
  ])('ends %s that does not react to the signal before the run itself has to end', async (_, start) => {
    const tempDir = await mkdtemp(join(tmpdir(), 'helm-adapter-'));
    try {
      const { adapter, calls } = helm(() => ok, { tempDir });
      await start(adapter).catch(() => undefined);
      expect(calls[0]?.options.killAfterMs).toBeLessThan(childrenMs - 500);
    } finally {
      await rm(tempDir, { recursive: true });
    }
  });

  it('has succeeded when Helm ended with 0, also after the signal', async () => {
    const { adapter } = helm(() => ({ ...ok, ended: 'cancelled' }));
    await expect(adapter.upgrade(intent)).resolves.toBeUndefined();
  });

  it.each<readonly [string, Partial<RunResult>, string, string]>([
    ['a known error', { stderr: 'Error: UPGRADE FAILED: release: already exists\n' }, 'release-changed', ''],
    ['an unknown error', { stderr: 'Error: hm\n' }, 'helm-failed', '4.3.0'],
    [
      'SIGINT',
      { ended: 'cancelled', stderr: 'Error: UPGRADE FAILED: context canceled\n' },
      'cancelled',
      'upgrade of release my',
    ],
    ['SIGKILL after SIGINT', { ended: 'cancelled', code: null, signal: 'SIGKILL' }, 'cancelled', 'had to be killed'],
    ['a hanging Helm', { ended: 'timeout', code: null, signal: 'SIGKILL' }, 'helm-timed-out', 'within 620 s'],
    ['too much output', { ended: 'overflow', code: null }, 'helm-output-too-large', ''],
    ['a crash', { code: null, signal: 'SIGSEGV' }, 'helm-failed', ''],
  ])('%s is a Problem', async (_what, result, id, part) => {
    const { adapter } = helm(() => bad(result));
    const { details, ending } = await problemOf(() => adapter.upgrade(intent));
    expect([details.id, ending]).toEqual([id, 'failed']);
    expect(details.what).toContain(part);
  });

  it.each<readonly [string, Partial<RunResult>, (one: HelmCli) => Promise<void>, string]>([
    ['a killed upgrade', { code: null, signal: 'SIGKILL' }, (one) => one.upgrade(intent), 'may be left pending'],
    ['an upgrade', {}, (one) => one.upgrade(intent), 'marked failed'],
    // `helm rollback` has no handler for the signal.
    ['a rollback', { code: null, signal: 'SIGINT' }, (one) => one.rollback(back), 'may be left pending'],
    ['a killed rollback', { code: null, signal: 'SIGKILL' }, (one) => one.rollback(back), 'may be left pending'],
  ])('says how %s that was cancelled leaves the release', async (_what, result, act, part) => {
    const { details } = await problemOf(() => act(helm(() => bad({ ended: 'cancelled', ...result })).adapter));
    expect(details.id).toBe('cancelled');
    expect(details.remedy).toContain(part);
  });

  it('says that a cancelled dry run wrote nothing', async () => {
    const { adapter } = helm(() => bad({ ended: 'cancelled', code: null, signal: 'SIGKILL' }));
    expect((await problemOf(() => adapter.dryRun(intent))).details.remedy).toContain('Nothing was written');
  });
});

describe('rollback', () => {
  it('goes back to the revision, with the signal and time to record the end', async () => {
    const { signal } = new AbortController();
    const { adapter, calls } = helm(() => ok);
    await adapter.rollback(back, signal);
    expect(calls[0]?.options.args.slice(0, 3)).toEqual(['rollback', '--namespace', 'db']);
    expect(calls[0]?.options.args.slice(-3)).toEqual(['--', 'my', '7']);
    expect(calls[0]?.options.signal).toBe(signal);
    expect(calls[0]?.options.timeoutMs).toBe(620_000);
  });

  it.each([
    ['Error: release has no 7 version\n', 'revision-missing', 'revision 7 of release my'],
    ['Error: hm\n', 'helm-failed', 'the rollback of release my'],
  ])('%j is a Problem', async (stderr, id, part) => {
    const { details, ending } = await problemOf(() => helm(() => bad({ stderr })).adapter.rollback(back));
    expect([details.id, ending]).toEqual([id, 'failed']);
    expect(details.what).toContain(part);
  });
});

describe('helmEndsWithinMs', () => {
  it.each([
    ['an upgrade', (one: HelmCli) => one.upgrade(intent)],
    ['a rollback', (one: HelmCli) => one.rollback(back)],
  ])('is the longest that %s can live', async (_what, act) => {
    const { adapter, calls } = helm(() => ok);
    await act(adapter);
    const { timeoutMs = 0, killAfterMs = 0 } = calls[0]?.options ?? {};
    expect(timeoutMs + killAfterMs).toBe(helmEndsWithinMs(600_000));
  });
});

describe('pullChart', () => {
  const reference = 'oci://registry.example.com/charts/milvus';

  it('gives the file that Helm wrote', async () => {
    const tempDir = await mkdtemp(join(tmpdir(), 'helm-adapter-'));
    try {
      const { adapter, calls } = helm(
        async ({ args }) => {
          await writeFile(join(args[args.indexOf('--destination') + 1] ?? '', 'milvus-4.2.20.tgz'), '');
          return ok;
        },
        { tempDir },
      );
      const file = await adapter.pullChart(reference, '4.2.20');
      expect(file).toBe(join(dirname(file), 'milvus-4.2.20.tgz'));
      expect(dirname(dirname(file))).toBe(tempDir);
      expect(calls[0]?.options.args).toEqual([
        ...['pull', '--version', '4.2.20', '--destination', dirname(file), '--', reference],
      ]);
    } finally {
      await rm(tempDir, { recursive: true });
    }
  });

  it.each<readonly [string, RunResult, string]>([
    ['fails', bad({ stderr: 'Error: unauthorized\n' }), 'chart-download-failed'],
    ['hangs', bad({ ended: 'timeout', code: null }), 'chart-download-failed'],
    ['writes nothing', ok, 'chart-download-failed'],
    ['is cancelled', bad({ ended: 'cancelled' }), 'cancelled'],
  ])('is a Problem when Helm %s', async (_what, result, id) => {
    const tempDir = await mkdtemp(join(tmpdir(), 'helm-adapter-'));
    try {
      const { adapter } = helm(() => result, { tempDir });
      const { details } = await problemOf(() => adapter.pullChart(reference, '4.2.20'));
      expect(details.id).toBe(id);
      expect(details.what).toContain(reference);
    } finally {
      await rm(tempDir, { recursive: true });
    }
  });
});
