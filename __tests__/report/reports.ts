import { known, unknown, type Component } from '../../src/milvus/knowledge.js';
import type { ComponentFact, Facts, WorkloadFact } from '../../src/plan/facts.js';
import type { CheckResult, Hop, HopEstimate, Plan } from '../../src/plan/plan.js';
import type { Timed } from '../../src/report/events.js';
import type { Report } from '../../src/report/report.js';

export const START = Date.UTC(2026, 10, 22, 14, 0, 0);

export const clusterComponents: readonly Component[] = [
  'proxy',
  'rootcoord',
  'querycoord',
  'indexcoord',
  'datacoord',
  'querynode',
  'indexnode',
  'datanode',
];

export function workload(name: string, image: string, overrides: Partial<WorkloadFact> = {}): WorkloadFact {
  const wanted = overrides.wanted ?? 1;
  return {
    kind: 'Deployment',
    name,
    exists: true,
    wanted,
    ready: wanted,
    updated: wanted,
    observed: true,
    completed: true,
    templateImages: [image],
    runningImages: [image],
    healthy: true,
    trouble: [],
    ...overrides,
  };
}

const dependencies: readonly WorkloadFact[] = [
  workload('my-milvus-etcd', 'milvusdb/etcd:3.5.5-r2', { kind: 'StatefulSet', wanted: 3 }),
  workload('my-milvus-minio', 'minio/minio:RELEASE.2023-03-20T20-16-18Z', { kind: 'StatefulSet', wanted: 4 }),
  workload('my-milvus-pulsar-broker', 'apachepulsar/pulsar:2.8.2', { kind: 'StatefulSet' }),
];

export function facts(version: string, revision: number, chart: string, overrides: Partial<Facts> = {}): Facts {
  const image = `milvusdb/milvus:v${version}`;
  const components = clusterComponents.map((component): ComponentFact => ({
    component,
    workload: `my-milvus-${component}`,
    images: [image],
    version: known(version, 'image tag'),
  }));
  return {
    schema: 1,
    kubernetes: 'v1.36.4',
    clusterIdentity: known('0f5b0c5e-6b0e-4e2c-9df5-3f1d6f6e9d11', 'namespace'),
    release: {
      name: 'my-milvus',
      namespace: 'milvus',
      revision,
      status: 'deployed',
      chartVersion: chart,
      appVersion: version,
      applyMethod: 'client',
      storedBytes: 90_000,
    },
    mode: 'cluster',
    coordinators: 'separate',
    streamingNode: false,
    indexNode: true,
    messageQueue: known('pulsar2', 'StatefulSets'),
    rootPath: known('by-dev', 'ConfigMap'),
    bucket: known('milvus-bucket', 'ConfigMap'),
    bucketRootPath: known('files', 'ConfigMap'),
    minioMode: known('distributed', 'StatefulSet'),
    metastore: known('etcd', 'ConfigMap'),
    etcd: {
      place: known('release', 'ConfigMap'),
      servers: known(['StatefulSet/my-milvus-etcd'], 'ConfigMap'),
      tls: known(false, 'ConfigMap'),
      auth: known(false, 'ConfigMap'),
      members: known({ wanted: 3, ready: 3 }, 'StatefulSet my-milvus-etcd'),
    },
    objectStorage: {
      place: known('release', 'ConfigMap'),
      servers: known(['StatefulSet/my-milvus-minio'], 'ConfigMap'),
      tls: known(false, 'ConfigMap'),
    },
    replicas: [],
    owners: [],
    autoscalers: { horizontal: known([], 'namespace'), keda: known([], 'namespace') },
    disruptionBudgets: known([], 'namespace'),
    claims: known([], 'namespace'),
    unserved: known([], 'discovery'),
    sourceVersion: known(version, 'images'),
    image: known({ repository: 'milvusdb/milvus', tag: `v${version}`, suffix: '' }, 'images'),
    components,
    workloads: [
      ...components.map(({ component, workload: name }) =>
        workload(name, image, { component, wanted: component === 'querynode' ? 2 : 1 }),
      ),
      ...dependencies,
    ],
    ...overrides,
  };
}

