import { describe, expect, it } from '@jest/globals';
import type { Request } from '../../src/action/request.js';
import { defaultVersions } from '../../src/tools/defaults.js';
import { enough, load, problemOf, textOf, type Given } from './given.js';

const sha = 'a'.repeat(32) + 'B'.repeat(32);
const minute = 60_000;

describe('good inputs', () => {
  it('hands values to whoever reads them, YAML with its leading spaces', () => {
    const seen: unknown[] = [];
    const given = { ...enough, values: '  a: 1\n', 'values-files': 'a.yaml\n# not this\nb.yml', set: 'a=1\n b=2' };
    load(given, {}, [
      (inputs) => {
        seen.push(inputs.values, inputs['values-files'], inputs.set);
        return [];
      },
    ]);
    expect(seen).toEqual(['  a: 1\n', ['a.yaml', 'b.yml'], ['a=1', 'b=2']]);
  });

  it('fills in every default', () => {
    expect(load(enough)).toEqual({
      operation: 'upgrade',
      path: 'auto',
      release: 'my-milvus',
      multiHop: false,
      namespace: 'default',
      targetVersion: '2.4.23',
      chart: 'milvus',
      repository: 'https://zilliztech.github.io/milvus-helm',
      credentials: { kind: 'kubeconfig', content: 'apiVersion: v1' },
      allowExec: [],
      helm: { kind: 'exact', version: defaultVersions.helm },
      kubectl: { kind: 'exact', version: defaultVersions.kubectl },
      toolMirrors: [],
      timeoutMs: 60 * minute,
      allow: [],
      onFailure: 'stop',
    });
  });

  const table: readonly [string, Given, Partial<Request>][] = [
    ['blank means the default', { timeout: '  ', namespace: '', path: '\n' }, { timeoutMs: 60 * minute, path: 'auto' }],
    ['a plan', { operation: 'plan', path: 'helm' }, { operation: 'plan', path: 'helm' }],
    [
      'a v in front',
      { 'target-version': ' v2.4.23 ', 'source-version': 'v2.3.11' },
      { targetVersion: '2.4.23', sourceVersion: '2.3.11' },
    ],
    ['a hotfix', { 'target-version': '2.4.13-hotfix' }, { targetVersion: '2.4.13-hotfix' }],
    ['a pre-release', { 'target-version': '2.6.0-rc1' }, { targetVersion: '2.6.0-rc1' }],
    ['a release name with dots', { release: 'a.b-c.1' }, { release: 'a.b-c.1' }],
    ['the longest release name', { release: 'a'.repeat(53) }, { release: 'a'.repeat(53) }],
    ['the longest namespace', { namespace: 'n'.repeat(63) }, { namespace: 'n'.repeat(63) }],
    ['a chart version', { 'chart-version': '4.2.20' }, { chartVersion: '4.2.20' }],
    ['an unpacked chart', { chart: './charts/milvus' }, { chart: './charts/milvus' }],
    ['a packaged chart', { chart: 'milvus-4.2.20.tgz' }, { chart: 'milvus-4.2.20.tgz' }],
    [
      'an OCI chart',
      { chart: 'oci://registry.example.com:5000/charts/milvus', 'chart-version': '4.2.20' },
      { chart: 'oci://registry.example.com:5000/charts/milvus' },
    ],
    [
      'a mirror of the repository',
      { repository: 'https://mirror.example.com/charts/' },
      { repository: 'https://mirror.example.com/charts' },
    ],
    ['a repository on loopback', { repository: 'http://127.0.0.1:8080' }, { repository: 'http://127.0.0.1:8080' }],
    ['a directory of charts', { repository: './charts' }, { repository: './charts' }],
    [
      'an image',
      { image: 'harbor.example.com:443/mirror/milvus' },
      { image: { repository: 'harbor.example.com:443/mirror/milvus' } },
    ],
    [
      'an image with a tag',
      { image: 'milvusdb/milvus:v2.4.23-gpu' },
      { image: { repository: 'milvusdb/milvus', tag: 'v2.4.23-gpu' } },
    ],
    [
      'lists are one entry a line',
      {
        'allow-exec': ' aws \r\n\r\n# not this\n/opt/bin/kubelogin',
      },
      { allowExec: ['aws', '/opt/bin/kubelogin'] },
    ],
    ['ids of checks', { allow: 'old-replicas\nhelm-skew\nold-replicas' }, { allow: ['old-replicas', 'helm-skew'] }],
    ['an exact tool', { 'helm-version': 'v3.22.0' }, { helm: { kind: 'exact', version: '3.22.0' } }],
    ['a range of a tool', { 'helm-version': '3.22.x' }, { helm: { kind: 'range', range: '3.22.x' } }],
    ['a caret range', { 'kubectl-version': '^1.34' }, { kubectl: { kind: 'range', range: '^1.34' } }],
    ['a range with an end', { 'helm-version': '>=3.14 <4' }, { helm: { kind: 'range', range: '>=3.14 <4' } }],
    ['a major version', { 'helm-version': '4' }, { helm: { kind: 'range', range: '4' } }],
    [
      'auto and path',
      { 'helm-version': 'auto', 'kubectl-version': 'path' },
      { helm: { kind: 'auto' }, kubectl: { kind: 'path' } },
    ],
    ['a checksum', { 'helm-checksum': `sha256:${sha}` }, { helmChecksum: sha.toLowerCase() }],
    ['a plan digest', { 'plan-digest': sha }, { planDigest: sha.toLowerCase() }],
    [
      'a plan digest with its section marks, as the output gives it',
      { 'plan-digest': `${sha}-${'0a1b2c'.repeat(11)}` },
      { planDigest: `${sha.toLowerCase()}-${'0a1b2c'.repeat(11)}` },
    ],
    [
      'mirrors',
      { 'tool-mirror': 'https://a.example.com/x/\nhttp://localhost:81' },
      { toolMirrors: ['https://a.example.com/x', 'http://localhost:81'] },
    ],
    ['hours and minutes', { timeout: '1h30m' }, { timeoutMs: 90 * minute }],
    ['fractions', { timeout: '1.5h' }, { timeoutMs: 90 * minute }],
    ['less than a millisecond, rounded up', { timeout: '10us' }, { timeoutMs: 1 }],
    ['the longest timeout', { timeout: '144h' }, { timeoutMs: 6 * 24 * 60 * minute }],
    ['one hop, and what failed stays', { 'multi-hop': 'false', 'on-failure': 'stop' }, { multiHop: false }],
    ['taking back what failed', { 'on-failure': 'restore' }, { onFailure: 'restore' }],
    ['a rollback', { operation: 'rollback' }, { operation: 'rollback', targetVersion: '2.4.23' }],
    ['several hops in one run', { 'multi-hop': 'true' }, { multiHop: true }],
  ];
  it.each(table)('%s', (_, given, expected) => {
    expect(load({ ...enough, ...given })).toMatchObject(expected);
  });

  it.each(['status', 'rollback'])('needs no target for %s', (operation) => {
    expect(load({ release: 'my-milvus', operation, kubeconfig: 'x' }).targetVersion).toBeUndefined();
  });
});

