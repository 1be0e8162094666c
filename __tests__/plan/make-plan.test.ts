import { describe, expect, it } from '@jest/globals';
import type { Access, KubeObject } from '../../src/cluster/port.js';
import { movedSections } from '../../src/plan/digest.js';
import { failed } from '../../src/problem.js';
import { problemOf } from '../helm/support.js';
import { liveOf, namespace, newImage, objectsOf, oldImage, planned, written, type PlanSetup } from './world.js';

/** Warnings are about the versions of these tests, not about what the tests are about. */
const statuses = (plan: { checks: readonly { id: string; status: string }[] }) =>
  Object.fromEntries(
    plan.checks
      .filter(({ status }) => status === 'blocked' || status === 'allowed')
      .map(({ id, status }) => [id, status]),
  );

const withImage = (object: KubeObject, image: string): KubeObject =>
  JSON.parse(JSON.stringify(object).replaceAll(newImage, image)) as KubeObject;

/** The target runs, healthy, with everything written. */
const arrived: PlanSetup = {
  revisions: [{ revision: 2, chart: '4.2.20', shape: { image: newImage }, userValues: written('v2.4.23') }],
  live: liveOf({ image: newImage }),
};

describe('an ordinary upgrade', () => {
  it('is one hop with the resolved chart and the image set explicitly', async () => {
    const { prepared, intents, valuesFiles, fetched } = await planned();
    const { plan, digest } = prepared;
    expect(statuses(plan)).toEqual({});
    expect(plan).toMatchObject({
      situation: 'upgrade',
      cluster: 'uid-of-db',
      sourceVersion: '2.3.11',
      targetVersion: '2.4.23',
      installed: { revision: 1, chartVersion: '4.1.24', images: [oldImage] },
    });
    expect(plan.hops).toMatchObject([
      {
        path: 'helm',
        row: '2.3-to-2.4',
        sourceVersion: '2.3.11',
        targetVersion: '2.4.23',
        chartVersion: '4.2.20',
        image: { repository: 'milvusdb/milvus', tag: 'v2.4.23' },
        changes: [],
        estimate: { basis: 'dry-run', removed: [], images: [{ from: oldImage, to: newImage }] },
        status: 'planned',
      },
    ]);
    expect(digest).toBeDefined();
    expect(fetched).toEqual(['4.2.20']);
    expect(intents).toMatchObject([{ chart: { reference: '/charts/milvus-4.2.20.tgz' }, applyMethod: 'client' }]);
    expect(valuesFiles).toEqual([written('v2.4.23', { externalKafka: { enabled: true }, kafka: { enabled: false } })]);
  });

  it('shows which workloads restart, and what the values will be', async () => {
    const { plan } = (await planned()).prepared;
    expect(plan.diff.filter(({ restarts }) => restarts).map(({ name }) => name)).toEqual([
      'rel-milvus-mixcoord',
      'rel-milvus-proxy',
      'rel-milvus-querynode',
    ]);
    expect(plan.values).toMatchObject({ image: { all: { tag: 'v2.4.23' } }, pulsar: { enabled: false } });
  });

  it('asks for rights before an upgrade, and not for a plan, which a reading role makes', async () => {
    const may = () => false;
    const upgrade = await planned({ api: { may } });
    expect(statuses(upgrade.prepared.plan)).toEqual({ 'missing-permission': 'blocked' });
    expect(upgrade.prepared.digest).toBeUndefined();
    const plan = await planned({ api: { may }, request: { operation: 'plan' } });
    expect(plan.api.asked).toEqual([]);
    expect(plan.prepared.digest).toBeDefined();
  });
});

describe('what the server says to the objects', () => {
  it('is asked before an upgrade, so that Helm need not ask for the schema again', async () => {
    const { prepared, intents, api } = await planned();
    expect(api.tried.length).toBeGreaterThan(0);
    expect([intents[0]?.validate, prepared.intent?.validate]).toEqual([false, false]);
  });

  it('is not asked by a plan, which writes nothing in any way; Helm looks at the schema then', async () => {
    const { intents, api } = await planned({ request: { operation: 'plan' } });
    expect([api.tried, intents[0]?.validate]).toEqual([[], true]);
  });

  it('blocks where it says no, and leaves the schema to Helm where it says nothing', async () => {
    const no = await planned({ api: { judge: () => ({ accepted: false, message: 'exceeded quota: few' }) } });
    expect(statuses(no.prepared.plan)).toEqual({ 'object-refused': 'blocked' });
    expect(no.prepared.plan.checks.find(({ id }) => id === 'object-refused')?.seen).toContain('exceeded quota: few');
    const nothing = await planned({ api: { judge: () => ({}) } });
    expect([statuses(nothing.prepared.plan), nothing.prepared.intent?.validate]).toEqual([{}, true]);
  });
});

