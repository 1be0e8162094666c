import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { errorCode } from '../json.js';

/**
 * Reads single files out of a packaged chart (gzipped tar, https://www.gnu.org/software/tar/manual/html_node/Standard.html)
 * without unpacking it. Names of up to 100 characters are enough: the files that are asked for have short ones, and
 * headers for longer names (pax, GNU) are passed over.
 */

const block = 512;
/** Unpacked bytes that are read at most; the Milvus chart has 6 MiB. */
const maxUnpacked = 64 * 1024 * 1024;

/** The archive is damaged, or not an archive; the message is the end of a sentence. */
export class ArchiveError extends Error {}

interface Member {
  readonly name: string;
  readonly size: number;
  readonly regular: boolean;
}

function field(header: Buffer, start: number, length: number): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}

function memberOf(header: Buffer): Member {
  const size = field(header, 124, 12).trim();
  const checksum = Number.parseInt(field(header, 148, 8).trim(), 8);
  // The checksum is taken with its own field as spaces.
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (sum !== checksum || !/^[0-7]+$/.test(size)) throw new ArchiveError('it is not a tar archive, or damaged');
  const prefix = field(header, 257, 5) === 'ustar' ? field(header, 345, 155) : '';
  const name = field(header, 0, 100);
  const type = header[156];
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: Number.parseInt(size, 8),
    regular: type === 0x30 || type === 0,
  };
}

/** Finds the wanted files in a tar stream that comes in chunks of any size; keeps nothing else. */
class Finder {
  readonly found = new Map<string, string>();
  private pending: Buffer = Buffer.alloc(0);
  private skip = 0;
  private total = 0;

  constructor(private readonly wanted: ReadonlySet<string>) {}

  get complete(): boolean {
    return this.found.size === this.wanted.size;
  }

  add(chunk: Buffer): void {
    this.total += chunk.length;
    if (this.total > maxUnpacked) throw new ArchiveError(`it unpacks to more than ${maxUnpacked / 1024 / 1024} MiB`);
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    while (!this.complete && this.step());
  }

  /** Takes one member, or what there is of it; false when more bytes are needed. */
  private step(): boolean {
    const dropped = Math.min(this.skip, this.pending.length);
    this.pending = this.pending.subarray(dropped);
    this.skip -= dropped;
    if (this.pending.length < block) return false;
    const header = this.pending.subarray(0, block);
    if (header.every((byte) => byte === 0)) return this.drop(block);
    const member = memberOf(header);
    const padded = Math.ceil(member.size / block) * block;
    const name = member.name.split('/').slice(1).join('/');
    if (!member.regular || !this.wanted.has(name) || this.found.has(name)) return this.drop(block + padded);
    if (this.pending.length < block + member.size) return false;
    this.found.set(name, this.pending.toString('utf8', block, block + member.size));
    return this.drop(block + padded);
  }

  private drop(bytes: number): true {
    this.skip += bytes;
    return true;
  }
}

/**
 * The wanted files of a packaged chart, by their path below its first directory (as Helm reads it), UTF-8. Reading
 * stops when all are found. Throws ArchiveError for what is not a packaged chart, and the system's error for a file
 * that cannot be opened.
 */
export async function readArchive(path: string, wanted: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const finder = new Finder(new Set(wanted));
  const file = createReadStream(path);
  const unzipped = createGunzip();
  file.on('error', (error) => unzipped.destroy(error));
  file.pipe(unzipped);
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>) {
      finder.add(chunk);
      if (finder.complete) break;
    }
  } catch (error) {
    if (errorCode(error)?.startsWith('Z_') === true) throw new ArchiveError('it is not gzipped, or damaged');
    throw error;
  } finally {
    file.destroy();
  }
  return finder.found;
}
