import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { flushed } from '../../src/process/flush.js';

describe('flushed', () => {
  it('waits for a reader that is slow', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    stream.write('x'.repeat(100));
    const read: string[] = [];
    setImmediate(() => stream.on('data', (chunk: Buffer) => read.push(chunk.toString())));
    await flushed(stream, { now: Date.now, sleep: () => new Promise(() => undefined) });
    expect(stream.writableLength).toBe(0);
  });

  it('gives a reader up that never reads', async () => {
    const stream = { writableLength: 1, destroyed: false, write: () => undefined };
    await expect(flushed(stream, { now: Date.now, sleep: () => Promise.resolve() })).resolves.toBeUndefined();
  });

  it('does not write where nothing is left, or nobody can read', async () => {
    const write = (): never => {
      throw new Error('written');
    };
    const clock = { now: Date.now, sleep: () => new Promise<void>(() => undefined) };
    await expect(flushed({ writableLength: 0, destroyed: false, write }, clock)).resolves.toBeUndefined();
    await expect(flushed({ writableLength: 1, destroyed: true, write }, clock)).resolves.toBeUndefined();
  });
});
