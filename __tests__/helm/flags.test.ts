import { describe, expect, it } from '@jest/globals';
import { requireSupported, rollbackArguments, templateArguments, upgradeArguments } from '../../src/helm/flags.js';
import type { UpgradeRun } from '../../src/helm/flags.js';
import type { HelmVersion, RollbackIntent, UpgradeIntent } from '../../src/helm/port.js';
import { problemOf } from './support.js';

const helm = (text: string): HelmVersion => {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return { major, minor, patch, text };
};

const intent: UpgradeIntent = {
  release: 'my-milvus',
  namespace: 'db',
  chart: { reference: '/tmp/chart-1.tgz' },
  valuesFile: '/tmp/values.json',
  timeoutMs: 600_000,
  description: 'Milvus 2.3.11 to 2.4.23',
  applyMethod: 'client',
  validate: true,
};

const head = ['upgrade', '--namespace', 'db', '--reset-then-reuse-values', '--values', '/tmp/values.json'];
const middle = ['--timeout', '600s', '--description', 'Milvus 2.3.11 to 2.4.23'];
const tail = ['--', 'my-milvus', '/tmp/chart-1.tgz'];
const dry = ['--dry-run=server', '--output', 'json'];
const server = ['--server-side=auto'];

const threes = ['3.14.0', '3.14.4', '3.15.4', '3.16.4', '3.17.4', '3.18.6', '3.19.5', '3.20.2', '3.21.4', '3.22.0'];
const fours = ['4.0.0', '4.0.5', '4.1.4', '4.2.4', '4.3.0', '4.3.1', '4.4.0'];

const rows: readonly (readonly [string, UpgradeRun, Partial<UpgradeIntent>, readonly string[]])[] = [
  ...threes.flatMap((version) => [
    [version, 'apply', {}, [...head, ...middle, ...tail]] as const,
    [version, 'dry-run', {}, [...head, ...middle, ...dry, ...tail]] as const,
  ]),
  ...fours.flatMap((version) => [
    [version, 'apply', {}, [...head, ...middle, ...server, ...tail]] as const,
    [version, 'dry-run', {}, [...head, ...middle, ...server, ...dry, ...tail]] as const,
  ]),
  // The release's own method is kept by `auto`, never forced.
  ['4.3.0', 'apply', { applyMethod: 'server' }, [...head, ...middle, ...server, ...tail]],
  ['3.22.0', 'apply', { applyMethod: 'server' }, [...head, ...middle, ...tail]],
  [
    '4.3.0',
    'dry-run',
    { chart: { reference: 'oci://example.com/milvus', version: '4.2.20' } },
    [
      ...head,
      ...middle,
      ...['--version', '4.2.20', ...server, ...dry],
      ...['--', 'my-milvus', 'oci://example.com/milvus'],
    ],
  ],
  // `--values` is a list in CSV form.
  [
    '3.14.4',
    'apply',
    { valuesFile: '/tmp/a,b"c/values.json' },
    [...head.slice(0, -1), '"/tmp/a,b""c/values.json"', ...middle, ...tail],
  ],
  // All values at once, so that Helm writes no null into the record of the revision before.
  [
    '3.22.0',
    'apply',
    { wholeValues: true },
    [...head.slice(0, 3), '--reset-values', ...head.slice(4), ...middle, ...tail],
  ],
  // The server has judged the objects already.
  ['3.14.4', 'dry-run', { validate: false }, [...head, ...middle, ...dry, '--disable-openapi-validation', ...tail]],
  ['4.3.0', 'apply', { validate: false }, [...head, ...middle, ...server, '--disable-openapi-validation', ...tail]],
  // Whole seconds, rounded up, never 0.
  ['3.22.0', 'apply', { timeoutMs: 1 }, [...head, '--timeout', '1s', ...middle.slice(2), ...tail]],
  ['3.22.0', 'apply', { timeoutMs: 0 }, [...head, '--timeout', '1s', ...middle.slice(2), ...tail]],
  ['3.22.0', 'apply', { timeoutMs: 90_001 }, [...head, '--timeout', '91s', ...middle.slice(2), ...tail]],
  // Stored with the revision, so not by a dry run.
  ['3.14.4', 'apply', { labels: { 'a.b/c': 'd-1', e: '' } }, [...head, ...middle, '--labels', 'a.b/c=d-1,e=', ...tail]],
  ['4.3.0', 'apply', { labels: { a: 'b' } }, [...head, ...middle, ...server, '--labels', 'a=b', ...tail]],
  ['4.3.0', 'apply', { labels: {} }, [...head, ...middle, ...server, ...tail]],
  ['4.3.0', 'dry-run', { labels: { a: 'b' } }, [...head, ...middle, ...server, ...dry, ...tail]],
  // What looks like a flag stays an argument.
  [
    '4.3.0',
    'apply',
    { release: '--help', chart: { reference: '--install' }, description: '--atomic' },
    [...head, '--timeout', '600s', '--description', '--atomic', ...server, '--', '--help', '--install'],
  ],
];

