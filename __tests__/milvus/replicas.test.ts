import { describe, expect, it } from '@jest/globals';
import type { ReleaseRecord, Values } from '../../src/helm/port.js';
import { components } from '../../src/milvus/components.js';
import type { Running } from '../../src/milvus/frozen.js';
import { known, unknown, type Component } from '../../src/milvus/knowledge.js';
import { replicasPassedOn, replicasSince, type ReplicasQuestion } from '../../src/milvus/replicas.js';
import type { AutoscalerFact, Facts, WorkloadFact } from '../../src/plan/facts.js';
import { readGiven } from '../../src/values/given.js';

const workload = (component: Component, wanted: number, more: Partial<WorkloadFact> = {}): WorkloadFact => ({
  kind: 'Deployment',
  name: `rel-milvus-${component}`,
  component,
  exists: true,
  wanted,
  ready: wanted,
  updated: wanted,
  observed: true,
  completed: true,
  templateImages: [],
  runningImages: [],
  healthy: true,
  trouble: [],
  ...more,
});

const chartValues: Values = Object.fromEntries(components.map(({ valueKey }) => [valueKey, { replicas: 1 }]));

interface Setup extends Partial<Omit<ReplicasQuestion, 'running' | 'given'>> {
  readonly workloads: readonly WorkloadFact[];
  readonly stored?: Values;
  readonly given?: string;
  readonly autoscalers?: Facts['autoscalers'];
}

function passedOn({
  workloads,
  stored = {},
  given = '',
  autoscalers,
  ...rest
}: Setup): Readonly<Record<string, unknown>> {
  const facts: Partial<Facts> = {
    workloads,
    autoscalers: autoscalers ?? { horizontal: known([], ''), keda: known([], '') },
  };
  const base: Partial<ReleaseRecord> = { userValues: stored };
  const running: Running = { facts: facts as Facts, manifest: [], base: base as ReleaseRecord };
  const question: ReplicasQuestion = {
    ...{ running, chartVersion: '5.0.19', chartValues, frozen: [], ...rest },
    given: readGiven({ files: [], inline: given, set: [] }).given,
  };
  return Object.fromEntries(replicasPassedOn(question).map(({ key, value }) => [key, value]));
}

const queryNodes = workload('querynode', 5);
const { component: _none, ...dependency } = workload('querynode', 5);
const hpa = (name: string): AutoscalerFact => ({
  kind: 'HorizontalPodAutoscaler',
  ...{ name: 'h', workload: `Deployment ${name}`, min: 1, max: 9 },
});
const five = { 'queryNode.replicas': 5 };

