import type { Request } from '../../src/action/request.js';
import type { Access, Cluster, KubeObject, Resource, ResourceRule, Trial } from '../../src/cluster/port.js';
import type { Helm, ReleaseStatus, Rendered, TemplateIntent, UpgradeIntent, Values } from '../../src/helm/port.js';
import type { ChartEntry, ChartRepository } from '../../src/helm/repository/port.js';
import { inspect } from '../../src/inspect/inspect.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { failed } from '../../src/problem.js';
import { readGiven } from '../../src/values/given.js';
import { release as storedRelease, secret } from '../helm/support.js';
import { deployedPod, deployment, replicaSet, statefulPod, statefulSet } from '../upgrade/objects.js';

/** A small release as the chart makes it, its cluster, Helm and chart repository, all in memory. */

export const namespace = 'db';
export const oldImage = 'milvusdb/milvus:v2.3.11';
export const newImage = 'milvusdb/milvus:v2.4.23';
export const componentNames = ['proxy', 'mixcoord', 'querynode'] as const;

export interface Shape {
  readonly image?: string;
  /** Images of single components, where they differ. */
  readonly images?: Readonly<Partial<Record<string, string>>>;
  readonly chart?: string;
  /** What each kind of secret place holds. */
  readonly secret?: string;
  readonly bucket?: string;
}

const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...more,
});

function component(name: string, { image = oldImage, images = {}, chart = '4.1.24', secret: hidden = 'x' }: Shape) {
  return {
    ...object('apps/v1', 'Deployment', `rel-milvus-${name}`),
    metadata: {
      name: `rel-milvus-${name}`,
      namespace,
      labels: { 'helm.sh/chart': `milvus-${chart}`, component: name },
    },
    spec: {
      replicas: 1,
      template: {
        metadata: { annotations: { 'checksum/config': hidden, note: hidden } },
        spec: {
          containers: [
            { name, image: images[name] ?? image, args: [hidden], env: [{ name: 'SOME_SETTING', value: hidden }] },
          ],
          volumes: [{ name: 'milvus-config', configMap: { name: 'rel-milvus' } }],
        },
      },
    },
  };
}

/** Objects of a revision. */
export const objectsOf = (shape: Shape = {}): KubeObject[] => [
  ...componentNames.map((name) => component(name, shape)),
  object('apps/v1', 'StatefulSet', 'rel-etcd', {
    spec: { replicas: 1, template: { spec: { containers: [{ name: 'main', image: 'etcd:3.5' }] } } },
  }),
  object('v1', 'PersistentVolumeClaim', 'rel-minio'),
  object('v1', 'Secret', 'rel-minio', { data: { secretkey: shape.secret ?? 'x' } }),
  object('v1', 'ConfigMap', 'rel-milvus', {
    data: {
      'default.yaml': [
        'messageQueue: kafka',
        'kafka: { brokerList: broker.elsewhere:9092 }',
        'etcd: { rootPath: by-dev }',
        `minio: { bucketName: ${shape.bucket ?? 'a-bucket'}, rootPath: file, secretAccessKey: ${shape.secret ?? 'x'} }`,
      ].join('\n'),
      'user.yaml': `common: { security: { defaultRootPassword: ${shape.secret ?? 'x'} } }`,
      'free.txt': shape.secret ?? 'x',
    },
  }),
];

const chartValues = {
  cluster: { enabled: true },
  pulsar: { enabled: true },
  kafka: { enabled: false },
  externalKafka: { enabled: false },
  mixCoordinator: { enabled: false, replicas: 1 },
  proxy: { replicas: 1 },
  queryNode: { replicas: 1 },
  minio: { bucketName: 'milvus-bucket', rootPath: 'file' },
};

export interface Revision {
  readonly revision: number;
  readonly status?: ReleaseStatus;
  readonly shape?: Shape;
  readonly chart?: string;
  readonly appVersion?: string;
  readonly userValues?: Values;
  readonly applyMethod?: 'ssa';
  readonly objects?: readonly KubeObject[];
}

/** User values that an upgrade of this release has written before. */
export const written = (tag: string, more: Values = {}): Values => ({
  image: { all: { repository: 'milvusdb/milvus', tag } },
  cluster: { enabled: true },
  pulsar: { enabled: false },
  externalKafka: { enabled: true },
  mixCoordinator: { enabled: true },
  minio: { bucketName: 'a-bucket', rootPath: 'file' },
  ...more,
});

