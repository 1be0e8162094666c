import { gunzipSync, gzipSync } from 'node:zlib';
import { errorCode } from './json.js';

/** A Secret holds at most 1 MiB; a real record unpacks to a few MiB. More than this is not a release. */
const maxUnpackedBytes = 32 * 1024 * 1024;

/** gzip is optional: records older than Helm's compression are plain JSON. */
const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;

/** The JSON text of a stored record, or the end of a sentence that says why there is none. */
export type Unpacked = { readonly text: string } | { readonly reason: string };

/**
 * What Helm stores for a revision: JSON, gzipped, in base64
 * (https://github.com/helm/helm/blob/main/pkg/storage/driver/util.go). Unpacking is bounded at 32 MiB.
 *
 * @param stored below the Secret's own base64
 */
export function unpack(stored: Buffer): Unpacked {
  const bytes = Buffer.from(stored.toString('latin1'), 'base64');
  try {
    const json = isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }) : bytes;
    return { text: json.toString('utf8') };
  } catch (error) {
    return errorCode(error) === 'ERR_BUFFER_TOO_LARGE'
      ? { reason: `it unpacks to more than ${maxUnpackedBytes / 1024 / 1024} MiB` }
      : { reason: 'it is not base64 of (gzipped) JSON' };
  }
}

/** The same the other way round, compressed as much as Helm does; without the Secret's own base64. */
export const pack = (text: string): Buffer =>
  Buffer.from(gzipSync(Buffer.from(text), { level: 9 }).toString('base64'), 'latin1');