describe('replicas that are passed on', () => {
  it.each<[string, Setup, Readonly<Record<string, number>>]>([
    ['scaled up', { workloads: [queryNodes] }, five],
    [
      'scaled down',
      { workloads: [workload('querynode', 2)], stored: { queryNode: { replicas: 4 } } },
      { 'queryNode.replicas': 2 },
    ],
    ['as the values say', { workloads: [queryNodes], stored: { queryNode: { replicas: 5 } } }, {}],
    ['as the values say, in a text', { workloads: [queryNodes], stored: { queryNode: { replicas: '5' } } }, {}],
    ['scaled up from zero in the values', { workloads: [queryNodes], stored: { queryNode: { replicas: 0 } } }, five],
    ['the value was taken away', { workloads: [queryNodes], stored: { queryNode: { replicas: null } } }, five],
    ['stopped by hand', { workloads: [workload('querynode', 0)] }, {}],
    ['all of it stopped by hand', { workloads: [workload('querynode', 0), workload('proxy', 0)] }, {}],
    [
      'one is stopped, another scaled',
      { workloads: [workload('querynode', 0), workload('proxy', 3)] },
      { 'proxy.replicas': 3 },
    ],
    ['left to others by the values', { workloads: [queryNodes], stored: { queryNode: { replicas: -1 } } }, {}],
    ["this run's own values say a number", { workloads: [queryNodes], given: 'queryNode: { replicas: 3 }' }, {}],
    ["this run's own values take the section away", { workloads: [queryNodes], given: 'queryNode: null' }, {}],
    [
      "this run's own values say something else of it",
      { workloads: [queryNodes], given: 'queryNode: { heaptrack: {} }' },
      five,
    ],
    [
      'an autoscaler sets it',
      {
        workloads: [queryNodes, workload('proxy', 2)],
        autoscalers: { horizontal: known([hpa('rel-milvus-querynode')], ''), keda: unknown('may not') },
      },
      { 'proxy.replicas': 2 },
    ],
    [
      'KEDA sets it',
      {
        workloads: [queryNodes],
        autoscalers: { horizontal: unknown('may not'), keda: known([hpa('rel-milvus-querynode')], '') },
      },
      {},
    ],
    [
      'nobody may say who sets it',
      { workloads: [queryNodes], autoscalers: { horizontal: unknown('x'), keda: unknown('x') } },
      five,
    ],
    ['in the manifest, not in the cluster', { workloads: [workload('querynode', 5, { exists: false })] }, {}],
    ['a dependency', { workloads: [dependency] }, {}],
    ['a standalone, whose replicas no chart takes from the values', { workloads: [workload('standalone', 2)] }, {}],
    [
      'two groups with the same number',
      { workloads: [queryNodes, workload('querynode', 5, { name: 'rel-milvus-querynode-rg2' })] },
      five,
    ],
    [
      'two groups with different numbers',
      { workloads: [queryNodes, workload('querynode', 2, { name: 'rel-milvus-querynode-rg2' })] },
      {},
    ],
    [
      'two groups, one at zero',
      { workloads: [queryNodes, workload('querynode', 0, { name: 'rel-milvus-querynode-rg2' })] },
      {},
    ],
    [
      'a coordinator before its chart asks the values',
      { workloads: [workload('rootcoord', 2)], chartVersion: '4.0.3' },
      {},
    ],
    [
      'a coordinator',
      { workloads: [workload('rootcoord', 2)], chartVersion: '4.0.4' },
      { 'rootCoordinator.replicas': 2 },
    ],
    ['a chart whose values do not have it', { workloads: [queryNodes], chartValues: {} }, {}],
    ['a chart whose version is none', { workloads: [queryNodes], chartVersion: 'main' }, {}],
    [
      'the component goes',
      { workloads: [workload('indexnode', 3)], frozen: [{ key: 'indexNode.enabled', value: false, from: 'route' }] },
      {},
    ],
    [
      'streaming nodes go',
      {
        workloads: [workload('streamingnode', 3)],
        frozen: [{ key: 'streaming.enabled', value: false, from: 'route' }],
      },
      {},
    ],
    [
      'the component stays',
      { workloads: [workload('indexnode', 3)], frozen: [{ key: 'indexNode.enabled', value: true, from: '' }] },
      { 'indexNode.replicas': 3 },
    ],
  ])('%s', (_, setup, values) => {
    expect(passedOn(setup)).toEqual(values);
  });

  it('says where it was read, and what the values say', () => {
    const facts = { workloads: [queryNodes], autoscalers: { horizontal: known([], ''), keda: known([], '') } };
    const base: Partial<ReleaseRecord> = { userValues: {} };
    const running = { facts: facts as unknown as Facts, manifest: [], base: base as ReleaseRecord };
    const { given } = readGiven({ files: [], inline: '', set: [] });
    expect(replicasPassedOn({ running, chartVersion: '5.0.19', chartValues, frozen: [], given })).toEqual([
      { key: 'queryNode.replicas', value: 5, from: 'Deployment rel-milvus-querynode as it runs; the values say 1' },
    ]);
  });

  it('knows every component but the standalone', () => {
    expect(components.map(({ component }) => component).filter((one) => replicasSince[one] === undefined)).toEqual([
      'standalone',
    ]);
  });
});