export function recordOf(one: Revision): KubeObject {
  const chart = one.chart ?? '4.1.24';
  const objects = one.objects ?? objectsOf({ chart, ...one.shape });
  return secret(
    storedRelease({
      name: 'rel',
      namespace,
      version: one.revision,
      info: {
        status: one.status ?? 'deployed',
        last_deployed: `2026-11-22T14:0${one.revision}:00Z`,
        description: '',
      },
      chart: {
        metadata: { name: 'milvus', version: chart, appVersion: one.appVersion ?? '2.3.11' },
        values: chartValues,
      },
      config: one.userValues ?? { externalKafka: { enabled: true } },
      manifest: objects.map((item) => JSON.stringify(item)).join('\n---\n'),
      ...(one.applyMethod === undefined ? {} : { apply_method: one.applyMethod }),
    }),
    { namespace },
  );
}

/** What lives for a revision's objects, all of it healthy unless `ill` names its component; `scaled` by hand. */
export function liveOf(
  shape: Shape = {},
  ill: readonly string[] = [],
  scaled: Readonly<Partial<Record<string, number>>> = {},
): KubeObject[] {
  const objects = objectsOf(shape).filter(({ kind }) => kind !== 'Deployment' && kind !== 'StatefulSet');
  const running = componentNames.flatMap((name): KubeObject[] => {
    const image = shape.images?.[name] ?? shape.image ?? oldImage;
    const workload = `rel-milvus-${name}`;
    const well = !ill.includes(name);
    const replicas = scaled[name] ?? 1;
    return [
      deployment(workload, { image, container: name, replicas, ...(well ? {} : { ready: 0 }) }),
      replicaSet(workload),
      ...Array.from({ length: replicas }, (_, i) =>
        deployedPod(workload, well ? 'ready' : 'running', { image, container: name, n: i + 1 }),
      ),
    ];
  });
  return [...objects, ...running, statefulSet('rel-etcd'), statefulPod('rel-etcd')];
}

const of = (group: string, plural: string, kind: string, namespaced = true): Resource => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced,
});
const kinds: Readonly<Partial<Record<string, Resource>>> = Object.fromEntries(
  [
    of('apps', 'deployments', 'Deployment'),
    of('apps', 'statefulsets', 'StatefulSet'),
    of('', 'configmaps', 'ConfigMap'),
    of('', 'secrets', 'Secret'),
    of('', 'services', 'Service'),
    of('', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
    of('', 'namespaces', 'Namespace', false),
    of('batch', 'jobs', 'Job'),
    of('policy', 'poddisruptionbudgets', 'PodDisruptionBudget'),
    of('rbac.authorization.k8s.io', 'roles', 'Role'),
    of('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding'),
    of('rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole', false),
  ].map((resource) => [resource.kind, resource]),
);
const served = (apiVersion: string, kind: string): Resource | undefined =>
  apiVersion.endsWith('v1') ? kinds[kind] : undefined;

export interface FakeOptions {
  readonly objects: readonly KubeObject[];
  /** Plurals that may not be read one by one. */
  readonly forbidden?: readonly string[];
  readonly may?: (access: Access) => boolean;
  readonly rules?: readonly ResourceRule[];
  readonly kubernetes?: string;
  /** What the server says to an object that is not stored. */
  readonly judge?: (object: KubeObject) => Trial;
}

export interface FakeApi {
  readonly cluster: Cluster;
  readonly requests: string[];
  readonly asked: Access[];
  /** Objects that were shown to the server. */
  readonly tried: string[];
}

/** A cluster that is only read. */
export function fakeApi({ objects, forbidden = [], may = () => true, rules = [], ...rest }: FakeOptions): FakeApi {
  const all = [...objects, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, uid: 'uid-of-db' } }];
  const requests: string[] = [];
  const asked: Access[] = [];
  const tried: string[] = [];
  const gitVersion = rest.kubernetes ?? 'v1.36.1';
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  const answers: Partial<Record<keyof Cluster, unknown>> = {
    host: 'cluster.test',
    serverVersion: () => Promise.resolve({ major: Number(major), minor: Number(minor), gitVersion }),
    resourceFor: (apiVersion: string, kind: string) => Promise.resolve(served(apiVersion, kind)),
    get: (resource: Resource, name: string) => {
      requests.push(`get ${resource.plural}/${name}`);
      if (forbidden.includes(resource.plural)) {
        return Promise.reject(failed({ id: 'forbidden', what: `may not get ${resource.plural}`, remedy: '' }));
      }
      return Promise.resolve(all.find(({ kind, metadata }) => kind === resource.kind && metadata.name === name));
    },
    list: (resource: Resource) => {
      requests.push(`list ${resource.plural}`);
      return Promise.resolve({ items: all.filter(({ kind }) => kind === resource.kind), resourceVersion: '1' });
    },
    allowed: (accesses: readonly Access[]) => {
      asked.push(...accesses);
      return Promise.resolve(accesses.map(may));
    },
    rules: () => Promise.resolve({ rules, incomplete: false }),
    trial: (_: Resource, object: KubeObject, { way }: { readonly way: string }) => {
      tried.push(`${way} ${object.kind} ${object.metadata.name}`);
      return Promise.resolve(rest.judge?.(object) ?? { accepted: true });
    },
    close: () => Promise.resolve(),
  };
  const cluster = new Proxy({} as Cluster, {
    get: (_, property) => {
      if (property in answers) return answers[property as keyof Cluster];
      throw new Error(`unexpected call of ${String(property)}`);
    },
  });
  return { cluster, requests, asked, tried };
}

