import { known, unknown } from '../../src/milvus/knowledge.js';
import type { Facts } from '../../src/plan/facts.js';
import type { CheckResult, Hop, Plan } from '../../src/plan/plan.js';
import type { Outlook, Report } from '../../src/report/report.js';
import {
  check,
  estimate,
  facts,
  failedHostile,
  hop,
  plan,
  planned,
  report,
  status,
  without,
  workload,
} from './reports.js';

const coordinators = ['rootcoord', 'querycoord', 'indexcoord', 'datacoord'];

/** The whole way from 2.2.16 to 2.6.15 of a cluster with Pulsar 2 and separate coordinators. */
export const fourHops: readonly Hop[] = [
  hop({
    row: '2.2-to-2.3',
    documentation: 'https://milvus.io/docs/v2.3.x/upgrade_milvus_cluster-helm.md',
    sourceVersion: '2.2.16',
    targetVersion: '2.3.22',
    chartVersion: '4.1.28',
    chartWhy: 'No chart has 2.3.22; 4.1.28 (2.3.13) is the newest chart for 2.3.',
    image: { repository: 'milvusdb/milvus', tag: 'v2.3.22' },
    notices: [],
    estimate: estimate({ images: [{ from: 'milvusdb/milvus:v2.2.16', to: 'milvusdb/milvus:v2.3.22' }] }),
  }),
  hop({
    sourceVersion: '2.3.22',
    targetVersion: '2.4.24',
    image: { repository: 'milvusdb/milvus', tag: 'v2.4.24' },
    estimate: estimate({
      basis: 'rendered',
      restarts: [...estimate().restarts, 'StatefulSet my-milvus-etcd', 'StatefulSet my-milvus-pulsar-broker'],
      images: [
        { from: 'milvusdb/milvus:v2.3.22', to: 'milvusdb/milvus:v2.4.24' },
        { from: 'apachepulsar/pulsar:2.8.2', to: 'apachepulsar/pulsar:2.9.5' },
      ],
      downtime: { fromSeconds: 60, toSeconds: 420, why: 'From the probes of the rendered objects: etcd restarts.' },
    }),
  }),
  hop({
    row: '2.4-to-2.5-mixcoord',
    documentation: 'https://milvus.io/docs/v2.6.x/upgrade_milvus_cluster-helm.md',
    sourceVersion: '2.4.24',
    targetVersion: '2.5.27',
    chartVersion: '4.2.58',
    chartWhy: 'No chart has 2.5.27; 4.2.58 (2.5.16) is the newest chart for 2.5.',
    image: { repository: 'milvusdb/milvus', tag: 'v2.5.27' },
    changes: [
      {
        key: 'mixCoordinator.enabled',
        value: true,
        why: 'Milvus 2.6 has no separate coordinators, and 2.5 is the last version that can put them together.',
      },
      ...['root', 'query', 'index', 'data'].map((name) => ({
        key: `${name}Coordinator.enabled`,
        value: false,
        why: 'It is part of mixcoord from this hop on.',
      })),
    ],
    notices: ['Scalar inverted indexes of 2.4 are built anew.'],
    pointOfNoReturn: 'Milvus 2.5 writes index files that 2.4 cannot read.',
    estimate: estimate({
      basis: 'rendered',
      restarts: ['datanode', 'indexnode', 'proxy', 'querynode'].map((name) => `Deployment my-milvus-${name}`),
      added: ['Deployment my-milvus-mixcoord'],
      removed: coordinators.map((name) => `Deployment my-milvus-${name}`),
      images: [{ from: 'milvusdb/milvus:v2.4.24', to: 'milvusdb/milvus:v2.5.27' }],
      downtime: { fromSeconds: 30, toSeconds: 240, why: 'The coordinators end before mixcoord is ready.' },
    }),
  }),
  hop({
    row: '2.5-to-2.6',
    documentation: 'https://milvus.io/docs/v2.6.x/upgrade_milvus_cluster-helm.md',
    sourceVersion: '2.5.27',
    targetVersion: '2.6.15',
    chartVersion: '5.0.19',
    chartWhy: 'Its app version is 2.6.15.',
    image: { repository: 'milvusdb/milvus', tag: 'v2.6.15' },
    changes: [
      { key: 'streaming.enabled', value: true, why: 'Milvus 2.6 cannot run without streaming nodes.' },
      { key: 'indexNode.enabled', value: false, why: 'Milvus 2.6 builds indexes on data nodes.' },
    ],
    notices: [
      'Helm starts all components at once: writes fail until streaming nodes and mixcoord have found each other.',
    ],
    pointOfNoReturn: 'Milvus 2.6 stores a version mark in etcd, and an older Milvus stops when it sees it.',
    estimate: estimate({
      basis: 'rule',
      restarts: ['Deployment my-milvus-mixcoord', 'Deployment my-milvus-proxy'],
      added: ['Deployment my-milvus-streamingnode'],
      removed: ['Deployment my-milvus-indexnode'],
      images: [{ from: 'milvusdb/milvus:v2.5.27', to: 'milvusdb/milvus:v2.6.15' }],
      downtime: { fromSeconds: 120, toSeconds: 1800, why: 'Nothing orders the components in a Helm upgrade.' },
    }),
  }),
];

