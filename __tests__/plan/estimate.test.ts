import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { estimateOf } from '../../src/plan/estimate.js';
import type { ObjectDiff } from '../../src/plan/plan.js';

const probe = { initialDelaySeconds: 90, periodSeconds: 10, failureThreshold: 5 };

function workload(kind: string, component: string, spec: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: `m-${component}`, namespace: 'db', labels: { 'helm.sh/chart': 'milvus-4.2.20', component } },
    spec: { template: { spec: { containers: [{ name: component, readinessProbe: probe }] } }, ...spec },
  };
}

const recreate = { strategy: { type: 'Recreate' } };
const mixcoord = workload('Deployment', 'mixcoord', recreate);
const proxy = workload('Deployment', 'proxy');
const etcd = workload('StatefulSet', 'etcd');

const diff = (object: KubeObject, more: Partial<ObjectDiff> = {}): ObjectDiff => ({
  ...{ kind: object.kind, name: object.metadata.name, change: 'changed', restarts: true, images: [], fields: [] },
  ...more,
});

describe('an estimate', () => {
  it('names what restarts, appears and disappears, workloads only, sorted', () => {
    const rows: ObjectDiff[] = [
      diff(proxy),
      diff(etcd),
      diff(mixcoord, { change: 'added', restarts: false }),
      diff(workload('Deployment', 'indexnode'), { change: 'removed', restarts: false }),
      diff({ ...proxy, kind: 'Service' }, { change: 'added', restarts: false }),
    ];
    expect(estimateOf('rendered', rows, [proxy, etcd, mixcoord])).toMatchObject({
      basis: 'rendered',
      restarts: ['Deployment m-proxy', 'StatefulSet m-etcd'],
      added: ['Deployment m-mixcoord'],
      removed: ['Deployment m-indexnode'],
    });
  });

  it('names each image change once', () => {
    const images = [{ container: 'x', from: 'milvus:1', to: 'milvus:2' }];
    const { images: named } = estimateOf('dry-run', [diff(proxy, { images }), diff(mixcoord, { images })], []);
    expect(named).toEqual([{ from: 'milvus:1', to: 'milvus:2' }]);
  });
});

describe('the expected downtime', () => {
  const of = (...changed: readonly KubeObject[]) =>
    estimateOf(
      'dry-run',
      changed.map((one) => diff(one)),
      [mixcoord, proxy, etcd],
    ).downtime;

  it('is none where nothing restarts', () => {
    expect(of()).toEqual({ fromSeconds: 0, toSeconds: 0, why: 'No pod is replaced.' });
  });

  it('is none where the new pods start before the old ones end', () => {
    expect(of(proxy)).toMatchObject({ fromSeconds: 0, toSeconds: 0 });
  });

  it('lasts from the first look at a pod that is replaced without overlap to the end of its patience', () => {
    // 90 s before the first look; 30 s to end, 90 s, and five looks 10 s apart.
    expect(of(proxy, mixcoord)).toMatchObject({ fromSeconds: 90, toSeconds: 170 });
    expect(of(mixcoord).why).toContain('m-mixcoord');
  });

  it('is longer where a dependency restarts at the same time', () => {
    expect(of(mixcoord, etcd)).toMatchObject({ fromSeconds: 90, toSeconds: 340 });
    expect(of(etcd).why).toContain('m-etcd restart');
  });

  it('counts a workload that is new: mixcoord in the place of four coordinators', () => {
    const added = estimateOf('dry-run', [diff(mixcoord, { change: 'added', restarts: false })], [mixcoord]);
    expect(added.downtime).toMatchObject({ fromSeconds: 90, toSeconds: 170 });
  });
});
