import type { KubeObject } from '../../src/cluster/port.js';
import type { ReleaseRecord } from '../../src/helm/port.js';
import { known } from '../../src/milvus/knowledge.js';
import type { CheckContext, Comparison } from '../../src/plan/checks/check.js';
import { runChecks } from '../../src/plan/checks/table.js';
import type { Facts, Inspection } from '../../src/plan/facts.js';
import type { CheckResult, ObjectDiff } from '../../src/plan/plan.js';
import type { Target } from '../../src/plan/target.js';
import { facts as healthyFacts } from '../report/reports.js';
import { helmVersion } from './world.js';

/** Inspections and check contexts in which nothing speaks against an upgrade; tests say only what they vary. */

export const record = (changes: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  name: 'my-milvus',
  namespace: 'milvus',
  revision: 4,
  status: 'deployed',
  description: '',
  lastDeployed: '2026-11-22T14:00:00Z',
  chart: { name: 'milvus', version: '4.1.24', appVersion: '2.3.11' },
  chartValues: {},
  applyMethod: 'client',
  userValues: {},
  manifest: '',
  labels: {},
  storedBytes: 90_000,
  ...changes,
});

export interface InspectionSetup {
  readonly facts?: Partial<Facts>;
  readonly release?: Partial<Facts['release']>;
  readonly record?: Partial<ReleaseRecord>;
  readonly base?: Partial<ReleaseRecord>;
  readonly manifest?: readonly KubeObject[];
  readonly lastImage?: string;
  readonly previousImage?: string;
}

export const oldImage = 'milvusdb/milvus:v2.3.11';
export const newImage = 'milvusdb/milvus:v2.4.23';

export function inspectionOf(setup: InspectionSetup = {}): Inspection {
  const facts = healthyFacts('2.3.11', 4, '4.1.24', setup.facts);
  const last = record(setup.record);
  return {
    facts: { ...facts, release: { ...facts.release, status: last.status, ...setup.release } },
    record: last,
    history: [last],
    base: record(setup.base ?? setup.record),
    manifest: setup.manifest ?? [],
    lastImage: setup.lastImage ?? oldImage,
    ...(setup.previousImage === undefined ? {} : { previousImage: setup.previousImage }),
  };
}

export const target: Target = {
  version: '2.4.23',
  source: '2.3.11',
  image: { repository: 'milvusdb/milvus', tag: 'v2.4.23' },
};

export function comparisonOf(changes: Partial<Comparison> = {}): Comparison {
  const { messageQueue, rootPath, bucket, bucketRootPath, mode } = healthyFacts('2.3.11', 4, '4.1.24');
  return {
    rendered: { manifest: [], hooks: [], chart: { name: 'milvus', version: '4.2.20', appVersion: '' }, userValues: {} },
    diff: [],
    immutable: [],
    conflicts: [],
    volumes: [],
    endpoints: [],
    kept: new Set(),
    identity: { messageQueue, rootPath, bucket, bucketRootPath, mode: known(mode, 'the dry run') },
    ...changes,
  };
}

export const diff = (kind: string, name: string, change: ObjectDiff['change']): ObjectDiff => ({
  kind,
  name,
  change,
  restarts: false,
  images: [],
  fields: [],
});

export interface ContextSetup extends Partial<Omit<CheckContext, 'inspection'>> {
  readonly inspection?: InspectionSetup;
}

export const contextOf = ({ inspection, ...rest }: ContextSetup = {}): CheckContext => ({
  inspection: inspectionOf(inspection),
  target,
  situation: 'upgrade',
  helm: helmVersion('4.3.0'),
  frozen: [],
  unreadable: [],
  storedValues: {},
  comparison: comparisonOf(),
  missing: [],
  missingRules: [],
  ...rest,
});

/** One check's outcome. */
export function outcome(id: string, context: CheckContext, allow: readonly string[] = []): CheckResult {
  const result = runChecks(context, allow).find((check) => check.id === id);
  if (result === undefined) throw new Error(`there is no check ${id}`);
  return result;
}

/** When one check speaks and when it does not. */
export interface CheckRow {
  readonly id: string;
  readonly speaks: Readonly<Record<string, ContextSetup>>;
  /** What the sentence has to name. */
  readonly names: RegExp;
  /** Besides the ordinary context. */
  readonly silent?: Readonly<Record<string, ContextSetup>>;
  readonly status: 'blocked' | 'warned';
  readonly overridable: boolean;
  /** Part of what a person approves. */
  readonly covered: boolean;
}

/** An object of a manifest. */
export const object = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...more,
});

/** A Deployment of Milvus as the chart labels it. */
export const milvusObject = (component: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `my-milvus-${component}`, labels: { 'helm.sh/chart': 'milvus-4.2.20', component } },
  spec,
});

/** The comparison of a dry run that renders these objects. */
export const rendering = (manifest: readonly KubeObject[], changes: Partial<Comparison> = {}): Comparison =>
  comparisonOf({ rendered: { ...comparisonOf().rendered, manifest }, ...changes });
