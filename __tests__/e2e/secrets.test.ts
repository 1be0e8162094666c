import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { problemIds, Scenario, standalone, story, useBed } from './harness.js';

/**
 * A canary in every kind of value and credential, and every place where one could come out. Only the runner's own
 * `::add-mask::` lines may hold one: the runner takes them out of the log.
 */
const bed = useBed();

const pluginName = 'get-token';
const canaries = new Map<string, string>();

/** A new secret; `kind` says what it stands for when it is found somewhere. */
function canary(kind: string): string {
  const secret = `canary${randomBytes(12).toString('hex')}`;
  canaries.set(kind, secret);
  return secret;
}

/** What a secret looks like in base64, wherever in a longer text it begins. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('x'.repeat(offset) + secret).toString('base64');
    return encoded.slice(offset === 0 ? 0 : 4, -4);
  });
}

/** Every text that outlives a run, or that others on the machine see, by the name of its place. */
function places(result: RunnerResult): Record<string, string> {
  const { raw, log, summary, outputs, state, exported, annotations, commandLines, orphans } = result;
  return {
    log,
    'raw log': raw.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n'),
    summary,
    outputs: JSON.stringify(outputs),
    state: JSON.stringify(state),
    environment: JSON.stringify(exported),
    annotations: JSON.stringify(annotations),
    // With which arguments a credential plugin is started, the kubeconfig says, not the action.
    'argument lists': [...commandLines, ...orphans].filter((line) => !line.includes(`/${pluginName} `)).join('\n'),
    ...result.fileContents,
  }; // prettier-ignore
}

const found = (result: RunnerResult): string[] =>
  Object.entries(places(result)).flatMap(([place, text]) =>
    [...canaries]
      .filter(([, secret]) => [secret, ...base64Forms(secret)].some((form) => text.includes(form)))
      .map(([kind]) => `${kind} in ${place}`),
  );

/** Text of the YAML inputs. */
const yaml = (values: object): string => JSON.stringify(values);

const runs: Record<string, RunnerResult | undefined> = {};
let scenario: Scenario;
let stored: string;
let objects: string;
let workspaceLeft: string[];

const run = (name: string): RunnerResult => {
  const result = runs[name];
  if (result === undefined) throw new Error(`${name} did not run`);
  return result;
};

const storedValues = () => ({
  ...standalone,
  minio: { mode: 'standalone', accessKey: canary('stored minio.accessKey'), secretKey: canary('stored minio.secretKey') },
  extraConfigFiles: { 'user.yaml': `common:\n  security:\n    defaultRootPassword: ${canary('stored user.yaml')}\n` },
  annotations: { 'example.com/note': canary('stored annotation') },
  labels: { note: canary('stored label') },
  standalone: { extraEnv: [{ name: 'PASSWORD', value: canary('stored env') }] },
  ours: { plainKey: canary('stored value of an unknown key'), list: [canary('stored list item')] },
}); // prettier-ignore

/** This run's values, by input; each changes what the stored ones say, so that it is in the diff too. */
const givenValues = (workspace: string): Record<string, string> => {
  const file = {
    extraConfigFiles: { 'user.yaml': `a: 1\npassword: ${canary('user.yaml in values-files')}\n` },
    annotations: { 'example.com/file': canary('annotation in values-files') },
  };
  writeFileSync(join(workspace, 'secret.yaml'), yaml(file));
  return {
    'values-files': 'secret.yaml',
    values: yaml({
      minio: { secretKey: canary('minio.secretKey in values') },
      standalone: { extraEnv: [{ name: 'PASSWORD', value: canary('env in values') }] },
      ours: { apiToken: canary('token in values') },
    }),
    set: `minio.accessKey=${canary('minio.accessKey in set')}\nours.connection=https://u:${canary('password in set')}@db`,
  };
};

interface Kubeconfig {
  readonly users: readonly { readonly user: object }[];
}

/** The administrator's kubeconfig with another user. */
const kubeconfigWith = (user: object): string => {
  const config = JSON.parse(bed().adminKubeconfig) as Kubeconfig;
  return yaml({ ...config, users: config.users.map((entry) => ({ ...entry, user })) });
};