export function check(id: string, overrides: Partial<CheckResult> = {}): CheckResult {
  return {
    id,
    status: 'passed',
    seen: 'Nothing speaks against it.',
    why: 'It would lose data.',
    remedy: 'Correct it.',
    source: 'https://milvus.io/docs/upgrade_milvus_cluster-helm.md',
    overridable: false,
    ...overrides,
  };
}

export const digest = 'd8f5b2a19b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6';

export function estimate(overrides: Partial<HopEstimate> = {}): HopEstimate {
  return {
    basis: 'dry-run',
    restarts: clusterComponents.map((component) => `Deployment my-milvus-${component}`).sort(),
    added: [],
    removed: [],
    images: [{ from: 'milvusdb/milvus:v2.3.11', to: 'milvusdb/milvus:v2.4.23' }],
    downtime: {
      fromSeconds: 0,
      toSeconds: 0,
      why: 'Every workload that restarts starts its new pods before it ends the old ones.',
    },
    ...overrides,
  };
}

export function hop(overrides: Partial<Hop> = {}): Hop {
  return {
    path: 'helm',
    row: '2.3-to-2.4',
    documentation: 'https://milvus.io/docs/v2.4.x/upgrade_milvus_cluster-helm.md',
    sourceVersion: '2.3.11',
    targetVersion: '2.4.23',
    chartVersion: '4.2.20',
    chartWhy: 'No chart has 2.4.23; 4.2.20 is the newest one for 2.4 that works with Pulsar 2.',
    image: { repository: 'milvusdb/milvus', tag: 'v2.4.23' },
    changes: [],
    notices: ['Milvus 2.4 gives the mmap settings of 2.3 another meaning.'],
    estimate: estimate(),
    status: 'planned',
    ...overrides,
  };
}

