import { describe, expect, it } from '@jest/globals';
import { enough, load, problemOf, textOf, type Given } from './given.js';

const server = 'https://k8s.example.com:6443/';
const none: Given = { kubeconfig: '' };

describe('credentials', () => {
  it('takes a kubeconfig, and prefers it to the KUBECONFIG of the job', () => {
    expect(load(enough, { kubeconfig: 'job.conf' }).credentials).toEqual({
      kind: 'kubeconfig',
      content: 'apiVersion: v1',
    });
  });

  it('takes server and token, with and without certificate authority', () => {
    expect(load({ ...enough, ...none, server, token: ' t ' }).credentials).toEqual({
      kind: 'token',
      server: 'https://k8s.example.com:6443',
      token: 't',
    });
    expect(load({ ...enough, ...none, server, token: 't', 'certificate-authority': 'PEM' }).credentials).toMatchObject({
      certificateAuthority: 'PEM',
    });
  });

  it('takes the KUBECONFIG of the job, which may be several files', () => {
    expect(load({ ...enough, ...none }, { kubeconfig: 'a.conf::b.conf' }).credentials).toEqual({
      kind: 'environment',
      paths: ['a.conf', 'b.conf'],
    });
  });

  const bad: readonly [string, Given, string | undefined, readonly RegExp[]][] = [
    ['none at all', none, undefined, [/`kubeconfig`, `server` and `token` are empty/, /fork/, /KUBECONFIG/]],
    ['a KUBECONFIG that names no file', none, 'gone:lost', [/only files that do not exist/]],
    ['both', { server, token: 't' }, undefined, [/`kubeconfig` and `server` and `token` are given together/]],
    [
      'a CA beside a kubeconfig',
      { 'certificate-authority': 'c' },
      undefined,
      [/`kubeconfig` and `certificate-authority`/],
    ],
    ['a server without token', { ...none, server }, undefined, [/`token` is empty while `server` is given/, /fork/]],
    ['a token without server', { ...none, token: 't' }, undefined, [/`server` is empty while `token` is given/]],
    ['a CA alone', { ...none, 'certificate-authority': 'c' }, undefined, [/`server` and `token` are empty/]],
    ['half-filled does not fall back to the job', { ...none, server }, 'job.conf', [/`token` is empty/]],
    ['a context with a token', { ...none, server, token: 't', context: 'c' }, undefined, [/`context` and `server`/]],
    ['a plain http server', { ...none, server: 'http://k8s.example.com', token: 't' }, undefined, [/sent in clear/]],
    ['a plain http server on loopback', { ...none, server: 'http://127.0.0.1:6443', token: 't' }, undefined, [/clear/]],
    [
      'a server that is no address',
      { ...none, server: 'k8s.example.com', token: 't' },
      undefined,
      [/"k8s\.example\.com"/],
    ],
  ];
  it.each(bad)('%s', (_, given, kubeconfig, says) => {
    const problem = problemOf({ ...enough, ...given }, kubeconfig === undefined ? {} : { kubeconfig });
    expect(problem.others).toHaveLength(1);
    for (const pattern of says) expect(textOf(problem)).toMatch(pattern);
  });
});
