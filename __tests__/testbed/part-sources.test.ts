import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PartsUnavailable, ensureParts } from '../../testbed/part-sources.js';
import { partNamed } from '../../testbed/parts.js';

const { version } = partNamed('kubectl');
let root: string;
let env: Record<string, string>;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parts-'));
  mkdirSync(join(root, 'path'));
  env = { XDG_CACHE_HOME: join(root, 'cache'), PATH: join(root, 'path') };
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const program = (directory: string, name: string, says: string) => {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  writeFileSync(file, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(file, 0o755);
  return file;
};
const refused: typeof fetch = () =>
  Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') }));
const never: typeof fetch = () => Promise.reject(new Error('must not be called'));

describe('where a part comes from', () => {
  it('takes it from the cache first', async () => {
    const file = program(join(root, 'cache/milvus-upgrade-testbed/bin'), `kubectl-${version}`, '');
    expect(await ensureParts(['kubectl'], { env, fetch: never })).toEqual({ kubectl: file });
  });

  it('takes it from PATH if it is exactly this version', async () => {
    const file = program(join(root, 'path'), 'kubectl', `Client Version: v${version}`);
    expect(await ensureParts(['kubectl'], { env, fetch: never })).toEqual({ kubectl: file });
  });

  it('does not take another version from PATH, and says what to install when nothing else is there', async () => {
    program(join(root, 'path'), 'kubectl', 'Client Version: v1.20.0');
    const lines: string[] = [];
    const failed = ensureParts(['kubectl'], { env, fetch: refused, log: (line) => lines.push(line) });
    await expect(failed).rejects.toThrow(PartsUnavailable);
    await expect(failed).rejects.toThrow(/install Go 1\.\d+.* or newer/);
    expect(lines).toContainEqual(expect.stringContaining('ENOTFOUND'));
  });

  const serve =
    (files: Record<string, string>, asked: string[] = []): typeof fetch =>
    (input) => {
      const url = input instanceof Request ? input.url : input.toString();
      asked.push(url);
      const name = Object.keys(files).find((end) => url.endsWith(end));
      return Promise.resolve(name === undefined ? new Response('', { status: 404 }) : new Response(files[name]));
    };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

  it('downloads what matches the published sha256, and leaves only that', async () => {
    const files = { '/kubectl.sha256': sha256('content'), '/kubectl': 'content' };
    const { kubectl = '' } = await ensureParts(['kubectl'], { env, fetch: serve(files) });
    expect(readFileSync(kubectl, 'utf8')).toBe('content');
    expect(kubectl).toBe(join(root, 'cache/milvus-upgrade-testbed/bin', `kubectl-${version}`));
  });

  it('never uses a download that does not match', async () => {
    const files = { '/kubectl.sha256': sha256('content'), '/kubectl': 'c0ntent' };
    const lines: string[] = [];
    const failed = ensureParts(['kubectl'], { env, fetch: serve(files), log: (line) => lines.push(line) });
    await expect(failed).rejects.toThrow(PartsUnavailable);
    expect(lines).toContainEqual(expect.stringContaining('not used'));
  });

  it('asks for nothing more once the network refused, and builds', async () => {
    const go = program(join(root, 'path'), 'go', '');
    writeFileSync(go, '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho "made by go" > "$2"\n');
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked.push(input instanceof Request ? input.url : input.toString());
      return refused(input, init);
    };
    const { kubectl = '', etcd = '' } = await ensureParts(['kubectl', 'etcd'], { env, fetch });
    expect([kubectl, etcd].map((file) => readFileSync(file, 'utf8'))).toEqual(['made by go\n', 'made by go\n']);
    expect(asked).toHaveLength(1);
  });
});
