import { refused } from '../../problem.js';

export type TextForm = 'plain' | 'base64';

/** Base64 in either alphabet. A kubeconfig has a colon and PEM has a space, which are not in here. */
const onlyBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

function decodeOnce(compact: string): string | undefined {
  if (!onlyBase64.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64'));
  } catch {
    return undefined;
  }
}

/** Wrapped base64 in one line. Spaces within a line stay: `BEGIN CERTIFICATE` must not become base64url. */
const compactOf = (text: string): string => text.trim().replace(/[ \t]*\r?\n[ \t]*/g, '');

/**
 * Text that may be given plain or as base64. Only a text of nothing but base64 characters is decoded, so no YAML and no PEM
 * is ever mistaken for base64.
 *
 * @param name what it is, for the message, for example `The input kubeconfig`
 * @throws Problem `credentials-unreadable` for base64 of something that is no text, and for base64 of base64
 */
export function plainOrBase64(content: string, name: string): { readonly text: string; readonly form: TextForm } {
  const text = content.replace(/^\uFEFF/, '').trim();
  if (!onlyBase64.test(compactOf(text))) return { text, form: 'plain' };
  const decoded = decodeOnce(compactOf(text))?.replace(/^\uFEFF/, '');
  if (decoded === undefined || decoded.trim() === '') {
    throw refused({
      id: 'credentials-unreadable',
      what: `${name} is neither plain text nor base64 of a text.`,
      remedy: 'Give the content itself, or the output of `base64 < file`.',
    });
  }
  if (onlyBase64.test(compactOf(decoded))) {
    throw refused({
      id: 'credentials-unreadable',
      what: `${name} is still base64 after decoding it once, so it seems to be encoded twice.`,
      remedy: 'Encode it once, or give the content itself.',
    });
  }
  return { text: decoded, form: 'base64' };
}
