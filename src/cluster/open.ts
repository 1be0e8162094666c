import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../clock.js';
import { createCluster } from './client.js';
import { Contact } from './contact.js';
import type { PreparedKubeconfig } from './credentials/prepare.js';
import type { Leftovers } from './leftovers.js';
import type { Cluster, Writes } from './port.js';
import { startProxy } from './proxy.js';
import { socketTransport } from './transport.js';

export interface OpenOptions {
  /** Path of kubectl. */
  readonly kubectl: string;
  readonly kubeconfig: PreparedKubeconfig;
  /** The runner's temporary directory. */
  readonly tempDir: string;
  /** The whole environment of kubectl: src/process/environment.ts. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly leftovers: Leftovers;
  readonly platform: NodeJS.Platform;
}

/**
 * Connects to the cluster of a prepared kubeconfig. No request is made yet: `serverVersion()` is a good first one, it
 * needs no permission.
 *
 * @throws Problem when kubectl proxy does not start
 */
export async function openCluster(options: OpenOptions): Promise<Cluster & Writes> {
  const { path, context, host, serverPath, renewable } = options.kubeconfig;
  const proxy = await startProxy({ ...options, kubeconfig: path, context, host, serverPath });
  const transport = socketTransport(proxy.socket);
  const diagnostics = (): string => proxy.diagnostics();
  const api = {
    transport,
    clock: options.clock,
    host,
    diagnostics,
    renewable,
    contact: new Contact(),
    chance: () => randomInt(1000) / 1000,
    word: () => randomBytes(16).toString('hex'),
  };
  return createCluster(api, () => proxy.close());
}
