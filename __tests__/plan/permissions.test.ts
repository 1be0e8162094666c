import { describe, expect, it } from '@jest/globals';
import type { Access, KubeObject, ResourceRule } from '../../src/cluster/port.js';
import { grantsOf, missingGrants, unheldRules } from '../../src/plan/grants.js';
import { missingFor, type Undertaking } from '../../src/plan/missing.js';
import { inWords, neededAccesses } from '../../src/plan/permissions.js';
import { unservedObjects } from '../../src/plan/unserved.js';
import { diff } from './context.js';
import { fakeApi } from './world.js';

const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});
const service = object('v1', 'Service', 's');
const rbac = 'rbac.authorization.k8s.io';
const { cluster } = fakeApi({ objects: [] });
const words = async (...args: Parameters<typeof neededAccesses>) => (await neededAccesses(...args)).map(inWords);

describe('what an upgrade needs', () => {
  it('always includes the release records and what the wait reads', async () => {
    expect(await words('db', [], 'client', cluster)).toEqual([
      ...['get', 'list', 'watch', 'create', 'update', 'delete'].map((verb) => `${verb} secrets in db`),
      ...['get', 'create', 'update'].map((verb) => `${verb} configmaps in db`),
      ...['get', 'list', 'watch', 'create', 'update'].map((verb) => `${verb} leases.coordination.k8s.io in db`),
      'list pods in db',
      'watch pods in db',
      'list events in db',
      ...['deployments', 'statefulsets', 'replicasets'].flatMap((plural) => [
        `list ${plural}.apps in db`,
        `watch ${plural}.apps in db`,
      ]),
    ]);
  });

  it.each([
    ['added', 'client', ['get', 'create']],
    ['added', 'server', ['get', 'create', 'patch']],
    ['removed', 'client', ['get', 'delete']],
    ['changed', 'client', ['get', 'patch']],
    ['unchanged', 'server', ['get', 'patch']],
  ] as const)('for an object that is %s (%s-side)', async (change, method, verbs) => {
    const needed = await words('db', [{ object: service, change }], method, cluster);
    expect(needed.filter((text) => text.includes('services'))).toEqual(verbs.map((verb) => `${verb} services in db`));
  });

  it('asks once for a kind, without namespace for cluster-scoped ones, and not for kinds that are not served', async () => {
    const acts = [
      service,
      object('v1', 'Service', 't'),
      object(`${rbac}/v1`, 'ClusterRole', 'c'),
      object('x/v9', 'X', 'x'),
    ];
    const needed = await words(
      'db',
      acts.map((one) => ({ object: one, change: 'added' as const })),
      'client',
      cluster,
    );
    expect(needed.filter((text) => !/secrets|pods|events|apps|configmaps|leases/.test(text))).toEqual([
      'get services in db',
      'create services in db',
      `get clusterroles.${rbac}`,
      `create clusterroles.${rbac}`,
    ]);
  });
});

