import { Buffer } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * A .tgz whose bytes depend on nothing but its entries: no owner, no clock. Entries may repeat a path, as Helm's own
 * packages of two dependencies of one name do.
 *
 * @param {ReadonlyArray<readonly [path: string, content: string]>} entries
 * @returns {Buffer}
 * @see https://www.gnu.org/software/tar/manual/html_node/Standard.html (ustar)
 */
export function packTgz(entries) {
  const blocks = entries.flatMap(([path, content]) => {
    const body = Buffer.from(content);
    const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK);
    return [header(path, body.length), body, padding];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

/**
 * The text of one file of a .tgz, or undefined where it holds none of that path.
 *
 * @param {Buffer} tgz
 * @param {string} path
 * @returns {string | undefined}
 */
export function readFromTgz(tgz, path) {
  const tar = gunzipSync(tgz);
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(tar, at + 124, 12), 8);
    const name = [text(tar, at + 345, 155), text(tar, at, 100)].filter(Boolean).join('/');
    if (name === path) return tar.toString('utf8', at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}

function header(path, size) {
  if (Buffer.byteLength(path) > 100) throw new Error(`The path "${path}" is longer than the 100 bytes a tar name has.`);
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        0', 148);
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function text(tar, start, length) {
  const raw = tar.toString('utf8', start, start + length);
  const end = raw.indexOf('\0');
  return (end === -1 ? raw : raw.slice(0, end)).trim();
}
