import type { Credentials } from '../../action/request.js';
import { isObject, textOf } from '../json.js';
import type { Leftovers } from '../leftovers.js';
import { makePrivateDirectory, privateDirectoryPath, writePrivateFile } from '../private-files.js';
import { userWithPlugin } from './plugins.js';
import { readCredentials } from './read.js';
import { clusterWithFiles, userWithFiles } from './references.js';
import { secretsOf } from './secrets.js';
import { selectContext } from './select.js';
import { connectionWarnings, serverAddress } from './server.js';
import { requireUnexpired, tokenExpiry } from './token.js';

export interface PrepareOptions {
  readonly credentials: Credentials;
  /** The context asked for; otherwise the kubeconfig's current one. */
  readonly context?: string;
  /** Commands that may run as credential plugins. */
  readonly allowExec: readonly string[];
  /** The runner's temporary directory. */
  readonly tempDir: string;
  /** PATH that a credential plugin is looked up on: the one its parent (Helm, kubectl) gets. */
  readonly searchPath: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Has the runner hide a text in the log; @actions/core's setSecret fits. */
  readonly mask: (secret: string) => void;
  readonly leftovers: Leftovers;
}

export interface PreparedKubeconfig {
  /** The file that was written: 0600, the selected context only. Helm and kubectl take it with --kubeconfig. */
  readonly path: string;
  /** Name of its only context. */
  readonly context: string;
  /** Host (and port) of the API server, without credentials. */
  readonly host: string;
  /** Path in the server's address, '' for none. */
  readonly serverPath: string;
  /** What was used, for the log. */
  readonly source: string;
  /** Sentences worth a warning annotation. */
  readonly warnings: readonly string[];
  /** A credential plugin gives the credentials, and can renew them. */
  readonly renewable: boolean;
  /** When the token expires, milliseconds since the epoch; absent where that cannot be seen. */
  readonly tokenExpiresAt?: number;
}

/**
 * Makes the one kubeconfig of this run from the credentials given: checked, reduced to the selected context, and
 * written where only this user can read it. The directory is recorded for the post step before it is made. The home
 * kubeconfig is neither read nor written.
 *
 * @throws Problem (ending `refused`): `credentials-unreadable`, `kubeconfig-not-found`, `missing-context`, `bad-server`,
 *   `bad-certificate-authority`, `kubeconfig-file-reference`, `credential-plugin-refused`, `credential-plugin-missing`,
 *   `token-expired`; `temporary-directory-unusable` (`failed`)
 */
export function prepareKubeconfig(options: PrepareOptions): PreparedKubeconfig {
  const { config, label, source } = readCredentials(options.credentials);
  const selection = selectContext(config, label, options.credentials.kind === 'token' ? undefined : options.context);
  secretsOf(selection.cluster.value, selection.user.value).forEach(options.mask);

  const { origin } = selection.user;
  const address = serverAddress(selection.cluster.value, label);
  const cluster = clusterWithFiles(selection.cluster, options.tempDir);
  const user = userWithPlugin(userWithFiles(selection.user, options.tempDir), origin, options);
  // A token file wins over a token, and whoever made it may renew it.
  const token = textOf(user.tokenFile) === undefined ? textOf(user.token) : undefined;
  const tokenExpiresAt = token === undefined ? undefined : tokenExpiry(token);
  requireUnexpired(tokenExpiresAt, options.now, source);

  const { name } = selection;
  const written = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { ...selection.context, cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user }],
  };
  const directory = privateDirectoryPath(options.tempDir);
  makePrivateDirectory(directory, options.leftovers);
  return {
    // JSON is YAML, and its quoting leaves nothing to chance.
    path: writePrivateFile(directory, 'kubeconfig', JSON.stringify(written)),
    context: name,
    host: address.host,
    serverPath: address.path,
    source,
    renewable: isObject(user.exec),
    warnings: connectionWarnings(cluster, address, label),
    ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt }),
  };
}
