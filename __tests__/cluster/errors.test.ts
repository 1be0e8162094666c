import { describe, expect, it } from '@jest/globals';
import { connectionProblem, startProblem } from '../../src/cluster/errors.js';
import { scrub } from '../../src/cluster/scrub.js';

const host = 'api.test:6443';

// Texts as kubectl 1.36 gives them.
const notInstalled = `getting credentials: exec: executable aws not found

It looks like you are trying to use a client-go credential plugin that is not installed.`;
const unknownAuthority =
  'tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "localhost")';
const wrongAddress =
  "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs";
const wrongName = 'tls: failed to verify certificate: x509: certificate is valid for kubernetes, not api.test';
const expired =
  'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T12:00:00Z is after 2025-11-22T12:00:00Z';

describe('connectionProblem', () => {
  it.each([
    ['dial tcp 127.0.0.1:1: connect: connection refused', 'connection-refused', true],
    ['dial tcp: lookup no-such-host.invalid on 10.0.0.53:53: no such host', 'host-not-found', true],
    ['dial tcp: lookup api.test: i/o timeout', 'cluster-timeout', true],
    ['dial tcp 192.0.2.1:6443: i/o timeout', 'cluster-timeout', true],
    ['net/http: TLS handshake timeout', 'cluster-timeout', true],
    ['dial tcp 192.0.2.1:6443: connect: no route to host', 'network-unreachable', true],
    [unknownAuthority, 'tls-unknown-authority', false],
    ['tls: failed to verify certificate: x509: “api” certificate is not trusted', 'tls-unknown-authority', false],
    [expired, 'tls-expired', false],
    [wrongAddress, 'tls-wrong-name', false],
    [wrongName, 'tls-wrong-name', false],
    ['remote error: tls: bad certificate', 'client-certificate-refused', false],
    ['tls: first record does not look like a TLS handshake', 'not-https', false],
    ['http: server gave HTTP response to HTTPS client', 'not-https', false],
    ['remote error: tls: internal error', 'tls-failed', false],
    ['proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused', 'http-proxy-unreachable', true],
    ['proxyconnect tcp: dial tcp: lookup proxy.test: no such host', 'http-proxy-unreachable', true],
    ['Proxy Authentication Required', 'http-proxy-refused', false],
    [notInstalled, 'credential-plugin-missing', false],
    ['getting credentials: exec: executable /opt/plug failed with exit code 3', 'credential-plugin-failed', true],
    ['getting credentials: decoding stdout: EOF', 'credential-plugin-failed', true],
    ['EOF', 'connection-lost', true],
    ['read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer', 'connection-lost', true],
    ['http2: client connection lost', 'connection-lost', true],
    ['local socket: ECONNRESET', 'connection-lost', true],
    ['local socket: ECONNREFUSED', 'proxy-ended', false],
    ['local socket: ENOENT', 'proxy-ended', false],
  ])('%s', (text, id, transient) => {
    const problem = connectionProblem(text, host);
    expect(problem).toMatchObject({ details: { id }, transient, ending: 'failed' });
    expect(problem?.details.raw).toBe(text);
  });

  it('knows nothing about other texts', () => {
    expect(connectionProblem('panic: something', host)).toBeUndefined();
  });

  it("shows a plugin's own words", () => {
    const text = 'getting credentials: exec: executable aws failed with exit code 255';
    expect(connectionProblem(text, host, 'Unable to locate credentials')?.details.raw).toBe(
      `${text}\nUnable to locate credentials`,
    );
  });
});

describe('startProblem', () => {
  it.each([
    ['error: context "nope" does not exist', 'missing-context'],
    ['error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"', 'credential-plugin-outdated'],
    ['error: The gcp auth plugin has been removed.\nPlease use the plugin', 'credential-plugin-refused'],
    ['error: unable to load root certificates: unable to parse bytes as PEM block', 'bad-certificate-authority'],
    [
      'error: unable to read certificate-authority /nope/ca.pem for k due to open /nope/ca.pem: no such file or directory',
      'bad-certificate-authority',
    ],
    ['error: tls: private key does not match public key', 'bad-client-certificate'],
    ['error: open /nonexistent: no such file or directory', 'credentials-file-missing'],
    ['error: listen unix /tmp/x/k.sock: bind: invalid argument', 'proxy-socket-failed'],
    ['error: something new', 'proxy-not-started'],
    ['', 'proxy-not-started'],
  ])('%s', (text, id) => {
    expect(startProblem(text, host).details.id).toBe(id);
  });
});

describe('scrub', () => {
  it.each([
    ['proxyconnect http://user:pa55word@proxy:1/', 'proxyconnect http://***@proxy:1/'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer ***'],
    ['got eyJhbGciOi.eyJleHAi.sig_nature', 'got ***'],
    ['{"password": "hunter22"}', '{"password": "***"}'],
    ['--token=abcdef', '--token=***'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nrest', '***\nrest'],
    [
      'User "x" cannot list resource "secrets" in API group ""',
      'User "x" cannot list resource "secrets" in API group ""',
    ],
  ])('%s', (text, scrubbed) => {
    expect(scrub(text)).toBe(scrubbed);
  });

  it('cuts long texts', () => {
    expect(scrub('x'.repeat(100_000)).length).toBeLessThan(8300);
  });
});