export function plan(overrides: Partial<Plan> = {}): Plan {
  return {
    schema: 1,
    release: 'my-milvus',
    namespace: 'milvus',
    cluster: '0f5b0c5e-6b0e-4e2c-9df5-3f1d6f6e9d11',
    installed: { revision: 4, chartVersion: '4.1.24', images: ['milvusdb/milvus:v2.3.11'] },
    sourceVersion: '2.3.11',
    targetVersion: '2.4.23',
    situation: 'upgrade',
    hops: [hop()],
    values: { image: { all: { tag: 'v2.4.23' } } },
    frozen: [
      { key: 'cluster.enabled', value: true, from: 'the Deployments of the release' },
      { key: 'pulsar.enabled', value: true, from: 'StatefulSet `my-milvus-pulsar-broker`' },
      { key: 'minio.mode', value: 'distributed', from: 'StatefulSet `my-milvus-minio`' },
    ],
    effects: [
      { key: 'queryNode.replicas', from: 2, to: 3, by: 'given' },
      { key: 'image.all.tag', from: 'v2.3.11', to: 'v2.4.23', by: 'run' },
      { key: 'log.level', from: 'info', to: 'debug', by: 'chart' },
    ],
    diff: [
      ...clusterComponents.map((component) => ({
        kind: 'Deployment',
        name: `my-milvus-${component}`,
        change: 'changed' as const,
        restarts: true,
        images: [{ container: component, from: 'milvusdb/milvus:v2.3.11', to: 'milvusdb/milvus:v2.4.23' }],
        fields: [
          { path: '/metadata/labels/helm.sh~1chart', from: 'hash:aaaaaaaaaaaa', to: 'hash:bbbbbbbbbbbb' },
          {
            path: '/spec/template/metadata/annotations/checksum~1config',
            from: 'hash:aaaaaaaaaaaa',
            to: 'hash:bbbbbbbbbbbb',
          },
          {
            path: `/spec/template/spec/containers/${component}/image`,
            from: 'milvusdb/milvus:v2.3.11',
            to: 'milvusdb/milvus:v2.4.23',
          },
          {
            path: `/spec/template/spec/containers/${component}/readinessProbe/initialDelaySeconds`,
            from: 90,
            to: 30,
          },
          ...(component === 'querynode'
            ? [
                { path: '/spec/replicas', from: 2, to: 3 },
                {
                  path: '/spec/template/spec/containers/querynode/resources/requests/memory',
                  from: '4Gi',
                  to: '8Gi',
                },
              ]
            : []),
        ],
      })),
      {
        kind: 'ConfigMap',
        name: 'my-milvus',
        change: 'changed',
        restarts: false,
        images: [],
        fields: [
          { path: '/data/default.yaml/log/level', from: 'info', to: 'debug' },
          { path: '/data/default.yaml/minio/secretAccessKey', from: 'hash:0123456789ab', to: 'hash:ba9876543210' },
          { path: '/data/default.yaml/quotaAndLimits', to: { flushRate: { enabled: true, max: 0.1 } } },
          { path: '/data/default.yaml/rootCoord/maxPartitionNum', from: 4096, to: 1024 },
          { path: '/data/user.yaml', from: 'hash:0123456789ab', to: 'hash:ba9876543210' },
        ],
      },
      {
        kind: 'Service',
        name: 'my-milvus',
        change: 'changed',
        restarts: false,
        images: [],
        fields: [{ path: '/spec/ports/metrics/port', from: 9091, to: 9092 }],
      },
      { kind: 'ServiceAccount', name: 'my-milvus', change: 'added', restarts: false, images: [], fields: [] },
      {
        kind: 'PodDisruptionBudget',
        name: 'my-milvus-etcd',
        change: 'changed',
        restarts: false,
        images: [],
        fields: [{ path: '/metadata/labels/helm.sh~1chart', from: 'hash:aaaaaaaaaaaa', to: 'hash:bbbbbbbbbbbb' }],
      },
      { kind: 'StatefulSet', name: 'my-milvus-etcd', change: 'unchanged', restarts: false, images: [], fields: [] },
      { kind: 'StatefulSet', name: 'my-milvus-minio', change: 'unchanged', restarts: false, images: [], fields: [] },
      { kind: 'Secret', name: 'my-milvus-minio', change: 'unchanged', restarts: false, images: [], fields: [] },
    ],
    checks: [
      check('release-found'),
      check('message-queue-kept'),
      check('statefulset-kept'),
      check('helm-skew', {
        status: 'warned',
        overridable: true,
        seen: 'Helm 4.3.0 was built for Kubernetes 1.34 to 1.37, and the server is 1.33.',
        why: 'Newer kinds may be unknown to it.',
        remedy: 'Use `helm-version: 4.2.4`.',
      }),
    ],
    allow: [],
    ...overrides,
  };
}

export const timeline: readonly Timed[] = [
  { type: 'phase', phase: 'tools', title: 'Install Helm 4.3.0 and kubectl 1.36.4', at: START },
  { type: 'phase', phase: 'inspect', title: 'Look at release my-milvus', at: START + 3_000 },
  { type: 'phase', phase: 'decide', title: 'Decide', at: START + 6_000 },
  { type: 'phase', phase: 'upgrade', title: 'Helm upgrade', at: START + 8_000 },
  { type: 'phase', phase: 'wait', title: 'Wait for the rollout', at: START + 11_000 },
  ...clusterComponents.flatMap((component, index): Timed[] => [
    { type: 'progress', workload: `my-milvus-${component}`, text: '0/1 ready', at: START + 12_000 + index * 2_000 },
    { type: 'progress', workload: `my-milvus-${component}`, text: '1/1 ready', at: START + 100_000 + index * 9_000 },
  ]),
  { type: 'phase', phase: 'settle', title: 'See that it stays so', at: START + 180_000 },
];

