/**
 * Texts of Go's net, crypto/tls and crypto/x509 packages and of client-go's exec plugins, as kubectl passes them on.
 * https://pkg.go.dev/crypto/x509 https://pkg.go.dev/net https://github.com/kubernetes/client-go/blob/master/plugin/pkg/client/auth/exec/exec.go
 */
export interface FailureRow {
  readonly id: string;
  readonly when: RegExp;
  /** Another try may help. */
  readonly transient: boolean;
  readonly what: (host: string) => string;
  readonly why?: string;
  readonly remedy: string;
  /** The cause stands in kubectl's standard error (a plugin's own words). */
  readonly withDiagnostics?: boolean;
}

const checkNetwork =
  'Check the server address, and that the runner can reach it (firewall, private cluster, VPN, allowed address ranges).';

/** First match wins: the narrow ones stand before the wide ones. */
export const connectionFailures: readonly FailureRow[] = [
  {
    id: 'proxy-ended',
    when: /^local socket: (?:ECONNREFUSED|ENOENT)/,
    transient: false,
    what: () => 'kubectl proxy, which connects this run to the cluster, has ended.',
    remedy: 'Run again; if it happens again, look at what ended it (memory of the runner, another step).',
    withDiagnostics: true,
  },
  {
    id: 'credential-plugin-missing',
    when: /getting credentials: exec: .*not found/,
    transient: false,
    what: () => 'The credential plugin of the kubeconfig is not on this runner.',
    remedy: 'Install it in an earlier step so that it is on PATH.',
  },
  {
    id: 'credential-plugin-failed',
    when: /getting credentials:/,
    transient: true,
    what: () => 'The credential plugin of the kubeconfig ran, but gave no credentials.',
    remedy: 'See what it says below; check the cloud credentials of the job.',
    withDiagnostics: true,
  },
  {
    id: 'http-proxy-refused',
    when: /^Proxy Authentication Required|proxyconnect .*(?:407|403|Forbidden)/i,
    transient: false,
    what: (host) => `The HTTP proxy on the way to ${host} refused the connection.`,
    remedy:
      'Check the credentials and rules of the proxy in HTTPS_PROXY (or proxy-url of the kubeconfig), or add the API server to NO_PROXY.',
  },
  {
    id: 'http-proxy-unreachable',
    when: /proxyconnect|socks connect/,
    transient: true,
    what: (host) => `The HTTP proxy on the way to ${host} cannot be reached.`,
    remedy: 'Check HTTPS_PROXY (or proxy-url of the kubeconfig), or add the API server to NO_PROXY.',
  },
  {
    id: 'tls-unknown-authority',
    when: /x509: .*(?:unknown authority|is not trusted|self[- ]signed)/i,
    transient: false,
    what: (host) =>
      `The certificate of the API server ${host} is signed by an authority that the credentials do not name.`,
    remedy:
      'Give its certificate in certificate-authority (or in the kubeconfig); check that the address belongs to this cluster.',
  },
  {
    id: 'tls-expired',
    when: /x509: certificate has expired or is not yet valid/,
    transient: false,
    what: (host) => `The certificate of the API server ${host} is expired or not valid yet.`,
    remedy: "Renew the server's certificate; check the clock of the runner.",
  },
  {
    id: 'tls-wrong-name',
    when: /x509: (?:certificate is (?:valid for|not valid for any names)|cannot validate certificate for)/,
    transient: false,
    what: (host) => `The certificate of the API server does not cover the address ${host}.`,
    remedy: 'Use an address that the certificate has, or set tls-server-name in the kubeconfig.',
  },
  {
    id: 'client-certificate-refused',
    when: /remote error: tls: (?:bad certificate|certificate required|unknown certificate|expired certificate|unknown certificate authority)/,
    transient: false,
    what: (host) => `The API server ${host} does not accept the client certificate of the credentials.`,
    remedy: 'Check that the client certificate is not expired and belongs to this cluster.',
  },
  {
    id: 'not-https',
    when: /first record does not look like a TLS handshake|server gave HTTP response to HTTPS client/,
    transient: false,
    what: (host) => `${host} does not speak HTTPS.`,
    remedy: 'Check scheme and port of the server address.',
  },
  {
    id: 'cluster-timeout',
    when: /i\/o timeout|TLS handshake timeout|deadline exceeded|Client\.Timeout|timeout awaiting response|operation timed out/,
    transient: true,
    what: (host) => `The API server ${host} does not answer in time.`,
    remedy: checkNetwork,
  },
  {
    id: 'tls-failed',
    when: /x509:|tls:/,
    transient: false,
    what: (host) => `No trusted connection to the API server ${host} could be made.`,
    remedy: 'See the reason below; check server address and certificate-authority.',
  },
  {
    id: 'host-not-found',
    when: /no such host|server misbehaving|[Nn]ame (?:or service not known|resolution)/,
    transient: true,
    what: (host) => `The name of the API server ${host} cannot be resolved.`,
    remedy: 'Check the server address; a private cluster needs a runner that uses its DNS.',
  },
  {
    id: 'connection-refused',
    when: /connection refused|actively refused/,
    transient: true,
    what: (host) => `Nothing listens on the address of the API server ${host} (connection refused).`,
    remedy: checkNetwork,
  },
  {
    id: 'network-unreachable',
    when: /network is unreachable|no route to host|host is down/,
    transient: true,
    what: (host) => `There is no route from this runner to the API server ${host}.`,
    remedy: checkNetwork,
  },
  {
    id: 'connection-lost',
    when: /^local socket:|connection reset|broken pipe|\bEOF\b|use of closed|http2:|server closed|GOAWAY/,
    transient: true,
    what: (host) => `The connection to the API server ${host} was cut.`,
    remedy: `Run again; if it stays so: ${checkNetwork.charAt(0).toLowerCase()}${checkNetwork.slice(1)}`,
  },
];

