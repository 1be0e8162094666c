import { known, unknown } from '../../src/milvus/knowledge.js';
import type { AutoscalerFact, OwnerFact } from '../../src/plan/facts.js';
import { workload } from '../report/reports.js';
import {
  diff,
  milvusObject,
  object,
  rendering,
  type CheckRow,
  type ContextSetup,
  type InspectionSetup,
} from './context.js';

const owned = (owner: OwnerFact['owner'], name?: string): InspectionSetup => ({
  facts: {
    owners: [
      {
        owner,
        ...(name === undefined ? {} : { name }),
        evidence: 'a-mark',
        objects: ['Deployment my-milvus-proxy', 'Deployment my-milvus-querynode', 'StatefulSet my-milvus-etcd'],
      },
    ],
  },
});

const config = (text: string) => object('ConfigMap', 'my-milvus', { data: { 'default.yaml': text } });
const mounting = { template: { spec: { volumes: [{ name: 'milvus-config', configMap: { name: 'my-milvus' } }] } } };
const coordinator = (component: string, replicas: number | undefined, text: string): ContextSetup => ({
  comparison: rendering([
    milvusObject(component, { ...(replicas === undefined ? {} : { replicas }), ...mounting }),
    config(text),
  ]),
});

const hpa = { kind: 'HorizontalPodAutoscaler', name: 'nodes', min: 1, max: 5 } as const;
const scaled = (autoscalers: readonly AutoscalerFact[]): InspectionSetup => ({
  facts: { autoscalers: { horizontal: known(autoscalers, 'x'), keda: unknown('may not') } },
});
const querynode = 'Deployment my-milvus-querynode';

const budget = (disruptionsAllowed: number, restarts: boolean): ContextSetup => ({
  inspection: {
    facts: { disruptionBudgets: known([{ name: 'keep', workloads: [querynode], disruptionsAllowed }], 'x') },
  },
  comparison: rendering([], { diff: [{ ...diff('Deployment', 'my-milvus-querynode', 'changed'), restarts }] }),
});

export const ownerRows: readonly CheckRow[] = [
  {
    id: 'operator-managed',
    speaks: { 'a Milvus resource as owner': { inspection: owned('milvus-operator', 'my-milvus') } },
    names: /the Milvus operator \(my-milvus\) by a-mark on .*and 1 more/,
    silent: {
      'another controller': { inspection: owned('flux') },
      'a wait for an unfinished rollout': { inspection: owned('milvus-operator'), situation: 'rollout-unfinished' },
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'gitops-owner',
    speaks: {
      'Argo CD': { inspection: owned('argo-cd', 'search') },
      'Flux, without a name': { inspection: owned('flux') },
    },
    names: /(Argo CD \(search\)|Flux) by a-mark on Deployment my-milvus-proxy/,
    silent: {
      'the operator': { inspection: owned('milvus-operator') },
      'a wait for an unfinished rollout': { inspection: owned('flux'), situation: 'rollout-unfinished' },
    },
    status: 'blocked',
    overridable: true,
    covered: true,
  },
  {
    id: 'coordinator-replicas',
    speaks: {
      'two of mixcoord': coordinator('mixcoord', 2, 'rootCoord: { enableActiveStandby: false }'),
      'two of a separate one, standby on for another': coordinator(
        'querycoord',
        2,
        'rootCoord: { enableActiveStandby: true }',
      ),
      'replicas left to what runs': {
        ...coordinator('mixcoord', undefined, 'log: {}'),
        inspection: {
          facts: { workloads: [workload('my-milvus-mixcoord', 'x', { component: 'mixcoord', wanted: 2 })] },
        },
      },
    },
    names: /my-milvus-(mixcoord|querycoord) \(2\)/,
    silent: {
      one: coordinator('mixcoord', 1, 'log: {}'),
      'standby of mixcoord by its first name': coordinator('mixcoord', 2, 'rootCoord: { enableActiveStandby: true }'),
      'standby of mixcoord by its own name': coordinator('mixcoord', 2, 'mixCoord: { enableActiveStandby: true }'),
      'several query nodes': coordinator('querynode', 5, 'log: {}'),
      'a configuration that cannot be read': {
        comparison: rendering([milvusObject('mixcoord', { replicas: 2, ...mounting })]),
      },
    },
    status: 'blocked',
    overridable: true,
    covered: true,
  },
  {
    id: 'autoscaler',
    speaks: {
      'one that sets what Helm writes': {
        inspection: scaled([{ ...hpa, workload: querynode }]),
        comparison: rendering([milvusObject('querynode', { replicas: 1 })]),
      },
    },
    names: /HorizontalPodAutoscaler nodes \(Deployment my-milvus-querynode, 1 to 5\)/,
    silent: {
      'a chart that leaves replicas out': {
        inspection: scaled([{ ...hpa, workload: querynode }]),
        comparison: rendering([milvusObject('querynode')]),
      },
      'autoscalers that may not be listed': {
        inspection: { facts: { autoscalers: { horizontal: unknown('x'), keda: unknown('x') } } },
        comparison: rendering([milvusObject('querynode', { replicas: 1 })]),
      },
    },
    status: 'warned',
    overridable: true,
    covered: false,
  },
  {
    id: 'disruption-budget',
    speaks: { 'one that is used up, on pods that are replaced': budget(0, true) },
    names: /keep \(Deployment my-milvus-querynode\)/,
    silent: {
      'one that allows a disruption': budget(1, true),
      'one on pods that stay': budget(0, false),
      'budgets that may not be listed': {
        ...budget(0, true),
        inspection: { facts: { disruptionBudgets: unknown('may not') } },
      },
    },
    status: 'warned',
    overridable: true,
    covered: false,
  },
];
