import { setting, switchOf, type ConfigSource } from './config.js';
import { isOwnServer, serversOf } from './endpoints.js';
import { known, unknown, type Known } from './knowledge.js';

/** How Milvus reaches its object storage. Holds no credentials; bucket and prefix are facts of their own. */
export interface ObjectStorage {
  /** `release`: a MinIO of the release (also one that is a gateway to something else). `local`: a directory. */
  readonly place: Known<'release' | 'external' | 'local'>;
  /** `StatefulSet/my-milvus-minio` for one of the release, `host:port` for any other. */
  readonly servers: Known<readonly string[]>;
  readonly tls: Known<boolean>;
}

function placeOf(type: Known<string> | undefined, servers: Known<readonly string[]>): ObjectStorage['place'] {
  if (type?.known === false) return type;
  if (type?.value.trim().toLowerCase() === 'local') return known('local', type.from);
  if (!servers.known) return servers;
  if (servers.value.length === 0) {
    return unknown("the configuration names no object storage, so Milvus's own default decides");
  }
  return known(servers.value.every(isOwnServer) ? 'release' : 'external', servers.from);
}

/**
 * Reads what the configuration says about object storage.
 *
 * @param namespace of the release
 * @see https://milvus.io/docs/configure_minio.md
 */
export function objectStorageOf(source: ConfigSource, namespace: string): ObjectStorage {
  const servers = serversOf(source, 'object storage', namespace);
  return {
    place: placeOf(setting(source, 'common.storageType'), servers),
    servers,
    tls: switchOf(source, 'minio.useSSL', false),
  };
}
