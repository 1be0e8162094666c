import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { changedFields } from '../../src/plan/compare/fields.js';
import { immutableChanges } from '../../src/plan/compare/immutable.js';
import { diffObjects, keyOf } from '../../src/plan/compare/objects.js';
import { fieldConflicts } from '../../src/plan/compare/ownership.js';
import { redactor } from '../../src/plan/redact.js';

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

  it('asks nothing of an object that does not exist', () => {
    expect(immutableChanges([claims('1Gi')], () => undefined)).toEqual([]);
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