/** Five hops, the first of them the metadata migration that no run begins by itself. */
export const fiveHops: readonly Hop[] = [
  hop({
    path: 'migration',
    row: '2.1-to-2.2',
    documentation: 'https://milvus.io/docs/v2.2.x/upgrade_milvus_cluster-helm.md',
    sourceVersion: '2.1.4',
    targetVersion: '2.2.16',
    chartVersion: '4.0.34',
    chartWhy: 'No chart has 2.2.16; 4.0.34 (2.2.14) is the newest chart for 2.2.',
    image: { repository: 'milvusdb/milvus', tag: 'v2.2.16' },
    pointOfNoReturn: 'The tool deletes the old metadata before it writes the new.',
    estimate: estimate({
      basis: 'rule',
      images: [],
      downtime: { fromSeconds: 300, toSeconds: 1800, why: 'Milvus is stopped while the metadata is converted.' },
    }),
  }),
  ...fourHops.map((one, index) => (index === 0 ? { ...one, estimate: estimate({ basis: 'rendered' }) } : one)),
];

const manyHops = (hops: readonly Hop[], overrides: Partial<Plan> = {}): Plan =>
  plan({
    installed: { revision: 4, chartVersion: '4.0.31', images: [`milvusdb/milvus:v${hops[0]?.sourceVersion ?? ''}`] },
    sourceVersion: hops[0]?.sourceVersion ?? '',
    targetVersion: '2.6.15',
    hops,
    ...overrides,
  });

const wayTo26 = {
  sourceVersion: '2.2.16',
  targetVersion: '2.6.15',
  sourceChartVersion: '4.0.31',
  chartVersion: '5.0.19',
  before: facts('2.2.16', 4, '4.0.31'),
};

/** The whole way in one run, planned. */
export const plannedHops = (): Report => ({ ...planned(), ...wayTo26, plan: manyHops(fourHops) });

const severalHops = check('several-hops', {
  status: 'blocked',
  seen: 'The target takes 4 upgrades: 2.2.16 -> 2.3.22 -> 2.4.24 -> 2.5.27 -> 2.6.15.',
  why: 'Each minor version converts what the one before it wrote.',
  remedy: 'Upgrade to 2.3.22 first (target-version: 2.3.22), or set multi-hop: true.',
});

const asProblem = ({ id, seen, why, remedy }: CheckResult) => ({ id, what: seen, why, remedy });

/** The same target without multi-hop, which is the only thing that stands against it. */
export const refusedHops = (): Report =>
  without(
    {
      ...planned(),
      ...wayTo26,
      result: 'refused',
      plan: manyHops(fourHops, { checks: [...plan().checks, severalHops] }),
      problems: [asProblem(severalHops)],
      next: 'Do what is listed, then run the same workflow again.',
    },
    'planDigest',
  );

/** From 2.1.4: a way of five hops that begins with a migration. */
export const refusedMigration = (): Report => {
  const migration = check('metadata-migration', {
    status: 'blocked',
    seen: 'The way from Milvus 2.1.4 to 2.2.16 is a metadata migration while Milvus is stopped.',
  });
  const report = refusedHops();
  return {
    ...report,
    sourceVersion: '2.1.4',
    before: facts('2.1.4', 4, '3.2.18'),
    plan: manyHops(fiveHops, { diff: [], checks: [severalHops, migration] }),
    problems: [severalHops, migration].map(asProblem),
  };
};

