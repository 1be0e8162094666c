import type { Credentials } from '../request.js';
import type { InputEnvironment, InputFault } from './definition.js';
import { blank } from './show.js';
import type { InputName, InputValues } from './table.js';

/** The ways to give credentials, for the message of every bad combination. */
const ACCEPTED =
  "`kubeconfig` alone; or `server` with `token` (and `certificate-authority` unless the system's roots do); or none of them where the job sets KUBECONFIG";

const SECRETS_ABSENT =
  'A secret that does not exist arrives as an empty text: check its name and the environment it belongs to; secrets are not passed to workflows that a fork or Dependabot started.';

const TOKEN_INPUTS = ['server', 'token', 'certificate-authority'] as const satisfies readonly InputName[];

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' and ');

/** Answers with credentials, with what is wrong with the combination, or with nothing where an input itself is bad. */
export function readCredentials(
  raw: (name: InputName) => string,
  values: InputValues,
  environment: InputEnvironment,
): { readonly credentials?: Credentials; readonly fault?: InputFault } {
  const tokenInputs = TOKEN_INPUTS.filter((name) => !blank(raw(name)));
  if (!blank(raw('kubeconfig'))) {
    if (tokenInputs.length > 0) return { fault: doubled(['kubeconfig', ...tokenInputs]) };
    return values.kubeconfig === undefined ? {} : { credentials: { kind: 'kubeconfig', content: values.kubeconfig } };
  }
  if (tokenInputs.length > 0) return fromToken(raw, values, tokenInputs);
  return fromJob(environment);
}

function doubled(names: readonly string[]): InputFault {
  return {
    input: listed(names),
    was: 'given together, and they may name different clusters',
    accepted: ACCEPTED,
  };
}

function fromToken(raw: (name: InputName) => string, values: InputValues, given: readonly InputName[]) {
  const missing = (['server', 'token'] as const).filter((name) => blank(raw(name)));
  if (missing.length > 0) {
    const fault: InputFault = {
      input: listed(missing),
      was: `empty while ${listed(given)} ${given.length === 1 ? 'is' : 'are'} given`,
      accepted: ACCEPTED,
      ...(missing.includes('token') || given.includes('certificate-authority') ? { why: SECRETS_ABSENT } : {}),
    };
    return { fault };
  }
  if (!blank(raw('context'))) {
    const fault: InputFault = {
      input: '`context` and `server`',
      was: 'given together',
      accepted: '`context` with a kubeconfig only',
      why: 'Server and token are used as they are; there is no context to choose.',
    };
    return { fault };
  }
  const { server, token } = values;
  if (server === undefined || token === undefined) return {};
  const authority = values['certificate-authority'];
  const credentials: Credentials = {
    kind: 'token',
    server,
    token,
    ...(authority === undefined ? {} : { certificateAuthority: authority }),
  };
  return { credentials };
}

function fromJob(environment: InputEnvironment) {
  const paths = (environment.kubeconfig ?? '').split(environment.pathDelimiter).filter((path) => !blank(path));
  if (paths.length === 0) {
    const fault: InputFault = {
      input: '`kubeconfig`, `server` and `token`',
      was: 'empty, and the job sets no KUBECONFIG',
      accepted: ACCEPTED,
      why: SECRETS_ABSENT,
    };
    return { fault };
  }
  if (!paths.some((path) => environment.pathKind(path) === 'file')) {
    const fault: InputFault = {
      input: '`kubeconfig`',
      was: `empty, and the job's KUBECONFIG names ${paths.length === 1 ? 'a file that does not exist' : 'only files that do not exist'}`,
      accepted: ACCEPTED,
    };
    return { fault };
  }
  return { credentials: { kind: 'environment', paths } satisfies Credentials };
}