/** A key and its certificate. Nothing asks for them here; a kubeconfig may hold them all the same. */
const keyPair = (): Record<string, string> => {
  const read = (name: string): Buffer => readFileSync(join(bed().cluster.record.stateDirectory, 'certificates', name));
  const key = read('apiserver.key');
  const lines = key.toString().split('\n').filter((line) => /^[\w+/=]{40,}$/.test(line));
  lines.forEach((line, index) => canaries.set(`line ${String(index)} of the client key`, line));
  canaries.set('client-key-data', key.toString('base64'));
  return {
    'client-certificate-data': read('apiserver.crt').toString('base64'),
    'client-key-data': key.toString('base64'),
  };
}; // prettier-ignore

/** A credential plugin that gives the token it finds in its environment. */
function plugin(token: string): { readonly kubeconfig: string; readonly command: string } {
  const command = join(mkdtempSync(join(tmpdir(), 'plugin-')), pluginName);
  const credential = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}';
  writeFileSync(command, `#!/bin/sh\nprintf '${credential}' "$SECRET"\n`);
  chmodSync(command, 0o755);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: ['--client-secret', canary('argument of a credential plugin')],
    env: [{ name: 'SECRET', value: token }],
    interactiveMode: 'Never',
  };
  return { kubeconfig: kubeconfigWith({ exec }), command };
}

