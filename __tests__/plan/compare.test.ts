import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { compare } from '../../src/plan/compare/compare.js';
import { changedFields } from '../../src/plan/compare/fields.js';
import { immutableChanges } from '../../src/plan/compare/immutable.js';
import { diffObjects, keyOf } from '../../src/plan/compare/objects.js';
import { fieldConflicts } from '../../src/plan/compare/ownership.js';
import { volumeChanges } from '../../src/plan/compare/volumes.js';
import { redactor } from '../../src/plan/redact.js';
import { comparisonOf, inspectionOf } from './context.js';
import { objectsOf } from './world.js';

const object = (kind: string, name: string, rest: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...rest,
});
const hide = redactor(Buffer.from('salt'));

describe('changedFields', () => {
  it.each([
    ['equal trees', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['null is absent', { a: null }, {}, []],
    ['a scalar', { a: { b: 1 } }, { a: { b: 2 } }, ['/a/b']],
    ['an added key', {}, { a: 1 }, ['/a']],
    ['named items in another order', { c: [{ name: 'x' }, { name: 'y' }] }, { c: [{ name: 'y' }, { name: 'x' }] }, []],
    ['a named item', { c: [{ name: 'x', image: '1' }] }, { c: [{ name: 'x', image: '2' }] }, ['/c/x/image']],
    ['keys with a slash', { 'a/b': 1 }, { 'a/b': 2 }, ['/a~1b']],
    ['a shorter list', { a: [1, 2] }, { a: [1] }, ['/a/1']],
    ['false is not absent', { a: false }, {}, ['/a']],
  ])('%s', (_, from, to, paths) => {
    expect(changedFields(from, to).map(({ path }) => path)).toEqual(paths);
  });
});

describe('diffObjects', () => {
  const deployment = (image: string, checksum = 'a') =>
    object('Deployment', 'm-proxy', {
      spec: {
        template: {
          metadata: { annotations: { 'checksum/config': checksum } },
          spec: { containers: [{ name: 'proxy', image }] },
        },
      },
    });

  it('tells added, removed, changed and unchanged apart', () => {
    const before = [object('Service', 'gone'), object('Service', 'same'), deployment('m:1')];
    const after = [object('Service', 'same'), object('Service', 'new'), deployment('m:2')];
    const diff = diffObjects(before, after, new Map(), hide);
    expect(diff.map(({ kind, name, change, restarts }) => [kind, name, change, restarts])).toEqual([
      ['Deployment', 'm-proxy', 'changed', true],
      ['Service', 'gone', 'removed', false],
      ['Service', 'new', 'added', false],
      ['Service', 'same', 'unchanged', false],
    ]);
    expect(diff[0]?.images).toEqual([{ container: 'proxy', from: 'm:1', to: 'm:2' }]);
  });

  it('sees an image that somebody changed by hand', () => {
    const live = new Map([[keyOf(deployment('m:1')), deployment('m:patched')]]);
    const [diff] = diffObjects([deployment('m:2')], [deployment('m:2')], live, hide);
    expect(diff).toMatchObject({ change: 'changed', restarts: true, images: [{ from: 'm:patched', to: 'm:2' }] });
  });

  it('compares configuration files key by key and shows no credential', () => {
    const config = (text: string) => object('ConfigMap', 'm', { data: { 'default.yaml': text } });
    const [diff] = diffObjects(
      [config('minio:\n  secretAccessKey: canary-old\n  port: 1\nmq:\n  type: a\nmq:\n  type: pulsar')],
      [config('minio:\n  secretAccessKey: canary-new\n  port: 2\nmq:\n  type: pulsar')],
      new Map(),
      hide,
    );
    expect(diff?.fields.map(({ path }) => path)).toEqual([
      '/data/default.yaml/minio/port',
      '/data/default.yaml/minio/secretAccessKey',
    ]);
    expect(diff?.fields[0]).toMatchObject({ from: 1, to: 2 });
    expect(JSON.stringify(diff)).not.toContain('canary');
  });

  it('shows nothing of a Secret', () => {
    const secret = (value: string) => object('Secret', 's', { type: 'Opaque', data: { image: value } });
    const diff = diffObjects([secret('canary1')], [secret('canary2')], new Map(), hide);
    expect(diff[0]?.fields).toHaveLength(1);
    expect(JSON.stringify(diff)).not.toContain('canary');
  });

  it('leaves out the labels that change with every chart', () => {
    const labelled = (chart: string) => ({
      ...object('Service', 's'),
      metadata: { name: 's', labels: { 'helm.sh/chart': chart } },
    });
    expect(diffObjects([labelled('a')], [labelled('b')], new Map(), hide)[0]?.change).toBe('unchanged');
  });
});

describe('immutableChanges', () => {
  const claims = (storage: string, extra: Record<string, unknown> = {}) =>
    object('StatefulSet', 'etcd', {
      spec: {
        serviceName: 'etcd-headless',
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
          },
        ],
        ...extra,
      },
    });
  const defaulted = claims('10Gi', {
    podManagementPolicy: 'OrderedReady',
    volumeClaimTemplates: [
      {
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', creationTimestamp: null },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '10Gi' } },
          volumeMode: 'Filesystem',
        },
        status: { phase: 'Pending' },
      },
    ],
  });

  it.each([
    ['the same with server defaults', claims('10Gi'), []],
    ['the same quantity in other units', claims('10240Mi'), []],
    ['another size', claims('20Gi'), ['spec.volumeClaimTemplates']],
    ['another service', claims('10Gi', { serviceName: 'other' }), ['spec.serviceName']],
    ['another pod management', claims('10Gi', { podManagementPolicy: 'Parallel' }), ['spec.podManagementPolicy']],
    ['no claims any more', claims('10Gi', { volumeClaimTemplates: [] }), ['spec.volumeClaimTemplates']],
    ['another label selector', claims('10Gi', { selector: { matchLabels: { a: 'b' } } }), ['spec.selector']],
  ])('%s', (_, wanted, fields) => {
    expect(immutableChanges([wanted], () => defaulted).map(({ field }) => field)).toEqual(fields);
  });

  const template = (spec: object = {}, metadata: object = {}) =>
    object('StatefulSet', 'etcd', {
      spec: {
        volumeClaimTemplates: [
          {
            metadata: { name: 'data', ...metadata },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
          },
        ],
      },
    });

  it.each([
    ['a class that is left out', template({ storageClassName: 'fast' }), template(), true],
    ['a class that is given now', template(), template({ storageClassName: 'fast' }), true],
    ['a class that was always null', template(), template({ storageClassName: null }), false],
    ['access modes that are left out', template(), template({ accessModes: undefined }), true],
    ['a block volume', template(), template({ volumeMode: 'Block' }), true],
    ['the volume mode that holds anyhow', template({ volumeMode: 'Filesystem' }), template(), false],
    ['another label', template({}, { labels: { a: 'b' } }), template({}, { labels: { a: 'c' } }), true],
    ['a label that is left out', template({}, { labels: { a: 'b' } }), template(), true],
    ['an annotation that is new', template(), template({}, { annotations: { a: 'b' } }), true],
    ['empty maps', template(), template({}, { labels: {}, annotations: {} }), false],
    ['the other name', template(), template({}, { name: 'other' }), true],
  ])('claim template with %s', (_, live, wanted, changes) => {
    expect(immutableChanges([wanted], () => live)).toHaveLength(changes ? 1 : 0);
  });

  const claim = (storage: string, spec: object = {}) =>
    object('PersistentVolumeClaim', 'minio', { spec: { resources: { requests: { storage } }, ...spec } });
  const sized = 'spec.resources.requests.storage';

  it.each([
    ['smaller than it is', claim('20Gi'), claim('10240Mi'), undefined, [sized]],
    ['larger', claim('10Gi'), claim('20Gi'), undefined, []],
    ['the same in other units', claim('10Gi'), claim('10240Mi'), undefined, []],
    ['a class by default', claim('1Gi', { storageClassName: 'default' }), claim('1Gi'), claim('1Gi'), []],
    [
      'a class that is left out',
      claim('1Gi', { storageClassName: 'fast' }),
      claim('1Gi'),
      claim('1Gi', { storageClassName: 'fast' }),
      ['spec.storageClassName'],
    ],
  ])('claim that is %s', (_, live, wanted, before, fields) => {
    const changes = immutableChanges(
      [wanted],
      () => live,
      () => before,
    );
    expect(changes.map(({ field }) => field)).toEqual(fields);
  });

  it.each([
    ['Parallel', ['spec.podManagementPolicy']],
    ['OrderedReady', []],
  ])('knows that leaving out pod management %s gives the default', (podManagementPolicy, fields) => {
    const set = object('StatefulSet', 'etcd', { spec: { podManagementPolicy } });
    const changes = immutableChanges(
      [object('StatefulSet', 'etcd', { spec: {} })],
      () => set,
      () => set,
    );
    expect(changes.map(({ field }) => field)).toEqual(fields);
  });

  it('asks nothing of an object that does not exist', () => {
    expect(immutableChanges([claims('1Gi')], () => undefined)).toEqual([]);
  });
});

