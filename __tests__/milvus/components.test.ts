import { describe, expect, it } from '@jest/globals';
import { componentOf, components, topologyOf } from '../../src/milvus/components.js';
import { attu, cluster, kafka, milvus, minio, pulsar, separate } from './fixtures.js';

describe('componentOf', () => {
  it.each(components.map(({ component }) => component))('knows %s', (component) => {
    expect(componentOf(milvus({ component }))).toBe(component);
  });

  it('goes by the chart label, so that nameOverride does not matter', () => {
    const renamed = milvus({ component: 'proxy' });
    const labels = { ...renamed.metadata.labels, 'app.kubernetes.io/name': 'vectors' };
    expect(componentOf({ ...renamed, metadata: { name: 'vectors-proxy', labels } })).toBe('proxy');
  });

  it.each([
    ['Attu', attu],
    ['a Service', { ...milvus({ component: 'proxy' }), kind: 'Service' }],
    ["Pulsar's proxy", { ...(pulsar('pulsar')[1] ?? attu), kind: 'Deployment' }],
    ['another chart', { ...attu, metadata: { name: 'x', labels: { 'helm.sh/chart': 'milvus-operator-1.0.0', component: 'proxy' } } }], // prettier-ignore
    ['an object without labels', { ...attu, metadata: { name: 'x' } }],
  ])('leaves out %s', (_name, object) => {
    expect(componentOf(object)).toBeUndefined();
  });
});

describe('topologyOf', () => {
  const rest = [attu, ...kafka, ...minio('StatefulSet'), ...pulsar('pulsar')];
  it.each([
    ['separate', cluster(...separate, 'indexnode'), { mode: 'cluster', coordinators: 'separate', indexNode: true, streamingNode: false }], // prettier-ignore
    ['mixcoord', cluster('mixcoord', 'indexnode'), { mode: 'cluster', coordinators: 'mixcoord', indexNode: true, streamingNode: false }], // prettier-ignore
    ['2.6', cluster('mixcoord', 'streamingnode'), { mode: 'cluster', coordinators: 'mixcoord', indexNode: false, streamingNode: true }], // prettier-ignore
    ['mixed', cluster('mixcoord', 'rootcoord'), { mode: 'cluster', coordinators: 'mixed' }],
    ['one of four', cluster('rootcoord'), { mode: 'cluster', coordinators: 'separate' }],
    ['without coordinators', cluster(), { mode: 'cluster', coordinators: 'none' }],
    ['standalone', [milvus({ component: 'standalone' })], { mode: 'standalone', coordinators: 'none', indexNode: false, streamingNode: false }], // prettier-ignore
  ])('%s', (_name, objects, topology) => {
    expect(topologyOf([...rest, ...objects])).toMatchObject(topology);
    expect(topologyOf([...rest, ...objects])?.workloads.map(({ object }) => object)).toEqual(objects);
  });

  it('is undefined without a Milvus Deployment', () => {
    expect(topologyOf(rest)).toBeUndefined();
  });
});