const debug = { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' };

beforeAll(async () => {
  const { admin, server, certificateAuthority } = bed().cluster.record;
  canaries.set('token', admin.token);
  scenario = await Scenario.make(bed(), 'secrets', { volumes: 10 });
  await scenario.install('4.1.24', { values: storedValues() });
  const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
  const given = givenValues(workspace);
  const file = join(mkdtempSync(join(tmpdir(), 'job-')), 'kubeconfig');
  writeFileSync(file, bed().adminKubeconfig);
  const byPlugin = plugin(admin.token);
  const lonely = canary('a token without a server, pasted into another input too');

  const go = async (name: string, inputs: Record<string, string>, env: Record<string, string> = {}): Promise<void> => {
    runs[name] = await scenario.run({ 'target-version': '2.4.23', ...inputs }, { workspace, env: { ...debug, ...env } });
  }; // prettier-ignore
  const status = { operation: 'status', 'target-version': '' };
  const byToken = { kubeconfig: '', server, 'certificate-authority': certificateAuthority };

  await Promise.all([
    go('plan', { operation: 'plan', ...given }),
    go('base64', { ...status, kubeconfig: Buffer.from(bed().adminKubeconfig).toString('base64') }),
    go('client key', { ...status, kubeconfig: kubeconfigWith({ token: admin.token, ...keyPair() }) }),
    go('token', { ...status, ...byToken, token: admin.token }),
    go('KUBECONFIG of the job', { ...status, kubeconfig: '' }, { KUBECONFIG: file }),
    go('plugin', { ...status, kubeconfig: byPlugin.kubeconfig, 'allow-exec': byPlugin.command }),
  ]);
  await Promise.all([
    go('wrong token', { ...status, ...byToken, token: canary('a token that is not accepted') }),
    go('wrong password', {
      ...status,
      kubeconfig: kubeconfigWith({ username: 'admin', password: canary('password in the kubeconfig') }),
    }),
    go('bad inputs', {
      values: `a: [${canary('values that are no YAML')}`,
      set: `a[x=${canary('a bad set')}`,
      kubeconfig: `{${canary('a kubeconfig that is none')}`,
      token: lonely,
      'helm-version': lonely,
    }),
    go('value in the place of a section', { values: yaml({ image: canary('a value in the place of a section') }) }),
    go('a chart that does not render, by Helm 4', { values: yaml({ annotations: canary('a value of another type') }) }),
    go('a chart that does not render, by Helm 3', { 'helm-version': '3.22.0', values: yaml({ annotations: 'text' }) }),
  ]); // prettier-ignore
  await go('upgrade', given);
  stored = JSON.stringify(await scenario.userValues());
  objects = await scenario.kubectl('get', 'configmaps,deployments', '--output', 'json');
  const rejected = { name: 'PASSWORD', value: canary('env that the API server rejects'), valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
  await go('an object that the API server rejects', { values: yaml({ standalone: { extraEnv: [rejected] } }) });
  workspaceLeft = readdirSync(workspace);
}, 300_000); // prettier-ignore

const endings: readonly (readonly [name: string, result: string, id?: string])[] = [
  ['plan', 'planned'],
  ['base64', 'reported'],
  ['client key', 'reported'],
  ['token', 'reported'],
  ['KUBECONFIG of the job', 'reported'],
  ['plugin', 'reported'],
  ['wrong token', 'failed', 'wrong-token'],
  // This API server knows no passwords and takes whoever has nothing else for a stranger.
  ['wrong password', 'failed', 'forbidden'],
  ['bad inputs', 'refused', 'invalid-inputs'],
  ['value in the place of a section', 'refused', 'value-conflict'],
  ['a chart that does not render, by Helm 4', 'failed', 'chart-does-not-render'],
  ['a chart that does not render, by Helm 3', 'failed', 'chart-does-not-render'],
  ['upgrade', 'upgraded'],
  ['an object that the API server rejects', 'refused', 'object-refused'],
];

describe.each(endings)('%s', (name, result, id) => {
  it(`ends as ${result}`, () => {
    const ended = run(name);
    expect([ended.outputs.result, problemIds(ended)[0], story(ended)]).toEqual([result, id, story(ended)]);
  });

  it('shows no secret anywhere', () => {
    expect(found(run(name))).toEqual([]);
  });

  it('leaves no file but plan and report, and the home directory empty', () => {
    const { tempDirLeft, homeLeft, orphans } = run(name);
    expect(tempDirLeft.filter((path) => !/^milvus-upgrade-(plan|report)-.*\.json$/.test(path))).toEqual([]);
    expect(homeLeft).toEqual([]);
    expect(orphans).toEqual([]);
  });
});

describe('that this file can find something', () => {
  it('the values arrived in the release and its objects', () => {
    const has = (text: string, kind: string): boolean => text.includes(canaries.get(kind) ?? 'no such canary');
    for (const kind of [
      'user.yaml in values-files', 'annotation in values-files', 'minio.secretKey in values', 'env in values',
      'token in values', 'minio.accessKey in set', 'password in set', 'stored label', 'stored list item',
    ]) {
      expect([kind, has(stored, kind)]).toEqual([kind, true]);
    }
    for (const kind of ['user.yaml in values-files', 'minio.secretKey in values', 'env in values', 'stored label']) {
      expect([kind, has(objects, kind)]).toEqual([kind, true]);
    }
  }); // prettier-ignore

  it('each secret would be found, plain and in base64', () => {
    const [kind, secret] = [...canaries][0] ?? ['', ''];
    for (const text of [`a ${secret} b`, Buffer.from(`password: ${secret}\n`).toString('base64')]) {
      expect(found({ ...run('plan'), summary: text })).toEqual([`${kind} in summary`]);
    }
  });
});

describe('the runner', () => {
  it('is told to mask leaf secrets, and no whole document', () => {
    const told = (name: string): string[] => run(name).masks;
    const secret = (kind: string): string => canaries.get(kind) ?? '';
    expect(told('plan')).toContain(secret('token'));
    expect(told('base64')).toContain(secret('token'));
    expect(told('token')).toContain(secret('token'));
    expect(told('wrong password')).toContain(secret('password in the kubeconfig'));
    expect(told('plugin')).toContain(secret('argument of a credential plugin'));
    expect(told('client key')).toContain(secret('line 0 of the client key'));
    for (const { masks } of endings.map(([name]) => run(name))) {
      expect(masks.filter((mask) => /\n|apiVersion|certificate/.test(mask))).toEqual([]);
    }
  });

  it('finds the workspace as it was', () => {
    expect(workspaceLeft).toEqual(['secret.yaml']);
  });
});