describe('volumeChanges', () => {
  const claim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });
  const minio = (volumes: Record<string, object>, more: { subPath?: string; kind?: string; spec?: object } = {}) =>
    object(more.kind ?? 'Deployment', 'minio', {
      spec: {
        ...more.spec,
        template: {
          spec: {
            containers: [
              {
                name: 'minio',
                volumeMounts: Object.keys({ export: {}, ...volumes }).map((name) => ({ name, subPath: more.subPath })),
              },
            ],
            volumes: Object.entries(volumes).map(([name, source]) => ({ name, ...source })),
          },
        },
      },
    });
  const live = minio({ export: claim('minio'), config: { configMap: { name: 'a' } } });
  const own = { volumeClaimTemplates: [{ metadata: { name: 'export' } }] };

  it.each([
    ['the same claim', live, live, []],
    ['another configuration', live, minio({ export: claim('minio'), config: { configMap: { name: 'b' } } }), []],
    ['another claim', live, minio({ export: claim('b') }), ['export claim minio -> claim b']],
    ['an emptyDir', live, minio({ export: { emptyDir: {} } }), ['export claim minio -> emptyDir']],
    ['no volume', live, minio({}), ['export claim minio -> no volume']],
    ['the claim under another name', live, minio({ data: claim('minio') }), []],
    [
      'two claims that swap their places',
      minio({ a: claim('x'), b: claim('y') }),
      minio({ a: claim('y'), b: claim('x') }),
      ['a claim x -> claim y', 'b claim y -> claim x'],
    ],
    [
      'another directory of the claim',
      live,
      minio({ export: claim('minio') }, { subPath: 'new' }),
      ['export claim minio -> claim minio (subPath new)'],
    ],
    ['a claim for what was lost at each restart', minio({ export: { emptyDir: {} } }), live, []],
    [
      'an emptyDir for the claims of a StatefulSet',
      minio({}, { kind: 'StatefulSet', spec: own }),
      minio({ export: { emptyDir: {} } }, { kind: 'StatefulSet' }),
      ['export its own claim -> emptyDir'],
    ],
  ])('%s', (_, from, to, changes) => {
    expect(volumeChanges([to], () => from).map((one) => `${one.volume} ${one.from} -> ${one.to}`)).toEqual(changes);
  });

  it('names the workload, and asks nothing of a new one', () => {
    expect(volumeChanges([minio({})], () => live)).toMatchObject([{ workload: 'Deployment/minio' }]);
    expect(volumeChanges([minio({})], () => undefined)).toEqual([]);
  });
});

