import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packTgz, readFromTgz } from '../../testbed/charts-tar.js';

describe('packTgz and readFromTgz', () => {
  const content = {
    'milvus/Chart.yaml': 'name: milvus\n',
    'milvus/empty': '',
    'milvus/block': 'é'.repeat(256),
    'milvus/z': 'z',
  };
  const tgz = packTgz(Object.entries(content));

  it.each(Object.entries(content))('gives %s back', (path, text) => {
    expect(readFromTgz(tgz, path)).toBe(text);
  });

  it('knows nothing of other paths', () => {
    expect(readFromTgz(tgz, 'milvus/Chart')).toBeUndefined();
  });

  it('is read by tar', () => {
    const directory = mkdtempSync(join(tmpdir(), 'charts-tar-'));
    try {
      writeFileSync(join(directory, 'a.tgz'), tgz);
      const tar = (...args: string[]): string => execFileSync('tar', args, { cwd: directory, encoding: 'utf8' });
      expect(tar('-tzf', 'a.tgz').trim().split('\n')).toEqual(Object.keys(content));
      expect(tar('-xzOf', 'a.tgz', 'milvus/block')).toBe(content['milvus/block']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('refuses a path that the format cannot hold', () => {
    expect(() => packTgz([['m'.repeat(101), '']])).toThrow('longer than the 100 bytes');
  });
});
