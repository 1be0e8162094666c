import { Problem } from '../problem.js';
import type { ProblemDetails } from '../problem.js';
import { connectionFailures, startFailures } from './connection-failures.js';
import type { FailureRow } from './connection-failures.js';
import { scrub } from './scrub.js';
import { retryAfterMs, statusOf } from './status.js';
import type { Answered } from './status.js';

/** What a request was about, for sentences and for the rule that a missing permission needs. */
export interface About {
  /** RBAC verb: get, list, watch, create, update. */
  readonly verb: string;
  readonly group: string;
  /** Plural, with a subresource where there is one: `pods`, `pods/log`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A Problem of the cluster's that also knows whether another try may help. */
export class ClusterProblem extends Problem {
  constructor(
    details: ProblemDetails,
    readonly transient: boolean,
    /** The server's HTTP status, where there was an answer. */
    readonly status?: number,
    /** How long the server asks to wait before another try, milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super('failed', details);
  }
}

/** `list pods in the namespace milvus`. */
export function describe({ verb, group, resource, namespace, name }: About): string {
  const kind = group === '' ? resource : `${resource}.${group}`;
  const one = name === undefined ? kind : `${kind} ${name}`;
  return `${verb} ${one}${namespace === undefined ? '' : ` in the namespace ${namespace}`}`;
}

function fromRow(row: FailureRow, host: string, text: string, diagnostics: string): ClusterProblem {
  const raw = scrub(row.withDiagnostics === true ? `${text.trim()}\n${diagnostics}` : text);
  return new ClusterProblem(
    {
      id: row.id,
      what: row.what(host),
      ...(row.why === undefined ? {} : { why: row.why }),
      remedy: row.remedy,
      ...(raw === '' ? {} : { raw }),
    },
    row.transient,
  );
}

/**
 * Why the API server was not reached, from the text of kubectl proxy (its answer 500 with text/plain) or of the local socket.
 * Undefined when no row of the table knows the text.
 *
 * @param diagnostics what kubectl wrote to standard error last
 */
export function connectionProblem(text: string, host: string, diagnostics = ''): ClusterProblem | undefined {
  const row = connectionFailures.find(({ when }) => when.test(text));
  return row === undefined ? undefined : fromRow(row, host, text, diagnostics);
}

/** Texts of a connection that was never made: name, dial, proxy, handshake, credentials. */
const unsent =
  /^(?:dial |lookup |proxyconnect |socks connect |Proxy Authentication Required|getting credentials|x509: |tls: failed to verify|tls: first record|net\/http: TLS handshake timeout|http: server gave HTTP response|local socket: (?:ECONNREFUSED|ENOENT))/;

/** Whether a text of kubectl proxy or of the local socket says that the request cannot have reached the server. */
export const neverSent = (text: string): boolean => unsent.test(text);

/** Why kubectl proxy did not start, from its standard error. */
export function startProblem(stderr: string, host: string): ClusterProblem {
  const row =
    startFailures.find(({ when }) => when.test(stderr)) ?? connectionFailures.find(({ when }) => when.test(stderr));
  if (row !== undefined) return fromRow(row, host, stderr, '');
  const raw = scrub(stderr);
  return new ClusterProblem(
    {
      id: 'proxy-not-started',
      what: `kubectl proxy, which connects this run to ${host}, did not start.`,
      remedy: 'Look at what kubectl says below; check the kubeconfig and the kubectl version.',
      ...(raw === '' ? {} : { raw }),
    },
    false,
  );
}

/** The rule that would allow a request, as it stands in a Role. */
const ruleFor = ({ verb, group, resource }: About): string =>
  JSON.stringify({ apiGroups: [group], resources: [resource], verbs: [verb] });

const userIn = (message: string): string | undefined => /\bUser "([^"]{1,253})"/.exec(message)?.[1];

type AnswerRow = (about: About, host: string, message: string) => Omit<ProblemDetails, 'raw'>;

const forbidden: AnswerRow = (about, _host, message) => {
  const user = userIn(message);
  const place = about.namespace === undefined ? 'a ClusterRole' : `a Role in the namespace ${about.namespace}`;
  return {
    id: 'forbidden',
    what: `The credentials${user === undefined ? '' : ` (user ${user})`} may not ${describe(about)}.`,
    why: 'The cluster refused the request by its access rules (403).',
    remedy: `Grant it with ${place} that has the rule ${ruleFor(about)}, bound to that user; docs/permissions.md has the whole Roles.`,
  };
};

const answers: ReadonlyMap<number, AnswerRow> = new Map<number, AnswerRow>([
  [
    401,
    (_about, host) => ({
      id: 'wrong-token',
      what: `The API server ${host} does not accept the credentials (401): they are wrong, revoked or expired.`,
      remedy:
        'Make new ones (for a service account: `kubectl create token NAME --duration=...`), check that they belong to this cluster, and store them in the secret.',
    }),
  ],
  [403, forbidden],
  [
    404,
    (about, host) => ({
      id: 'not-served',
      what: `The API server ${host} does not know what was asked for: ${describe(about)} (404).`,
      remedy: 'Check that the cluster serves this kind, and that the server address has no wrong path.',
    }),
  ],
  [
    409,
    (about) => ({
      id: 'conflict',
      what: `Somebody else changed the object in between: ${describe(about)} (409).`,
      remedy: 'See who else deploys to this namespace, then run again.',
    }),
  ],
  [
    422,
    (about) => ({
      id: 'invalid-object',
      what: `The API server found the object invalid: ${describe(about)} (422).`,
      remedy: 'See the reason below; change the values that lead to it.',
    }),
  ],
  [
    429,
    (about, host) => ({
      id: 'server-busy',
      what: `The API server ${host} is too busy and kept refusing: ${describe(about)} (429).`,
      remedy: 'Run again later; if it stays so, look at the load of the API server.',
    }),
  ],
]);

const otherAnswer =
  (status: number): AnswerRow =>
  (about, host) => ({
    id: status >= 500 ? 'server-error' : 'unexpected-answer',
    what: `The API server ${host} (or a gateway before it) failed with ${status}: ${describe(about)}.`,
    remedy:
      status >= 500
        ? 'Run again; if it stays so, look at the health of the API server.'
        : 'Check the server address; see the answer below.',
  });

/** Statuses that another try may turn into an answer. */
const transientStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** The Problem behind an answer of the API server that is not a success. */
export function answerProblem(answer: Answered, about: About, host: string): ClusterProblem {
  const { status, body } = answer;
  const message = statusOf(body)?.message ?? body;
  const row = answers.get(status) ?? otherAnswer(status);
  const raw = scrub(message);
  return new ClusterProblem(
    { ...row(about, host, message), ...(raw === '' ? {} : { raw }) },
    transientStatuses.has(status),
    status,
    retryAfterMs(answer),
  );
}

export function timeoutProblem(about: About, host: string, afterMs: number): ClusterProblem {
  return new ClusterProblem(
    {
      id: 'cluster-timeout',
      what: `The API server ${host} gave no answer within ${Math.round(afterMs / 1000)} s: ${describe(about)}.`,
      remedy:
        'Check that the runner can reach that address (firewall, private cluster, VPN, proxy variables), then run again.',
    },
    true,
  );
}
