import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Credentials } from '../../src/action/request.js';
import { prepareKubeconfig } from '../../src/cluster/credentials/prepare.js';
import type { PrepareOptions } from '../../src/cluster/credentials/prepare.js';
import { Leftovers, parseLeftovers } from '../../src/cluster/leftovers.js';
import { Problem } from '../../src/problem.js';

let root: string;
let tempDir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kubeconfig-test-'));
  tempDir = join(root, 'temp');
  mkdirSync(tempDir);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const now = Date.parse('2026-11-22T12:00:00Z');
const canary = 'c4nary-s3cret-value';

function prepare(credentials: Credentials, more: Partial<PrepareOptions> = {}) {
  const masked: string[] = [];
  const saved: string[] = [];
  const prepared = prepareKubeconfig({
    credentials,
    allowExec: [],
    tempDir,
    searchPath: join(root, 'bin'),
    now,
    mask: (secret) => masked.push(secret),
    leftovers: new Leftovers((_name, value) => {
      // Recorded before anything is there.
      expect(readdirSync(tempDir)).toEqual([]);
      saved.push(value);
    }),
    ...more,
  });
  const written = JSON.parse(readFileSync(prepared.path, 'utf8')) as Record<string, unknown>;
  return { prepared, masked, saved, written };
}

function problemOf(credentials: Credentials, more: Partial<PrepareOptions> = {}): Problem {
  try {
    prepare(credentials, more);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Nothing written, nothing of the credentials in the sentence.
    expect(readdirSync(tempDir)).toEqual([]);
    expect(JSON.stringify([error.details, error.others])).not.toContain(canary);
    return error;
  }
  throw new Error('no Problem');
}