const walkedHops = (...statuses: readonly Hop['status'][]): Plan =>
  manyHops(fourHops.map((one, index) => ({ ...one, status: statuses[index] ?? 'not-started' })));

/** A check stopped the run between the second and the third hop. */
export const stoppedBetweenHops = (): Report =>
  without(
    report({
      ...wayTo26,
      result: 'failed',
      revision: 6,
      plan: walkedHops('done', 'done'),
      problems: [
        {
          id: 'unhealthy-workloads',
          what: 'Deployment `my-milvus-indexnode` is not healthy.',
          why: 'An upgrade restarts everything at once; what is broken before it is not mended by it.',
          remedy: 'Bring it up, then run again.',
        },
      ],
      dataState: '2 of 4 upgrades are done: Milvus 2.4.24 on chart 4.2.20 was seen ready everywhere (revision 6).',
      next: 'Remove the cause, then run the same workflow again with the same inputs.',
    }),
    'after',
  );

/** The third hop failed while it rolled out: two components are on its version, the others on the one before. */
export const failedInHop = (): Report => ({
  ...failedHostile(),
  ...wayTo26,
  revision: 7,
  plan: walkedHops('done', 'done', 'failed'),
  dataState: 'Revision 7 was written, but it is not known to run everywhere.',
  stuck: facts('2.5.27', 7, '4.2.58').workloads.map((one) =>
    one.name === 'my-milvus-querynode'
      ? {
          ...workload(one.name, 'milvusdb/milvus:v2.4.24', { component: 'querynode', wanted: 2, ready: 1, updated: 1 }),
          healthy: false,
          trouble: ['ImagePullBackOff'],
        }
      : one,
  ),
});

/** All four hops in one run. */
export const upgradedHops = (): Report =>
  report({
    ...wayTo26,
    revision: 8,
    after: facts('2.6.15', 8, '5.0.19'),
    plan: walkedHops('done', 'done', 'done', 'done'),
  });

export const outlook: readonly Outlook[] = [
  {
    goal: 'newest patch',
    targetVersion: '2.3.22',
    hops: [{ sourceVersion: '2.3.11', targetVersion: '2.3.22', chartVersion: '4.1.28', path: 'helm' }],
    blocked: [],
    note: 'No dry run was made: what it would find is not in here.',
  },
  {
    goal: 'newest minor',
    targetVersion: '2.6.15',
    hops: fourHops.slice(1),
    blocked: [
      { id: 'unhealthy-workloads', seen: 'Deployment `my-milvus-datanode` is not healthy.' },
      { id: 'owned-elsewhere', seen: 'Argo CD application `milvus` looks after 9 Deployments.' },
    ],
    note: 'No dry run was made: what it would find is not in here.',
  },
];

/** A status with the facts that a database in use has, and with what would come next. */
export const statusWithOutlook = (): Report => {
  const base = status();
  const before: Facts = {
    ...facts('2.3.11', 4, '4.1.24'),
    bucket: unknown('the ConfigMap may not be read'),
    autoscalers: {
      horizontal: known(
        [{ kind: 'HorizontalPodAutoscaler', name: 'qn', workload: 'Deployment my-milvus-querynode', min: 2, max: 6 }],
        'namespace',
      ),
      keda: unknown('the API group keda.sh is not served'),
    },
    owners: [{ owner: 'argo-cd', name: 'milvus', evidence: 'argocd.argoproj.io/tracking-id', objects: [] }],
    replicas: [{ workload: 'Deployment my-milvus-querynode', live: 5, manifest: 2 }],
    claims: known(
      [
        {
          name: 'data-my-milvus-etcd-0',
          workload: 'StatefulSet my-milvus-etcd',
          storageClass: 'gp3',
          size: '10Gi',
          accessModes: ['ReadWriteOnce'],
        },
      ],
      'namespace',
    ),
  };
  return { ...base, before: { ...before, workloads: base.before?.workloads ?? [] }, outlook };
};
