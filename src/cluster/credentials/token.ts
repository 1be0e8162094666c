import { refused } from '../../problem.js';
import { objectOf, parseJson } from '../json.js';

/**
 * When a token expires, in milliseconds since the epoch; undefined for a token that is not a JWT or never expires.
 * The signature is the server's business: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
 */
export function tokenExpiry(token: string): number | undefined {
  const parts = token.trim().split('.');
  if (parts.length !== 3) return undefined;
  const { exp } = objectOf(parseJson(Buffer.from(parts.at(1) ?? '', 'base64url').toString('utf8')));
  if (typeof exp !== 'number') return undefined;
  // Beyond what a Date can hold is as good as never.
  return Math.abs(exp * 1000) <= 8.64e15 ? exp * 1000 : undefined;
}

/** @throws Problem `token-expired` for a time in the past */
export function requireUnexpired(expiry: number | undefined, now: number, source: string): void {
  if (expiry === undefined || expiry > now) return;
  throw refused({
    id: 'token-expired',
    what: `The token from ${source} expired at ${new Date(expiry).toISOString()}.`,
    remedy:
      'Make a new one (for a service account: `kubectl create token NAME --duration=...`) and store it in the secret.',
  });
}