describe('nothing to do', () => {
  it('calls no Helm, fetches no chart, writes no file and reads no object for a comparison', async () => {
    const { prepared, intents, fetched, valuesFiles, api } = await planned(arrived);
    expect(prepared.plan).toMatchObject({ situation: 'nothing-to-do', checks: [], diff: [] });
    expect(prepared.plan.hops[0]?.status).toBe('done');
    expect([intents, fetched, valuesFiles]).toEqual([[], [], []]);
    expect(prepared.intent).toBeUndefined();
    expect(api.requests.filter((asked) => asked.startsWith('get')).sort()).toEqual([
      'get configmaps/rel-milvus',
      'get namespaces/db',
    ]);
  });

  it('needs no repository', async () => {
    const listing = Promise.reject(failed({ id: 'repository-unreachable', what: 'x', remedy: '' }));
    expect((await planned({ ...arrived, listing })).prepared.plan.situation).toBe('nothing-to-do');
  });
});

describe('an unfinished upgrade', () => {
  it('is waited for when its revision is deployed: no dry run, no write', async () => {
    const live = liveOf({ image: newImage }, ['querynode']).map((object) =>
      object.kind === 'Pod' && object.metadata.name.includes('querynode') ? withImage(object, oldImage) : object,
    );
    const revisions = [{ revision: 1, status: 'superseded' as const }, ...(arrived.revisions ?? [])];
    const { prepared, intents } = await planned({ ...arrived, revisions, live });
    expect(prepared.plan).toMatchObject({ situation: 'rollout-unfinished', sourceVersion: '2.3.11' });
    expect([prepared.intent, intents]).toEqual([undefined, []]);
  });

  it('is applied again when its revision failed, from the image that ran before it', async () => {
    const live = liveOf({ images: { proxy: newImage, mixcoord: oldImage, querynode: oldImage } }, ['proxy']);
    const { prepared, intents } = await planned({
      revisions: [{ revision: 1 }, { revision: 2, status: 'failed', chart: '4.2.20', shape: { image: newImage } }],
      live,
    });
    expect(prepared.plan).toMatchObject({ situation: 'apply-again', sourceVersion: '2.3.11' });
    expect(statuses(prepared.plan)).toEqual({});
    expect(intents).toHaveLength(1);
  });
});

describe('a plan that cannot be', () => {
  it('is refused for values that contradict what runs, all of them at once', async () => {
    const problem = await problemOf(() =>
      planned({ values: '{ cluster: { enabled: false }, image: { all: { tag: x } } }' }),
    );
    expect(problem.ending).toBe('refused');
    expect([problem.details, ...problem.others].map(({ id }) => id)).toEqual(['value-conflict', 'value-conflict']);
  });

  it('for a downgrade has no hop, and says why', async () => {
    const { prepared, intents } = await planned({ request: { targetVersion: '2.2.0' } });
    expect(statuses(prepared.plan)).toEqual({ downgrade: 'blocked' });
    expect([prepared.plan.hops, prepared.digest, prepared.chart, intents]).toEqual([[], undefined, undefined, []]);
  });

  it('names every right that is missing where Helm may not even look', async () => {
    const wanted = ['services', 'persistentvolumeclaims'];
    const may = ({ verb, resource }: Access) => !(verb === 'get' && wanted.includes(resource));
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'rel-new', namespace } };
    const rendered = [...objectsOf({ image: newImage }), service];
    for (const operation of ['plan', 'upgrade'] as const) {
      const { prepared, templates } = await planned({ rendered, helmMay: false, api: { may }, request: { operation } });
      expect(statuses(prepared.plan)).toEqual({ 'missing-permission': 'blocked' });
      expect(prepared.plan.checks.find(({ id }) => id === 'missing-permission')?.seen).toMatch(
        /get (services|persistentvolumeclaims).*get (services|persistentvolumeclaims)/,
      );
      expect(templates).toHaveLength(1);
    }
  });

  it('fails as Helm did where no right explains it', async () => {
    const problem = await problemOf(() => planned({ helmMay: false }));
    expect([problem.ending, problem.details.id]).toEqual(['failed', 'forbidden']);
  });

  it('has no digest when a check blocks, and is whole all the same', async () => {
    const rendered = objectsOf({ image: newImage }).filter(({ kind }) => kind !== 'StatefulSet');
    const { plan, digest } = (await planned({ rendered })).prepared;
    expect(statuses(plan)).toEqual({ 'statefulset-removed': 'blocked' });
    expect(plan.diff.length).toBeGreaterThan(0);
    expect(digest).toBeUndefined();
  });

  it('ends before the dry run, which would fail, when stored objects are of a kind that is gone', async () => {
    const old = {
      apiVersion: 'policy/v1beta1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'rel-etcd', namespace },
    };
    const { prepared, intents } = await planned({ revisions: [{ revision: 1, objects: [...objectsOf(), old] }] });
    expect(statuses(prepared.plan)).toEqual({ 'removed-api': 'blocked' });
    expect(intents).toEqual([]);
  });

  it('blocks where nobody can tell on which queue and storage the release runs', async () => {
    const live = liveOf().filter(({ kind }) => kind !== 'ConfigMap');
    const { plan } = (await planned({ live })).prepared;
    expect(statuses(plan)).toEqual({ 'identity-unknown': 'blocked' });
    expect(plan.checks.find(({ id }) => id === 'identity-unknown')?.seen).toContain('rel-milvus');
  });

  it('ends with the right that is missing where a live object may not be read', async () => {
    const problem = await problemOf(() => planned({ api: { forbidden: ['configmaps'] } }));
    expect([problem.ending, problem.details.id]).toEqual(['failed', 'forbidden']);
  });
});

