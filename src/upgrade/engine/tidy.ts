import { resources } from '../../cluster/resources.js';
import { readHistory, recordSecretName } from '../../helm/record.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { supersededSecret } from '../../helm/unlock.js';
import type { Lock } from '../lock/lock.js';
import type { EnginePorts, Order } from './ports.js';

/** Revisions that stand as deployed although a later one is. */
const leftDeployed = (history: readonly ReleaseRecord[]): readonly ReleaseRecord[] => {
  const deployed = history.filter(({ status }) => status === 'deployed');
  return history.at(-1)?.status === 'deployed' ? deployed.slice(0, -1) : [];
};

/**
 * Leaves exactly one revision deployed: an earlier one that Helm could not mark as superseded is marked so.
 *
 * @returns all stored revisions, oldest first
 */
export async function tidied(
  order: Pick<Order, 'release' | 'namespace'>,
  { cluster, clock, emit }: Pick<EnginePorts, 'cluster' | 'clock' | 'emit'>,
  lock: Pick<Lock, 'assertHeld' | 'until'>,
  history: readonly ReleaseRecord[],
): Promise<readonly ReleaseRecord[]> {
  const left = leftDeployed(history);
  if (left.length === 0) return history;
  const { namespace, release } = order;
  for (const { revision } of left) {
    const secret = await cluster.get(resources.secrets, recordSecretName(release, revision), namespace);
    if (secret?.metadata.labels?.status !== 'deployed') continue;
    lock.assertHeld();
    await cluster.replace(resources.secrets, supersededSecret(secret, clock.now()), { until: lock.until });
    emit({ type: 'info', text: `Revision ${revision} was marked superseded, which Helm had not been able to do.` });
  }
  return readHistory(cluster, namespace, release);
}
