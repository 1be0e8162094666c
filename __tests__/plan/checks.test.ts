import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { known, unknown, type Known } from '../../src/milvus/knowledge.js';
import { checks, isCovered, runChecks } from '../../src/plan/checks/table.js';
import { names } from '../../src/plan/checks/check.js';
import { clusterComponents, facts, workload } from '../report/reports.js';
import {
  comparisonOf,
  contextOf,
  diff,
  milvusObject,
  newImage,
  object,
  outcome,
  type CheckRow,
  type ContextSetup,
} from './context.js';
import { imageRows } from './rows-images.js';
import { ownerRows } from './rows-owners.js';
import { rolloutRows } from './rows-rollout.js';
import { valueRows } from './rows-values.js';
import { helmVersion } from './world.js';

const identity = comparisonOf().identity;
const ill = facts('2.3.11', 4, '4.1.24').workloads.map((one, i) =>
  i === 0 ? { ...one, healthy: false, ready: 0, trouble: ['x'] } : one,
);
const mixed = clusterComponents.map((component, i) => ({
  component,
  workload: component,
  images: [i === 0 ? newImage : 'milvusdb/milvus:v2.3.11'],
  version: unknown('x'),
}));
const milvusDeployment = (image: string): KubeObject => ({
  ...object('Deployment', 'my-milvus-proxy', { spec: { template: { spec: { containers: [{ name: 'p', image }] } } } }),
  metadata: { name: 'my-milvus-proxy', labels: { 'helm.sh/chart': 'milvus-4.2.20', component: 'proxy' } },
});
const rendered = (manifest: readonly KubeObject[]) =>
  comparisonOf({ rendered: { ...comparisonOf().rendered, manifest } });
const changed = (...all: ReturnType<typeof diff>[]) => ({ comparison: comparisonOf({ diff: all }) });
const would = (change: Partial<typeof identity>): ContextSetup => ({
  comparison: comparisonOf({ identity: { ...identity, ...change } }),
});
const configured = (text: string) =>
  rendered([
    milvusObject('proxy', {
      template: { spec: { volumes: [{ name: 'milvus-config', configMap: { name: 'my-milvus' } }] } },
    }),
    object('ConfigMap', 'my-milvus', { data: { 'default.yaml': text } }),
  ]);
const scaled = (manifest: number, live: number, next?: number): ContextSetup => ({
  inspection: {
    facts: { workloads: [workload('my-milvus-proxy', 'x', { component: 'proxy', wanted: live })] },
    manifest: [object('Deployment', 'my-milvus-proxy', { spec: { replicas: manifest } })],
  },
  comparison: rendered([
    object('Deployment', 'my-milvus-proxy', { spec: next === undefined ? {} : { replicas: next } }),
  ]),
});

/** A proxy and a query node at zero, by the values of the revision before, too. */
const atZero = (proxy: number, next: number, other = 0): ContextSetup => ({
  inspection: {
    facts: {
      workloads: [
        workload('my-milvus-proxy', 'x', { component: 'proxy', wanted: proxy }),
        workload('my-milvus-querynode', 'x', { component: 'querynode', wanted: other }),
      ],
    },
    manifest: [milvusObject('proxy', { replicas: proxy }), milvusObject('querynode', { replicas: other })],
  },
  comparison: rendered([milvusObject('proxy', { replicas: next }), milvusObject('querynode', { replicas: other })]),
});

const shrunk = (kind: 'Deployment' | 'StatefulSet', name: string, from: number, to?: number, spec: object = {}) =>
  ({
    inspection: {
      facts: { workloads: [{ ...workload(name, 'x', { wanted: from }), kind, component: undefined }] },
      manifest: [object(kind, name, { spec: { replicas: from } })],
    },
    comparison: rendered([object(kind, name, { spec: { ...(to === undefined ? {} : { replicas: to }), ...spec } })]),
  }) satisfies ContextSetup;
const onClaim = { template: { spec: { volumes: [{ name: 'export', persistentVolumeClaim: { claimName: 'a' } }] } } };
const other = (kind: string, name: string, from: string, to: string) =>
  changed({ ...diff(kind, name, 'changed'), images: [{ container: 'c', from, to }] });
