import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { root, Scenario, useBed } from './harness.js';
import { beside, expectEnd, reportOf, smallCluster, standalone } from './trouble.js';

jest.setTimeout(300_000);
const bed = useBed();
const target = { 'target-version': '2.4.23' };

/** Everything of a namespace that an upgrade could have touched, by its version in the API server. */
async function written(scenario: Scenario): Promise<string> {
  const kinds = 'deployments,statefulsets,configmaps,secrets,services,serviceaccounts,persistentvolumeclaims';
  return scenario.kubectl(
    'get',
    kinds,
    '--output',
    'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.generation}{.metadata.uid}{.data}{"\\n"}{end}',
  );
}

/** Runs that must be refused, one after another on one release, and whether anything was written. */
async function refusals(scenario: Scenario, runs: Readonly<Record<string, Record<string, string>>>) {
  const before = await written(scenario);
  const results: Record<string, RunnerResult> = {};
  for (const [name, inputs] of Object.entries(runs)) results[name] = await scenario.run({ ...target, ...inputs });
  return { results, before, after: await written(scenario) };
}

const refused = (result: RunnerResult | undefined, ...ids: string[]): string => {
  if (result === undefined) throw new Error('there was no such run');
  expectEnd(result, { result: 'refused', changed: 'false', problems: ids });
  expect(result.outputs['plan-digest']).toBeUndefined();
  return reportOf(result)
    .problems.map(({ what, remedy }) => `${what} ${remedy}`)
    .join(' ');
};

const onStandalone = beside(async () => {
  const scenario = await Scenario.make(bed(), 'refused', { volumes: 4 });
  await scenario.install('4.1.24', { values: standalone });
  const etcdOutside = { etcd: { enabled: false }, externalEtcd: { enabled: true, endpoints: ['etcd.example:2379'] } };
  return refusals(scenario, {
    immutable: { values: JSON.stringify({ etcd: { persistence: { size: '20Gi' } } }) },
    disappears: { values: JSON.stringify(etcdOutside) },
    allowed: { values: JSON.stringify(etcdOutside), allow: 'statefulset-removed' },
  });
});

const onPulsar = beside(async () => {
  const scenario = await Scenario.make(bed(), 'pulsar', { volumes: 20 });
  await scenario.install('4.1.24', { values: { etcd: { replicaCount: 1 }, minio: { mode: 'standalone' } } });
  return refusals(scenario, {
    chart: { 'chart-version': '4.2.25' },
    values: { values: 'pulsar: { enabled: false }' },
  });
});

/** What other tools do to a release: scale, another image, a field taken over. */
async function touched(helm: string): Promise<Scenario> {
  const scenario = await Scenario.make(bed(), 'touched', { volumes: 4 });
  await scenario.install('4.1.24', { values: smallCluster, helm });
  await scenario.kubectl('scale', 'deployment/milvus-querynode', '--replicas=3');
  await scenario.kubectl('set', 'image', 'statefulset/milvus-etcd', 'etcd=docker.io/milvusdb/etcd:3.5.9');
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'milvus' }, spec: { type: 'LoadBalancer' } };
  const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager=network-team', '--filename=-'];
  await bed().cluster.kubectl([...apply, '--namespace', scenario.namespace], { input: JSON.stringify(service) });
  await scenario.ready();
  return scenario;
}

const serverSide = beside(async () => {
  const scenario = await touched('4.3.0');
  const refusal = await refusals(scenario, { touched: {} });
  const asItRuns = {
    queryNode: { replicas: 3 },
    etcd: { image: { tag: '3.5.9' } },
    service: { type: 'LoadBalancer' },
  };
  return { ...refusal, followed: await scenario.run({ ...target, values: JSON.stringify(asItRuns) }) };
});

const clientSide = beside(async () => {
  const scenario = await touched('3.22.0');
  return { result: await scenario.run(target), scenario };
});

const withoutRights = beside(async () => {
  const scenario = await Scenario.make(bed(), 'rights', { volumes: 4 });
  await scenario.install('4.1.24', { values: standalone });
  const roles = readFileSync(join(root, 'docs', 'roles', 'upgrader.yaml'), 'utf8');
  const manifests = roles
    .replace(
      '[services, serviceaccounts]\n    verbs: [get, create, patch, delete]',
      '[services, serviceaccounts]\n    verbs: [get, patch]',
    )
    .replace('[get, list, watch, create, patch, delete]', '[get, list, watch, create, delete]');
  const { kubeconfig } = await bed().cluster.createUser(scenario.namespace, { manifests });
  const values = JSON.stringify({ serviceAccount: { create: true }, attu: { enabled: true } });
  return { scenario, manifests, ...(await refusals(scenario, { rights: { kubeconfig, values } })) };
});

describe('an upgrade that the API server would refuse in the middle', () => {
  it('is refused before: a field of a StatefulSet that cannot change', async () => {
    const { results } = await onStandalone();
    expect(refused(results.immutable, 'immutable-field')).toContain(
      'spec.volumeClaimTemplates of StatefulSet/milvus-etcd',
    );
  });
});

