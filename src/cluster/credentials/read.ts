import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Credentials } from '../../action/request.js';
import { refused } from '../../problem.js';
import { plainOrBase64 } from './decode.js';
import { mergeKubeconfigs, parseKubeconfig, unreadable } from './kubeconfig.js';
import type { Kubeconfig, Origin } from './kubeconfig.js';
import { certificateAuthorityData } from './server.js';

export interface ReadCredentials {
  readonly config: Kubeconfig;
  /** Starts a sentence: `The input kubeconfig`, `The job's KUBECONFIG`. */
  readonly label: string;
  /** Which form was given, for the log: `input kubeconfig (base64)`. */
  readonly source: string;
}

const largestFile = 4 * 1024 * 1024;

/** Name of the only context of a kubeconfig made from server and token. */
const ownContext = 'milvus-upgrade';

/** One file of the job's KUBECONFIG; undefined when it is not there, which kubectl ignores. */
function readFile(path: string): Kubeconfig | undefined {
  const absolute = resolve(path);
  const origin: Origin = { label: `The kubeconfig ${absolute}`, directory: dirname(absolute) };
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > largestFile) throw unreadable(origin, 'is not a file of at most 4 MiB');
  let text: string;
  try {
    text = readFileSync(absolute, 'utf8');
  } catch {
    throw unreadable(origin, 'may not be read by this user');
  }
  return parseKubeconfig(text.replace(/^\uFEFF/, ''), origin);
}

const readers: {
  readonly [K in Credentials['kind']]: (credentials: Extract<Credentials, { kind: K }>) => ReadCredentials;
} = {
  kubeconfig: ({ content }) => {
    const label = 'The input kubeconfig';
    const { text, form } = plainOrBase64(content, label);
    return { config: parseKubeconfig(text, { label }), label, source: `input kubeconfig (${form})` };
  },

  token: ({ server, token, certificateAuthority = '' }) => {
    const origin: Origin = { label: 'The input server' };
    const authority =
      certificateAuthority.trim() === ''
        ? {}
        : { 'certificate-authority-data': certificateAuthorityData(certificateAuthority) };
    const only = (value: Record<string, unknown>) => new Map([[ownContext, { value, origin }]]);
    return {
      config: {
        currentContext: ownContext,
        contexts: only({ cluster: ownContext, user: ownContext }),
        clusters: only({ server: server.trim(), ...authority }),
        users: only({ token: token.trim() }),
      },
      label: origin.label,
      source: `inputs server and token (${certificateAuthority.trim() === '' ? 'system roots' : 'own certificate authority'})`,
    };
  },

  environment: ({ paths }) => {
    const given = paths.filter((path) => path !== '');
    const configs = given.map(readFile).filter((config) => config !== undefined);
    if (configs.length === 0) {
      throw refused({
        id: 'kubeconfig-not-found',
        what: `The job's KUBECONFIG names no file that exists: ${given.join(', ')}.`,
        remedy: 'Check the step that sets KUBECONFIG, or give the input kubeconfig, or server and token.',
      });
    }
    return {
      config: mergeKubeconfigs(configs),
      label: "The job's KUBECONFIG",
      source: `the job's KUBECONFIG (${configs.length === 1 ? 'one file' : `${configs.length} files merged`})`,
    };
  },
};

/**
 * Reads the credentials that were given, whatever their kind, into one kubeconfig. Nothing is written.
 *
 * @throws Problem `credentials-unreadable`, `bad-certificate-authority`, `kubeconfig-not-found`
 */
export function readCredentials(credentials: Credentials): ReadCredentials {
  switch (credentials.kind) {
    case 'kubeconfig':
      return readers.kubeconfig(credentials);
    case 'token':
      return readers.token(credentials);
    case 'environment':
      return readers.environment(credentials);
  }
}