const rules = [
  { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'], resourceNames: ['a'] },
];
const role = object(`${rbac}/v1`, 'Role', 'my-pulsar', { rules });
const binding = object(`${rbac}/v1`, 'RoleBinding', 'my-pulsar', {
  roleRef: { kind: 'Role', name: 'my-pulsar' },
  subjects: [{ kind: 'ServiceAccount', name: 'my-pulsar' }],
});
const held = (verbs: string[], apiGroups: string[], resources: string[], resourceNames?: string[]): ResourceRule => ({
  verbs,
  apiGroups,
  resources,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});
const grant = { by: 'Role my-pulsar', instead: 'escalate' as const, rules };
const whole = (text: string): string => `${text} (granted by Role my-pulsar)`;

describe('rules of a Role that the caller does not hold', () => {
  it.each<[string, readonly ResourceRule[], readonly string[]]>([
    [
      'nothing held',
      [],
      ['get pods', 'list pods', 'get pods/log', 'list pods/log', 'get deployments.apps named a'].map(whole),
    ],
    [
      'part of it held',
      [held(['get'], [''], ['pods', 'pods/log']), held(['get'], ['apps'], ['deployments'])],
      ['list pods', 'list pods/log'].map(whole),
    ],
    ['wildcards', [held(['*'], ['*'], ['*'])], []],
    [
      'a wildcard for a subresource',
      [held(['*'], [''], ['pods', '*/log']), held(['get'], ['apps'], ['deployments'], ['a', 'b'])],
      [],
    ],
    [
      'rules for named objects only',
      [held(['*'], [''], ['*'], ['one']), held(['get'], ['apps'], ['deployments'], ['b'])],
      ['get pods', 'list pods', 'get pods/log', 'list pods/log', 'get deployments.apps named a'].map(whole),
    ],
    [
      'the verbs in another group',
      [held(['*'], ['batch'], ['*']), held(['*'], [''], ['*'])],
      [whole('get deployments.apps named a')],
    ],
  ])('%s', (_, rulesHeld, missing) => {
    expect(unheldRules(grant, rulesHeld)).toEqual(missing);
  });
});

describe('what an upgrade grants', () => {
  const find =
    (...live: KubeObject[]) =>
    (wanted: KubeObject) =>
      live.find(({ kind, metadata }) => kind === wanted.kind && metadata.name === wanted.metadata.name);

  it.each<[string, readonly KubeObject[], readonly string[]]>([
    ['new objects', [], ['Role my-pulsar', 'RoleBinding my-pulsar']],
    ['unchanged objects', [role, binding], []],
    ['a changed Role', [{ ...role, rules: [] }, binding], ['Role my-pulsar']],
    ['changed labels alone', [{ ...role, metadata: { name: 'my-pulsar', labels: { a: 'b' } } }, binding], []],
    ['other subjects', [role, { ...binding, subjects: [] }], ['RoleBinding my-pulsar']],
  ])('%s', (_, live, by) => {
    expect(grantsOf([role, binding, service], find(...live)).map((one) => one.by)).toEqual(by);
  });

  it.each<[string, (access: Access) => boolean, readonly string[]]>([
    ['may escalate and bind', () => true, []],
    ['may escalate only', ({ verb }) => verb === 'escalate', ['RoleBinding']],
    ['may do neither', () => false, ['Role', 'RoleBinding']],
  ])('a caller who %s', async (_, may, kinds) => {
    const api = fakeApi({ objects: [], may });
    const missing = await missingGrants(
      api.cluster,
      'db',
      grantsOf([role, binding], () => undefined),
    );
    expect([...new Set(missing.map((text) => /granted by (\w+)/.exec(text)?.[1]))]).toEqual(kinds);
    expect(api.asked).toEqual(
      ['escalate', 'bind'].map((verb) => ({ verb, group: rbac, resource: 'roles', namespace: 'db' })),
    );
  });

  it('asks nothing when nothing is granted', async () => {
    const api = fakeApi({ objects: [] });
    expect(await missingGrants(api.cluster, 'db', [])).toEqual([]);
    expect(api.asked).toEqual([]);
  });
});

describe('missingFor', () => {
  const undertaking: Undertaking = {
    namespace: 'db',
    before: [service],
    after: [role],
    hooks: [],
    diff: [diff('Service', 's', 'removed'), diff('Role', 'my-pulsar', 'added')],
    live: new Map(),
    method: 'client',
  };

  it('gives verbs and rules at once', async () => {
    const missing = await missingFor(
      fakeApi({ objects: [], may: ({ resource, verb }) => resource !== 'services' && verb !== 'escalate' }).cluster,
      undertaking,
    );
    expect(missing.accesses.map(inWords)).toEqual(['get services in db', 'delete services in db']);
    expect(missing.rules).toHaveLength(5);
  });

  it('asks for what hooks need, and for what they grant', async () => {
    const job = object('batch/v1', 'Job', 'migrate');
    const api = fakeApi({ objects: [], may: ({ resource, verb }) => resource !== 'jobs' && verb !== 'escalate' });
    const undertaken = { ...undertaking, before: [], after: [], diff: [], hooks: [job, role] };
    const missing = await missingFor(api.cluster, undertaken);
    expect(missing.accesses.map(inWords)).toEqual(
      ['get', 'create', 'delete', 'list', 'watch'].map((verb) => `${verb} jobs.batch in db`),
    );
    expect(missing.rules).toHaveLength(5);
  });

  it('is empty for somebody who may everything', async () => {
    expect(await missingFor(fakeApi({ objects: [] }).cluster, undertaking)).toEqual({ accesses: [], rules: [] });
  });
});

describe('unservedObjects', () => {
  it('gives the objects whose kind and version the server does not serve', async () => {
    const old = object('policy/v1beta1', 'PodDisruptionBudget', 'p');
    const monitor = object('monitoring.coreos.com/v1', 'ServiceMonitor', 'm');
    expect(await unservedObjects(cluster, [service, old, monitor])).toEqual([old, monitor]);
  });
});