const kubeconfig = (content: string): Credentials => ({ kind: 'kubeconfig', content });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const jwt = (payload: object): string =>
  [{ alg: 'RS256' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
  '.c2ln';

/** A kubeconfig with two contexts; `user` and `cluster` are the first one's. */
const config = (user = `{token: ${canary}}`, cluster = '{server: "https://api.test:6443"}'): string => `
apiVersion: v1
kind: Config
current-context: main
contexts:
- {name: main, context: {cluster: k, user: u, namespace: db}}
- {name: other, context: {cluster: k2, user: u2}}
clusters:
- {name: k, cluster: ${cluster}}
- {name: k2, cluster: {server: "https://other.test"}}
users:
- {name: u, user: ${user}}
- {name: u2, user: {token: other-users-token}}
`;

const certificate = `-----BEGIN CERTIFICATE-----
MIIBdjCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAAMB4XDTI2MDEwMTAwMDAwMFoX
-----END CERTIFICATE-----
`;

describe('a kubeconfig from the input', () => {
  it('is written 0600 in a 0700 directory that was recorded before', () => {
    const { prepared, saved } = prepare(kubeconfig(config()));
    const directory = dirname(prepared.path);
    expect(dirname(directory)).toBe(tempDir);
    expect(statSync(prepared.path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(parseLeftovers(saved.at(-1) ?? '')).toEqual({ directories: [directory], processes: [] });
  });

  it('keeps the selected context only', () => {
    const { prepared, written } = prepare(kubeconfig(config()));
    expect(prepared).toMatchObject({
      context: 'main',
      host: 'api.test:6443',
      serverPath: '',
      warnings: [],
      renewable: false,
    });
    expect(written).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'main',
      contexts: [{ name: 'main', context: { cluster: 'main', user: 'main', namespace: 'db' } }],
      clusters: [{ name: 'main', cluster: { server: 'https://api.test:6443' } }],
      users: [{ name: 'main', user: { token: canary } }],
    });
  });

  it('takes the context asked for', () => {
    const { prepared, masked } = prepare(kubeconfig(config()), { context: 'other' });
    expect(prepared).toMatchObject({ context: 'other', host: 'other.test' });
    expect(masked).toEqual(['other-users-token']);
  });

  it.each([
    ['plain', config(), 'plain'],
    ['plain with a byte order mark', `\uFEFF${config()}`, 'plain'],
    [
      'JSON',
      JSON.stringify({
        'current-context': 'a',
        contexts: [{ name: 'a', context: { cluster: 'a' } }],
        clusters: [{ name: 'a', cluster: { server: 'https://api.test:6443' } }],
      }),
      'plain',
    ],
    ['base64', base64(config()), 'base64'],
    ['base64, wrapped', base64(config()).replace(/(.{76})/g, '$1\n'), 'base64'],
    ['base64 without padding', base64(config()).replace(/=+$/, ''), 'base64'],
    ['base64url', Buffer.from(config()).toString('base64url'), 'base64'],
  ])('may be %s', (_name, content, form) => {
    const { prepared } = prepare(kubeconfig(content));
    expect(prepared.source).toBe(`input kubeconfig (${form})`);
    expect(prepared.host).toBe('api.test:6443');
  });

  it.each([
    [
      'base64 of bytes that are no text',
      Buffer.from([0xff, 0xfe, 0x80, 0x01]).toString('base64'),
      /neither plain text nor base64/,
    ],
    ['encoded twice', base64(base64(config())), /encoded twice/],
    ['a path', '/home/u/.kube/config', /a single line of text/],
    ['broken YAML', `a: "${canary}\nb`, /not valid YAML \([A-Z_]+ in line \d\)/],
    ['an alias that is not there', `token: *${canary}`, /not valid YAML/],
    ['a list', `- ${canary}`, /not a mapping/],
    ['another kind', `kind: Secret\ndata: {token: ${canary}}`, /a kind other than Config/],
    ['contexts that are no list', `contexts: {token: ${canary}}`, /contexts that are not a list/],
    ['an entry without a name', `users: [{user: {token: ${canary}}}]`, /without a name/],
    ['a user that is no mapping', `users: [{name: u, user: ${canary}}]`, /not a mapping/],
    ['a name twice', 'users: [{name: u, user: {}}, {name: u, user: {}}]', /two entries of the same name/],
    [
      'a cluster that is missing',
      'current-context: a\ncontexts: [{name: a, context: {cluster: x}}]',
      /whose cluster it does not define/,
    ],
    [
      'a user that is missing',
      'current-context: a\ncontexts: [{name: a, context: {cluster: x, user: y}}]\nclusters: [{name: x, cluster: {}}]',
      /whose user it does not define/,
    ],
  ])('is refused when it is %s', (_name, content, sentence) => {
    const { details, ending } = problemOf(kubeconfig(content));
    expect(ending).toBe('refused');
    expect(details.id).toBe('credentials-unreadable');
    expect(details.what).toMatch(sentence);
  });

  it.each([
    ['asked for', config(), 'nope', 'has no context nope. Its contexts: main, other.'],
    [
      'current one',
      config().replace('current-context: main', 'current-context: gone'),
      undefined,
      'has the current context gone, which it does not define. Its contexts: main, other.',
    ],
    [
      'none named',
      config().replace('current-context: main', ''),
      undefined,
      'has no current context, and the input context names none. Its contexts: main, other.',
    ],
    ['none at all', 'kind: Config', undefined, 'It has no contexts.'],
  ])('lists its contexts when the context is missing: %s', (_name, content, context, sentence) => {
    const { details } = problemOf(kubeconfig(content), context === undefined ? {} : { context });
    expect(details.id).toBe('missing-context');
    expect(details.what).toContain(sentence);
  });

  it.each([
    ['certificate-authority', '{}', '{server: "https://a", certificate-authority: /etc/ca.pem}'],
    ['client-certificate', '{client-certificate: /home/u/c.pem}', undefined],
    ['client-key', '{client-key: ../key.pem}', undefined],
    ['tokenFile', '{tokenFile: /var/run/secrets/token}', undefined],
    ['tokenFile', '{tokenFile: token}', undefined],
  ])('may not refer to files of the runner: %s', (field, user, cluster) => {
    const { details } = problemOf(kubeconfig(config(user, cluster)));
    expect(details.id).toBe('kubeconfig-file-reference');
    expect(details.what).toContain(field);
  });

  it("may refer to files under the runner's temporary directory, not through a link", () => {
    const inside = join(root, 'files');
    mkdirSync(inside);
    writeFileSync(join(inside, 'token'), canary);
    const content = config(`{tokenFile: ${join(inside, 'token')}}`);
    expect(
      prepare(kubeconfig(content), { tempDir: root, leftovers: new Leftovers(() => undefined) }).prepared.host,
    ).toBe('api.test:6443');
    const outside = mkdtempSync(join(root, 'only-'));
    symlinkSync(join(inside, 'token'), join(outside, 'link'));
    const linked = config(`{tokenFile: ${join(outside, 'link')}}`);
    const unrecorded = new Leftovers(() => undefined);
    expect(() => prepare(kubeconfig(linked), { tempDir: outside, leftovers: unrecorded })).toThrow(
      /refers to a local file/,
    );
  });

  it.each([
    [
      'insecure-skip-tls-verify',
      '{server: "https://api.test", insecure-skip-tls-verify: true}',
      /sets insecure-skip-tls-verify/,
    ],
    ['http', '{server: "http://api.test:8080"}', /without encryption/],
  ])('warns of %s', (_name, cluster, warning) => {
    const { prepared, written } = prepare(kubeconfig(config(undefined, cluster)));
    expect(prepared.warnings).toHaveLength(1);
    expect(prepared.warnings[0]).toMatch(warning);
    expect(written.clusters).toEqual([
      { name: 'main', cluster: expect.objectContaining({ server: expect.anything() as unknown }) as unknown },
    ]);
  });

  it('never makes TLS checks optional by itself', () => {
    expect(JSON.stringify(prepare(kubeconfig(config())).written)).not.toContain('insecure');
  });

  it.each(['{server: ""}', '{}', '{server: "ftp://x"}', '{server: "https://"}', `{server: "https://${canary}:x y/"}`])(
    'needs a usable server: %s',
    (cluster) => {
      expect(problemOf(kubeconfig(config(undefined, cluster))).details.id).toBe('bad-server');
    },
  );

  it('gives the path of a server behind a gateway, and its host without credentials', () => {
    const { prepared, masked } = prepare(
      kubeconfig(config('{}', `{server: "https://me:${canary}@gate.test/k8s/clusters/c-1/"}`)),
    );
    expect(prepared).toMatchObject({ host: 'gate.test', serverPath: '/k8s/clusters/c-1' });
    expect(masked).toEqual([canary]);
  });
});

describe('masking', () => {
  const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIAbcdefghijkl\nAbCd==\n-----END EC PRIVATE KEY-----\n';
  it.each([
    ['token', '{token: tok-123456}', ['tok-123456']],
    ['user name and password', '{username: admin, password: pass-word}', ['pass-word']],
    ['a password too short to hide', '{username: admin, password: abc}', []],
    ['a token of two lines', '{token: "line-one\\nline-two\\nx"}', ['line-one', 'line-two']],
    [
      'key',
      `{client-certificate-data: Y2VydGlmaWNhdGU=, client-key-data: ${base64(key)}}`,
      [base64(key), 'MHcCAQEEIAbcdefghijkl', 'AbCd=='],
    ],
    ['nothing', '{}', []],
    [
      'auth-provider',
      '{auth-provider: {name: oidc, config: {id-token: id-tok, refresh-token: ref-tok, client-id: cli, idp-issuer-url: "https://i"}}}',
      ['id-tok', 'ref-tok'],
    ],
  ])('hides leaf secrets only: %s', (_name, user, secrets) => {
    expect(prepare(kubeconfig(config(user)), { allowExec: ['oidc'] }).masked).toEqual(secrets);
  });

  it('hides the environment of a credential plugin, but no profile or region', () => {
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin', 'aws'), '#!/bin/sh\n', { mode: 0o755 });
    const user =
      '{exec: {apiVersion: v1, command: aws, args: [eks, --client-secret=arg-secret, --password, pass-arg], env: [{name: AWS_PROFILE, value: default}, {name: AWS_REGION, value: eu-west-1}, {name: AWS_SECRET_ACCESS_KEY, value: aws-secret}]}}';
    expect(prepare(kubeconfig(config(user)), { allowExec: ['aws'] }).masked).toEqual([
      'aws-secret',
      'arg-secret',
      'pass-arg',
    ]);
  });

  it('hides the password of a proxy address', () => {
    expect(
      prepare(kubeconfig(config('{}', '{server: "https://a", proxy-url: "http://u:p%40ssword@proxy:1"}'))).masked,
    ).toEqual(['p%40ssword', 'p@ssword']);
  });
});

describe('credential plugins', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin', 'plug'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(root, 'bin', 'text'), 'no program', { mode: 0o644 });
  });

  const exec = (command: string): string =>
    `{exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}, env: [{name: TOKEN, value: ${canary}}]}}`;

  it.each([
    ['not allowed', 'plug', [], 'credential-plugin-refused'],
    ['another one allowed', 'plug', ['plu', 'plug2'], 'credential-plugin-refused'],
    ['a path where a name is allowed', '/tmp/plug', ['plug'], 'credential-plugin-refused'],
    ['allowed but not there', 'absent', ['absent'], 'credential-plugin-missing'],
    ['allowed but not a program', 'text', ['text'], 'credential-plugin-missing'],
    ['a relative path', './plug', ['./plug', 'plug'], 'credentials-unreadable'],
  ])('%s', (_name, command, allowExec, id) => {
    const { details, ending } = problemOf(kubeconfig(config(exec(command))), { allowExec });
    expect(details.id).toBe(id);
    expect(ending).toBe('refused');
  });

  it('runs the program that was found', () => {
    const { prepared, written } = prepare(kubeconfig(config(exec('plug'))), { allowExec: ['plug'] });
    expect(prepared.renewable).toBe(true);
    expect(JSON.stringify(written)).toContain(`"command":"${join(root, 'bin', 'plug')}"`);
  });

  it('is only asked for the selected user', () => {
    expect(prepare(kubeconfig(config(exec('plug'))), { context: 'other' }).prepared.renewable).toBe(false);
  });

  it.each([
    ['gcp', ['gcp'], /no longer have/],
    ['oidc', [], /allow-exec does not name/],
  ])('auth-provider %s', (name, allowExec, sentence) => {
    const { details } = problemOf(
      kubeconfig(config(`{auth-provider: {name: ${name}, config: {id-token: ${canary}}}}`)),
      { allowExec },
    );
    expect(details.id).toBe('credential-plugin-refused');
    expect(details.what).toMatch(sentence);
  });
});

