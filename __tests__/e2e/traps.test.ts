import { describe, expect, it, jest } from '@jest/globals';
import { jsonFile, standalone, useBed, type Scenario } from './harness.js';
import { caught, expectCaught, expectUntouched, found, refused, upgraded, type Installed } from './traps.js';
import { expectEnd } from './trouble.js';

/**
 * Failures of upgrades that users reported, by letter, walked into with the bundled action on a real API server:
 *
 * | trap | | where |
 * |---|---|---|
 * | A | values lost by `--reuse-values` | here |
 * | B | charts with broken packages | here with Kafka, conflicts.test.ts with Pulsar |
 * | C | switched defaults of the message queue | queues.test.ts |
 * | D | MinIO without its old backend | traps-values.test.ts |
 * | E | another etcd, members that are not ready | here; none ready: release-state.test.ts |
 * | F | images that moved away | here |
 * | G | fields of a StatefulSet that cannot change | conflicts.test.ts |
 * | H | Pulsar initialised again | here |
 * | I | a release left pending | release-state.test.ts, cancel.test.ts |
 * | J | all collections gone | here and traps-values.test.ts |
 * | K | standalone and cluster mixed up | here, refusals.test.ts the other way round |
 * | L | separate coordinators into 2.6 | traps-values.test.ts, multi-hop.test.ts up to the end |
 * | P | a second coordinator without standby | here |
 * | Q | pods that get ready late | rollout-trouble.test.ts |
 * | R | two pods on a volume for one | traps-values.test.ts |
 * | S | everything restarts at once | here |
 * | T | 2.1 without a migration | traps-old.test.ts, with the traps of old Kubernetes versions |
 *
 * M, N and O need the sessions of a Milvus that runs: no container does in the test bed.
 */
jest.setTimeout(300_000);
const bed = useBed();

const to24 = { 'target-version': '2.4.24' };
const plan = { operation: 'plan', ...to24 };
const one = { replicaCount: 1 };

const alone: Installed = {
  name: 'alone',
  chart: '4.1.24',
  values: standalone,
  traps: [
    {
      trap: 'E: the chart brings another etcd',
      inputs: plan,
      result: 'planned',
      warned: ['etcd-image-jump'],
      says: /etcd-image-jump: .*StatefulSet milvus-etcd .*3\.5\.5-r4 -> .*3\.5\.14-r1/,
    },
    {
      trap: 'E, away from it: the etcd that runs is pinned',
      inputs: { ...plan, values: 'etcd: {image: {tag: 3.5.5-r4}}' },
      result: 'planned',
    },
    {
      trap: 'J: a release name that is not there, and would be a second, empty Milvus',
      inputs: { ...to24, release: 'milvs' },
      result: 'refused',
      problems: ['release-not-found'],
    },
    {
      trap: 'J: another bucket',
      inputs: { ...to24, set: 'minio.bucketName=other' },
      result: 'refused',
      problems: ['value-conflict'],
      says: /minio\.bucketName to "other".*minio\.bucketName to "milvus-bucket"/,
    },
    {
      trap: 'J: the volume given up',
      inputs: { ...to24, set: 'standalone.persistence.enabled=false' },
      result: 'refused',
      problems: ['volume-changed'],
      warned: ['etcd-image-jump'],
      says: /volume-changed: .*milvus-standalone/,
    },
  ],
};

const initialised = 'pulsar: {initialize: null}';

const pulsar: Installed = {
  name: 'pulsar',
  chart: '4.1.24',
  values: { etcd: one, minio: { mode: 'standalone' }, pulsar: { initialize: true, zookeeper: one, bookkeeper: one } },
  traps: [
    {
      trap: 'H: pulsar.initialize is still set, and the Job of the installation would change',
      inputs: to24,
      result: 'refused',
      problems: ['immutable-field'],
      warned: ['etcd-image-jump', 'pulsar-initialize'],
      says: /immutable-field: .*spec\.template of Job\/milvus-pulsar-bookie-init.*pulsar-initialize: .*pulsar\.initialize/s,
    },
    {
      trap: 'H, away from it: as the warning says',
      inputs: { ...plan, values: initialised },
      result: 'planned',
      warned: ['etcd-image-jump'],
    },
    {
      trap: 'K: standalone asked for where a cluster runs',
      inputs: { ...to24, values: 'cluster: {enabled: false}' },
      result: 'refused',
      problems: ['value-conflict'],
      says: /cluster\.enabled to false.*cluster\.enabled to true/,
    },
    {
      trap: 'P: a second coordinator without active standby',
      inputs: { ...to24, values: `${initialised}\nrootCoordinator: {replicas: 2}` },
      result: 'refused',
      problems: ['coordinator-replicas'],
      warned: ['etcd-image-jump'],
      says: /coordinator-replicas: .*milvus-rootcoord \(2\)/,
    },
    {
      trap: 'P, away from it: with active standby',
      inputs: { ...plan, values: `${initialised}\nrootCoordinator: {replicas: 2, activeStandby: {enabled: true}}` },
      result: 'planned',
      warned: ['etcd-image-jump'],
    },
  ],
};

const legacy = { kafka: { image: { repository: 'bitnamilegacy/kafka' }, zookeeper: { image: { repository: 'bitnamilegacy/zookeeper' } } } }; // prettier-ignore

