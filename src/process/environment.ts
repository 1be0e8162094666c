/** The environment of a child: what it needs by name, nothing else. Inputs and job tokens never reach Helm or kubectl. */

const always: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  // Where programs keep their files instead of under HOME.
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  // Additional roots of trust, https://pkg.go.dev/crypto/x509#SystemCertPool
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  // The runner ends stray processes of a job by this mark, https://github.com/actions/runner (JobExtension.cs).
  'RUNNER_TRACKING_ID',
];

/** Read by Go programs in both cases, https://pkg.go.dev/golang.org/x/net/http/httpproxy#FromEnvironment */
const proxies: readonly string[] = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

const aws = ['AWS_'];
const google = ['CLOUDSDK_', 'GOOGLE_', 'USE_GKE_GCLOUD_AUTH_PLUGIN'];
const azure = ['AZURE_', 'AAD_', 'ARM_'];
const digitalOcean = ['DIGITALOCEAN_'];
const oracle = ['OCI_'];
const openStack = ['OS_'];

/** Prefixes of the variables that credential plugins read, by the plugin's command. */
const pluginPrefixes: ReadonlyMap<string, readonly string[]> = new Map([
  ['aws', aws],
  ['aws-iam-authenticator', aws],
  ['gke-gcloud-auth-plugin', google],
  ['gcloud', google],
  ['kubelogin', azure],
  ['az', azure],
  ['doctl', digitalOcean],
  ['oci', oracle],
  ['client-keystone-auth', openStack],
]);

/** A plugin that the table does not know may belong to any of the clouds. */
const everyCloud: readonly string[] = [...aws, ...google, ...azure, ...digitalOcean, ...oracle, ...openStack];

/** Never passed on, whatever asks for them. */
const never = /^(?:INPUT_|ACTIONS_|STATE_|GITHUB_TOKEN$|GH_TOKEN$)/i;

export interface ChildEnvironmentOptions {
  /** Commands that the kubeconfig may run as credential plugins (input `allow-exec`). */
  readonly plugins?: readonly string[];
  /** Names of further variables that this child needs and that the job may have set. */
  readonly also?: readonly string[];
  /** Variables set for this child, over everything else. */
  readonly set?: Readonly<Record<string, string>>;
}

/**
 * The environment for Helm, kubectl and their credential plugins, from the job's: search path, home, temporary
 * directory, proxies, roots of trust, and cloud variables only for the plugins that are allowed. `INPUT_*` (they
 * hold the credentials) and `ACTIONS_*` (they hold job tokens) never pass.
 */
export function childEnvironment(
  job: Readonly<Record<string, string | undefined>>,
  options: ChildEnvironmentOptions = {},
): Record<string, string> {
  const names = new Set([...always, ...proxies, ...(options.also ?? [])]);
  const prefixes = (options.plugins ?? []).flatMap(
    (command) => pluginPrefixes.get(command.split(/[\\/]/).at(-1) ?? command) ?? everyCloud,
  );
  const wanted = (name: string): boolean =>
    !never.test(name) && (names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)));
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(job)) {
    if (value !== undefined && wanted(name)) environment[name] = value;
  }
  return { ...environment, ...options.set };
}
