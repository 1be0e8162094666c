// @ts-check
import { Buffer } from 'node:buffer';
import { Agent, request } from 'node:https';

/**
 * The API server, spoken to directly. `object` is parsed JSON; with `text` in the options it is the text.
 * @typedef {{ status: number, object: any }} Answer
 * @typedef {(method: string, path: string, body?: unknown, options?: { contentType?: string, text?: boolean }) => Promise<Answer>} Api
 */

/**
 * @param {{ server: string, certificateAuthority: string, token: string, timeoutMs?: number }} options
 * @returns {Api} rejects when there is no answer; an HTTP error status is an answer
 */
export function apiClient({ server, certificateAuthority, token, timeoutMs = 30_000 }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca: certificateAuthority });
  return (method, path, body, { contentType = 'application/json', text = false } = {}) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(payload === undefined
          ? {}
          : // Node sends no length by itself with a DELETE, and the server would take the body for the next request.
            { 'content-type': contentType, 'content-length': Buffer.byteLength(payload) }),
      };
      const call = request(
        new globalThis.URL(path, server),
        { method, agent, headers, timeout: timeoutMs },
        (answer) => {
          let received = '';
          answer.setEncoding('utf8');
          answer.on('data', (/** @type {string} */ part) => (received += part));
          answer.on('error', reject);
          answer.on('end', () => {
            try {
              resolve({ status: answer.statusCode ?? 0, object: text ? received : JSON.parse(received) });
            } catch (error) {
              reject(
                new Error(`${method} ${path}: ${answer.statusCode}, not JSON: ${received.slice(0, 200)}`, {
                  cause: error,
                }),
              );
            }
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer in ${timeoutMs / 1000} s`)));
      call.on('error', reject);
      call.end(payload);
    });
}

/**
 * The same, but an answer other than one of `expected` is an error.
 * @param {Api} api @param {string} method @param {string} path @param {unknown} [body]
 * @param {{ expected?: readonly number[], contentType?: string }} [options]
 * @returns {Promise<any>} the object
 */
export async function must(api, method, path, body, { expected = [200, 201, 202], contentType } = {}) {
  const { status, object } = await api(method, path, body, contentType ? { contentType } : {});
  if (!expected.includes(status)) throw new Error(`${method} ${path}: ${status} ${object?.message ?? ''}`);
  return object;
}
