import { parseAllDocuments } from 'yaml';
import type { Scenario } from '../e2e/harness.js';

/** How a release has to be when the run that healed it has ended. */
export interface Wanted {
  /** Image of every Milvus pod. */
  readonly image: string;
  /** How the journal may say that it ended. */
  readonly outcomes: readonly string[];
  /** The run found everything done, so it took no lock, and that of a dead one is left to expire. */
  readonly untouched: boolean;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

interface Lease {
  readonly spec: { readonly holderIdentity?: string; readonly renewTime?: string };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A port may be written as a text. */
const told = (value: unknown): string =>
  value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

/** Where `live` is not what `wanted` says; the API server may add fields, and leaves empty ones out. */
function differences(wanted: unknown, live: unknown, path: string): string[] {
  if (wanted === null || wanted === undefined) return [];
  if (Array.isArray(wanted)) {
    if (wanted.length === 0 && live === undefined) return [];
    if (!Array.isArray(live) || live.length !== wanted.length) return [`${path}: ${JSON.stringify(live)}`];
    return wanted.flatMap((item, index) => differences(item, live[index], `${path}[${index}]`));
  }
  if (isMap(wanted)) {
    const map = isMap(live) ? live : {};
    return Object.entries(wanted).flatMap(([key, value]) => differences(value, map[key], `${path}.${key}`));
  }
  if (live === undefined && (wanted === '' || wanted === false || wanted === 0)) return [];
  return told(wanted) === told(live) ? [] : [`${path}: ${told(live)} instead of ${told(wanted)}`];
}

async function ofHistory(scenario: Scenario): Promise<string[]> {
  const revisions = await scenario.revisions();
  const deployed = revisions.filter(([, status]) => status === 'deployed');
  const last = revisions.at(-1);
  const fine = deployed.length === 1 && last?.[1] === 'deployed' && !revisions.some(([, s]) => s.startsWith('pending'));
  return fine ? [] : [`the history is ${JSON.stringify(revisions)}`];
}

async function ofObjects(scenario: Scenario): Promise<string[]> {
  const { release, namespace, bed } = scenario;
  const { stdout } = await bed.cluster.helm('4.3.0', ['get', 'manifest', release, '--namespace', namespace]);
  const wanted = parseAllDocuments(stdout)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
  const found = await Promise.all(
    wanted.map(async (object) => {
      const name = `${object.kind}/${object.metadata.name}`;
      try {
        return differences(object, await scenario.json(name), name);
      } catch (error) {
        return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
      }
    }),
  );
  const workloads = await scenario.json<{ items: Manifest[] }>('deployments,statefulsets');
  const known = new Set(wanted.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const strange = workloads.items
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    .filter((name) => !known.has(name))
    .map((name) => `${name} is in no manifest`);
  return [...found.flat(), ...strange];
}

async function ofPods(scenario: Scenario, image: string): Promise<string[]> {
  const { items } = await scenario.json<{ items: Pod[] }>('pods');
  const milvus = items.filter(({ metadata }) => metadata.labels['app.kubernetes.io/name'] === 'milvus');
  const versions = [...new Set(milvus.flatMap(({ spec }) => spec.containers.map((container) => container.image)))];
  const unready = items.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp !== undefined ||
      status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') !== true,
  );
  return [
    ...(versions.length === 1 && versions[0] === image ? [] : [`the Milvus pods run ${versions.join(', ')}`]),
    ...unready.map(({ metadata }) => `pod ${metadata.name} is not ready`),
  ];
}

async function ofRecords(scenario: Scenario, { outcomes, untouched }: Wanted): Promise<string[]> {
  const name = `milvus-upgrade-${scenario.release}`;
  const [journal, lease] = await Promise.all([
    scenario.json<ConfigMap>('configmap', name),
    scenario.json<Lease>('lease', name),
  ]);
  const { outcome } = JSON.parse(journal.data?.['journal.json'] ?? '{}') as { outcome?: { result: string } };
  const holder = lease.spec.holderIdentity ?? '';
  return [
    ...(outcome !== undefined && outcomes.includes(outcome.result)
      ? []
      : [`the journal says ${outcome?.result ?? 'that it is open'}`]),
    ...(holder === '' || untouched ? [] : [`the lock is held by ${holder}`]),
  ];
}

/** What is wrong with a release; nothing if it is whole. */
export async function faults(scenario: Scenario, wanted: Wanted): Promise<string[]> {
  const all = await Promise.all([
    ofHistory(scenario),
    ofObjects(scenario),
    ofPods(scenario, wanted.image),
    ofRecords(scenario, wanted),
  ]);
  return all.flat();
}

/** What a run has left, in a few lines, for the log of a round. */
export async function snapshot(scenario: Scenario): Promise<string> {
  const name = `milvus-upgrade-${scenario.release}`;
  const get = async (...args: readonly string[]): Promise<string> =>
    scenario.kubectl('get', ...args, name, '--ignore-not-found').catch((error: unknown) => String(error));
  const [revisions, state, holder] = await Promise.all([
    scenario.revisions(),
    get('configmap', '--output', 'jsonpath={.data.state}{"\\n"}{.data.journal\\.json}'),
    get('lease', '--output', 'jsonpath={.spec.holderIdentity} {.spec.leaseTransitions} {.spec.renewTime}'),
  ]);
  return `history ${JSON.stringify(revisions)}\nlease ${holder}\njournal ${state}`;
}
