import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { publish, readSlot, sha256Of, slotDirectory, type Installed } from '../../src/tools/cache.js';
import { scratch, sha256, writeProgram } from './support.js';

const archive = 'a'.repeat(64);
const helm: Installed = {
  tool: 'helm',
  version: '4.3.0',
  platform: 'linux-amd64',
  download: archive,
  program: sha256('helm program'),
  reported: '4.3.0',
};
const kubectl: Installed = {
  tool: 'kubectl',
  version: '1.36.4',
  platform: 'linux-amd64',
  download: sha256('kubectl program'),
  program: sha256('kubectl program'),
  reported: '1.36.4',
};

let root: string;
let clean: () => Promise<void>;
let slot: string;

beforeEach(async () => {
  ({ path: root, clean } = await scratch());
  slot = slotDirectory(join(root, 'cache'), 'helm', '4.3.0', 'linux-amd64', archive);
});
afterEach(() => clean());

describe('slotDirectory', () => {
  it('differs by tool, version, platform and checksum', () => {
    expect(slot).toBe(join(root, 'cache', 'milvus-upgrade-helm', '4.3.0', 'linux-amd64-aaaaaaaaaaaaaaaa'));
    expect(slotDirectory(join(root, 'cache'), 'helm', '4.3.0', 'linux-amd64', 'b'.repeat(64))).not.toBe(slot);
  });
});

describe('a slot', () => {
  const fill = async (installed: Installed, content: string) => {
    await publish(await writeProgram(join(root, 'build'), installed.tool, content), installed, slot);
  };

  it('is absent, then good', async () => {
    expect(await readSlot(slot, helm)).toEqual({ state: 'absent' });
    await fill(helm, 'helm program');
    expect(await readSlot(slot, helm)).toEqual({ state: 'good', program: join(slot, 'helm'), version: '4.3.0' });
    expect(await readdir(join(slot, '..'))).toEqual(['linux-amd64-aaaaaaaaaaaaaaaa']);
  });

  it.each<[string, Installed, () => Promise<void>, string]>([
    ['changed program', helm, () => writeFile(join(slot, 'helm'), 'helm_program'), 'its program has changed'],
    ['missing program', helm, () => rm(join(slot, 'helm')), 'it cannot be read (ENOENT)'],
    ['missing record', helm, () => rm(join(slot, 'installed.json')), 'it cannot be read (ENOENT)'],
    ['broken record', helm, () => writeFile(join(slot, 'installed.json'), '{'), 'its record is not JSON'],
    ['empty record', helm, () => writeFile(join(slot, 'installed.json'), 'null'), 'its record is not of this download'],
    [
      'another download’s record',
      helm,
      () => writeFile(join(slot, 'installed.json'), JSON.stringify({ ...helm, download: 'b'.repeat(64) })),
      'its record is not of this download',
    ],
    [
      'a link in place of the program',
      helm,
      async () => {
        await writeProgram(root, 'elsewhere', 'helm program');
        await rm(join(slot, 'helm'));
        await symlink(join(root, 'elsewhere'), join(slot, 'helm'));
      },
      'its program is not a file',
    ],
    [
      'a kubectl replaced together with its record',
      kubectl,
      async () => {
        await writeFile(join(slot, 'kubectl'), 'evil');
        await writeFile(join(slot, 'installed.json'), JSON.stringify({ ...kubectl, program: sha256('evil') }));
      },
      'its program has changed',
    ],
  ])('is damaged by %s', async (_, installed, damage, reason) => {
    await fill(installed, `${installed.tool} program`);
    expect(await readSlot(slot, installed)).toMatchObject({ state: 'good' });
    await damage();
    const found = await readSlot(slot, installed);
    expect(found).toMatchObject({ state: 'damaged', reason: expect.stringContaining(reason) as unknown });
  });

  it('stays as the first job made it', async () => {
    await fill(helm, 'helm program');
    await fill({ ...helm, program: sha256('second') }, 'second');
    expect(await readFile(join(slot, 'helm'), 'utf8')).toBe('helm program');
    expect(await readdir(join(slot, '..'))).toHaveLength(1);
  });

  it('cannot be made below a file, and leaves nothing', async () => {
    await mkdir(join(root, 'cache'), { recursive: true });
    await writeFile(join(root, 'cache', 'milvus-upgrade-helm'), '');
    await expect(fill(helm, 'helm program')).rejects.toThrow('ENOTDIR');
  });
});

describe('sha256Of', () => {
  it('hashes a file', async () => {
    expect(await sha256Of(await writeProgram(root, 'x', 'content'))).toBe(sha256('content'));
  });
});
