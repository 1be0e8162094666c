import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { chartsDirectory } from '../../testbed/charts-build.js';
import { openCluster, type Claim, type Cluster } from '../../testbed/cluster.js';
import { up } from '../../testbed/control-plane.js';
import { startMirror, type Mirror } from '../../testbed/mirror.js';
import { startAction, type RunnerResult } from '../../testbed/runner.js';
import type { CheckStatus, Plan } from '../../src/plan/plan.js';
import type { Report } from '../../src/report/report.js';
import { defaultVersions } from '../../src/tools/defaults.js';

/** Where the action lies: action.yml and the committed dist/. */
export const root = join(import.meta.dirname, '..', '..');
/** The state of the test bed for the whole run; test files share one control plane. */
const stateDirectory = process.env.MILVUS_E2E_STATE ?? join(root, '.testbed', 'e2e');
/** Shared between runs, as on a self-hosted runner. Tests of the installation itself take one of their own. */
const sharedToolCache = join(root, '.testbed', 'tools');

/** PATH of the job: Node, and the system's own programs. */
export const jobPath = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;

export const helmVersions = ['3.14.4', '3.22.0', '4.3.0'] as const;
export const defaultHelm = defaultVersions.helm;

export interface Bed {
  readonly cluster: Cluster;
  readonly mirror: Mirror;
  /** Directory of packaged charts (the model's, or MILVUS_CHARTS). */
  readonly charts: string;
  /** kubeconfig of the administrator, as text. */
  readonly adminKubeconfig: string;
}

let bed: Bed | undefined;
const namespaces: string[] = [];

/** Opens the test bed for this test file. Call it once at the top. */
export function useBed(): () => Bed {
  // Runs end by deadlines of their own; this one is for a machine that does much else meanwhile.
  jest.setTimeout(300_000);
  beforeAll(async () => {
    const record = await up({ stateDirectory });
    const charts = await chartsDirectory({ env: process.env, into: join(root, '.testbed', 'charts') });
    const mirror = await startMirror({ helm: helmVersions, kubectl: [defaultVersions.kubectl], charts });
    bed = { cluster: openCluster(record), mirror, charts, adminKubeconfig: readFileSync(record.kubeconfig, 'utf8') };
  }, 900_000);
  afterAll(async () => {
    await bed?.mirror.close();
    // Nobody waits for their end; left as they are, hundreds of pods would slow down the files after this one.
    if (namespaces.length > 0) await bed?.cluster.kubectl(['delete', 'namespace', '--wait=false', ...namespaces]);
  });
  return () => {
    if (bed === undefined) throw new Error('the test bed is opened before the tests');
    return bed;
  };
}

export type Values = Readonly<Record<string, unknown>>;

export interface RunOptions {
  /** Directory of another action.yml and dist/; by default the committed ones. */
  readonly action?: string;
  /** Job variables besides the runner's own. */
  readonly env?: Record<string, string>;
  readonly path?: string;
  readonly toolCache?: string;
  readonly workspace?: string;
  /** The runner dies with a main that is killed; `clear` ends what lives on. */
  readonly dies?: boolean;
  readonly onLine?: (line: string) => void;
}

export interface InstallOptions {
  readonly values?: Values;
  readonly helm?: string;
  /** Until everything is ready. */
  readonly wait?: boolean;
  readonly flags?: readonly string[];
}

/** One release in a namespace of its own. */
export class Scenario {
  private constructor(
    readonly bed: Bed,
    readonly namespace: string,
    readonly release: string,
  ) {}

  /** Makes the namespace and volumes for it. */
  static async make(bed: Bed, name: string, { release = 'milvus', volumes = 30 } = {}): Promise<Scenario> {
    const namespace = `${name}-${randomBytes(3).toString('hex')}`;
    await bed.cluster.createNamespace(namespace, { volumes });
    namespaces.push(namespace);
    return new Scenario(bed, namespace, release);
  }

  /** `helm install` of a chart version, as the user would have done, and a wait until everything is ready. */
  async install(
    chart: string,
    { values = {}, helm = '3.22.0', wait = true, flags = [] }: InstallOptions = {},
  ): Promise<void> {
    await this.helm(helm, ['install', this.release, join(this.bed.charts, `milvus-${chart}.tgz`), ...flags], values);
    if (wait) await this.ready();
  }

  /** `helm upgrade --reset-then-reuse-values` by hand. */
  async upgradeByHand(chart: string, { values = {}, helm = '3.22.0' } = {}): Promise<void> {
    const flags = ['upgrade', this.release, join(this.bed.charts, `milvus-${chart}.tgz`), '--reset-then-reuse-values'];
    await this.helm(helm, flags, values);
  }

  private async helm(version: string, args: readonly string[], values: Values): Promise<void> {
    const file = join(mkdtempSync(join(tmpdir(), 'values-')), 'values.json');
    writeFileSync(file, JSON.stringify(values));
    await this.bed.cluster.helm(version, [...args, '--namespace', this.namespace, '--values', file]);
  }

  /** Waits until every Deployment and StatefulSet of the namespace has rolled out. */
  async ready(): Promise<void> {
    const { items } = await this.json<{ items: { kind: string; metadata: { name: string } }[] }>(
      'deployments,statefulsets',
    );
    // Twice: the simulated kubelet deletes by name, and now and then meets the pod that has just taken a deleted one's place.
    for (const { kind, metadata } of [...items, ...items]) {
      await this.kubectl('rollout', 'status', `${kind.toLowerCase()}/${metadata.name}`, '--timeout=120s');
    }
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    const { stdout } = await this.bed.cluster.kubectl(['--namespace', this.namespace, ...args]);
    return stdout;
  }

