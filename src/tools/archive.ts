import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { failed, type Problem } from '../problem.js';
import type { ArchiveFile } from './locations.js';
import { findOnPath } from './program.js';

const unpackMs = 120_000;

/**
 * What opens each kind of archive: unpacks all of `file` into `directory`, which is made when it is absent. Rejects
 * when the archive cannot be read. The adapter is src/tools/unpackers.ts.
 */
export type Unpackers = Readonly<Record<ArchiveFile['kind'], (file: string, directory: string) => Promise<unknown>>>;

export interface UnpackOptions {
  /** PATH of the job, on which the unpacker finds `tar`. */
  readonly path: string;
  readonly unpackers: Unpackers;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks a verified archive into a directory of its own, and finds the one program in it.
 *
 * @param file what the archive is said to hold
 * @param archive path of the archive
 * @param directory absent or empty; what the archive holds beside the program stays there
 * @returns path of the program, which is a regular file inside `directory`.
 * @throws Problem `missing-program` (no tar), `bad-archive` (cannot be read in two minutes, or lacks the program).
 * After `signal`: its reason, at once; the unpacker itself cannot be stopped and may write for a moment longer.
 */
export async function unpack(
  file: ArchiveFile,
  archive: string,
  directory: string,
  options: UnpackOptions,
): Promise<string> {
  // Windows opens zip files itself.
  if (file.kind === 'tar.gz') await requireTar(options.path);
  const { unpackers, clock, signal } = options;
  const done = new AbortController();
  const deadline = clock.sleep(unpackMs, signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]));
  const late = deadline.then(() => {
    throw new Error(`not finished after ${unpackMs / 1000} s`);
  });
  try {
    await Promise.race([unpackers[file.kind](archive, directory), late]);
    return await plainFile(directory, file.member);
  } catch (error) {
    signal?.throwIfAborted();
    throw badArchive(file, error);
  } finally {
    done.abort();
  }
}

async function requireTar(path: string): Promise<void> {
  if ((await findOnPath('tar', path)) !== undefined) return;
  throw failed({
    id: 'missing-program',
    what: 'The program `tar` is not on PATH.',
    why: 'Helm is published as a .tar.gz archive.',
    remedy: 'Install tar and gzip on the runner, or install Helm in an earlier step and set `helm-version: path`.',
  });
}

/** The path of a member that is a regular file, reached through no link: a link could lead out of the directory. */
async function plainFile(directory: string, member: string): Promise<string> {
  const path = join(await realpath(directory), ...member.split('/'));
  if ((await lstat(path)).isFile() && (await realpath(path)) === path) return path;
  throw new Error(`${member} is not a regular file`);
}

function badArchive(file: ArchiveFile, error: unknown): Problem {
  return failed(
    {
      id: 'bad-archive',
      what: `${file.name} has the expected checksum, but ${file.member} could not be unpacked from it.`,
      remedy:
        'Check that the checksum given belongs to a complete archive in the publisher’s layout, and that the disk is not full. What the unpacking program said is in the log.',
      raw: error instanceof Error ? error.message : String(error),
    },
    error,
  );
}