describe('the digest', () => {
  const digestOf = async (setup: PlanSetup = {}) => (await planned(setup)).prepared.digest;

  it.each<[string, PlanSetup]>([
    ['Helm 3', { helm: '3.22.0' }],
    ['a reading role', { request: { operation: 'plan' } }],
    ['another time-out', { request: { timeoutMs: 60_000 } }],
    ['another place of the same charts', { request: { repository: './charts' } }],
    ['the path chosen by name', { request: { path: 'helm' } }],
    ['a pod that is replaced by one with the same image', { live: [...liveOf()].reverse() }],
  ])('is the same with %s', async (_, setup) => {
    expect(await digestOf(setup)).toBe(await digestOf());
  });

  it.each<[string, PlanSetup, readonly string[]]>([
    ['another value', { values: 'proxy: { replicas: 2 }' }, ['values']],
    ['a credential that changed', { values: 'minio: { secretKey: other }' }, ['values']],
    ['a check overridden in advance', { request: { allow: ['mixed-images'] } }, ['allow']],
    ['another rendering', { rendered: objectsOf({ image: newImage, secret: 'y' }) }, ['diff of the objects']],
    ['another target', { request: { targetVersion: '2.4.22' } }, ['target', 'route (charts and images)', 'values']],
  ])('is another one with %s, which is named', async (_, setup, sections) => {
    const approved = await digestOf();
    const { plan } = (await planned(setup)).prepared;
    const moved = movedSections(approved ?? '', plan);
    expect(moved).toEqual(expect.arrayContaining([...sections]));
  });
});

describe('secrets', () => {
  it('are in no part of the plan, whatever place they stand in', async () => {
    const secretValues = {
      minio: { accessKey: 'canary', secretKey: 'canary' },
      externalS3: { host: 'canary', cloudProvider: 'canary', iamEndpoint: 'canary' },
      extraConfigFiles: { 'user.yaml': 'common: { security: { defaultRootPassword: canary } }' },
      extraEnv: [{ name: 'image', value: 'canary' }],
      proxy: { annotations: { image: 'canary' }, extraEnv: [{ name: 'PIN', value: 73557355 }] },
      custom: { tag: { token: 'canary' }, list: ['canary'], pwd: 73557355 },
      externalKafka: { enabled: true, sasl: { username: 'canary', password: 'canary' } },
    };
    const { plan } = (
      await planned({
        revisions: [{ revision: 1, shape: { secret: 'canary-old' }, userValues: secretValues }],
        live: liveOf({ secret: 'canary-old' }),
        rendered: objectsOf({ image: newImage, secret: 'canary-new' }),
        values: 'mine: { note: canary }',
      })
    ).prepared;
    const text = JSON.stringify(plan);
    expect(text).not.toMatch(/canary|73557355/);
    expect(plan.diff.find(({ kind }) => kind === 'Secret')?.fields).toHaveLength(1);
    expect(plan.diff.find(({ kind }) => kind === 'ConfigMap')?.fields).toHaveLength(3);
    expect(text).toContain('hash:');
  });
});

