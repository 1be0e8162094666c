import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { unpackers } from '../../src/tools/unpackers.js';
import { scratch, tarball } from './support.js';

let root: string;
let clean: () => Promise<void>;

beforeEach(async () => {
  ({ path: root, clean } = await scratch());
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await clean();
});

it('a .tar.gz is unpacked into a new directory, whatever its name', async () => {
  await writeFile(join(root, 'archive'), await tarball('linux-amd64/helm', 'the program'));
  const directory = join(root, 'a name: with "quotes"');
  await unpackers['tar.gz'](join(root, 'archive'), directory);
  expect(await readFile(join(directory, 'linux-amd64', 'helm'), 'utf8')).toBe('the program');
});

it('unpacked files belong to the caller', async () => {
  await writeFile(join(root, 'helm'), 'the program');
  const own = await stat(join(root, 'helm'));
  const pack = ['-czf', 'archive', '--owner=:4711', '--group=:4711', 'helm'];
  await promisify(execFile)('tar', pack, { cwd: root });
  await unpackers['tar.gz'](join(root, 'archive'), join(root, 'out'));
  expect(await stat(join(root, 'out', 'helm'))).toMatchObject({ uid: own.uid, gid: own.gid });
});

it('a cut off .tar.gz is rejected', async () => {
  const archive = await tarball('linux-amd64/helm', 'the program');
  await writeFile(join(root, 'archive'), archive.subarray(0, archive.length - 20));
  await expect(unpackers['tar.gz'](join(root, 'archive'), join(root, 'out'))).rejects.toThrow('exit code');
});

it('a zip file is opened by another program than tar', async () => {
  await writeFile(join(root, 'archive'), await tarball('helm', 'the program'));
  await expect(unpackers.zip(join(root, 'archive'), join(root, 'out'))).rejects.toThrow(/zip|powershell|pwsh/i);
});
