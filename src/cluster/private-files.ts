import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { failed } from '../problem.js';
import type { Leftovers } from './leftovers.js';

/** Names of our own directories; the post step deletes nothing else. */
export const privateDirectoryName = /^milvus-upgrade-[0-9a-f]{16}$/;

const random = (): string => randomBytes(8).toString('hex');

function unusable(path: string, error: unknown): never {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
  throw failed(
    {
      id: 'temporary-directory-unusable',
      what: `The temporary directory ${path} cannot be written (${code}).`,
      remedy: "Check that the runner's temporary directory exists, belongs to the runner's user and has room.",
    },
    error,
  );
}

/** A path for a private directory under `parent`, with a random name. Nothing is made yet. */
export const privateDirectoryPath = (parent: string): string => join(resolve(parent), `milvus-upgrade-${random()}`);

/** Makes a directory that only this user can enter (0700), recorded for the post step before it is there. */
export function makePrivateDirectory(path: string, leftovers: Leftovers): void {
  leftovers.directory(path);
  try {
    // Not recursive: a directory that somebody else has put there is an error.
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    unusable(path, error);
  }
}

/** Writes a new file that only this user can read (0600) and returns its path. `directory` must be a private one. */
export function writePrivateFile(directory: string, prefix: string, content: string): string {
  const path = join(directory, `${prefix}-${random()}`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    const file = openSync(path, flags, 0o600);
    try {
      writeFileSync(file, content);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    unusable(directory, error);
  }
  return path;
}
