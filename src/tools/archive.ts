import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { failed } from '../problem.js';
import type { Run } from '../process/port.js';
import type { ArchiveFile } from './locations.js';
import { findOnPath } from './program.js';
import { isWindows, type PlatformName } from './tool.js';

const unpackMs = 120_000;

/** `o`: unpacked files belong to whoever runs tar, not to the user id in the archive (matters for root in containers). */
const tarFlags: Readonly<Record<ArchiveFile['kind'], string>> = { 'tar.gz': '-xzof', zip: '-xof' };

export interface UnpackOptions {
  readonly platform: PlatformName;
  /** PATH of the job, to find `tar`. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly run: Run;
  readonly signal?: AbortSignal;
}

/**
 * Takes the one program out of a verified archive, `directory/<file name>`. Nothing else in the archive is unpacked.
 * Windows has a tar that reads zip files (https://learn.microsoft.com/windows/win32/); other tars on its PATH do not.
 *
 * @returns path of the program.
 * @throws Problem `missing-program` (no tar), `bad-archive` (cannot be read, or lacks the program).
 */
export async function unpack(file: ArchiveFile, directory: string, options: UnpackOptions): Promise<string> {
  const { environment, run, signal } = options;
  const result = await run(await tarProgram(options), {
    args: [tarFlags[file.kind], file.name, file.member],
    env: environment,
    // File names relative to here: GNU tar takes a path with a colon for another host's.
    cwd: directory,
    timeoutMs: unpackMs,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  const program = join(directory, ...file.member.split('/'));
  if (result.code !== 0 || !(await isPlainFile(program))) {
    throw failed({
      id: 'bad-archive',
      what: `${file.name} has the expected checksum, but ${file.member} could not be unpacked from it.`,
      remedy:
        'Check that the checksum given belongs to a complete archive in the publisher’s layout, and that the disk is not full.',
      raw: result.stderr,
    });
  }
  return program;
}

async function tarProgram({ platform, path, environment }: UnpackOptions): Promise<string> {
  if (isWindows(platform)) {
    const { SystemRoot = 'C:\\Windows' }: Readonly<Partial<Record<string, string>>> = environment;
    return `${SystemRoot}\\System32\\tar.exe`;
  }
  const tar = await findOnPath('tar', path);
  if (tar !== undefined) return tar;
  throw failed({
    id: 'missing-program',
    what: 'The program `tar` is not on PATH.',
    why: 'Helm is published as a .tar.gz archive.',
    remedy: 'Install tar and gzip on the runner, or install Helm in an earlier step and set `helm-version: path`.',
  });
}

async function isPlainFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch {
    return false;
  }
}
