import { createHmac } from 'node:crypto';
import { canonicalJson } from './canonical.js';

/**
 * Values reach plan, summary and report only through here. The rule is default-deny: a string is shown when its place
 * says that it cannot be a credential, everything else becomes a salted hash, so that two plans can still be compared.
 * The salt is derived from the stored release record: both jobs of an approval can read it, a reader of the plan file
 * cannot, so short secrets cannot be guessed from the hashes.
 */
export type Redactor = (value: unknown, path: readonly string[]) => unknown;

const credentialName = /pass|pwd|secret|token|cred|key(s|id)?$|auth|cert|private|conn.*string|dsn|uri$|url$/i;

/** Whether a key's own name says that what is below it may be a credential. */
export const isCredentialName = (key: string): boolean => credentialName.test(key);

/** Last segments of paths whose strings are shown: field names of Kubernetes and of the chart that carry no credential. */
const shownStrings = new Set([
  'image', 'repository', 'tag', 'pullPolicy', 'imagePullPolicy', 'mode', 'messageQueue', 'type', 'kind', 'apiVersion',
  'storageClass', 'storageClassName', 'size', 'storage', 'cpu', 'memory', 'strategy', 'maxSurge', 'maxUnavailable',
  'podManagementPolicy', 'serviceName', 'helm.sh/chart', 'app.kubernetes.io/version',
  'existingClaim', 'accessMode', 'accessModes', 'protocol', 'scheme', 'level', 'restartPolicy', 'bucketName', 'rootPath',
  'serviceAccountName', 'nameOverride', 'fullnameOverride', 'updateStrategy',
]); // prettier-ignore

/** Maps whose keys are the user's own words (environment, free text files): nothing but switches is shown of them. */
const opaqueParents = new Set(['env', 'extraEnv', 'extraEnvVars', 'extraConfigFiles', 'annotations', 'podAnnotations']);

const isOpaque = (path: readonly string[]): boolean => path.some((segment) => opaqueParents.has(segment));

/**
 * A redactor for one run.
 *
 * @param salt bytes that a reader of the plan does not have
 * @returns a function of (value, path of keys) that keeps booleans, and numbers and known harmless strings outside
 *   credential places; every other scalar becomes `hash:<12 hex digits of HMAC-SHA-256>`; maps and lists are walked
 */
export function redactor(salt: Uint8Array): Redactor {
  const hash = (value: unknown): string =>
    `hash:${createHmac('sha256', salt).update(canonicalJson(value)).digest('hex').slice(0, 12)}`;
  const redact = (value: unknown, path: readonly string[]): unknown => {
    if (value === null || value === undefined) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => redact(item, path));
    if (typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, [...path, key])]));
    }
    if (typeof value === 'boolean') return value;
    if (isOpaque(path) || path.some(isCredentialName)) return hash(value);
    return typeof value === 'number' || shownStrings.has(path.at(-1) ?? '') ? value : hash(value);
  };
  return redact;
}
