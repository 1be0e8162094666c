import { X509Certificate } from 'node:crypto';
import { refused } from '../../problem.js';
import { textOf } from '../json.js';
import type { JsonObject } from '../json.js';
import { plainOrBase64 } from './decode.js';

export interface ServerAddress {
  /** Host and port, for messages. */
  readonly host: string;
  /** '' or a path such as `/k8s/clusters/c-1`, which some gateways have. */
  readonly path: string;
  readonly encrypted: boolean;
}

/**
 * The parts of a cluster's `server` that may be shown. As kubectl does it, an address without a scheme counts as http.
 *
 * @throws Problem `bad-server`; the sentence does not quote the address, which may hold a password
 */
export function serverAddress(cluster: JsonObject, label: string): ServerAddress {
  const server = textOf(cluster.server) ?? '';
  const address = server.includes('://') ? server : `http://${server}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (server === '' || url === undefined || !['http:', 'https:'].includes(url.protocol) || url.host === '') {
    throw refused({
      id: 'bad-server',
      what: `${label} has no usable server address.`,
      remedy: 'Give the address of the API server, for example https://203.0.113.7:6443.',
    });
  }
  return { host: url.host, path: url.pathname.replace(/\/+$/, ''), encrypted: url.protocol === 'https:' };
}

/** What a reader should know about how the connection is protected. */
export function connectionWarnings(cluster: JsonObject, address: ServerAddress, label: string): readonly string[] {
  const warnings: string[] = [];
  if (cluster['insecure-skip-tls-verify'] === true) {
    warnings.push(
      `${label} sets insecure-skip-tls-verify: the API server ${address.host} is not verified, so whoever stands between could read the credentials and change what is deployed. Give its certificate authority instead.`,
    );
  }
  if (!address.encrypted) {
    warnings.push(`${label} reaches the API server ${address.host} without encryption (http), credentials included.`);
  }
  return warnings;
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}

/**
 * Certificate authorities as a kubeconfig wants them: base64 of PEM.
 *
 * @param content PEM with one or more certificates, or base64 of that
 * @throws Problem `bad-certificate-authority`, `credentials-unreadable`
 */
export function certificateAuthorityData(content: string): string {
  const { text } = plainOrBase64(content, 'The input certificate-authority');
  const certificates = text.match(certificateBlock) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw refused({
      id: 'bad-certificate-authority',
      what: 'The input certificate-authority is not a PEM certificate.',
      remedy:
        'Give the PEM text (-----BEGIN CERTIFICATE-----) or base64 of it, as certificate-authority-data has it in a kubeconfig; leave it empty to use the roots of the system.',
    });
  }
  return Buffer.from(`${certificates.join('\n')}\n`).toString('base64');
}
