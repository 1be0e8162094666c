// @ts-check
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * Free loopback ports. They are taken from below the range that Linux (32768-60999) and macOS (49152-65535) use for
 * outgoing connections, so that none of those takes the port between this look and the server's own bind.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  /** @type {Set<number>} */
  const found = new Set();
  for (let attempt = 0; found.size < count; attempt += 1) {
    if (attempt === 500) throw new Error(`no ${count} free ports between 20000 and 32000 on 127.0.0.1`);
    const port = randomInt(20_000, 32_000);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
