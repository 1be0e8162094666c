import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withLock } from '../../testbed/lock.js';
import { isRunning, startTime } from '../../testbed/processes.js';

let root: string;
let lock: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lock-'));
  lock = join(root, 'it.lock');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('withLock', () => {
  it('lets one at a time work, and leaves nothing', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      expect(existsSync(lock)).toBe(true);
      inside -= 1;
      return 'done';
    };
    expect(await Promise.all([withLock(lock, work), withLock(lock, work), withLock(lock, work)])).toEqual(
      Array(3).fill('done'),
    );
    expect(most).toBe(1);
    expect(readdirSync(root)).toEqual([]);
  });

  it('is given back when the work fails', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(root)).toEqual([]);
  });

  it.each([
    ['has ended', () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid, startedAt: '1' })],
    ['ended, and its pid is now another process', () => ({ pid: process.pid, startedAt: 'long ago' })],
  ])('takes over from a holder that %s', async (_, holder) => {
    mkdirSync(lock);
    writeFileSync(join(lock, 'holder.json'), JSON.stringify({ name: 'old', ...holder() }));
    expect(await withLock(lock, () => Promise.resolve(1), { waitMs: 10_000 })).toBe(1);
    expect(readdirSync(root)).toEqual([]);
  });

  it('waits for a living holder no longer than asked', async () => {
    const startedAt = startTime(process.pid);
    mkdirSync(lock);
    writeFileSync(join(lock, 'holder.json'), JSON.stringify({ name: 'other', pid: process.pid, startedAt }));
    const seen: number[] = [];
    const waiting = withLock(lock, () => Promise.resolve(1), { waitMs: 0, onWait: (pid) => seen.push(pid) });
    await expect(waiting).rejects.toThrow(/is still held by process/);
    expect(seen).toEqual([process.pid]);
    expect(readdirSync(root)).toEqual(['it.lock']);
  });
});

describe('own processes', () => {
  it('are told from others with the same pid by when they started', () => {
    const startedAt = startTime(process.pid) ?? '';
    expect(isRunning({ name: 'me', pid: process.pid, startedAt })).toBe(true);
    expect(isRunning({ name: 'me', pid: process.pid, startedAt: `${startedAt}0` })).toBe(false);
    expect(startTime(2 ** 22 + 1)).toBeUndefined();
  });
});