describe('fieldConflicts', () => {
  const live = {
    ...object('Deployment', 'm-proxy', {
      spec: { replicas: 3, template: { spec: { containers: [{ name: 'proxy', image: 'm:1' }] } } },
      status: { replicas: 3 },
    }),
    metadata: {
      name: 'm-proxy',
      managedFields: [
        { manager: 'helm', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
        { manager: 'kubectl', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
        {
          manager: 'kubectl-patch',
          fieldsV1: {
            'f:spec': {
              'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { '.': {}, 'f:image': {} } } } },
            },
          },
        },
        { manager: 'kube-controller-manager', subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } },
      ],
    },
  } satisfies KubeObject;
  const wanted = (replicas: number, image: string) =>
    object('Deployment', 'm-proxy', {
      spec: { replicas, template: { spec: { containers: [{ name: 'proxy', image }] } } },
    });

  it('names field and manager where a value would change', () => {
    expect(fieldConflicts([wanted(1, 'm:2')], () => live)).toEqual([
      { object: 'Deployment/m-proxy', field: '.spec.replicas', manager: 'kubectl' },
      {
        object: 'Deployment/m-proxy',
        field: '.spec.template.spec.containers[{"name":"proxy"}].image',
        manager: 'kubectl-patch',
      },
    ]);
  });

  it('accepts equal values, and fields that the manifest does not set', () => {
    expect(fieldConflicts([wanted(3, 'm:1')], () => live)).toEqual([]);
    expect(fieldConflicts([object('Deployment', 'm-proxy', { spec: {} })], () => live)).toEqual([]);
  });
});

describe('compare', () => {
  const compared = (manifest: readonly KubeObject[], live: readonly KubeObject[] = []) =>
    compare(
      inspectionOf({ manifest: objectsOf() }),
      { ...comparisonOf().rendered, manifest },
      new Map(live.map((one) => [keyOf(one), one])),
      hide,
    );

  it('reads what Milvus would run with from the rendered objects', () => {
    expect(compared(objectsOf({ bucket: 'other' })).identity).toMatchObject({
      mode: { value: 'cluster' },
      messageQueue: { value: 'external-kafka' },
      bucket: { value: 'other' },
    });
  });

  it('sees that the data would be looked for at another server', () => {
    const config = objectsOf().find(({ kind }) => kind === 'ConfigMap');
    const elsewhere = (text: string) =>
      objectsOf().map((one) =>
        one.kind === 'ConfigMap' ? { ...one, data: { ...(one.data as object), ...{ 'user.yaml': text } } } : one,
      );
    const inspection = { ...inspectionOf({ manifest: objectsOf() }), ...(config === undefined ? {} : { config }) };
    const endpoints = (manifest: readonly KubeObject[]) =>
      compare(inspection, { ...comparisonOf().rendered, manifest }, new Map(), hide).endpoints;
    expect(endpoints(objectsOf())).toEqual([]);
    expect(endpoints(elsewhere('etcd: { endpoints: [a:2379] }'))).toMatchObject([
      { dependency: 'etcd', setting: 'etcd.endpoints', from: { value: [] }, to: { value: ['a.milvus:2379'] } },
    ]);
  });

  it('does not take the configuration of now for a ConfigMap that the chart does not make', () => {
    const inspection = inspectionOf({ manifest: objectsOf() });
    const config = objectsOf().find(({ kind }) => kind === 'ConfigMap');
    const manifest = objectsOf().filter(({ kind }) => kind !== 'ConfigMap');
    const bucket = (live: KubeObject | undefined) =>
      compare(
        { ...inspection, ...(live === undefined ? {} : { config: live }) },
        { ...comparisonOf().rendered, manifest },
        new Map(),
        hide,
      ).identity.bucket;
    expect(bucket(config)).toMatchObject({ value: 'a-bucket' });
    expect(bucket(config === undefined ? config : { ...config, metadata: { name: 'another' } })).toMatchObject({
      known: false,
      reason: expect.stringContaining('ConfigMap rel-milvus, which the chart does not make'),
    });
  });

  it('does not take the mode as kept where no Milvus is rendered', () => {
    const rest = objectsOf().filter(({ kind }) => kind !== 'Deployment');
    expect(compared(rest).identity.mode).toEqual({
      known: false,
      reason: expect.stringContaining('no Milvus Deployment'),
    });
  });

  it('takes from the live objects, as Helm does, what is kept', () => {
    const keep = { annotations: { 'helm.sh/resource-policy': 'keep' } };
    const claim = object('PersistentVolumeClaim', 'rel-minio');
    const kept = { ...claim, metadata: { name: 'rel-minio', ...keep } };
    expect([...compared([kept], [claim]).kept]).toEqual([]);
    expect([...compared([claim], [kept]).kept]).toEqual(['PersistentVolumeClaim/rel-minio']);
  });
});

describe('hooks', () => {
  const hook = (kind: string, name: string, on: string): KubeObject => ({
    apiVersion: 'batch/v1',
    kind,
    metadata: { name, annotations: { 'helm.sh/hook': on } },
    spec: { template: { spec: { containers: [{ name: 'main', image: 'migrate:2' }] } } },
  });
  const hooks = [
    hook('Job', 'migrate', 'pre-install, pre-upgrade'),
    hook('Job', 'check', 'post-upgrade'),
    hook('Job', 'seed', 'post-install'),
    hook('Pod', 'try', 'test'),
  ];

  it('of an upgrade are in the diff, marked, with their images', () => {
    const manifest = objectsOf();
    const rendered = { ...comparisonOf().rendered, manifest, hooks };
    const { diff } = compare({ ...inspectionOf(), manifest }, rendered, new Map(), hide);
    const entry = { kind: 'Job', change: 'added', hook: true, restarts: false, fields: [] };
    expect(diff.filter(({ hook: marked }) => marked)).toEqual(
      ['check', 'migrate'].map((name) => ({ ...entry, name, images: [{ container: 'main', to: 'migrate:2' }] })),
    );
    expect(diff.filter(({ change }) => change !== 'unchanged')).toHaveLength(2);
  });
});
