import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unpack, type UnpackOptions } from '../../src/tools/archive.js';
import { isArchive, toolFile, type ArchiveFile } from '../../src/tools/locations.js';
import { FakeClock, problemOf, scratch, writeProgram } from './support.js';

type Write = (directory: string) => Promise<unknown>;

let root: string;
let clean: () => Promise<void>;
let clock: FakeClock;
let controller: AbortController;

beforeEach(async () => {
  ({ path: root, clean } = await scratch());
  await writeProgram(join(root, 'bin'), 'tar', '');
  clock = new FakeClock();
  controller = new AbortController();
});
afterEach(() => clean());

function archiveFile(platform: 'linux-amd64' | 'windows-amd64'): ArchiveFile {
  const file = toolFile('helm', '4.3.0', platform);
  if (!isArchive(file)) throw new Error('Helm comes as an archive');
  return file;
}

const tarGz = archiveFile('linux-amd64');

/** Unpacks an archive that holds what `write` puts into the directory. */
function unpackOf(write: Write, file = tarGz, change: Partial<UnpackOptions> = {}): Promise<string> {
  const unpacker = async (archive: string, directory: string): Promise<void> => {
    expect(archive).toBe('/downloads/archive');
    await mkdir(directory);
    await write(directory);
  };
  const never = () => Promise.reject(new Error('the other kind of archive'));
  return unpack(file, '/downloads/archive', join(root, 'unpacked'), {
    path: join(root, 'bin'),
    unpackers: { 'tar.gz': never, zip: never, [file.kind]: unpacker },
    clock,
    signal: controller.signal,
    ...change,
  });
}

describe('the program of an archive', () => {
  it('is found in a .tar.gz', async () => {
    const path = await unpackOf((directory) => writeProgram(join(directory, 'linux-amd64'), 'helm', ''));
    expect(path).toBe(join(root, 'unpacked', 'linux-amd64', 'helm'));
  });

  it('is found in a zip file, for which no tar is needed', async () => {
    const write: Write = (directory) => writeProgram(join(directory, 'windows-amd64'), 'helm.exe', '');
    const path = await unpackOf(write, archiveFile('windows-amd64'), { path: '' });
    expect(path).toBe(join(root, 'unpacked', 'windows-amd64', 'helm.exe'));
  });

  it.each<[string, Write]>([
    ['is absent', (directory) => mkdir(join(directory, 'linux-amd64'))],
    ['is a directory', (directory) => mkdir(join(directory, 'linux-amd64', 'helm'), { recursive: true })],
    [
      'is a link',
      async (directory) => {
        await mkdir(join(directory, 'linux-amd64'));
        await symlink(join(root, 'bin', 'tar'), join(directory, 'linux-amd64', 'helm'));
      },
    ],
    [
      'lies behind a link that leads out of the archive',
      async (directory) => {
        await writeProgram(join(root, 'elsewhere'), 'helm', '');
        await symlink(join(root, 'elsewhere'), join(directory, 'linux-amd64'));
      },
    ],
    ['cannot be unpacked', () => Promise.reject(new Error('tar failed with exit code 2'))],
  ])('is refused when it %s', async (_, write) => {
    const { ending, details } = await problemOf(unpackOf(write));
    expect({ ending, id: details.id }).toEqual({ ending: 'failed', id: 'bad-archive' });
    expect(details.what).toContain('linux-amd64/helm');
    expect(details.raw).toMatch(/ENOENT|not a regular file|exit code 2/);
  });

  it('needs tar for a .tar.gz, and nothing is begun without it', async () => {
    let begun = false;
    const write: Write = () => Promise.resolve((begun = true));
    const { details } = await problemOf(unpackOf(write, tarGz, { path: '/nonexistent' }));
    expect(details.id).toBe('missing-program');
    expect(begun).toBe(false);
  });
});

describe('an unpacking that hangs', () => {
  const hang = (act: () => void) =>
    unpackOf(() => {
      act();
      return new Promise(() => undefined);
    });

  it('is given up after two minutes', async () => {
    const { details } = await problemOf(
      hang(() => {
        clock.expire(120_000);
      }),
    );
    expect(details).toMatchObject({ id: 'bad-archive', raw: 'not finished after 120 s' });
  });

  it('is given up at once when cancelled', async () => {
    const reason = new Error('cancelled by the test');
    const work = hang(() => {
      controller.abort(reason);
    });
    await expect(work).rejects.toBe(reason);
  });
});

it('a cancellation that comes with a failure is what counts', async () => {
  const reason = new Error('cancelled by the test');
  const work = unpackOf(async (directory) => {
    await writeFile(join(directory, 'half'), '');
    controller.abort(reason);
    throw new Error('tar was ended');
  });
  await expect(work).rejects.toBe(reason);
});