export const request = (changes: Partial<Request> = {}): Request => ({
  operation: 'upgrade',
  path: 'auto',
  release: 'rel',
  namespace,
  targetVersion: '2.4.23',
  chart: 'milvus',
  repository: 'https://charts.test',
  credentials: { kind: 'kubeconfig', content: '' },
  allowExec: [],
  helm: { kind: 'auto' },
  kubectl: { kind: 'auto' },
  toolMirrors: [],
  onFailure: 'stop',
  timeoutMs: 3_600_000,
  allow: [],
  multiHop: false,
  ...changes,
});

export const entries: readonly ChartEntry[] = [
  { version: '4.1.24', appVersion: '2.3.11' },
  { version: '4.2.20', appVersion: '2.4.16' },
];

/** A repository whose charts have the values above; `fetched` counts. */
export function repositoryOf(listing: readonly ChartEntry[] = entries) {
  const fetched: string[] = [];
  const repository: ChartRepository = {
    describe: 'the test repository',
    entries: () => Promise.resolve(listing),
    fetch: ({ version, appVersion }) => {
      fetched.push(version);
      return Promise.resolve({
        reference: `/charts/milvus-${version}.tgz`,
        chartName: 'milvus',
        chartVersion: version,
        appVersion,
        valuesYaml: JSON.stringify(chartValues),
        dependencies: [],
      });
    },
  };
  return { repository, fetched };
}

export const helmVersion = (text: string): Helm['version'] => {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return { major, minor, patch, text };
};

/** A Helm that renders `manifest`; an upgrade is an error. */
export function helmOf(
  manifest: readonly KubeObject[],
  version = '4.3.0',
  { mayLook = true, renders = true }: { readonly mayLook?: boolean; readonly renders?: boolean } = {},
) {
  const intents: UpgradeIntent[] = [];
  const templates: TemplateIntent[] = [];
  const helm: Helm = {
    version: helmVersion(version),
    dryRun: (intent) => {
      intents.push(intent);
      if (!mayLook) return Promise.reject(failed({ id: 'forbidden', what: 'Helm may not get services', remedy: '' }));
      const rendered: Rendered = {
        manifest,
        hooks: [],
        chart: { name: 'milvus', version: '4.2.20', appVersion: '2.4.16' },
        userValues: {},
      };
      return Promise.resolve(rendered);
    },
    template: (asked) => {
      templates.push(asked);
      return renders ? Promise.resolve(manifest) : Promise.reject(new Error('no such chart'));
    },
    upgrade: () => Promise.reject(new Error('a plan writes nothing')),
    rollback: () => Promise.reject(new Error('a plan writes nothing')),
  };
  return { helm, intents, templates };
}

export interface PlanSetup {
  readonly revisions?: readonly Revision[];
  readonly live?: readonly KubeObject[];
  readonly rendered?: readonly KubeObject[];
  readonly request?: Partial<Request>;
  readonly values?: string;
  readonly helm?: string;
  readonly api?: Partial<FakeOptions>;
  readonly listing?: Promise<readonly ChartEntry[]>;
  /** Helm's dry run is forbidden if false. */
  readonly helmMay?: boolean;
  /** Rendering without the cluster fails if false. */
  readonly templates?: boolean;
}

/** Inspects and plans as a run does. */
export async function planned(setup: PlanSetup = {}) {
  const { revisions = [{ revision: 1 }], live = liveOf(), rendered = objectsOf({ image: newImage }) } = setup;
  const api = fakeApi({ objects: [...live, ...revisions.map(recordOf)], ...setup.api });
  const inspection = await inspect(api.cluster, namespace, 'rel');
  const { helm, intents, templates } = helmOf(rendered, setup.helm, {
    mayLook: setup.helmMay ?? true,
    renders: setup.templates ?? true,
  });
  const { repository, fetched } = repositoryOf();
  const valuesFiles: Values[] = [];
  const notes: unknown[] = [];
  const prepare = () =>
    makePlan(request(setup.request), readGiven({ files: [], inline: setup.values ?? '', set: [] }).given, inspection, {
      cluster: api.cluster,
      helm,
      repository,
      listing: setup.listing ?? repository.entries(),
      writeValues: (values) => {
        valuesFiles.push(values);
        return Promise.resolve('/private/values.json');
      },
      description: 'a test',
      note: (error) => notes.push(error),
      signal: new AbortController().signal,
    });
  return { prepared: await prepare(), prepare, inspection, intents, templates, notes, fetched, valuesFiles, api };
}