/** A successful upgrade; tests say only what they vary. */
export function report(overrides: Partial<Report> = {}): Report {
  return {
    schema: 1,
    operation: 'upgrade',
    result: 'upgraded',
    changed: true,
    release: 'my-milvus',
    namespace: 'milvus',
    clusterHost: 'k8s.example.com:6443',
    path: 'helm',
    sourceVersion: '2.3.11',
    targetVersion: '2.4.23',
    sourceChartVersion: '4.1.24',
    chartVersion: '4.2.20',
    revision: 5,
    helmVersion: '4.3.0',
    kubectlVersion: '1.36.4',
    before: facts('2.3.11', 4, '4.1.24'),
    after: facts('2.4.23', 5, '4.2.20'),
    plan: plan(),
    planDigest: digest,
    planFile: '/runner/temp/milvus/plan.json',
    reportFile: '/runner/temp/milvus/report.json',
    problems: [],
    startedAt: START,
    endedAt: START + 192_000,
    timeline: [...timeline],
    ...overrides,
  };
}

/** A report without the named fields, as it is before they are known. */
export function without(from: Report, ...fields: readonly (keyof Report)[]): Report {
  // Only optional fields are named by the tests that use this.
  return Object.fromEntries(
    Object.entries(from).filter(([key]) => !(fields as readonly string[]).includes(key)),
  ) as unknown as Report;
}

export const planned = (): Report =>
  without(report({ operation: 'plan', result: 'planned', changed: false }), 'after', 'revision');

export const unchanged = (): Report =>
  report({
    result: 'unchanged',
    changed: false,
    sourceVersion: '2.4.23',
    sourceChartVersion: '4.2.20',
    before: facts('2.4.23', 5, '4.2.20'),
    plan: plan({ situation: 'nothing-to-do', hops: [], diff: [], checks: [] }),
    endedAt: START + 1_300,
  });

export const refusedByChecks = (): Report => {
  const blocked = [
    check('statefulset-removed', {
      status: 'blocked',
      seen: 'StatefulSet `my-milvus-pulsar-bookie` with 3 volumes would be removed.',
      why: 'Messages that are not yet written to object storage would be lost.',
      remedy: 'Set `pulsar.enabled: true` in `values`, or move the message queue first.',
    }),
    check('missing-permission', {
      status: 'blocked',
      seen: 'The credentials may not `patch` deployments.apps or `create` secrets in namespace `milvus`.',
      why: 'The upgrade would stop half-way.',
      remedy: 'Bind the upgrade Role of the documentation to the service account.',
    }),
    check('old-replicas', {
      status: 'blocked',
      overridable: true,
      seen: 'Deployment `my-milvus-querynode` has 5 replicas, the values say 2.',
      why: 'The upgrade would scale it down.',
      remedy: 'Set `queryNode.replicas: 5` in `values`.',
    }),
  ];
  return without(
    report({
      result: 'refused',
      changed: false,
      problems: blocked.map(({ id, seen, why, remedy }) => ({ id, what: seen, why, remedy })),
      plan: plan({ checks: [...plan().checks, ...blocked] }),
    }),
    'after',
    'revision',
    'planDigest',
  );
};

export const hostile = [
  '::error::pwned',
  '##[error]pwned',
  '</code></pre><img src=x onerror=alert(1)>',
  '<script>alert(1)</script> | **bold** `tick` ```fence``` ~~~',
  '@octocat see https://evil.example/?q=1 and www.evil.example #1 [link](https://evil.example)',
  `${String.fromCharCode(27)}[31mred${String.fromCharCode(27)}[0m ${String.fromCharCode(0)}nul \u202eabc`,
  '</details></details> \\| $x^2$ &amp; &#64;octocat',
].join('\n');