describe('upgradeArguments', () => {
  it.each(rows)('Helm %s, %s, %j', (version, run, changes, expected) => {
    expect(upgradeArguments({ ...intent, ...changes }, helm(version), run)).toEqual(expected);
  });

  it.each([...threes, ...fours].flatMap((version) => [[version, 'apply'] as const, [version, 'dry-run'] as const]))(
    'Helm %s, %s: never waits, rolls back, installs, forces, prunes or hides',
    (version, run) => {
      const flags = upgradeArguments({ ...intent, applyMethod: 'server' }, helm(version), run);
      const unwanted =
        /^--(?:wait|atomic|rollback-on-failure|install|force|cleanup-on-fail|history-max|hide-secret|take-ownership|reuse-values|reset-values|set)/;
      expect(flags.filter((flag) => unwanted.test(flag))).toEqual([]);
    },
  );

  it.each(['3.13.3', '3.0.0', '2.17.0', '5.0.0'])('refuses Helm %s', async (version) => {
    for (const run of ['apply', 'dry-run'] as const) {
      const { details, ending } = await problemOf(() => upgradeArguments(intent, helm(version), run));
      expect([details.id, ending]).toEqual(['helm-version-unsupported', 'refused']);
      expect(details.what).toContain(version);
    }
  });

  it('gives the reason that fits the version', async () => {
    const old = await problemOf(() => {
      requireSupported(helm('3.13.3'));
    });
    const next = await problemOf(() => {
      requireSupported(helm('5.0.0'));
    });
    expect(old.details.why).toContain('--reset-then-reuse-values');
    expect(next.details.why).toContain('not known');
  });
});

describe('labels of an upgrade', () => {
  it.each([
    ['a value with a comma', { a: 'b,c=d' }],
    ['a value that ends with a dash', { a: 'b-' }],
    ['a value that is too long', { a: 'b'.repeat(64) }],
    ['the value that removes a label', { a: 'null' }],
    ['an empty key', { '': 'b' }],
    ['a key with two slashes', { 'a/b/c': 'd' }],
    ['an upper-case prefix', { 'A.b/c': 'd' }],
    ["a key of Helm's own", { status: 'deployed' }],
  ])('are refused with %s', (_what, labels) => {
    expect(() => upgradeArguments({ ...intent, labels }, helm('4.3.0'), 'apply')).toThrow('as a label');
  });
});

const back: RollbackIntent = {
  release: 'my-milvus',
  namespace: 'db',
  revision: 7,
  timeoutMs: 90_000,
  description: 'd',
};
const backHead = ['rollback', '--namespace', 'db', '--timeout', '90s', '--history-max', '0'];
const backTail = ['--', 'my-milvus', '7'];
const described = ['--description', 'd'];

describe('rollbackArguments', () => {
  it.each<readonly [string, Partial<RollbackIntent>, readonly string[]]>([
    ...threes.map((version) => [version, {}, [...backHead, ...backTail]] as const),
    ...['4.0.0', '4.0.5', '4.1.4', '4.2.4'].map(
      (version) => [version, {}, [...backHead, ...server, ...backTail]] as const,
    ),
    ...['4.3.0', '4.3.1', '4.4.0'].map(
      (version) => [version, {}, [...backHead, ...described, ...server, ...backTail]] as const,
    ),
    // 4.3.0 refuses more than 256 characters, and counts them as people do.
    [
      '4.3.0',
      { description: '😀'.repeat(300) },
      [...backHead, '--description', '😀'.repeat(256), ...server, ...backTail],
    ],
    ['3.22.0', { timeoutMs: 1 }, [...backHead.slice(0, 4), '1s', ...backHead.slice(5), ...backTail]],
    ['3.22.0', { release: '--force' }, [...backHead, '--', '--force', '7']],
  ])('Helm %s, %j', (version, changes, expected) => {
    expect(rollbackArguments({ ...back, ...changes }, helm(version))).toEqual(expected);
  });

  // Helm takes 0 as the revision before the last, whichever that is.
  it.each([0, -1, 1.5, Number.NaN])('refuses %d as a revision', (revision) => {
    expect(() => rollbackArguments({ ...back, revision }, helm('4.3.0'))).toThrow('not a revision');
  });

  it('refuses a Helm whose flags are not known', async () => {
    const { details } = await problemOf(() => rollbackArguments(back, helm('5.0.0')));
    expect(details.id).toBe('helm-version-unsupported');
  });
});

describe('templateArguments', () => {
  it('renders what an upgrade would, without hooks and without the cluster', () => {
    const { release, namespace, chart } = intent;
    const asked = { release, namespace, chart, valuesFile: '/tmp/a,b.json', kubernetes: 'v1.36.4' };
    expect(templateArguments(asked)).toEqual([
      ...['template', '--namespace', 'db', '--is-upgrade', '--no-hooks', '--values', '"/tmp/a,b.json"'],
      ...['--kube-version', 'v1.36.4', '--', 'my-milvus', '/tmp/chart-1.tgz'],
    ]);
  });
});
