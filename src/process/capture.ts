import { StringDecoder } from 'node:string_decoder';

/** Collects a stream's bytes up to a bound. Decoded once at the end, so that a character cut by a chunk stays whole. */
export class Capture {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** False when the bound is passed; the chunk is not kept then. */
  add(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes) return false;
    this.chunks.push(chunk);
    return true;
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

/** A line longer than this is passed on in pieces, so that a stream without line ends cannot fill the memory. */
const longestLine = 64 * 1024;

/** Cuts a byte stream into lines (without their line ends). */
export class Lines {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  add(chunk: Buffer): void {
    const parts = (this.rest + this.decoder.write(chunk)).split(/\r?\n/);
    this.rest = parts.pop() ?? '';
    parts.forEach(this.onLine);
    if (this.rest.length > longestLine) this.flush();
  }

  /** Passes on what came after the last line end. */
  end(): void {
    this.rest += this.decoder.end();
    this.flush();
  }

  private flush(): void {
    const line = this.rest;
    this.rest = '';
    if (line !== '') this.onLine(line);
  }
}