describe('an upgrade that would take data away', () => {
  it('is refused: a StatefulSet that would disappear', async () => {
    const { results } = await onStandalone();
    expect(refused(results.disappears, 'endpoints-changed', 'statefulset-removed')).toContain(
      'StatefulSet milvus-etcd',
    );
  });

  it('cannot be allowed', async () => {
    const { results } = await onStandalone();
    expect(refused(results.allowed, 'invalid-inputs', 'invalid-input')).toContain('statefulset-removed');
  });

  it('is refused: a chart whose packages lost Pulsar', async () => {
    const { results } = await onPulsar();
    expect(refused(results.chart, 'chart-broken-pulsar')).toContain('4.2.25');
  });

  it('is refused: values that switch off the message queue that runs, both named', async () => {
    const { results } = await onPulsar();
    expect(refused(results.values, 'value-conflict')).toMatch(
      /values sets pulsar.enabled to false, .* pulsar.enabled to true/,
    );
  });

  it.each([
    ['standalone', onStandalone],
    ['pulsar', onPulsar],
  ] as const)('writes nothing (%s)', async (_, told) => {
    const { before, after } = await told();
    expect(after).toBe(before);
  });
});

describe('fields that another tool took over', () => {
  it('stop a server-side release by field, object and manager, before anything is written', async () => {
    const { results, before, after } = await serverSide();
    const text = refused(results.touched, 'field-owned-by-another-manager');
    // What runs is passed on, so that nobody's field changes.
    expect(text).not.toContain('.spec.replicas');
    expect(text).toMatch(/image of StatefulSet\/milvus-etcd \(kubectl-set\)/);
    expect(text).toContain('.spec.type of Service/milvus (network-team)');
    expect(after).toBe(before);
  });

  it('are left to that tool where the values say what runs, as the remedy has it', async () => {
    const { followed } = await serverSide();
    expectEnd(followed, { result: 'upgraded', changed: 'true', revision: '2' });
  });

  it('do not stop a client-side release', async () => {
    const { result } = await clientSide();
    expectEnd(result, { result: 'upgraded', changed: 'true', revision: '2' });
  });
});

describe('rights that are missing', () => {
  it('are listed all at once, for the kinds that the upgrade adds too, before anything is written', async () => {
    const { results, before, after, scenario } = await withoutRights();
    const text = refused(results.rights, 'missing-permission');
    for (const right of ['create serviceaccounts', 'create services', 'patch deployments.apps'])
      expect(text).toContain(`${right} in ${scenario.namespace}`);
    expect(text).not.toContain('statefulsets');
    expect(after).toBe(before);
  });
});

/** A policy of the cluster against the object that an upgrade would write, seen before anything is written. */
const forbiddenByPolicy = beside(async () => {
  const scenario = await Scenario.make(bed(), 'policy', { volumes: 4 });
  await scenario.install('4.1.24', { values: standalone });
  const name = `no-experiments-${scenario.namespace}`;
  const meta = (kind: string) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
  });
  const rule = {
    apiGroups: ['apps'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['deployments'],
  };
  const policy = {
    ...meta('ValidatingAdmissionPolicy'),
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': scenario.namespace } },
        resourceRules: [rule],
      },
      validations: [
        {
          expression:
            "!has(object.spec.template.metadata.annotations) || !('experiment' in object.spec.template.metadata.annotations)",
          message: 'experiments are not wanted here',
        },
      ],
    },
  };
  const binding = {
    ...meta('ValidatingAdmissionPolicyBinding'),
    spec: { policyName: name, validationActions: ['Deny'] },
  };
  const file = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [policy, binding] }));
  await scenario.kubectl('apply', '--filename', file);
  const experiment = JSON.stringify({ annotations: { experiment: 'true' } });
  // A new policy takes a moment until it is enforced.
  await scenario.kubectl('wait', '--for=create', `validatingadmissionpolicy/${name}`, '--timeout=30s');
  const tries = ['patch', 'deployment/milvus-standalone', '--dry-run=server', '--type=merge'];
  const forbidden = { spec: { template: { metadata: { annotations: { experiment: 'true' } } } } };
  for (let look = 0; look < 100; look += 1) {
    const accepted = await scenario.kubectl(...tries, `--patch=${JSON.stringify(forbidden)}`).then(
      () => true,
      () => false,
    );
    if (!accepted) break;
  }
  const found = await refusals(scenario, { denied: { values: experiment } });
  const without = await scenario.run(target);
  await bed().cluster.kubectl(['delete', '--filename', file]);
  return { ...found, without };
});

describe('a policy of the cluster', () => {
  it('against an object of the upgrade stops the run before anything is written', async () => {
    const { results, before, after } = await forbiddenByPolicy();
    expect(refused(results.denied, 'object-refused')).toContain('experiments are not wanted here');
    expect(after).toBe(before);
  });

  it('that has nothing against the objects lets the upgrade through', async () => {
    expectEnd((await forbiddenByPolicy()).without, { result: 'upgraded', changed: 'true' });
  });
});
