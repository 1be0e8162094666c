import type { Cluster, KubeObject } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import { parseManifest } from '../helm/manifest.js';
import type { ReleaseRecord } from '../helm/port.js';
import { readHistory } from '../helm/record.js';
import { isPending } from '../helm/unlock.js';
import { topologyOf, type Topology } from '../milvus/components.js';
import { known, unknown, type Known } from '../milvus/knowledge.js';
import type { Facts, Inspection } from '../plan/facts.js';
import { refused } from '../problem.js';
import { freshObjects } from '../upgrade/rollout/live-objects.js';
import { configurationFacts } from './configuration.js';
import { etcdFact } from './etcd.js';
import { imageFacts, manifestImage } from './images.js';
import { liveWorkloads } from './live-workloads.js';
import { ownerFacts } from './owners.js';
import { refuseKubernetes, refuseRelease } from './refusals.js';
import { replicasFacts } from './replicas.js';
import { readSurroundings, surroundingFacts } from './surroundings.js';
import { unservedFact } from './unserved.js';
import { workloadFacts, workloadsOf } from './workloads.js';

/** Last deployed revision, which Helm upgrades from; the last one where none was ever deployed. */
const baseOf = (history: readonly ReleaseRecord[], last: ReleaseRecord): ReleaseRecord =>
  history.findLast(({ status }) => status === 'deployed') ?? last;

async function clusterIdentity(cluster: Cluster, namespace: string): Promise<Known<string>> {
  try {
    const found = await cluster.get(resources.namespaces, namespace);
    return found?.metadata.uid === undefined
      ? unknown(`namespace ${namespace} has no UID`)
      : known(found.metadata.uid, `the UID of namespace ${namespace}`);
  } catch (error) {
    return unknown(
      `namespace ${namespace} may not be read: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
  }
}

function milvusTopology(objects: readonly KubeObject[], record: ReleaseRecord): Topology {
  const topology = topologyOf(objects);
  if (topology !== undefined) return topology;
  throw refused({
    id: 'no-milvus-workloads',
    what: `Revision ${record.revision} of release ${record.name} has no Milvus Deployment in its manifest.`,
    why: 'Without one there is no running version to upgrade from.',
    remedy: 'Look at helm get manifest; if Milvus was switched off in the values, switch it on first.',
  });
}

/**
 * Reads the release and what runs of it. Objects are found from the manifest, never by labels, so that nameOverride and
 * a second release in the namespace do not mislead.
 *
 * @param cluster an open cluster
 * @param namespace of the release
 * @param name of the release
 * @param pending what becomes of a release whose last revision is pending: a status tells it, and nothing else may act on it
 * @returns facts, and the objects they came from (which may hold secrets)
 * @throws Problem (refused): release not found, not Milvus, uninstalling, pending, Kubernetes too old;
 *   Problem (failed): the cluster cannot be read
 */
export async function inspect(
  cluster: Cluster,
  namespace: string,
  name: string,
  pending: 'refused' | 'told' = 'refused',
): Promise<Inspection> {
  const [version, history, objects, identity, surroundings] = await Promise.all([
    cluster.serverVersion(),
    readHistory(cluster, namespace, name),
    freshObjects(cluster, namespace),
    clusterIdentity(cluster, namespace),
    readSurroundings(cluster, namespace),
  ]);
  refuseKubernetes(version);
  const record = history.at(-1);
  if (record === undefined) throw new Error('a release history is never empty');
  refuseRelease(pending === 'told' && isPending(record) ? { ...record, status: 'deployed' } : record);

  const base = baseOf(history, record);
  const manifest = parseManifest(base.manifest, namespace);
  const topology = milvusTopology(manifest, base);
  const workloads = workloadFacts(manifest, objects);
  const live = liveWorkloads(workloadsOf(manifest), objects);
  const [{ config, facts: configuration }, unserved] = await Promise.all([
    configurationFacts(cluster, { name, namespace }, manifest),
    unservedFact(cluster, manifest),
  ]);
  const facts: Facts = {
    schema: 1,
    kubernetes: version.gitVersion,
    clusterIdentity: identity,
    release: {
      name,
      namespace,
      revision: record.revision,
      status: record.status,
      chartVersion: record.chart.version,
      appVersion: record.chart.appVersion,
      applyMethod: record.applyMethod,
      storedBytes: record.storedBytes,
    },
    mode: topology.mode,
    coordinators: topology.coordinators,
    streamingNode: topology.streamingNode,
    indexNode: topology.indexNode,
    ...configuration,
    etcd: etcdFact(configuration.etcd, workloads),
    ...imageFacts(workloads),
    workloads,
    replicas: replicasFacts(workloads, manifest),
    owners: ownerFacts(live),
    ...surroundingFacts(surroundings, live),
    unserved,
  };
  const lastImage = manifestImage(record === base ? manifest : parseManifest(record.manifest, namespace));
  const previousImage = earlierImage(history, record, namespace);
  return {
    facts,
    record,
    history,
    base,
    manifest,
    ...(config === undefined ? {} : { config }),
    ...(lastImage === undefined ? {} : { lastImage }),
    ...(previousImage === undefined ? {} : { previousImage }),
  };
}

/** Milvus image of the newest revision before the last that Helm finished. */
function earlierImage(history: readonly ReleaseRecord[], last: ReleaseRecord, namespace: string): string | undefined {
  const earlier = history.findLast(
    ({ revision, status }) => revision < last.revision && (status === 'deployed' || status === 'superseded'),
  );
  return earlier === undefined ? undefined : manifestImage(parseManifest(earlier.manifest, namespace));
}
