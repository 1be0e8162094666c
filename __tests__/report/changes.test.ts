import { describe, expect, it } from '@jest/globals';
import type { ObjectDiff } from '../../src/plan/plan.js';
import { allChanges, mainChanges } from '../../src/report/summary/changes/index.js';
import { foldedPart, render } from './page.js';
import { plan, planned } from './reports.js';

const object = (kind: string, overrides: Partial<ObjectDiff> = {}): ObjectDiff => ({
  kind,
  name: `my-milvus-${kind.toLowerCase()}`,
  change: 'changed',
  restarts: false,
  images: [],
  fields: [],
  ...overrides,
});

const label = { path: '/metadata/labels/helm.sh~1chart', from: 'hash:aa', to: 'hash:bb' };
const hidden = { from: 'hash:0123456789ab', to: 'hash:ba9876543210' };

/** Changed fields of one ConfigMap's default.yaml. */
const config = (...fields: ObjectDiff['fields']): ObjectDiff =>
  object('ConfigMap', {
    name: 'my-milvus',
    fields: fields.map(({ path, ...change }) => ({ path: `/data/default.yaml${path}`, ...change })),
  });

describe('a diff in words', () => {
  it.each<[string, readonly ObjectDiff[], string]>([
    [
      'workloads that restart',
      [object('Deployment', { restarts: true })],
      '**Restarted:** Deployment `my-milvus-deployment`',
    ],
    [
      'workloads that come and go, and not as other objects',
      [object('Deployment', { change: 'added', name: 'a' }), object('StatefulSet', { change: 'removed', name: 'b' })],
      '**Workloads added:** Deployment `a`\n**Workloads removed:** StatefulSet `b`',
    ],
    [
      'one image on several workloads once',
      ['a', 'b'].map((name) => object('Deployment', { name, images: [{ container: name, from: 'm:1', to: 'm:2' }] })),
      '**Images:** `m:1` → `m:2` on 2 workloads',
    ],
    [
      'a new image only where nothing moves to it, and one that is gone only where nothing moves from it',
      [
        object('Deployment', { name: 'a', images: [{ container: 'a', from: 'm:1', to: 'm:2' }] }),
        object('Deployment', { name: 'b', change: 'added', images: [{ container: 'b', to: 'm:2' }] }),
        object('Deployment', { name: 'c', change: 'removed', images: [{ container: 'c', from: 'm:1' }] }),
        object('Deployment', { name: 'd', change: 'removed', images: [{ container: 'd', from: 'old:1' }] }),
      ],
      '**Images:** `m:1` → `m:2` on 1 workload\n**Images:** `old:1`, gone, on 1 workload',
    ],
    [
      'settings, those with a value that may be shown first',
      [config({ path: '/minio/secretAccessKey', ...hidden }, { path: '/log/level', from: 'info', to: 'debug' })],
      '**Configuration:** `default.yaml` in ConfigMap `my-milvus`, 2 changed: `log.level` `info` → `debug`, `minio.secretAccessKey` (changed, value not shown)',
    ],
    [
      'sections that come and go with the number of their settings',
      [config({ path: '/new', to: { a: 1, b: { c: 2 } } }, { path: '/old', from: { a: 1 } })],
      '**Configuration:** `default.yaml` in ConfigMap `my-milvus`, 1 new, 1 gone: `old` (gone, 1 setting), `new` (new, 2 settings)',
    ],
    ['a key with a slash', [config({ path: '/a~1b/c~0d', from: 1, to: 2 })], '`a/b.c~d` `1` → `2`'],
    [
      'a file that is text',
      [config({ path: '', ...hidden })],
      '**Configuration:** `default.yaml` in ConfigMap `my-milvus`: its text changes (not shown)',
    ],
    [
      'a file that is new',
      [config({ path: '', to: { a: 1, b: 2 } })],
      '`default.yaml` in ConfigMap `my-milvus`: new, 2 settings',
    ],
    [
      'a file that is gone',
      [config({ path: '', from: 'hash:ab' })],
      '`default.yaml` in ConfigMap `my-milvus`: gone, text not shown',
    ],
    [
      'replicas',
      [object('Deployment', { fields: [{ path: '/spec/replicas', from: 2, to: 3 }] })],
      '**Replicas:** `my-milvus-deployment` `2` → `3`',
    ],
    [
      'resources',
      [
        object('StatefulSet', {
          fields: [{ path: '/spec/template/spec/containers/etcd/resources/limits/memory', to: '2Gi' }],
        }),
      ],
      '**Resources:** `my-milvus-statefulset` `limits.memory` `2Gi`',
    ],
    [
      'Services',
      [object('Service', { fields: [{ path: '/spec/type', from: 'ClusterIP', to: 'LoadBalancer' }] })],
      '**Services:** Service `my-milvus-service` `type` `ClusterIP` → `LoadBalancer`',
    ],
    [
      'keys of Secrets, not their values',
      [object('Secret', { fields: [{ path: '/data/password', ...hidden }] })],
      '**Secrets:** Secret `my-milvus-secret`, 1 field',
    ],
    [
      'hooks apart from what is added',
      [object('Job', { change: 'added', hook: true })],
      '**Hooks that Helm runs:** Job `my-milvus-job`',
    ],
    [
      'parts of pod templates by number of workloads',
      ['a', 'b'].map((name) =>
        object('Deployment', {
          name,
          fields: [{ path: '/spec/template/spec/containers/x/readinessProbe/periodSeconds', from: 30, to: 10 }],
        }),
      ),
      '**Pod templates:** probes of 2 workloads',
    ],
    [
      'any other field',
      [object('PodDisruptionBudget', { fields: [{ path: '/spec/minAvailable', from: 1, to: 2 }] })],
      '**Other fields:** PodDisruptionBudget `my-milvus-poddisruptionbudget` `minAvailable` `1` → `2`',
    ],
    [
      'what stays: data by name, the rest counted',
      [
        object('StatefulSet', { name: 'etcd', restarts: true }),
        object('PersistentVolumeClaim', { name: 'minio', change: 'unchanged' }),
        object('Secret', { change: 'unchanged' }),
        object('StatefulSet', { name: 'gone', change: 'removed' }),
      ],
      '**Stays:** StatefulSet `etcd`; PersistentVolumeClaim `minio` (with their volumes); 1 other object without any change',
    ],
    [
      'bookkeeping in one line',
      [
        object('Deployment', {
          fields: [label, { path: '/spec/template/metadata/annotations/checksum~1config', ...hidden }],
        }),
        object('Service', { fields: [label, { ...label, path: '/metadata/labels/app.kubernetes.io~1version' }] }),
      ],
      '**Not listed:** 4 bookkeeping labels of 2 objects (names of the chart, checksums of what is listed)',
    ],
  ])('says %s', (_, diff, words) => {
    expect(allChanges(diff).join('\n')).toContain(words);
  });

  it('does not list a hook as an object that stays', () => {
    expect(allChanges([object('Job', { change: 'added', hook: true })])).toHaveLength(1);
  });

  it('says nothing of nothing', () => {
    expect(allChanges([])).toEqual([]);
    expect(mainChanges([object('Deployment', { fields: [label] })])).toEqual([]);
  });

  it('says each thing once', () => {
    const lines = allChanges([
      object('Deployment', { fields: [{ path: '/spec/template/spec/containers/a/image', from: 'm:1', to: 'm:2' }] }),
    ]);
    expect(lines).toEqual([]);
  });

  it('counts what is too much to list', () => {
    const fields = Array.from({ length: 304 }, (_, index) => ({ path: `/key${index}`, from: index, to: index + 1 }));
    const [line] = mainChanges([config(...fields)]);
    expect(line).toMatch(/, 304 changed: .*, and 294 more$/);
    const objects = Array.from({ length: 304 }, (_, index) =>
      object('Deployment', { name: `d${index}`, restarts: true }),
    );
    expect(allChanges(objects)[0]).toMatch(/^\*\*Restarted:\*\* Deployments `d0`, .*, and 292 more$/);
  });
});

describe('the folded diff', () => {
  it('leaves bookkeeping out, also where an object has nothing else', () => {
    const part = foldedPart(render(planned()), 'What changes in the cluster');
    expect(part).toContain('| `/data/default.yaml/log/level` | `info` | `debug` |');
    expect(part).not.toMatch(/helm\.sh|checksum~1/);
    expect(part).not.toContain('PodDisruptionBudget');
    expect(part).toContain('A text that could be a credential is shown as a salted hash');
  });

  it('is not there where nothing but bookkeeping changes', () => {
    const page = render({ ...planned(), plan: plan({ diff: [object('Service', { fields: [label] })] }) });
    expect(page).not.toContain('What changes in the cluster');
  });

  it('counts rows that are too many', () => {
    const diff = Array.from({ length: 304 }, (_, index) =>
      object('ConfigMap', {
        name: `c${index}`,
        fields: [1, 2].map((key) => ({ path: `/data/${key}`, from: 1, to: 2 })),
      }),
    );
    const part = foldedPart(render({ ...planned(), plan: plan({ diff }) }), 'What changes in the cluster: 304 changed');
    expect(part).toContain('… and 104 more.');
    expect(part).toContain('… and 108 more.');
  });
});