const kafka: Installed = {
  name: 'kafka',
  chart: '4.1.24',
  values: {
    etcd: { replicaCount: 3 },
    minio: { mode: 'standalone' },
    pulsar: { enabled: false },
    kafka: { enabled: true, ...one, zookeeper: one },
  },
  traps: [
    {
      trap: 'B: a chart whose package is broken for Kafka',
      inputs: { ...to24, 'chart-version': '4.2.25' },
      result: 'refused',
      problems: ['chart-broken-pulsar'],
      says: /chart-broken-pulsar: .*4\.2\.25/,
    },
    {
      trap: "F: images that left Docker Hub's bitnami",
      inputs: plan,
      result: 'planned',
      warned: ['etcd-image-jump', 'public-image-moved'],
      says: /public-image-moved: .*bitnami\/kafka:.*bitnami\/zookeeper:/,
    },
    {
      trap: 'F, away from it: from bitnamilegacy',
      inputs: { ...plan, values: JSON.stringify(legacy) },
      result: 'planned',
      warned: ['etcd-image-jump'],
    },
  ],
};

/** UIDs of the pods by workload; those of Jobs come and go. */
async function pods(scenario: Scenario): Promise<Map<string, string>> {
  const { items } = await scenario.json<{
    items: { metadata: { uid: string; ownerReferences?: { kind: string; name: string }[] } }[];
  }>('pods');
  const named = items.flatMap(({ metadata: { uid, ownerReferences = [] } }) =>
    ownerReferences
      .filter(({ kind }) => kind !== 'Job')
      .map(({ kind, name }): [string, string] =>
        kind === 'ReplicaSet' ? [`Deployment ${name.replace(/-[^-]+$/, '')}`, uid] : [`${kind} ${name}`, uid],
      ),
  );
  return new Map(named);
}

const onAlone = caught(bed, alone, async (scenario) => {
  const chart = `${bed().charts}/milvus-4.2.20.tgz`;
  const byHand = ['upgrade', 'milvus', chart, '--reuse-values', '--dry-run=server', '--namespace', scenario.namespace];
  const { stderr } = await bed().cluster.helm('3.22.0', byHand, { check: false });
  return { stderr, result: await scenario.run(to24) };
});

const onPulsar = caught(bed, pulsar, async (scenario) => {
  const inputs = { ...to24, values: initialised };
  const planned = await scenario.run({ ...plan, ...inputs });
  const before = await pods(scenario);
  const result = await scenario.run({ ...inputs, 'plan-digest': planned.outputs['plan-digest'] ?? '' });
  return { planned, before, result, after: await pods(scenario) };
});

const onKafka = caught(bed, kafka, async (scenario) => {
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'False' }));
  const patch = JSON.stringify({ status: { conditions } });
  await scenario.kubectl('patch', 'pod', 'milvus-etcd-1', '--subresource=status', '--patch', patch);
  const seen = '--for=jsonpath={.status.readyReplicas}=2';
  await scenario.kubectl('wait', 'statefulset/milvus-etcd', seen, '--timeout=60s');
  return { result: await scenario.run(to24), revisions: await scenario.revisions() };
});

describe('standalone, 2.3 to 2.4', () => {
  it.each(alone.traps)('$trap', (row) => expectCaught(onAlone, row));
  it('nothing of it is written', () => expectUntouched(onAlone));

  it('A: it gets the defaults of the new chart, which --reuse-values by hand loses', async () => {
    const { stderr, result } = (await onAlone()).end;
    expect(stderr).toMatch(/nil pointer evaluating interface \{\}\.enabled/);
    expectEnd(result, upgraded);
  });
});

describe('a cluster with Pulsar, 2.3 to 2.4', () => {
  it.each(pulsar.traps)('$trap', (row) => expectCaught(onPulsar, row));
  it('nothing of it is written', () => expectUntouched(onPulsar));

  it('S: the plan says what restarts at the same moment, and exactly that does', async () => {
    const { planned, result, before, after } = (await onPulsar()).end;
    expectEnd(result, upgraded);
    const restarts = jsonFile(planned, 'plan-file').hops[0]?.estimate?.restarts ?? [];
    const together = ['Deployment milvus-proxy', 'StatefulSet milvus-etcd', 'StatefulSet milvus-pulsar-bookie'];
    expect(restarts).toEqual(expect.arrayContaining(together));
    expect(restarts).not.toContain('Deployment milvus-minio');
    const replaced = [...before.keys()].filter((workload) => before.get(workload) !== after.get(workload));
    expect(replaced.sort()).toEqual([...restarts].sort());
    for (const workload of restarts) expect(planned.summary).toContain(`\`${workload.split(' ')[1] ?? ''}\``);
  });
});

describe('a cluster with Kafka, 2.3 to 2.4', () => {
  it.each(kafka.traps)('$trap', (row) => expectCaught(onKafka, row));
  it('nothing of it is written', () => expectUntouched(onKafka));

  it('E: one member of etcd is not ready', async () => {
    const { result, revisions } = (await onKafka()).end;
    expectEnd(result, refused('unhealthy-workloads'));
    expect(found(result)).toContain('StatefulSet milvus-etcd (2 of 3 ready)');
    expect(jsonFile(result, 'report-file').before?.etcd.members).toMatchObject({ value: { wanted: 3, ready: 2 } });
    expect(revisions).toEqual([[1, 'deployed']]);
  });
});