export const failedHostile = (): Report =>
  without(
    report({
      result: 'failed',
      dataState:
        'Revision 5 is deployed; `my-milvus-querynode` runs no pod of the new version yet, the other components do. Volumes are untouched.',
      next: 'Correct `image` and run the same workflow again; it goes on with revision 5.',
      problems: [
        {
          id: 'image-pull-failed',
          what: `Pod \`my-milvus-querynode-5d9f8-x2x7k\` cannot pull its image: ${hostile}`,
          why: 'The rollout cannot end while the image is not there.',
          remedy: 'Check that `milvusdb/milvus:v2.4.23` exists in the registry and that the nodes may pull it.',
          raw: hostile,
        },
      ],
      stuck: [
        ...facts('2.4.23', 5, '4.2.20').workloads.filter(({ name }) => name !== 'my-milvus-querynode'),
        workload('my-milvus-querynode', 'milvusdb/milvus:v2.3.11', {
          component: 'querynode',
          wanted: 2,
          ready: 1,
          updated: 1,
          healthy: false,
          trouble: [`ImagePullBackOff: ${hostile}`, '1 of 2 pods ready'],
        }),
      ],
      pods: [
        {
          pod: 'my-milvus-querynode-5d9f8-x2x7k',
          workload: 'my-milvus-querynode',
          reasons: ['ImagePullBackOff', hostile],
          events: ['Pulling image', `Failed to pull image: ${hostile}`, 'Back-off pulling image'],
          logs: [{ container: 'querynode', lines: `starting\n${hostile}\nmore` }],
        },
      ],
      timeline: [
        ...timeline.filter((event) => event.type !== 'phase' || event.phase !== 'settle'),
        { type: 'warning', text: `The index is old: ${hostile}`, at: START + 5_000 },
        { type: 'raw', title: hostile, text: hostile, at: START + 190_000 },
      ],
    }),
    'after',
  );

export const status = (): Report => {
  const before = facts('2.3.11', 4, '4.1.24', {
    bucket: unknown('the ConfigMap may not be read'),
    workloads: facts('2.3.11', 4, '4.1.24').workloads.map((one) =>
      one.name === 'my-milvus-datanode'
        ? { ...one, ready: 0, healthy: false, trouble: ['CrashLoopBackOff: exit code 1, 7 restarts'] }
        : one,
    ),
  });
  return without(
    report({ operation: 'status', result: 'reported', changed: false, before, revision: 4 }),
    'after',
    'plan',
    'planDigest',
    'planFile',
    'targetVersion',
    'chartVersion',
  );
};

export const interrupted = (): Report =>
  without(
    report({
      result: 'interrupted',
      dataState: 'Helm was stopped while it wrote revision 5; Helm marked it failed. Volumes are untouched.',
      next: 'Run the same workflow again: it applies revision 5 again.',
      problems: [
        {
          id: 'cancelled',
          what: 'The job was cancelled during the Helm upgrade.',
          remedy: 'Run it again when you are ready.',
        },
      ],
    }),
    'after',
  );

export const invalidInputs = (): Report => ({
  schema: 1,
  operation: 'unknown',
  result: 'refused',
  changed: false,
  problems: [
    {
      id: 'invalid-inputs',
      what: '2 inputs cannot be used: `timeout`, `server` and `kubeconfig`.',
      remedy: 'Correct what is listed and run again.',
    },
    {
      id: 'invalid-input',
      what: 'Input `timeout` is "60".',
      why: 'A number without a unit is ambiguous.',
      remedy: 'Accepted: a duration with units such as `90s`, `60m` or `1h30m`, above zero and at most 144h.',
    },
    {
      id: 'invalid-input',
      what: 'Inputs `kubeconfig` and `server` are given together, and they may name different clusters.',
      remedy: 'Accepted: `kubeconfig` alone; or `server` with `token`.',
    },
  ],
  startedAt: START,
  endedAt: START + 20,
  timeline: [{ type: 'phase', phase: 'inputs', title: 'Read inputs', at: START }],
});

const hostileHop = (state: Hop['status']): Hop =>
  hop({
    row: hostile,
    documentation: `https://a.example/"><img src=x>`,
    sourceVersion: hostile,
    targetVersion: hostile,
    chartVersion: hostile,
    chartWhy: hostile,
    image: { repository: hostile, tag: hostile },
    changes: [{ key: hostile, value: hostile, why: hostile }],
    notices: [hostile],
    ...(state === 'failed' ? { pointOfNoReturn: hostile } : {}),
    estimate: estimate({
      restarts: [`${hostile} ${hostile}`],
      added: [hostile],
      removed: [`StatefulSet ${hostile}`],
      images: [{ from: hostile, to: hostile }, { to: hostile }],
      downtime: { fromSeconds: 1, toSeconds: 9, why: hostile },
    }),
    status: state,
  });