const moved = (from: readonly string[], to: Known<readonly string[]>) =>
  ({
    comparison: comparisonOf({
      endpoints: [{ dependency: 'etcd', setting: 'etcd.endpoints', from: known(from, 'x'), to }],
    }),
  }) satisfies ContextSetup;

const rows: readonly CheckRow[] = [
  ...ownerRows,
  ...valueRows,
  ...imageRows,
  ...rolloutRows,
  {
    id: 'failed-revision',
    speaks: { 'a failed revision for something else': { inspection: { record: { status: 'failed' } } } },
    names: /Revision 4 .*4\.1\.24.*v2\.3\.11.*v2\.4\.23/,
    silent: {
      'one that is applied again': { inspection: { record: { status: 'failed' } }, situation: 'apply-again' },
    },
    status: 'blocked',
    overridable: true,
    covered: true,
  },
  {
    id: 'mixed-images',
    speaks: { 'two images': { inspection: { facts: { components: mixed } } } },
    names: /v2\.4\.23, milvusdb\/milvus:v2\.3\.11/,
    silent: {
      'an unfinished rollout': { inspection: { facts: { components: mixed } }, situation: 'rollout-unfinished' },
    },
    status: 'blocked',
    overridable: true,
    covered: false,
  },
  {
    id: 'unhealthy-workloads',
    speaks: { 'a workload that is not ready': { inspection: { facts: { workloads: ill } } } },
    names: /Deployment my-milvus-proxy \(0 of 1 ready\)/,
    silent: { 'an upgrade applied again': { inspection: { facts: { workloads: ill } }, situation: 'apply-again' } },
    status: 'blocked',
    overridable: true,
    covered: false,
  },
  {
    id: 'scaled-to-zero',
    speaks: { 'a workload stopped by hand': scaled(1, 0, 1), 'all of Milvus stopped by its values': atZero(0, 0) },
    names: /Deployment my-milvus-proxy|Every workload of Milvus is at zero/,
    silent: {
      'a workload that the release itself wants at zero': scaled(0, 0, 0),
      'fewer pods': scaled(3, 1, 3),
      'values that start what values stopped': atZero(0, 1),
      'a component at zero beside one that runs': atZero(0, 0, 1),
    },
    status: 'blocked',
    overridable: true,
    covered: false,
  },
  {
    id: 'identity-unknown',
    speaks: {
      'an unknown root path, which no chart of 4.x has a key for': {
        inspection: { facts: { rootPath: unknown('it is a secret') } },
      },
      'an unknown queue': { inspection: { facts: { messageQueue: unknown('it is a secret') } } },
      'an unknown metastore': { inspection: { facts: { metastore: unknown('it is a secret') } } },
      'a frozen key': { unreadable: [{ key: 'pulsar.enabled', reason: 'it is a secret' }] },
    },
    names: /(root path|message queue|metastore|pulsar\.enabled) \(it is a secret\)/,
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'record-size',
    speaks: { 'a large record': { inspection: { record: { storedBytes: 1_000_000 } } } },
    names: /revision 4 has 1000000 bytes/,
    status: 'warned',
    overridable: true,
    covered: false,
  },
  {
    id: 'helm-apply-method',
    speaks: {
      'Helm 3 on a server-side release': {
        inspection: { release: { applyMethod: 'server' } },
        helm: helmVersion('3.22.0'),
      },
    },
    names: /Helm 3\.22\.0/,
    silent: {
      'Helm 4 on it': { inspection: { release: { applyMethod: 'server' } } },
      'Helm 3 on a client-side release': { helm: helmVersion('3.22.0') },
    },
    status: 'blocked',
    overridable: false,
    covered: false,
  },
  {
    id: 'helm-kubernetes-skew',
    speaks: {
      'an older server': { inspection: { facts: { kubernetes: 'v1.28.3' } } },
      'a newer server': { inspection: { facts: { kubernetes: 'v1.40.0-gke.1' } } },
    },
    names: /Helm 4\.3\.0 supports Kubernetes 1\.34 to 1\.37; the server is v1\./,
    silent: {
      'a Helm that is not in the table': { helm: helmVersion('4.9.0') },
      'the oldest that is supported': { inspection: { facts: { kubernetes: 'v1.34.0+k3s1' } } },
    },
    status: 'warned',
    overridable: true,
    covered: false,
  },
  {
    id: 'removed-api',
    speaks: { 'a kind that is gone': { unserved: [object('PodDisruptionBudget', 'my-milvus-etcd')] } },
    names: /v1\.36\.4 .*PodDisruptionBudget my-milvus-etcd \(v1\)/,
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'stored-image-tag',
    speaks: {
      'a stored tag': { storedValues: { image: { all: { tag: 'v2.2.9' } } } },
      'a stored section instead of a tag': { storedValues: { image: { all: { tag: { secret: 'canary' } } } } },
    },
    names: /(v2\.2\.9|no tag); this run writes v2\.4\.23/,
    silent: {
      'the target': { storedValues: { image: { all: { tag: 'v2.4.23' } } } },
      'what runs': { storedValues: { image: { all: { tag: 'v2.3.11' } } } },
      'a tag taken away': { storedValues: { image: { all: { tag: null } } } },
    },
    status: 'warned',
    overridable: true,
    covered: false,
  },
  {
    id: 'replicas-reset',
    speaks: {
      'replicas set by hand': scaled(1, 3, 1),
      'replicas that were taken out of the values': scaled(3, 3),
    },
    names: /my-milvus-proxy 3 -> 1/,
    silent: {
      'replicas that this run changes': scaled(1, 1, 2),
      'one pod, of which one remains': scaled(1, 1),
      'replicas set by hand and passed on': scaled(1, 3, 3),
    },
    status: 'warned',
    overridable: true,
    covered: false,
  },
  {
    id: 'target-image-not-rendered',
    speaks: { 'another image': { comparison: rendered([milvusDeployment('milvusdb/milvus:v2.4.1')]) } },
    names: /milvusdb\/milvus:v2\.4\.23 to my-milvus-proxy/,
    silent: {
      'the target image': { comparison: rendered([milvusDeployment(newImage)]) },
      'images of dependencies': { comparison: rendered([object('Deployment', 'my-milvus-minio')]) },
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'message-queue-changed',
    speaks: {
      'another queue': would({ messageQueue: known('pulsar3', 'x') }),
      'a queue that cannot be told': would({ messageQueue: unknown('it is not named') }),
    },
    names: /message queue pulsar2; .*(pulsar3|it is not named)/,
    silent: { 'a plan that did not get to the dry run': { comparison: undefined } },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'mode-changed',
    speaks: {
      standalone: would({ mode: known('standalone', 'x') }),
      'a rendering without Milvus': would({ mode: unknown('no Milvus Deployment') }),
    },
    names: /mode cluster; .*(standalone|no Milvus Deployment)/,
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'metastore-changed',
    speaks: {
      'a chart that knows no MySQL': {
        inspection: { facts: { metastore: known('mysql', 'x') } },
        comparison: configured('metastore: { type: etcd }'),
      },
      'a metastore that cannot be read': { comparison: configured('metastore: { type: odd }') },
    },
    names: /metastore (mysql; this upgrade would give it etcd|etcd; what this upgrade would give it cannot be told)/,
    silent: {
      'the same': { comparison: configured('metastore: { type: etcd }') },
      'a configuration that names none': { comparison: configured('log: {}') },
      'a configuration that the chart does not make': { inspection: { facts: { metastore: known('mysql', 'x') } } },
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'root-path-changed',
    speaks: { 'another root path': would({ rootPath: known('other', 'x') }) },
    names: /root path by-dev; .*other/,
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'bucket-changed',
    speaks: {
      'another bucket': would({ bucket: known('other', 'x') }),
      'another prefix': would({ bucketRootPath: known('', 'x') }),
    },
    names: /(bucket milvus-bucket; .*other|prefix in the bucket files; .*an empty one)/,
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'volume-changed',
    speaks: {
      'another claim': {
        comparison: comparisonOf({
          volumes: [{ workload: 'Deployment/my-minio', volume: 'export', from: 'claim my-minio', to: 'claim b' }],
        }),
      },
    },
    names: /export of Deployment\/my-minio claim my-minio -> claim b/,
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'endpoints-changed',
    speaks: {
      'another server': moved(['StatefulSet/my-etcd'], known(['etcd-a.db:2379', 'etcd-b.db:2379'], 'x')),
      'none any more': moved(['StatefulSet/my-etcd'], known([], 'x')),
      'one that cannot be told': moved(['StatefulSet/my-etcd'], unknown('it is a secret')),
    },
    names:
      /etcd StatefulSet\/my-etcd -> (etcd-a\.db:2379, etcd-b\.db:2379|Milvus's default|unknown \(it is a secret\))/,
    silent: { 'a plan that did not get to the dry run': { comparison: undefined } },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'dependency-scaled-to-zero',
    speaks: {
      'a StatefulSet': shrunk('StatefulSet', 'my-etcd', 3, 0),
      'a Deployment on a claim': shrunk('Deployment', 'my-minio', 1, 0, onClaim),
    },
    names: /(StatefulSet my-etcd 3|Deployment my-minio 1) -> 0/,
    silent: {
      'one that runs on with less': shrunk('StatefulSet', 'my-etcd', 3, 1),
      'one that is stopped already': shrunk('StatefulSet', 'my-etcd', 0, 0),
      'a Deployment without a claim': shrunk('Deployment', 'my-attu', 1, 0),
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'dependency-shrinks',
    speaks: {
      'fewer members': shrunk('StatefulSet', 'my-etcd', 3, 1),
      'replicas that are left out': shrunk('StatefulSet', 'my-etcd', 3),
    },
    names: /StatefulSet my-etcd 3 -> 1/,
    silent: {
      'more members': shrunk('StatefulSet', 'my-etcd', 1, 3),
      'none at all, which is another check': shrunk('StatefulSet', 'my-etcd', 3, 0),
      'a component of Milvus': scaled(3, 3, 1),
      'replicas that the release never set': {
        ...shrunk('StatefulSet', 'my-broker', 5),
        inspection: {
          facts: {
            workloads: [
              { ...workload('my-broker', 'x', { wanted: 5 }), kind: 'StatefulSet' as const, component: undefined },
            ],
          },
        },
      },
    },
    status: 'blocked',
    overridable: true,
    covered: true,
  },
  {
    id: 'dependency-image-older',
    speaks: {
      'an older etcd': other('StatefulSet', 'my-etcd', 'milvusdb/etcd:3.5.18-r1', 'milvusdb/etcd:3.5.5-r2'),
      'an older MinIO': other(
        'Deployment',
        'my-minio',
        'mirror:5000/minio/minio:RELEASE.2024-05-28T17-19-04Z',
        'minio/minio:RELEASE.2023-03-20T20-16-18Z',
      ),
    },
    names: /(my-etcd .*3\.5\.18-r1 -> .*3\.5\.5-r2|my-minio .*2024-05-28T17-19-04Z -> .*2023-03-20T20-16-18Z)/,
    silent: {
      'a newer etcd': other('StatefulSet', 'my-etcd', 'milvusdb/etcd:3.5.5-r2', 'milvusdb/etcd:3.5.18-r1'),
      'an image that is not there yet': changed({
        ...diff('StatefulSet', 'my-etcd', 'added'),
        images: [{ container: 'etcd', to: 'milvusdb/etcd:3.5.5-r2' }],
      }),
      'a tag that tells no version': other('StatefulSet', 'my-etcd', 'milvusdb/etcd:3.5.18-r1', 'my/etcd:stable'),
    },
    status: 'blocked',
    overridable: true,
    covered: true,
  },
  {
    id: 'statefulset-removed',
    speaks: { 'one that is gone': changed(diff('StatefulSet', 'my-milvus-etcd', 'removed')) },
    names: /StatefulSet my-milvus-etcd/,
    silent: {
      'one that changes': changed(diff('StatefulSet', 'my-milvus-etcd', 'changed')),
      'a Deployment that goes': changed(diff('Deployment', 'my-milvus-indexcoord', 'removed')),
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'volume-removed',
    speaks: {
      'a claim': changed(diff('PersistentVolumeClaim', 'my-milvus-minio', 'removed')),
      'a claim beside a kept object of the same name': {
        comparison: comparisonOf({
          diff: [diff('PersistentVolumeClaim', 'my-milvus-minio', 'removed')],
          kept: new Set(['Secret/my-milvus-minio']),
        }),
      },
    },
    names: /PersistentVolumeClaim my-milvus-minio/,
    silent: {
      'a claim that Helm keeps': {
        comparison: comparisonOf({
          diff: [diff('PersistentVolumeClaim', 'my-milvus-minio', 'removed')],
          kept: new Set(['PersistentVolumeClaim/my-milvus-minio']),
        }),
      },
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'message-queue-added',
    speaks: { 'a new Pulsar': changed(diff('StatefulSet', 'my-milvus-pulsarv3-bookie', 'added')) },
    names: /my-milvus-pulsarv3-bookie/,
    silent: {
      'another StatefulSet': changed(diff('StatefulSet', 'my-milvus-etcd', 'added')),
      'one of a release that is called so': {
        inspection: { release: { name: 'kafka-search' } },
        ...changed(diff('StatefulSet', 'kafka-search-etcd', 'added')),
      },
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'immutable-field',
    speaks: {
      'a claim template': {
        comparison: comparisonOf({
          immutable: [{ object: 'StatefulSet/my-etcd', field: 'spec.volumeClaimTemplates' }],
        }),
      },
    },
    names: /spec\.volumeClaimTemplates of StatefulSet\/my-etcd/,
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'field-owned-by-another-manager',
    speaks: {
      'a server-side release': {
        inspection: { release: { applyMethod: 'server' } },
        comparison: comparisonOf({
          conflicts: [{ object: 'Deployment/p', field: '.spec.replicas', manager: 'kubectl' }],
        }),
      },
    },
    names: /\.spec\.replicas of Deployment\/p \(kubectl\)/,
    silent: {
      'a client-side release': {
        comparison: comparisonOf({
          conflicts: [{ object: 'Deployment/p', field: '.spec.replicas', manager: 'kubectl' }],
        }),
      },
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'dependency-image-pinned',
    speaks: { 'a stored tag': { storedValues: { etcd: { image: { tag: '3.5.0' } } } } },
    names: /image of etcd/,
    silent: { 'a tag taken away': { storedValues: { etcd: { image: { tag: null } } } } },
    status: 'warned',
    overridable: true,
    covered: true,
  },
  {
    id: 'object-refused',
    speaks: {
      'an object that the server would not take': {
        refusedObjects: [{ object: 'Deployment my-milvus-proxy', message: 'exceeded quota: few' }],
      },
    },
    names: /Deployment my-milvus-proxy \(exceeded quota: few\)/,
    silent: { 'a plan, which asks for nothing': {}, 'a server that takes all': { refusedObjects: [] } },
    status: 'blocked',
    overridable: true,
    covered: false,
  },
  {
    id: 'missing-permission',
    speaks: {
      'a verb': { missing: [{ verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'db' }] },
      'a rule of a Role': { missingRules: ['patch deployments.apps in db (granted by Role x)'] },
      'several verbs on one resource': {
        missing: ['create', 'patch'].map((verb) => ({ verb, group: 'apps', resource: 'deployments', namespace: 'db' })),
        missingRules: ['get pods (granted by Role x)'],
      },
    },
    names: /: (?:create\/)?patch deployments\.apps in db(?:, get pods)?/,
    silent: { 'a plan, which asks for nothing': { missing: undefined, missingRules: undefined } },
    status: 'blocked',
    overridable: false,
    covered: false,
  },
];

describe.each([...rows])('$id', ({ id, speaks, names: says, silent = {}, status, overridable, covered }) => {
  it.each(Object.entries({ 'an ordinary upgrade': {}, ...silent }))('is silent with %s', (_, setup) => {
    // A check that was not asked is not there at all.
    const found = runChecks(contextOf(setup), []).find((check) => check.id === id);
    expect([found?.status ?? 'passed', found?.seen ?? '']).toEqual(['passed', '']);
  });

  it.each(Object.entries(speaks))('speaks with %s', (_, setup) => {
    const result = outcome(id, contextOf(setup));
    expect(result.status).toBe(status);
    expect(result.seen).toMatch(says);
    expect(result.seen).not.toContain('canary');
    expect(result.seen).toMatch(/^[A-Z].*\.$/);
    expect(result.remedy).toMatch(/^[A-Z].*\.$/);
  });

  it(`${overridable && status === 'blocked' ? 'can' : 'cannot'} be overridden`, () => {
    const context = contextOf(Object.values(speaks)[0]);
    const allowed = status === 'warned' ? 'warned' : overridable ? 'allowed' : 'blocked';
    expect(outcome(id, context, [id])).toMatchObject({ status: allowed, overridable });
    expect(outcome(id, context, ['another-check']).status).toBe(status);
  });

  it(`${covered ? 'belongs' : 'does not belong'} to what is approved`, () => {
    expect(isCovered(id)).toBe(covered);
  });
});

describe('the table of checks', () => {
  it('has every check in this test, each once', () => {
    const ids = checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(rows.map(({ id }) => id).sort());
  });

  it.each(checks.map(({ id, why, source }) => [id, why, source]))(
    'says why and where %s comes from',
    (_, why, source) => {
      expect(why).toMatch(/^[A-Z].*\.$/);
      expect(source).toMatch(
        /^https:\/\/(milvus\.io|helm\.sh|kubernetes\.io|github\.com|docs\.github\.com|argo-cd\.readthedocs\.io)\//,
      );
    },
  );

  it('runs all of them: one that blocks stops no other', () => {
    const results = runChecks(
      contextOf({
        ...changed(diff('StatefulSet', 'a', 'removed'), diff('PersistentVolumeClaim', 'b', 'removed')),
        inspection: { record: { storedBytes: 1_000_000 } },
      }),
      [],
    );
    expect(results.filter(({ status }) => status !== 'passed').map(({ id }) => id)).toEqual([
      'record-size',
      'statefulset-removed',
      'volume-removed',
    ]);
  });

  it('says one reason once, with everything that it hides', () => {
    const reason = 'the credentials may not read ConfigMap m';
    const seen = outcome(
      'identity-unknown',
      contextOf({
        inspection: { facts: { rootPath: unknown(reason), bucket: unknown(reason) } },
        unreadable: [{ key: 'minio.bucketName', reason }],
      }),
    ).seen;
    expect(seen).toBe(`What runs is not known for: root path, bucket, minio.bucketName (${reason}).`);
  });
});

describe('names', () => {
  it.each([
    [['a'], 2, 'a'],
    [['a', 'b'], 2, 'a, b'],
    [['a', 'b', 'c'], 2, 'a, b and 1 more'],
  ])('%j, at most %d', (all, most, text) => {
    expect(names(all, most)).toBe(text);
  });
});

describe('checks that were not asked', () => {
  const idsOf = (setup: Parameters<typeof contextOf>[0]) => runChecks(contextOf(setup), []).map(({ id }) => id);

  it('are not among those that passed', () => {
    const early = idsOf({ comparison: undefined, missing: undefined, refusedObjects: undefined });
    for (const id of [
      'statefulset-removed',
      'immutable-field',
      'bucket-changed',
      'missing-permission',
      'object-refused',
    ]) {
      expect(early).not.toContain(id);
    }
    expect(early).toContain('unhealthy-workloads');
  });

  it('are all there where everything was looked at', () => {
    expect(idsOf({ missing: [], refusedObjects: [] })).toEqual(checks.map(({ id }) => id));
  });
});
