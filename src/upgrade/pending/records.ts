import type { Cluster, KubeObject } from '../../cluster/port.js';
import { resources } from '../../cluster/resources.js';
import { decodeRecord, isRecord } from '../../helm/record.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { failed } from '../../problem.js';

/** The last revision of a release, with the Secret that it was read from. */
export interface StoredRevision {
  readonly secret: KubeObject;
  readonly record: ReleaseRecord;
}

const selectorOf = (release: string): string => `owner=helm,name=${release}`;

/** Only the last one is decoded: a record may be large, and the others say nothing here. */
function lastOf(secrets: Iterable<KubeObject>): StoredRevision | undefined {
  const number = ({ metadata }: KubeObject): number => Number(/\.v(\d+)$/.exec(metadata.name)?.[1] ?? 0);
  const [secret] = [...secrets].filter(isRecord).sort((one, other) => number(other) - number(one));
  return secret === undefined ? undefined : { secret, record: decodeRecord(secret) };
}

/**
 * The last revision as a fresh list shows it; undefined when the release is gone.
 *
 * @throws Problem `release-unreadable`, or what the cluster says
 */
export async function freshLast(
  cluster: Pick<Cluster, 'list'>,
  namespace: string,
  release: string,
): Promise<StoredRevision | undefined> {
  const { items } = await cluster.list(resources.secrets, { namespace, labelSelector: selectorOf(release) });
  return lastOf(items);
}

/** The records of one release as a watch keeps them. A watch that the server refuses for good is thrown by the next look. */
export class LiveRecords {
  #secrets: Map<string, KubeObject> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    cluster: Pick<Cluster, 'watch'>,
    at: { readonly namespace: string; readonly release: string },
    signal: AbortSignal,
    changed: () => void,
  ) {
    void this.#follow(cluster, at, signal, changed);
  }

  /** Whether the cluster has answered yet. Throws what ended the watch. */
  get synced(): boolean {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#secrets !== undefined;
  }

  /** The last revision; undefined before the first answer, and when the release is gone. */
  last(): StoredRevision | undefined {
    return this.synced ? lastOf(this.#secrets?.values() ?? []) : undefined;
  }

  async #follow(
    cluster: Pick<Cluster, 'watch'>,
    { namespace, release }: { readonly namespace: string; readonly release: string },
    signal: AbortSignal,
    changed: () => void,
  ): Promise<void> {
    try {
      const options = { namespace, labelSelector: selectorOf(release) };
      for await (const event of cluster.watch(resources.secrets, options, signal)) {
        if (signal.aborted) return;
        if (event.type === 'synced') this.#secrets = new Map(event.items.map((item) => [item.metadata.name, item]));
        else if (event.type === 'changed') this.#secrets?.set(event.object.metadata.name, event.object);
        else this.#secrets?.delete(event.object.metadata.name);
        changed();
      }
      if (signal.aborted) return;
      throw failed({
        id: 'watch-ended',
        what: 'The watch of secrets ended although nobody ended it.',
        remedy: 'Run again with the same inputs.',
      });
    } catch (error) {
      if (signal.aborted) return;
      this.#failure ??= { error };
      changed();
    }
  }
}