/** A failure in which every text that comes from outside is hostile. */
export const hostileEverywhere = (): Report => {
  const base = failedHostile();
  return {
    ...base,
    release: hostile,
    namespace: hostile,
    clusterHost: hostile,
    dataState: hostile,
    next: hostile,
    targetVersion: hostile,
    outlook: [
      {
        goal: 'newest minor',
        targetVersion: hostile,
        hops: [{ sourceVersion: hostile, targetVersion: hostile, chartVersion: hostile, path: 'helm' }],
        blocked: [{ id: hostile, seen: hostile }],
        note: hostile,
      },
    ],
    before: {
      ...facts(hostile, 4, hostile),
      etcd: {
        place: known('external', hostile),
        servers: known([hostile], hostile),
        tls: unknown(hostile),
        auth: unknown(hostile),
        members: unknown(hostile),
      },
      replicas: [{ workload: hostile, live: 5, manifest: 2 }],
      owners: [{ owner: 'flux', name: hostile, evidence: hostile, objects: [hostile] }],
      autoscalers: {
        horizontal: known([{ kind: 'ScaledObject', name: hostile, workload: hostile, min: 1, max: 2 }], hostile),
        keda: unknown(hostile),
      },
      disruptionBudgets: known([{ name: hostile, workloads: [hostile], disruptionsAllowed: 0 }], hostile),
      claims: known([{ name: hostile, workload: hostile, size: hostile, accessModes: [hostile] }], hostile),
      unserved: known([{ apiVersion: hostile, kind: hostile, name: hostile }], hostile),
      kubernetes: hostile,
      bucket: { known: false, reason: hostile },
      rootPath: { known: true, value: hostile, from: hostile },
    },
    plan: plan({
      installed: { revision: 4, chartVersion: hostile, images: [hostile] },
      hops: [hostileHop('failed'), hostileHop('not-started')],
      effects: (['given', 'run', 'chart'] as const).map((by) => ({ key: hostile, from: hostile, to: hostile, by })),
      frozen: [{ key: hostile, value: hostile, from: hostile }],
      checks: (['passed', 'warned', 'blocked', 'allowed'] as const).map((state) =>
        check(hostile, {
          status: state,
          seen: hostile,
          why: hostile,
          remedy: hostile,
          source: `https://a.example/"><img src=x>`,
        }),
      ),
      diff: [
        {
          kind: hostile,
          name: hostile,
          change: 'changed',
          restarts: true,
          images: [{ container: hostile, from: hostile, to: hostile }],
          fields: [{ path: hostile, from: hostile, to: { [hostile]: hostile } }],
        },
        ...['Deployment', 'ConfigMap', 'Service', 'Secret', 'PersistentVolumeClaim'].map((kind) => ({
          kind,
          name: hostile,
          change: 'changed' as const,
          restarts: kind === 'Deployment',
          images: [
            { container: hostile, from: hostile, to: hostile },
            { container: hostile, to: `${hostile} new` },
          ],
          fields: [
            { path: `/data/${hostile.replaceAll('/', '~1')}/${hostile.replaceAll('/', '~1')}`, from: hostile, to: 1 },
            { path: `/data/${hostile.replaceAll('/', '~1')}`, to: hostile },
            { path: '/spec/replicas', from: hostile, to: hostile },
            { path: `/spec/template/spec/containers/${hostile}/resources/${hostile}`, from: hostile, to: hostile },
          ],
        })),
        { kind: hostile, name: hostile, change: 'added', restarts: false, images: [], fields: [] },
        { kind: 'Job', name: hostile, change: 'added', hook: true, restarts: false, images: [], fields: [] },
        { kind: 'StatefulSet', name: hostile, change: 'removed', restarts: false, images: [], fields: [] },
      ],
    }),
    timeline: [
      { type: 'phase', phase: 'wait', title: hostile, at: 1 },
      { type: 'progress', workload: hostile, text: hostile, at: 2 },
      ...base.timeline,
    ],
  };
};
