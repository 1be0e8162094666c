import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject } from '../../cluster/port.js';
import { canonicalJson } from '../../plan/canonical.js';
import { list, number, object, oneOf, optional, text, type Read } from '../../plan/facts-shape.js';
import type { Plan } from '../../plan/plan.js';
import { failed } from '../../problem.js';
import { isMap } from '../../values/tree.js';
import { ourLabels, recordName } from '../lock/lease.js';
import { mostSteps, type Journal } from './journal.js';
import { stateInWords, waysOut } from './words.js';

/** The ConfigMap that holds a journal. `data` is for people and programs, `binaryData` for a plan that is too long. */
export interface JournalObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** What a journal's object says. */
export type ReadJournal =
  | { readonly state: 'none' }
  | { readonly state: 'readable'; readonly journal: Journal; readonly object: JournalObject }
  /** Written by a newer version of this action. */
  | { readonly state: 'newer'; readonly schema: number; readonly object: JournalObject }
  | { readonly state: 'unreadable'; readonly reason: string; readonly object: JournalObject };

/** A plan up to this many bytes is stored as it is, a longer one compressed. */
const longestPlainPlan = 256 * 1024;
/** etcd takes 1.5 MiB, a ConfigMap 1 MiB. */
const mostBytes = 960 * 1024;
const mostUnpacked = 16 * 1024 * 1024;

const keys = { state: 'state', journal: 'journal.json', plan: 'plan.json', packed: 'plan.json.gz' } as const;

/** @throws Problem `journal-too-large` where even the compressed plan is more than an object may hold */
export function encodeJournal(journal: Journal, found?: JournalObject): JournalObject {
  const { plan, ...rest } = journal;
  const entries = { ...rest, steps: rest.steps.slice(-mostSteps) };
  const planText = canonicalJson(plan);
  const plain = Buffer.byteLength(planText) <= longestPlainPlan;
  const data = {
    [keys.state]: [stateInWords(journal), ...(journal.outcome === undefined ? [waysOut(journal)] : [])].join('\n'),
    [keys.journal]: `${JSON.stringify(entries, null, 2)}\n`,
    ...(plain ? { [keys.plan]: planText } : {}),
  };
  const binaryData = plain ? undefined : { [keys.packed]: gzipSync(planText).toString('base64') };
  const bytes = Buffer.byteLength(JSON.stringify([data, binaryData]));
  if (bytes > mostBytes) {
    throw failed({
      id: 'journal-too-large',
      what: `The plan for release ${journal.release} is too long to be written down in the cluster (${bytes} bytes).`,
      why: 'Without its journal a run that dies could not be finished by the next one, so nothing was begun.',
      remedy: 'Take the release to its target in smaller steps (another target-version), or report this.',
    });
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...found?.metadata,
      name: recordName(journal.release),
      namespace: journal.namespace,
      labels: { ...found?.metadata.labels, ...ourLabels(journal.release) },
    },
    data,
    ...(binaryData === undefined ? {} : { binaryData }),
  };
}

/** Whether two versions of the object hold the same journal, whatever else was touched. */
export const saysTheSame = (one: JournalObject, other: JournalObject): boolean =>
  one.data?.[keys.journal] === other.data?.[keys.journal];

/** Numbers and texts by name. */
const details: Read<Readonly<Record<string, string | number>>> = (value, path, wrong) => {
  const good = isMap(value) && Object.values(value).every((one) => typeof one === 'string' || typeof one === 'number');
  if (!good) wrong.push(`${path} (texts and numbers)`);
  return good ? (value as Record<string, string | number>) : {};
};

const step = object({
  id: oneOf('helm-upgrade', 'rollout', 'helm-rollback', 'rollout-back'),
  hop: number,
  epoch: number,
  intendedAt: text,
  intended: details,
  observedAt: optional(text),
  observed: optional(details),
  failed: optional(text),
});

const entries = object({
  schema: oneOf(1),
  release: text,
  namespace: text,
  attempt: text,
  asked: text,
  planDigest: optional(text),
  epoch: number,
  run: text,
  url: optional(text),
  openedAt: text,
  openedBy: text,
  updatedAt: text,
  hop: number,
  base: number,
  direction: oneOf('forward', 'back'),
  steps: list(step),
  interruptedAt: optional(text),
  outcome: optional(
    object({
      result: oneOf('upgraded', 'failed', 'restored', 'rolled-back', 'overtaken'),
      at: text,
      problem: optional(text),
    }),
  ),
});

/** What is read of a plan here; the rest of it rides along. */
const planShape = object({
  schema: oneOf(1),
  release: text,
  namespace: text,
  sourceVersion: text,
  targetVersion: text,
  installed: object({ revision: number, chartVersion: text }),
  hops: list(
    object({
      path: oneOf('helm', 'migration'),
      sourceVersion: text,
      targetVersion: text,
      chartVersion: text,
      image: object({ repository: text, tag: text }),
      changes: list(object({ key: text })),
      pointOfNoReturn: optional(text),
    }),
  ),
});

function planText({ data, binaryData }: JournalObject): string {
  const packed = binaryData?.[keys.packed];
  if (typeof packed !== 'string') return data?.[keys.plan] ?? '';
  return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: mostUnpacked }).toString('utf8');
}

/** Reads a journal's object, whoever may have edited it. */
export function decodeJournal(object: JournalObject | undefined): ReadJournal {
  if (object === undefined) return { state: 'none' };
  const unreadable = (reason: string): ReadJournal => ({ state: 'unreadable', reason, object });
  try {
    const raw: unknown = JSON.parse(object.data?.[keys.journal] ?? '');
    if (!isMap(raw)) return unreadable('it is not an object');
    const { schema } = raw;
    if (typeof schema === 'number' && schema > 1) return { state: 'newer', schema, object };
    const wrong: string[] = [];
    const plan: unknown = JSON.parse(planText(object));
    const read = entries(raw, 'journal', wrong);
    const seen = planShape(plan, 'plan', wrong);
    if (wrong.length > 0) return unreadable(wrong.slice(0, 5).join('; '));
    if (read.hop < 0 || read.hop >= Math.max(1, seen.hops.length)) return unreadable('its hop is not in its plan');
    return { state: 'readable', journal: { ...read, plan: plan as Plan }, object };
  } catch {
    return unreadable('it is not JSON');
  }
}
