import { setting, type ConfigSource } from './config.js';
import { known, unknown, type Known, type Metastore } from './knowledge.js';

const metastores: readonly Metastore[] = ['etcd', 'mysql', 'tikv'];

/**
 * Where Milvus keeps its metadata, `metastore.type`; Milvus's default is etcd.
 *
 * @see https://milvus.io/docs/configure_metastore.md
 */
export function metastoreOf(source: ConfigSource): Known<Metastore> {
  const said = setting(source, 'metastore.type');
  if (said === undefined) return known('etcd', "Milvus's default");
  if (!said.known) return said;
  const metastore = metastores.find((name) => name === said.value.trim().toLowerCase());
  return metastore === undefined
    ? unknown('the configuration names a metastore that is not known here')
    : known(metastore, said.from);
}
