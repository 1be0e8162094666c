// @ts-check
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { isRunning, startTime, until } from './processes.js';

/**
 * Runs `work` while no other process holds the lock. The lock is a directory that names its holder; it appears by one
 * rename, so nobody sees it without a name. A holder that is gone is put aside.
 * @template T
 * @param {string} path of the lock directory
 * @param {() => Promise<T>} work
 * @param {{ waitMs?: number, onWait?: (pid: number) => void }} [options] default: wait up to 30 minutes
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { waitMs = 30 * 60_000, onWait } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const startedAt = startTime(process.pid);
  if (startedAt === undefined) throw new Error('the start time of this process cannot be read');
  const id = randomUUID();
  const mine = `${path}.${id}`;
  mkdirSync(mine);
  writeFileSync(join(mine, 'holder.json'), JSON.stringify({ name: id, pid: process.pid, startedAt }));
  let told = false;
  try {
    const taken = await until(
      () => {
        if (tryRename(mine, path)) return true;
        const holder = readHolder(path);
        if (holder && !isRunning(holder)) putAside(path, holder.name);
        else if (holder && !told) {
          told = true;
          onWait?.(holder.pid);
        }
        return false;
      },
      waitMs,
      100,
    );
    if (!taken)
      throw new Error(`${path} is still held by process ${readHolder(path)?.pid} after ${waitMs / 1000} s of waiting`);
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    throw error;
  }
  try {
    return await work();
  } finally {
    putAside(path, id);
  }
}

/** @param {string} from @param {string} to */
function tryRename(from, to) {
  try {
    renameSync(from, to); // onto a directory that is not empty: an error, on every system
    return true;
  } catch {
    return false;
  }
}

/** @param {string} path @returns {import('./processes.js').OwnProcess | undefined} */
function readHolder(path) {
  try {
    return JSON.parse(readFileSync(join(path, 'holder.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Removes the lock of that holder only: if another one took it in the meantime, it is put back.
 * @param {string} path
 * @param {string} holderName
 */
function putAside(path, holderName) {
  const aside = `${path}.${randomUUID()}`;
  if (!tryRename(path, aside)) return;
  if (readHolder(aside)?.name !== holderName && tryRename(aside, path)) return;
  rmSync(aside, { recursive: true, force: true });
}