describe('tokens', () => {
  const seconds = now / 1000;
  it.each([
    ['opaque', canary, undefined],
    ['valid', jwt({ exp: seconds + 600 }), now + 600_000],
    ['without an end', jwt({ sub: 'x' }), undefined],
    ['three parts but no JWT', 'a.b.c', undefined],
  ])('%s', (_name, token, expiry) => {
    const { prepared } = prepare({ kind: 'token', server: 'https://api.test', token });
    expect(prepared.tokenExpiresAt).toBe(expiry);
  });

  it.each<[string, (token: string) => Credentials]>([
    ['input', (token) => ({ kind: 'token', server: 'https://api.test', token })],
    ['kubeconfig', (token) => kubeconfig(config(`{token: ${token}}`))],
  ])('says when an expired one expired: %s', (_name, credentials) => {
    const { details } = problemOf(credentials(jwt({ exp: seconds - 3600, secret: canary })));
    expect(details.id).toBe('token-expired');
    expect(details.what).toContain('expired at 2026-11-22T11:00:00.000Z');
  });
});

describe('server, token and certificate authority', () => {
  let pem: string;
  beforeEach(() => {
    const files = ['-keyout', join(root, 'k.pem'), '-out', join(root, 'c.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-subj',
        '/CN=ca',
        ...files,
      ],
      { stdio: 'ignore' },
    );
    pem = readFileSync(join(root, 'c.pem'), 'utf8');
  });

  it('uses the roots of the system without a certificate authority', () => {
    const { prepared, written, masked } = prepare({
      kind: 'token',
      server: ' https://api.test:6443 ',
      token: ` ${canary}\n`,
      certificateAuthority: ' ',
    });
    expect(prepared).toMatchObject({ host: 'api.test:6443', source: 'inputs server and token (system roots)' });
    expect(written).toMatchObject({
      clusters: [{ cluster: { server: 'https://api.test:6443' } }],
      users: [{ user: { token: canary } }],
    });
    expect(JSON.stringify(written)).not.toContain('certificate-authority');
    expect(masked).toEqual([canary]);
  });

  it.each<[string, (pem: string) => string, number]>([
    ['PEM', (text) => text, 1],
    ['base64 of PEM', base64, 1],
    ['two certificates', (text) => `# our CA\n${text}\n${text}`, 2],
  ])('takes %s', (_name, given, count) => {
    const { written } = prepare({
      kind: 'token',
      server: 'https://a',
      token: canary,
      certificateAuthority: given(pem),
    });
    const [{ cluster }] = written.clusters as [{ cluster: Record<string, string> }];
    const data = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString();
    expect(data.match(/BEGIN CERTIFICATE/g)).toHaveLength(count);
    expect(data).not.toContain('#');
  });

  it.each([
    ['a broken certificate', certificate],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'],
    ['base64 of something else', base64('hello: world')],
    ['a path', '/etc/ssl/ca.pem'],
  ])('refuses %s', (_name, certificateAuthority) => {
    expect(problemOf({ kind: 'token', server: 'https://a', token: canary, certificateAuthority }).details.id).toBe(
      'bad-certificate-authority',
    );
  });
});

