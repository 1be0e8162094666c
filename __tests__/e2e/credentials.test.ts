import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { Scenario, useBed, type Bed } from './harness.js';
import { beside, expectEnd, reportOf } from './trouble.js';

jest.setTimeout(120_000);
const bed = useBed();

const jwt = (claims: object): string =>
  [{ alg: 'RS256', typ: 'JWT' }, claims, 'signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

/** Inputs with server and token in place of the kubeconfig. */
const byToken = ({ cluster: { record } }: Bed, inputs: Record<string, string>): Record<string, string> => ({
  kubeconfig: '',
  server: record.server,
  token: record.admin.token,
  'certificate-authority': record.certificateAuthority,
  ...inputs,
});

const withPlugin = ({ adminKubeconfig }: Bed): string => {
  const config = JSON.parse(adminKubeconfig) as { users: { user: unknown }[] };
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'aws', interactiveMode: 'Never' };
  return JSON.stringify({ ...config, users: config.users.map((user) => ({ ...user, user: { exec } })) });
};

/** The address of a server that takes connections and says nothing. */
async function silentServer(): Promise<string> {
  const server = createServer(() => undefined).unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Case {
  readonly name: string;
  readonly inputs: (bed: Bed, namespace: string) => Record<string, string> | Promise<Record<string, string>>;
  readonly ending: 'failed' | 'refused';
  readonly id: string;
  /** A piece of the sentence, and one of the remedy. */
  readonly says: readonly [string | RegExp, string | RegExp];
}

const cases: readonly Case[] = [
  {
    name: 'a wrong token',
    inputs: (open) => byToken(open, { token: 'not-the-token' }),
    ending: 'failed',
    id: 'wrong-token',
    says: ['does not accept the credentials (401)', 'kubectl create token'],
  },
  {
    name: 'a token that says itself that it is expired',
    inputs: (open) => byToken(open, { token: jwt({ sub: 'deployer', exp: 1_700_000_000 }) }),
    ending: 'refused',
    id: 'token-expired',
    says: ['expired at 2023-11-14', 'kubectl create token'],
  },
  {
    name: 'an account without rights',
    inputs: async ({ cluster }, namespace) => ({ kubeconfig: (await cluster.createUser(namespace)).kubeconfig }),
    ending: 'failed',
    id: 'forbidden',
    says: [/^The credentials \(user user-\d+\) may not list [\w.]+ in the namespace /, /"resources":\["\w+"\]/],
  },
  {
    name: 'a port on which nothing listens',
    inputs: (open) => byToken(open, { server: 'https://127.0.0.1:1' }),
    ending: 'failed',
    id: 'connection-refused',
    says: ['Nothing listens on the address of the API server 127.0.0.1:1', 'firewall'],
  },
  {
    name: 'a server that takes the connection and says nothing',
    inputs: async (open) => byToken(open, { server: await silentServer() }),
    ending: 'failed',
    id: 'cluster-timeout',
    says: [/The API server 127\.0\.0\.1:\d+ (does not answer in time|gave no answer within)/, 'firewall'],
  },
  {
    name: 'a name that does not exist',
    inputs: (open) => byToken(open, { server: 'https://milvus.invalid:6443' }),
    ending: 'failed',
    id: 'host-not-found',
    says: ['The name of the API server milvus.invalid:6443 cannot be resolved', 'Check the server address'],
  },
  {
    name: 'a certificate of an authority that nobody named',
    inputs: (open) => byToken(open, { 'certificate-authority': '' }),
    ending: 'failed',
    id: 'tls-unknown-authority',
    says: ['is signed by an authority that the credentials do not name', 'certificate-authority'],
  },
  {
    name: 'a context that the kubeconfig does not have',
    inputs: () => ({ context: 'production' }),
    ending: 'refused',
    id: 'missing-context',
    says: ['has no context production. Its contexts: testbed.', 'Set the input context'],
  },
  {
    name: 'a credential plugin that is not allowed',
    inputs: (open) => ({ kubeconfig: withPlugin(open) }),
    ending: 'refused',
    id: 'credential-plugin-refused',
    says: ['wants to run the credential plugin aws', 'Add aws to allow-exec'],
  },
];

const stories = cases.map(({ inputs, ...expected }) => ({
  ...expected,
  run: beside(async (): Promise<RunnerResult> => {
    const scenario = await Scenario.make(bed(), 'credentials', { volumes: 0 });
    return scenario.run({ 'target-version': '2.4.23', ...(await inputs(bed(), scenario.namespace)) });
  }),
}));

describe.each(stories)('$name', ({ run, ending, id, says: [what, remedy] }) => {
  it('ends the run with its own sentence and what to do', async () => {
    const result = await run();
    expectEnd(result, { result: ending, changed: 'false', problems: [id] });
    const [problem] = reportOf(result).problems;
    expect(problem?.what).toMatch(what);
    expect(problem?.remedy).toMatch(remedy);
    const errors = result.annotations.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining(problem?.what ?? '')]);
  });

  it('does not hang, and leaves nothing behind', async () => {
    const result = await run();
    expect(result.durationMs).toBeLessThan(45_000);
    expect(result.orphans).toEqual([]);
    expect(result.homeLeft).toEqual([]);
    expect(result.tempDirLeft.filter((file) => !/report.*\.json$/.test(file))).toEqual([]);
  });
});
