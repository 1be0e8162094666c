import { releaseOf, group, first, oneLine } from './row.js';
import type { ErrorRow } from './row.js';

/** The way to the API server and to a chart registry. */
export const connectionRows: readonly ErrorRow[] = [
  {
    id: 'missing-context',
    pattern: /context "([^"]*)" does not exist/,
    say: (match) => ({
      what: `The kubeconfig has no context ${group(match, 1)}.`,
      remedy: 'Set the input `context` to one that `kubectl config get-contexts` shows, or leave it out.',
    }),
  },
  {
    id: 'wrong-token',
    pattern: /the server has asked for the client to provide credentials|: Unauthorized\b|^Unauthorized$/m,
    say: () => ({
      what: 'The API server does not accept the credentials: the token or certificate is wrong or has expired.',
      remedy: 'Renew the credentials in the secret that the workflow passes.',
    }),
  },
  {
    id: 'chart-download-failed',
    pattern:
      /failed to perform "\w+" on source|failed to do request: |failed to download |failed to fetch |failed to authorize|failed to resolve reference|: not found$/m,
    say: (_match, call) => ({
      what: `Helm could not get the chart for the ${call.act} of ${releaseOf(call)} from its registry.`,
      remedy:
        'Check the reference in the input `chart`, the version in `chart-version`, the login of the job to the registry ' +
        'and its proxy settings.',
    }),
  },
  {
    id: 'untrusted-certificate',
    pattern: /x509: ([^\n]*)/,
    say: (match) => ({
      what: `The certificate of the server is not trusted: ${oneLine(group(match, 1))}.`,
      remedy: "Give the cluster's certificate authority in the kubeconfig or in the input `certificate-authority`.",
    }),
  },
  {
    id: 'unreachable',
    pattern:
      /kubernetes cluster unreachable|dial tcp|i\/o timeout|TLS handshake timeout|connection reset by peer|client connection lost|no such host/i,
    say: (_match, call, text) => ({
      what: `Helm could not reach the API server${first(text, /lookup (\S+)/) === '' ? '' : ` (the name ${first(text, /lookup (\S+)/)} was not found)`} during the ${call.act}.`,
      remedy:
        'Check the address of the server, that it runs, and that the runner may reach it (firewall, proxy, VPN); then run again.',
    }),
  },
];
