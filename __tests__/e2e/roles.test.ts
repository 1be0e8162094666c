import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { jsonFile, problemIds, root, Scenario, story, useBed } from './harness.js';

/** The two documented Roles, on a cluster with Pulsar, whose chart makes a Role of its own. */
const bed = useBed();

const manifest = (name: string): string => readFileSync(join(root, 'docs', 'roles', `${name}.yaml`), 'utf8');
const brokerRole = 'milvus-pulsar-broker-role';

/** Every verb on these is a question and leaves nothing behind. */
const questions = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews']);
const reads = new Set(['get', 'list', 'watch']);

/** What the chart's own Role grants, as one more Role for the account: nobody may grant what he does not hold. */
const ownRules = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: pulsar-broker-rules}
rules:
  - {apiGroups: [''], resources: [configmaps], verbs: [get, list, watch]}
  - apiGroups: ['', extensions, apps]
    resources: [pods, services, deployments, secrets, statefulsets]
    verbs: [list, watch, get, update, create, delete, patch]
`;

let scenario: Scenario;
const runs: Record<string, RunnerResult> = {};
let readerWrote: unknown[];

const run = (name: string): RunnerResult => {
  const result = runs[name];
  if (result === undefined) throw new Error(`${name} did not run`);
  return result;
};

interface Role {
  readonly rules: unknown;
}

beforeAll(async () => {
  const { cluster } = bed();
  scenario = await Scenario.make(bed(), 'roles');
  const { namespace } = scenario;
  await scenario.install('4.1.24');
  const [reader, upgrader, grantor] = await Promise.all([
    cluster.createUser(namespace, { manifests: manifest('reader') }),
    cluster.createUser(namespace, { manifests: manifest('upgrader') }),
    cluster.createUser(namespace, { manifests: `${manifest('upgrader')}\n---\n${ownRules}` }),
  ]);
  const go = async (name: string, kubeconfig: string, inputs: Record<string, string>): Promise<void> => {
    runs[name] = await scenario.run({ kubeconfig, 'target-version': '2.4.23', ...inputs });
  };

  await Promise.all([
    go('status by the reader', reader.kubeconfig, { operation: 'status', 'target-version': '' }),
    go('plan by the reader', reader.kubeconfig, { operation: 'plan' }),
    go('plan by the upgrader', upgrader.kubeconfig, { operation: 'plan' }),
    go('plan by the administrator', bed().adminKubeconfig, { operation: 'plan' }),
    go('upgrade by the reader', reader.kubeconfig, {}),
  ]);
  readerWrote = cluster
    .requestsOf(reader.name)
    .filter(({ verb, resource }) => !reads.has(verb) && !questions.has(resource));
  const digest = run('plan by the reader').outputs['plan-digest'] ?? '';
  await go('upgrade by the upgrader', upgrader.kubeconfig, { 'plan-digest': digest });

  // Somebody takes rules out of the Role by hand, so that the next upgrade has to grant them.
  const less = JSON.stringify({ rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] });
  await scenario.kubectl('patch', 'role', brokerRole, '--type=merge', `--patch=${less}`);
  const changed = { values: 'proxy: {replicas: 2}' };
  await go('upgrade that grants rules', upgrader.kubeconfig, changed);
  await go('upgrade that grants held rules', grantor.kubeconfig, changed);
}, 300_000);

describe('the reader Role', () => {
  it('is enough for status', () => {
    const result = run('status by the reader');
    expect([result.outputs.result, story(result)]).toEqual(['reported', story(result)]);
    expect(jsonFile(result, 'report-file').before?.workloads).toHaveLength(15);
  });

  it('is enough for a plan, and gives the digest that everybody gets', () => {
    const result = run('plan by the reader');
    expect([result.outputs.result, story(result)]).toEqual(['planned', story(result)]);
    for (const other of ['plan by the upgrader', 'plan by the administrator']) {
      expect([run(other).outputs['plan-digest'], story(run(other))]).toEqual([
        result.outputs['plan-digest'], story(run(other)),
      ]); // prettier-ignore
    }
  });

  it('does not upgrade: every rule that is missing is listed at once, and nothing is written', () => {
    const result = run('upgrade by the reader');
    expect([result.outputs.result, story(result)]).toEqual(['refused', story(result)]);
    expect(result.outputs.changed).toBe('false');
    expect(problemIds(result)).toEqual(['missing-permission']);
    const said = jsonFile(result, 'report-file').problems[0]?.what ?? '';
    for (const rule of [
      'create/update/delete/patch secrets',
      'watch/patch deployments.apps',
      'watch/patch statefulsets.apps',
      'list events',
      'delete jobs.batch',
    ]) {
      expect(said).toMatch(new RegExp(`[ /]${rule} in ${scenario.namespace}[,.]`));
    }
    expect(result.summary).toContain('docs/permissions.md');
    expect(readerWrote).toEqual([]);
  });
});

describe('the upgrader Role', () => {
  it('is enough to apply the plan that the reader made', () => {
    const result = run('upgrade by the upgrader');
    expect([result.outputs.result, story(result)]).toEqual(['upgraded', story(result)]);
    expect(result.outputs).toMatchObject({ revision: '2', 'chart-version': '4.2.20' });
  });

  it('does not grant what it does not hold: the rules of the Role are named, and nothing is written', () => {
    const result = run('upgrade that grants rules');
    expect([result.outputs.result, story(result)]).toEqual(['refused', story(result)]);
    expect(problemIds(result)).toEqual(['missing-permission']);
    const said = jsonFile(result, 'report-file').problems[0]?.what ?? '';
    expect(said).toContain(`get/update/create/delete/patch pods (granted by Role ${brokerRole})`);
    expect(said).toContain(
      `list/watch/get/update/create/delete/patch deployments.extensions (granted by Role ${brokerRole})`,
    );
    expect(result.outputs.changed).toBe('false');
  });

  it('is enough together with the rules of the Role that the chart makes', async () => {
    const result = run('upgrade that grants held rules');
    expect([result.outputs.result, story(result)]).toEqual(['upgraded', story(result)]);
    expect(result.outputs.revision).toBe('3');
    expect(JSON.stringify((await scenario.json<Role>(`role/${brokerRole}`)).rules)).toContain('patch');
  });
});
