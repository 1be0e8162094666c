import { describe, expect, it } from '@jest/globals';
import { childEnvironment } from '../../src/process/environment.js';

const job = {
  PATH: '/bin',
  HOME: '/home/u',
  TMPDIR: '/t',
  HTTPS_PROXY: 'http://p:1',
  no_proxy: 'localhost',
  SSL_CERT_FILE: '/ca',
  SSL_CERT_DIR: '/cas',
  RUNNER_TRACKING_ID: 'github_1',
  KUBECONFIG: '/secret/config',
  INPUT_KUBECONFIG: 'secret',
  'INPUT_ALLOW-EXEC': 'aws',
  ACTIONS_RUNTIME_TOKEN: 'secret',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
  GITHUB_TOKEN: 'secret',
  STATE_leftovers: 'x',
  AWS_SECRET_ACCESS_KEY: 'secret',
  GOOGLE_APPLICATION_CREDENTIALS: '/g.json',
  AZURE_CLIENT_ID: 'id',
  HELM_DRIVER: 'secret',
  EMPTY: undefined,
};
const base = [
  'HOME',
  'HTTPS_PROXY',
  'PATH',
  'RUNNER_TRACKING_ID',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'TMPDIR',
  'no_proxy',
];

describe('childEnvironment', () => {
  it.each([
    ['nothing allowed', {}, []],
    ['the aws plugin', { plugins: ['aws'] }, ['AWS_SECRET_ACCESS_KEY']],
    ['a plugin by its path', { plugins: ['/opt/bin/gke-gcloud-auth-plugin'] }, ['GOOGLE_APPLICATION_CREDENTIALS']],
    [
      'a plugin that the table does not know',
      { plugins: ['tsh'] },
      ['AWS_SECRET_ACCESS_KEY', 'AZURE_CLIENT_ID', 'GOOGLE_APPLICATION_CREDENTIALS'],
    ],
    ['a variable by name', { also: ['HELM_DRIVER'] }, ['HELM_DRIVER']],
    ['forbidden names asked for', { also: ['INPUT_KUBECONFIG', 'ACTIONS_RUNTIME_TOKEN', 'GITHUB_TOKEN'] }, []],
    ['a variable that is unset', { also: ['EMPTY'] }, []],
    ['a variable set for the child', { set: { KUBECACHEDIR: '/c' } }, ['KUBECACHEDIR']],
  ])('%s', (_name, options, more) => {
    expect(Object.keys(childEnvironment(job, options)).sort()).toEqual([...base, ...more].sort());
  });

  it('passes values unchanged and lets `set` win', () => {
    expect(childEnvironment({ PATH: '/bin', HOME: '/h' }, { set: { HOME: '/other' } })).toEqual({
      PATH: '/bin',
      HOME: '/other',
    });
  });
});