describe('bad inputs', () => {
  /** Input, its text, and what the message must say besides the input's name. */
  const table: readonly [string, string, RegExp][] = [
    ['operation', 'upgrad', /"upgrad".*`upgrade`, `plan`, `rollback` or `status`/s],
    ['operation', 'cleanup', /not available yet in this version/],
    ['path', 'rolling', /not available yet in this version/],
    ['path', 'migration', /not available yet in this version/],
    ['on-failure', 'rollback', /"rollback".*`stop` or `restore`/s],
    ['multi-hop', 'True', /"True".*`true` or `false`/s],
    ['multi-hop', 'no', /"no"/],
    ['release', '', /empty.*at most 53/s],
    ['release', 'My-Milvus', /"My-Milvus"/],
    ['release', '-a', /"-a"/],
    ['release', 'a..b', /"a\.\.b"/],
    ['release', 'a'.repeat(54), /54 characters/],
    ['namespace', 'a.b', /"a\.b"/],
    ['namespace', 'a'.repeat(64), /64 characters/],
    ['target-version', '', /empty, and `operation` is `upgrade`/],
    ['target-version', '2.4', /"2\.4".*patch release/s],
    ['target-version', 'latest', /"latest"/],
    ['target-version', '2.4.23-gpu', /build of the image/],
    ['target-version', '2.4.23 --force', /"2\.4\.23 --force"/],
    ['target-version', '02.4.1', /"02\.4\.1"/],
    ['source-version', 'two', /"two"/],
    ['chart-version', '4.2', /"4\.2"/],
    ['chart-version', '^4.2.0', /"\^4\.2\.0"/],
    ['chart', 'Milvus!', /"Milvus!"/],
    ['chart', 'zilliz/milvus', /no such path.*`repository`/s],
    ['chart', 'gone.tgz', /no such file/],
    ['chart', './values.yaml', /not a packaged chart/],
    ['chart', 'oci://registry.example.com/milvus:4.2.20', /`chart-version`/],
    ['chart', 'oci://registry.example.com/milvus', /`chart-version`.*no index/s],
    ['repository', 'http://charts.example.com', /loopback/],
    ['repository', 'ftp://charts.example.com', /"ftp:/],
    ['repository', './nowhere', /no such directory/],
    ['repository', 'values.yaml', /not a directory/],
    ['repository', 'oci://registry.example.com/charts', /`chart`/],
    ['image', `milvusdb/milvus@sha256:${sha}`, /digest/],
    ['image', 'https://docker.io/milvusdb/milvus', /no scheme/],
    ['image', 'Milvus DB', /"Milvus DB"/],
    ['values-files', 'a.yaml\ngone.yaml', /not there/],
    ['allow-exec', 'aws eks get-token', /without arguments/],
    ['helm-version', 'latest', /major version/],
    ['helm-version', '>=3', /cross a major/],
    ['helm-version', '*', /cross a major/],
    ['helm-version', '3.x || 4.x', /cross a major/],
    ['kubectl-version', 'newest', /"newest"/],
    ['helm-checksum', 'abc', /"abc".*64 hexadecimal/s],
    ['kubectl-checksum', `md5:${sha}`, /64 hexadecimal/],
    ['plan-digest', 'a'.repeat(63), /64 hexadecimal/],
    ['plan-digest', `${'a'.repeat(64)}-abc`, /64 hexadecimal/],
    ['tool-mirror', 'https://ok.example.com\nhttp://mirror.example.com', /loopback/],
    ['tool-mirror', 'https://mirror.example.com/?a=1', /query/],
    ['timeout', '60', /without a unit/],
    ['timeout', '0s', /no time/],
    ['timeout', '-5m', /"-5m"/],
    ['timeout', '1h 30m', /"1h 30m"/],
    ['timeout', '1d', /"1d"/],
    ['timeout', '144h1s', /at most 144h/],
    ['allow', 'old-replica', /typing error/],
    ['allow', 'statefulset-removed', /may not be overridden/],
    ['context', 'a\u0007b', /name of a context/],
  ];
  it.each(table)('%s: %j', (name, text, says) => {
    const problem = problemOf({ ...enough, [name]: text });
    expect(problem.ending).toBe('refused');
    expect(problem.details.id).toBe('invalid-inputs');
    expect(problem.others).toHaveLength(1);
    expect(textOf(problem)).toMatch(says);
    expect(problem.details.what).toContain(name);
    expect(problem.others.map(({ what }) => what).join()).toContain(name === 'chart' ? 'chart' : `\`${name}\``);
  });

  it('lists the checks that may be overridden when an id is not known', () => {
    const text = textOf(problemOf({ ...enough, allow: 'nonsense' }));
    expect(text).toContain('old-replicas, helm-skew');
    expect(text).not.toContain('statefulset-removed');
  });

  it('reports all of them together, also those that other parts find', () => {
    const problem = problemOf(
      {
        release: 'A',
        'target-version': 'x',
        timeout: '5',
        'helm-version': 'latest',
        server: 'https://k8s.example.com',
        values: 'a: [',
      },
      {},
      [
        ({ values }) => [
          {
            id: 'invalid-values',
            what: `Input \`values\` is not YAML (${values?.length ?? 0} characters).`,
            remedy: '',
          },
        ],
      ],
    );
    expect(problem.details.what).toMatch(/^6 inputs cannot be used/);
    const inputs = problem.others.map(({ what }) => what);
    for (const name of ['release', 'target-version', 'timeout', 'helm-version', 'token', 'values']) {
      expect(inputs.filter((what) => what.startsWith(`Input \`${name}\``))).toHaveLength(1);
    }
  });

  it('shows further checks only what is well formed', () => {
    const seen: unknown[] = [];
    problemOf({ ...enough, timeout: 'x' }, {}, [
      (values) => {
        seen.push(values.timeout, values.release);
        return [];
      },
    ]);
    expect(seen).toEqual([undefined, 'my-milvus']);
  });

  it('says so when a packaged chart and a repository are both given', () => {
    const text = textOf(problemOf({ ...enough, chart: 'a.tgz', repository: './charts' }));
    expect(text).toContain('Inputs `chart` and `repository` are given together');
  });

  it.each(['path', 'auto', '4.2.x'])('refuses a checksum for helm-version %s', (version) => {
    const text = textOf(problemOf({ ...enough, 'helm-version': version, 'helm-checksum': sha }));
    expect(text).toContain('`helm-checksum` with an exact `helm-version`');
  });
});

describe('secrets in messages', () => {
  const canary = 'canary-5d41402abc4b2a76';
  const cases: readonly [string, Given][] = [
    ['a token with a line break', { kubeconfig: '', server: 'https://k.example.com', token: `${canary}\nmore` }],
    ['a token without a server', { kubeconfig: '', token: canary }],
    ['a token beside a kubeconfig', { token: canary }],
    ['the token pasted as the server', { kubeconfig: '', server: canary, token: canary }],
    ['a password in the server address', { kubeconfig: '', server: `https://me:${canary}@k.example.com`, token: 't' }],
    ['a token in the query of an address', { 'tool-mirror': `https://m.example.com/?token=${canary}` }],
    ['a password in the second mirror', { 'tool-mirror': `https://m.example.com\nhttps://me:${canary}@n.example.com` }],
    ['a password in the repository address', { repository: `https://me:${canary}@m.example.com` }],
    ['a kubeconfig pasted as the context', { context: `apiVersion: v1\nusers:\n- user: {token: ${canary}}` }],
    ['a JSON web token pasted as the release', { release: `eyJhbGciOiJSUzI1NiJ9.${canary}` }],
    ['a private key pasted as the namespace', { namespace: `-----BEGIN RSA PRIVATE KEY-----\n${canary}` }],
    ['something long in the wrong place', { image: `${canary} `.repeat(10) }],
    ['with values and set', { values: `password: ${canary}`, set: `a=${canary}`, timeout: 'x' }],
  ];
  it.each(cases)('%s', (_, given) => {
    const problem = problemOf({ ...enough, ...given });
    expect(textOf(problem)).not.toContain(canary);
    expect(JSON.stringify(problem)).not.toContain(canary);
  });

  it('tells length and shape instead', () => {
    const text = textOf(problemOf({ ...enough, kubeconfig: '', server: 'https://k.example.com', token: 'ab\ncd' }));
    expect(text).toContain('set (5 characters, 2 lines; not shown)');
  });
});
