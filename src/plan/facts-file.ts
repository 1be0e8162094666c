import { releaseStatuses } from '../helm/port.js';
import { components } from '../milvus/components.js';
import { unknown as notKnown, type Known } from '../milvus/knowledge.js';
import { refused } from '../problem.js';
import { isMap } from '../values/tree.js';
import type { Facts } from './facts.js';
import { flag, list, number, object, oneOf, optional, text, type Read } from './facts-shape.js';

/** A fact; one that an older file does not have is unknown, which is what it is. */
const fact =
  <T>(read: Read<T>): Read<Known<T>> =>
  (value, path, wrong) => {
    if (value === undefined) return notKnown('the saved facts do not have it');
    if (!isMap(value) || typeof value.known !== 'boolean') {
      wrong.push(`${path} (a fact: known, with value and from, or reason)`);
      return notKnown('');
    }
    return value.known
      ? {
          known: true,
          value: read(value.value, `${path}.value`, wrong),
          from: text(value.from, `${path}.from`, wrong),
        }
      : notKnown(text(value.reason, `${path}.reason`, wrong));
  };

/** A list that an older file does not have. */
const laterList =
  <T>(item: Read<T>): Read<readonly T[]> =>
  (value, path, wrong) =>
    value === undefined ? [] : list(item)(value, path, wrong);

/** A switch that an older file does not have. */
const laterFlag: Read<boolean> = (value, path, wrong) => (value === undefined ? true : flag(value, path, wrong));

/** An object whose fields are all facts, so that one that is missing is one of unknown facts. */
const laterObject =
  <T>(read: Read<T>): Read<T> =>
  (value, path, wrong) =>
    read(value ?? {}, path, wrong);

const component = oneOf(...components.map((row) => row.component));

const queue = oneOf(
  'pulsar2',
  'pulsar3',
  'external-pulsar',
  'kafka',
  'external-kafka',
  'rocksmq',
  'natsmq',
  'woodpecker',
);

const autoscaler = object({
  kind: oneOf('HorizontalPodAutoscaler', 'ScaledObject'),
  name: text,
  workload: text,
  min: number,
  max: number,
});

const facts: Read<Facts> = object({
  schema: oneOf(1),
  kubernetes: text,
  clusterIdentity: fact(text),
  release: object({
    name: text,
    namespace: text,
    revision: number,
    status: oneOf(...releaseStatuses),
    chartVersion: text,
    appVersion: text,
    applyMethod: oneOf('client', 'server'),
    storedBytes: number,
  }),
  mode: oneOf('cluster', 'standalone'),
  coordinators: oneOf('separate', 'mixcoord', 'mixed', 'none'),
  streamingNode: flag,
  indexNode: flag,
  messageQueue: fact(queue),
  rootPath: fact(text),
  bucket: fact(text),
  bucketRootPath: fact(text),
  minioMode: fact(oneOf('standalone', 'distributed')),
  metastore: fact(oneOf('etcd', 'mysql', 'tikv')),
  etcd: laterObject(
    object({
      place: fact(oneOf('release', 'external', 'embedded')),
      servers: fact(list(text)),
      tls: fact(flag),
      auth: fact(flag),
      members: fact(object({ wanted: number, ready: number })),
    }),
  ),
  objectStorage: laterObject(
    object({ place: fact(oneOf('release', 'external', 'local')), servers: fact(list(text)), tls: fact(flag) }),
  ),
  sourceVersion: fact(text),
  image: fact(object({ repository: text, tag: optional(text), suffix: text })),
  components: list(object({ component, workload: text, images: list(text), version: fact(text) })),
  workloads: list(
    object({
      kind: oneOf('Deployment', 'StatefulSet'),
      name: text,
      component: optional(component),
      exists: flag,
      wanted: number,
      ready: number,
      updated: number,
      observed: flag,
      templateImages: list(text),
      runningImages: list(text),
      healthy: flag,
      completed: laterFlag,
      trouble: list(text),
    }),
  ),
  replicas: laterList(object({ workload: text, live: number, manifest: number })),
  owners: laterList(
    object({
      owner: oneOf('argo-cd', 'flux', 'milvus-operator'),
      name: optional(text),
      evidence: text,
      objects: list(text),
    }),
  ),
  autoscalers: laterObject(object({ horizontal: fact(list(autoscaler)), keda: fact(list(autoscaler)) })),
  disruptionBudgets: fact(list(object({ name: text, workloads: list(text), disruptionsAllowed: number }))),
  claims: fact(
    list(object({ name: text, workload: text, storageClass: optional(text), size: text, accessModes: list(text) })),
  ),
  unserved: fact(list(object({ apiVersion: text, kind: text, name: text }))),
});

/**
 * Facts that were saved: by themselves, or as `before` of a report.json. They are enough to find the route again, for a
 * test or for a bug report.
 *
 * @param json the parsed file
 * @returns facts of schema 1; facts that an older file does not have are unknown
 * @throws Problem (refused) `facts-unreadable` that names each field that is missing or of another kind
 */
export function readFacts(json: unknown): Facts {
  const wrong: string[] = [];
  const read = facts(isMap(json) && isMap(json.before) ? json.before : json, 'facts', wrong);
  if (wrong.length === 0) return read;
  throw refused({
    id: 'facts-unreadable',
    what: `The saved facts cannot be used: ${wrong.slice(0, 6).join(', ')}${wrong.length > 6 ? ` and ${wrong.length - 6} more` : ''}.`,
    remedy: 'Give a report.json of this action (its field before), or the facts in it, of schema 1.',
  });
}