describe("the job's KUBECONFIG", () => {
  it('is merged as kubectl does it, relative paths from the file they stand in', () => {
    mkdirSync(join(root, 'one'));
    mkdirSync(join(root, 'two'));
    const one = join(root, 'one', 'config');
    const two = join(root, 'two', 'config');
    writeFileSync(
      one,
      'contexts: [{name: a, context: {cluster: k, user: u}}]\nusers: [{name: u, user: {tokenFile: tokens/t}}]\n',
    );
    writeFileSync(
      two,
      'current-context: a\ncontexts: [{name: a, context: {cluster: ignored}}]\nusers: [{name: u, user: {token: ignored}}]\nclusters: [{name: k, cluster: {server: "https://two.test", certificate-authority: ca.pem}}]\n',
    );
    const { prepared, written } = prepare({ kind: 'environment', paths: [join(root, 'absent'), '', one, two] });
    expect(prepared).toMatchObject({ host: 'two.test', source: "the job's KUBECONFIG (2 files merged)" });
    expect(written).toMatchObject({
      clusters: [{ cluster: { 'certificate-authority': join(root, 'two', 'ca.pem') } }],
      users: [{ user: { tokenFile: join(root, 'one', 'tokens', 't') } }],
    });
    expect(JSON.stringify(written)).not.toContain('ignored');
  });

  it('resolves a plugin beside its file', () => {
    mkdirSync(join(root, 'kube'));
    const path = join(root, 'kube', 'config');
    writeFileSync(path, config('{exec: {apiVersion: v1, command: ./plug}}'));
    writeFileSync(join(root, 'kube', 'plug'), '#!/bin/sh\n');
    chmodSync(join(root, 'kube', 'plug'), 0o755);
    const credentials: Credentials = { kind: 'environment', paths: [path] };
    expect(problemOf(credentials).details.what).toContain(join(root, 'kube', 'plug'));
    expect(prepare(credentials, { allowExec: [join(root, 'kube', 'plug')] }).prepared.renewable).toBe(true);
  });

  it.each<[string, () => string[], string]>([
    ['no file', () => [join(root, 'absent')], 'kubeconfig-not-found'],
    ['a directory', () => [root], 'credentials-unreadable'],
    ['an empty file', () => [join(root, 'empty')], 'missing-context'],
  ])('says what is wrong: %s', (_name, paths, id) => {
    writeFileSync(join(root, 'empty'), '');
    expect(problemOf({ kind: 'environment', paths: paths() }).details.id).toBe(id);
  });
});

describe('the temporary directory', () => {
  it('must be usable', () => {
    const unusable = { tempDir: join(root, 'absent'), leftovers: new Leftovers(() => undefined) };
    const attempt = () => prepare(kubeconfig(config()), unusable);
    expect(attempt).toThrow(/cannot be written \(ENOENT\)/);
  });
});
