import { switchOf, type ConfigSource } from './config.js';
import { isOwnServer, serversOf } from './endpoints.js';
import { known, unknown, type Known } from './knowledge.js';

/** How Milvus reaches its etcd. Holds no credentials. */
export interface EtcdConfig {
  /** `embedded`: in the process of a standalone Milvus. */
  readonly place: Known<'release' | 'external' | 'embedded'>;
  /** `StatefulSet/my-milvus-etcd` for one of the release, `host:port` for any other. */
  readonly servers: Known<readonly string[]>;
  readonly tls: Known<boolean>;
  /** Whether Milvus logs in with a user and a password. */
  readonly auth: Known<boolean>;
}

function placeOf(embedded: Known<boolean>, servers: Known<readonly string[]>): EtcdConfig['place'] {
  if (!embedded.known) return embedded;
  if (embedded.value) return known('embedded', embedded.from);
  if (!servers.known) return servers;
  if (servers.value.length === 0) return unknown("the configuration names no etcd, so Milvus's own default decides");
  return known(servers.value.every(isOwnServer) ? 'release' : 'external', servers.from);
}

/**
 * Reads what the configuration says about etcd.
 *
 * @param namespace of the release
 * @see https://milvus.io/docs/configure_etcd.md
 */
export function etcdOf(source: ConfigSource, namespace: string): EtcdConfig {
  const servers = serversOf(source, 'etcd', namespace);
  return {
    place: placeOf(switchOf(source, 'etcd.use.embed', false), servers),
    servers,
    tls: switchOf(source, 'etcd.ssl.enabled', false),
    auth: switchOf(source, 'etcd.auth.enabled', false),
  };
}