describe('several upgrades', () => {
  const listing = () =>
    Promise.resolve(
      Object.entries({ '4.1.24': '2.3.11', '4.2.20': '2.4.16', '4.2.58': '2.5.16', '5.0.19': '2.6.15' }).map(
        ([version, appVersion]) => ({ version, appVersion }),
      ),
    );
  const far = { targetVersion: '2.5.27', multiHop: true };
  const rendered = objectsOf({ image: 'milvusdb/milvus:v2.4.24' });

  it('are one plan with its first upgrade tried out and the later ones estimated', async () => {
    const { prepared, intents, templates } = await planned({ rendered, listing: listing(), request: far });
    const { plan, digest, target } = prepared;
    expect(statuses(plan)).toEqual({});
    expect(plan.hops.map(({ targetVersion, image, estimate }) => [targetVersion, image.tag, estimate?.basis])).toEqual([
      ['2.4.24', 'v2.4.24', 'dry-run'],
      ['2.5.27', 'v2.5.27', 'rendered'],
    ]);
    expect([target.version, plan.targetVersion, digest !== undefined]).toEqual(['2.4.24', '2.5.27', true]);
    expect(intents).toHaveLength(1);
    // The first is rendered by its dry run.
    expect(templates.map(({ chart }) => chart.reference)).toEqual(['/charts/milvus-4.2.58.tgz']);
  });

  it('are refused whole without multi-hop', async () => {
    const { prepared } = await planned({ rendered, listing: listing(), request: { ...far, multiHop: false } });
    expect(statuses(prepared.plan)).toEqual({ 'several-hops': 'blocked' });
    expect(prepared.plan.hops).toHaveLength(2);
    expect(prepared.plan.diff.length).toBeGreaterThan(0);
    expect(prepared.digest).toBeUndefined();
  });

  it('keep a tag of the input image for the last one', async () => {
    const image = { repository: 'mirror.test/milvus', tag: 'special' };
    const { plan } = (await planned({ listing: listing(), request: { ...far, image } })).prepared;
    expect(plan.hops.map((hop) => hop.image)).toEqual([{ repository: 'mirror.test/milvus', tag: 'v2.4.24' }, image]);
  });

  it('are refused before the first one where values given now contradict a later one', async () => {
    const separate = JSON.parse(JSON.stringify(objectsOf()).replaceAll('mixcoord', 'rootcoord')) as KubeObject[];
    const problem = await problemOf(() =>
      planned({
        rendered: separate,
        revisions: [{ revision: 1, objects: separate }],
        live: JSON.parse(JSON.stringify(liveOf()).replaceAll('mixcoord', 'rootcoord')) as KubeObject[],
        listing: listing(),
        request: { ...far, targetVersion: '2.6.15' },
        values: '{ mixCoordinator: { enabled: false } }',
      }),
    );
    expect([problem.ending, problem.details.id]).toEqual(['refused', 'value-conflict']);
    expect(problem.details.what).toContain('On the way, to Milvus 2.5.27');
    expect(problem.details.what).toContain('on purpose');
  });

  it('name a stop whose image cannot be told, and are whole all the same', async () => {
    const custom = 'registry.test/milvus:ours-7';
    const { prepared } = await planned({
      revisions: [{ revision: 1, shape: { image: custom } }],
      live: liveOf({ image: custom }),
      listing: listing(),
      request: {
        ...far,
        sourceVersion: '2.3.11',
        image: { repository: 'registry.test/milvus', tag: 'v2.5.27-ours' },
      },
    });
    expect(statuses(prepared.plan)).toMatchObject({ 'image-unknown': 'blocked' });
    expect(prepared.plan.hops.map(({ targetVersion }) => targetVersion)).toEqual(['2.4.24', '2.5.27']);
  });

  it('have no estimate where a later chart cannot be rendered, which is no reason against the first', async () => {
    const { prepared, notes } = await planned({ rendered, listing: listing(), request: far, templates: false });
    expect(prepared.plan.hops.map(({ estimate }) => estimate?.basis)).toEqual(['dry-run', undefined]);
    expect(prepared.digest).toBeDefined();
    expect(notes).toHaveLength(1);
  });
});
