import type { Known, MessageQueue } from '../../milvus/knowledge.js';
import { addressSetting, dependenciesOf, serversOf } from '../../milvus/endpoints.js';
import type { ConfigSource } from '../../milvus/config.js';

/** A dependency that Milvus would find at another place than now, or of which that cannot be told. */
export interface EndpointChange {
  readonly dependency: string;
  /** The setting that holds the address. */
  readonly setting: string;
  readonly from: Known<readonly string[]>;
  readonly to: Known<readonly string[]>;
}

/**
 * Holds the servers that Milvus runs with against those that it would run with.
 *
 * @param live the live ConfigMap and the manifest of the base revision
 * @param rendered ConfigMap and objects of the dry run
 * @param release its namespace and its message queue
 * @returns one entry a dependency whose set of servers differs or is not known; an order or a spelling is no difference
 */
export function endpointChanges(
  live: ConfigSource,
  rendered: ConfigSource,
  release: { readonly namespace: string; readonly queue: Known<MessageQueue> },
): EndpointChange[] {
  return dependenciesOf(release.queue).flatMap((dependency) => {
    const from = serversOf(live, dependency, release.namespace);
    const to = serversOf(rendered, dependency, release.namespace);
    const same = from.known && to.known && from.value.join() === to.value.join();
    return same ? [] : [{ dependency, setting: addressSetting(dependency), from, to }];
  });
}
