import type { ReleaseStatus, UpgradeIntent, Values } from '../../src/helm/port.js';
import { workloadsOf } from '../../src/inspect/workloads.js';
import type { Expectation } from '../../src/upgrade/rollout/survey.js';
import type { ModelChart } from './helm-script.js';
import { owned } from './helm-script.js';
import { manifestObjects, recordOf } from './releases.js';
import type { Release } from './releases.js';
import type { Snapshot } from './store.js';
import { World } from './world.js';
import type { WorldOptions } from './world.js';

export const release = 'my';
export const namespace = 'db';
export const valuesFile = '/private/values.json';

interface Shape {
  readonly version: string;
  readonly tag: string;
  readonly components: readonly string[];
  readonly etcd: string;
}

/**
 * Charts by reference. The third has a new dependency image, a component less and another one more. Few components: the
 * fault driver runs each call of each of them thousands of times.
 */
const shapes: Readonly<Record<string, Shape>> = {
  'milvus-4.1.24': { version: '4.1.24', tag: 'v2.3.11', components: ['proxy', 'datanode'], etcd: '3.5.5' },
  'milvus-4.2.20': { version: '4.2.20', tag: 'v2.4.16', components: ['proxy', 'datanode'], etcd: '3.5.5' },
  'milvus-5.0.2': { version: '5.0.2', tag: 'v2.6.2', components: ['proxy', 'streamingnode'], etcd: '3.5.18' },
};

export const charts = { first: 'milvus-4.1.24', second: 'milvus-4.2.20', third: 'milvus-5.0.2' } as const;

export const imageOf = (chart: string): string => `milvusdb/milvus:${shapes[chart]?.tag ?? ''}`;

const deployment = (name: string, component: string, { version }: Shape, image: string, replicas: number): string =>
  `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}-milvus-${component}, labels: {component: ${component}, helm.sh/chart: milvus-${version}}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {component: ${component}}}
  template:
    metadata: {labels: {component: ${component}}}
    spec: {containers: [{name: ${component}, image: "${image}"}]}
`;

const others = (name: string, shape: Shape): string =>
  `---
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}-milvus}
data: {default.yaml: "version: ${shape.version}"}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${name}-etcd}
spec:
  replicas: 1
  serviceName: ${name}-etcd
  selector: {matchLabels: {app: etcd}}
  template:
    metadata: {labels: {app: etcd}}
    spec: {containers: [{name: etcd, image: "etcd:${shape.etcd}"}]}
`;

const at = (values: Values, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (found as Values | undefined)?.[key], values);

/** User values that count: `image.all.tag`, and `<component>.replicas`. */
function render(shape: Shape, name: string, values: Values): string {
  const tag = at(values, 'image', 'all', 'tag');
  const image = `milvusdb/milvus:${typeof tag === 'string' ? tag : shape.tag}`;
  const parts = shape.components.map((component) => {
    const replicas = at(values, component, 'replicas');
    return deployment(name, component, shape, image, typeof replicas === 'number' ? replicas : 1);
  });
  return others(name, shape) + parts.join('');
}

function chartOf(shape: Shape): ModelChart {
  const known = new Map<string, string>();
  return {
    name: 'milvus',
    version: shape.version,
    appVersion: shape.tag.slice(1),
    values: {},
    render: (name, _namespace, values) => {
      const key = `${name} ${JSON.stringify(values)}`;
      const text = known.get(key) ?? render(shape, name, values);
      known.set(key, text);
      return text;
    },
  };
}

const library = new Map(Object.entries(shapes).map(([reference, shape]) => [reference, chartOf(shape)]));

export interface Installed {
  /** One stored revision each, oldest first; by default one, deployed, of the first chart. */
  readonly revisions?: readonly { readonly chart: string; readonly status: ReleaseStatus; readonly values?: Values }[];
  /** What runs: index of the revision whose objects are live; default the last. */
  readonly live?: number;
  readonly applyMethod?: 'ssa' | 'csa';
}

const snapshots = new Map<string, Promise<Snapshot>>();

/** The release as it runs and is quiet, made once for the same question. */
async function installed({ revisions, live, applyMethod }: Installed, compressed: boolean): Promise<Snapshot> {
  const world = new World({ compressed });
  const stored = (revisions ?? [{ chart: charts.first, status: 'deployed' }]).map(
    ({ chart, status, values = {} }, index) => {
      const { name, version, appVersion, render: text } = library.get(chart) ?? world.chart(chart);
      const moment = world.store.moment();
      const one: Release = {
        name: release,
        namespace,
        version: index + 1,
        info: { first_deployed: moment, last_deployed: moment, deleted: '', description: 'Install complete', status },
        chart: { metadata: { name, version, appVersion }, values: {} },
        config: values,
        manifest: text(release, namespace, values),
        ...(applyMethod === undefined ? {} : { apply_method: applyMethod }),
        labels: {},
      };
      world.store.create('user', recordOf(one, { createdAt: '1' }, compressed));
      return one;
    },
  );
  const running = stored[live ?? stored.length - 1];
  for (const object of manifestObjects(running?.manifest ?? '', namespace))
    world.store.create('user', owned(object, release, namespace));
  await world.settle();
  return world.store.snapshot();
}

/** A world with a release in it that runs and is quiet; its history begins empty. */
export async function milvusWorld(options: Omit<WorldOptions, 'from'> & Installed = {}): Promise<World> {
  const { revisions, live, applyMethod, compressed = false, ...rest } = options;
  const question: Installed = {
    ...(revisions === undefined ? {} : { revisions }),
    ...(live === undefined ? {} : { live }),
    ...(applyMethod === undefined ? {} : { applyMethod }),
  };
  const key = JSON.stringify([question, compressed]);
  const snapshot = snapshots.get(key) ?? installed(question, compressed);
  snapshots.set(key, snapshot);
  const world = new World({ ...rest, compressed, from: await snapshot });
  for (const [reference, chart] of library) world.charts.set(reference, chart);
  world.files.set(valuesFile, {});
  return world;
}

/** An upgrade to a chart, with the values in the file that every world has. */
export const intentTo = (chart: string, labels: Readonly<Record<string, string>> = {}): UpgradeIntent => ({
  release,
  namespace,
  chart: { reference: chart },
  valuesFile,
  timeoutMs: 90_000,
  description: 'an upgrade',
  applyMethod: 'client',
  validate: true,
  labels,
});

/** What a rollout from one chart to another has to reach. */
export function expectationTo(chart: string, from: string = chart, values: Values = {}): Expectation {
  const refs = (reference: string) =>
    workloadsOf(manifestObjects(library.get(reference)?.render(release, namespace, values) ?? '', namespace));
  const wanted = refs(chart);
  const image = imageOf(chart);
  return {
    workloads: wanted.map((ref) => (ref.component === undefined ? ref : { ...ref, image })),
    removed: refs(from).filter(({ kind, name }) => !wanted.some((one) => one.kind === kind && one.name === name)),
  };
}