  /** `kubectl get -o json`. */
  async json<T>(...what: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl('get', ...what, '--output', 'json')) as T;
  }

  /** Images of the Milvus Deployments by component, as their pod templates say. */
  async images(): Promise<Record<string, string>> {
    const { items } = await this.json<{
      items: {
        metadata: { labels: Record<string, string> };
        spec: { template: { spec: { containers: { image: string }[] } } };
      }[];
    }>('deployments');
    return Object.fromEntries(
      items
        .filter(({ metadata }) => metadata.labels['helm.sh/chart']?.startsWith('milvus-'))
        .map(({ metadata, spec }) => [metadata.labels.component ?? '', spec.template.spec.containers[0]?.image ?? '']),
    );
  }

  /** Names of the StatefulSets. */
  async statefulSets(): Promise<string[]> {
    const { items } = await this.json<{ items: { metadata: { name: string } }[] }>('statefulsets');
    return items.map(({ metadata }) => metadata.name).sort();
  }

  /** Revisions as Helm stores them: [revision, status]. */
  async revisions(): Promise<[number, string][]> {
    const { items } = await this.json<{ items: { metadata: { labels: Record<string, string> } }[] }>(
      'secrets',
      '--selector',
      `owner=helm,name=${this.release}`,
    );
    return items
      .map(({ metadata: { labels } }): [number, string] => [Number(labels.version), labels.status ?? ''])
      .sort(([a], [b]) => a - b);
  }

  /** User values of the last revision. */
  async userValues(): Promise<Record<string, unknown>> {
    const { stdout } = await this.bed.cluster.helm('3.22.0', [
      'get', 'values', this.release, '--namespace', this.namespace, '--output', 'json',
    ]); // prettier-ignore
    return (JSON.parse(stdout) as Record<string, unknown> | null) ?? {};
  }

  /** The inputs that every run has; tests override what they are about. '' takes an input away. */
  inputs(given: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { mirror, adminKubeconfig } = this.bed;
    const helm = given['helm-version'] ?? defaultHelm;
    const pinned = helmVersions.some((version) => version === helm)
      ? { 'helm-version': helm, 'helm-checksum': mirror.helmSha256(helm) }
      : {};
    const all = {
      release: this.release,
      namespace: this.namespace,
      kubeconfig: adminKubeconfig,
      repository: mirror.chartsUrl,
      'tool-mirror': mirror.url,
      ...pinned,
      'kubectl-version': defaultVersions.kubectl,
      'kubectl-checksum': mirror.kubectlSha256(defaultVersions.kubectl),
      ...given,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  }

  /**
   * Starts the bundled action as the runner would. However the run ends, every claim of the namespace must be there
   * afterwards with the same name, UID and volume, and no other: the result rejects where it is not so.
   */
  start(given: Readonly<Record<string, string>>, options: RunOptions = {}): ReturnType<typeof startAction> {
    mkdirSync(sharedToolCache, { recursive: true });
    const before = this.bed.cluster.claims(this.namespace);
    const started = startAction({
      action: root,
      inputs: this.inputs(given),
      path: jobPath,
      toolCache: sharedToolCache,
      ...options,
    });
    const done = Promise.all([before, started.done]).then(async ([claims, result]) => {
      assertSameClaims(claims, await this.bed.cluster.claims(this.namespace), result);
      return result;
    });
    return { ...started, done };
  }

  /** Runs the bundled action to its end, main and post. */
  async run(given: Readonly<Record<string, string>>, options: RunOptions = {}): Promise<RunnerResult> {
    return this.start(given, options).done;
  }
}

/** A claim that had no volume yet may get one; everything else stays as it was. */
function assertSameClaims(before: readonly Claim[], after: readonly Claim[], result: RunnerResult): void {
  const bound = new Set(before.filter(({ volumeName }) => volumeName !== '').map(({ uid }) => uid));
  const told = (claims: readonly Claim[]): string =>
    claims.map(({ name, uid, volumeName }) => `${name} ${uid} ${bound.has(uid) ? volumeName : ''}`).join('\n');
  if (told(before) === told(after)) return;
  throw new Error(`The claims changed. Before:\n${told(before)}\nAfter:\n${told(after)}\n${story(result)}`);
}

interface OutputFiles {
  readonly 'plan-file': Plan;
  readonly 'report-file': Report;
}

/** The file that an output names, parsed. */
export function jsonFile<K extends keyof OutputFiles>(result: RunnerResult, output: K): OutputFiles[K] {
  const content = result.fileContents[result.outputs[output] ?? ''];
  if (content === undefined) throw new Error(`The output ${output} names no file that is there. ${story(result)}`);
  return JSON.parse(content) as OutputFiles[K];
}

/** Ids of what ended a run badly, from report.json. */
export const problemIds = (result: RunnerResult): string[] =>
  jsonFile(result, 'report-file').problems.map(({ id }) => id);

/** Names of the checks of a plan with this outcome, from plan.json. */
export const checkIds = (result: RunnerResult, outcome: CheckStatus): string[] =>
  jsonFile(result, 'plan-file')
    .checks.filter(({ status }) => status === outcome)
    .map(({ id }) => id);

/** Values of a standalone Milvus with its own message queue, as the documentation installs it. */
export const standalone: Values = {
  cluster: { enabled: false },
  etcd: { replicaCount: 1 },
  minio: { mode: 'standalone' },
  pulsar: { enabled: false },
};

/** What went wrong, for a failed expectation: result, problem and the end of the log. */
export const story = ({ outputs, annotations, log }: RunnerResult): string =>
  JSON.stringify({ outputs, annotations, log: log.split('\n').slice(-40) }, null, 2);