/** Reasons why kubectl proxy ends at once, from its standard error. */
export const startFailures: readonly FailureRow[] = [
  {
    id: 'missing-context',
    when: /context "[^"]*" does not exist|context was not found/,
    transient: false,
    what: () => 'kubectl does not find the context in the kubeconfig.',
    remedy: 'Check the input context.',
  },
  {
    id: 'credential-plugin-outdated',
    when: /exec plugin: invalid apiVersion/,
    transient: false,
    what: () => 'The kubeconfig calls its credential plugin by an API version that this kubectl no longer has.',
    remedy: 'Make the kubeconfig anew with a current version of the cloud tool (client.authentication.k8s.io/v1).',
  },
  {
    id: 'credential-plugin-refused',
    when: /auth plugin has been removed|no Auth Provider found/i,
    transient: false,
    what: () => 'The kubeconfig uses an auth-provider that kubectl no longer has.',
    remedy: 'Make the kubeconfig anew for a credential plugin (exec), or give server, token and certificate-authority.',
  },
  {
    id: 'bad-certificate-authority',
    when: /unable to load root certificates|unable to read certificate-authority|root certificates file with the insecure flag/,
    transient: false,
    what: (host) => `The certificate authority given for ${host} cannot be used.`,
    remedy:
      'Check certificate-authority (or certificate-authority-data): base64 of PEM, and not together with insecure-skip-tls-verify.',
  },
  {
    id: 'bad-client-certificate',
    when: /unable to read client-(?:cert|key)|tls: (?:private key|failed to find|found a)|x509: (?:malformed|failed to parse)/,
    transient: false,
    what: () => 'The client certificate or key of the kubeconfig cannot be used.',
    remedy: 'Check client-certificate and client-key: both present, PEM, and belonging together.',
  },
  {
    id: 'credentials-file-missing',
    when: /open .*: (?:no such file or directory|permission denied)/,
    transient: false,
    what: () => 'A file that the kubeconfig refers to cannot be read.',
    remedy: 'Check that the step that makes it runs before this one, or embed its content in the kubeconfig.',
  },
  {
    id: 'credentials-unreadable',
    when: /invalid configuration|error loading config file/,
    transient: false,
    what: () => 'kubectl finds the kubeconfig invalid.',
    remedy: 'See the reason below.',
  },
  {
    id: 'proxy-socket-failed',
    when: /listen unix/,
    transient: false,
    what: () => 'kubectl proxy could not make its socket in the temporary directory.',
    remedy: "Check that the runner's temporary directory can be written and has a short path.",
  },
];
