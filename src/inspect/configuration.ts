import type { Cluster, KubeObject } from '../cluster/port.js';
import { resources } from '../cluster/resources.js';
import { bucketOf, bucketRootPathOf, configMapName, rootPathOf, type ConfigSource } from '../milvus/config.js';
import { etcdOf, type EtcdConfig } from '../milvus/etcd.js';
import { known, unknown, type Known } from '../milvus/knowledge.js';
import { metastoreOf } from '../milvus/metastore.js';
import { objectStorageOf } from '../milvus/object-storage.js';
import { messageQueueOf, minioModeOf } from '../milvus/queue.js';
import type { Facts } from '../plan/facts.js';
import { Problem } from '../problem.js';

export type IdentityFacts = Pick<Facts, 'messageQueue' | 'rootPath' | 'bucket' | 'bucketRootPath' | 'minioMode'>;

/** Everything that is told by the configuration that Milvus's pods get. */
export type ConfigurationFacts = IdentityFacts &
  Pick<Facts, 'metastore' | 'objectStorage'> & { readonly etcd: EtcdConfig };

/**
 * What a release's configuration says about where its data is: read the same way from the live objects and from the
 * objects of a dry run, so that both can be compared.
 */
export function identityOf(
  source: ConfigSource,
  release: { readonly name: string; readonly namespace: string },
): IdentityFacts {
  return {
    messageQueue: messageQueueOf(source, release),
    rootPath: rootPathOf(source),
    bucket: bucketOf(source),
    bucketRootPath: bucketRootPathOf(source),
    minioMode: minioModeOf(source.manifest),
  };
}

/** The ConfigMap of a set of rendered objects that Milvus would mount. */
export function renderedConfig(manifest: readonly KubeObject[]): KubeObject | undefined {
  const name = configMapName(manifest);
  return name.known
    ? manifest.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name.value)
    : undefined;
}

/** The live ConfigMap, or why there is none to read. Not being allowed to read it is a fact; any other failure ends the run. */
async function liveConfig(cluster: Cluster, namespace: string, name: Known<string>): Promise<Known<KubeObject>> {
  if (!name.known) return name;
  try {
    const found = await cluster.get(resources.configMaps, name.value, namespace);
    return found === undefined
      ? unknown(`ConfigMap ${name.value}, which the Milvus Deployments mount, does not exist`)
      : known(found, name.from);
  } catch (error) {
    if (error instanceof Problem && error.details.id === 'forbidden') {
      return unknown(`the credentials may not read ConfigMap ${name.value}`);
    }
    throw error;
  }
}

/**
 * Reads the live ConfigMap that Milvus's pods mount. A ConfigMap that is not part of the release (customConfigMap)
 * is found the same way.
 */
export async function configurationFacts(
  cluster: Cluster,
  release: { readonly name: string; readonly namespace: string },
  manifest: readonly KubeObject[],
): Promise<{ readonly config?: KubeObject; readonly facts: ConfigurationFacts }> {
  const config = await liveConfig(cluster, release.namespace, configMapName(manifest));
  const source: ConfigSource = config.known
    ? { configMap: config.value, manifest }
    : { configMap: undefined, manifest, unreadable: config.reason };
  const facts = {
    ...identityOf(source, release),
    metastore: metastoreOf(source),
    etcd: etcdOf(source, release.namespace),
    objectStorage: objectStorageOf(source, release.namespace),
  };
  return { ...(config.known ? { config: config.value } : {}), facts };
}
