import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ToolChoice } from '../../src/action/request.js';
import { checksums } from '../../src/tools/checksums.js';
import { installTool, type InstallOptions } from '../../src/tools/install.js';
import { bench, kubectlSays, problemOf, script, sha256, tarball, writeProgram, type Bench } from './support.js';

const exact = (version: string): ToolChoice => ({ kind: 'exact', version });
const helmPath = '/helm-v4.3.0-linux-amd64.tar.gz';
const kubectlPath = '/v1.36.4/bin/linux/amd64/kubectl';

let the: Bench;
let helmArchive: Buffer;
let options: InstallOptions;

beforeEach(async () => {
  the = await bench();
  ({ options } = the);
  helmArchive = await tarball('linux-amd64/helm', script('v4.3.0'));
});
afterEach(() => the.clean());

/** Nothing is left in the directory for temporary files. */
async function expectNoLeftovers(): Promise<void> {
  expect(await readdir(options.tempDir)).toEqual([]);
}

describe('a download with the user’s checksum', () => {
  it('installs Helm from its archive', async () => {
    the.server.files.set(helmPath, helmArchive);
    const installed = await installTool('helm', exact('4.3.0'), { ...options, checksum: sha256(helmArchive) });
    expect(installed.version).toBe('4.3.0');
    expect(installed.source).toBe(`downloaded from ${the.server.base}${helmPath}; sha256 matches \`helm-checksum\`.`);
    expect(await readFile(installed.path, 'utf8')).toBe(script('v4.3.0'));
    expect(installed.path.startsWith(join(options.cacheRoot, 'milvus-upgrade-helm', '4.3.0', 'linux-amd64-'))).toBe(
      true,
    );
    expect(await readdir(dirname(installed.path))).toEqual(['helm', 'installed.json']);
    expect(the.texts('info').at(-1)).toBe(`Helm 4.3.0: ${installed.source}`);
    expect(the.texts('warning')).toEqual([]);
    await expectNoLeftovers();
  });

  it('installs kubectl as it is', async () => {
    const program = kubectlSays('v1.36.4');
    the.server.files.set(kubectlPath, program);
    const installed = await installTool('kubectl', exact('v1.36.4'), { ...options, checksum: sha256(program) });
    expect(installed).toMatchObject({ version: '1.36.4' });
    expect(await readFile(installed.path, 'utf8')).toBe(program);
    await expectNoLeftovers();
  });

  it('takes a private build with a suffix, and says what the program said', async () => {
    const program = kubectlSays('v1.36.4-acme.2');
    the.server.files.set(kubectlPath, program);
    const given = { ...options, checksum: sha256(program) };
    expect((await installTool('kubectl', exact('1.36.4'), given)).version).toBe('1.36.4-acme.2');
    expect((await installTool('kubectl', exact('1.36.4'), given)).version).toBe('1.36.4-acme.2');
  });

  it('refuses a checksum that is wrong by one digit, unpacks nothing, and deletes the file', async () => {
    the.server.files.set(helmPath, helmArchive);
    const right = sha256(helmArchive);
    const wrong = right.slice(0, -1) + (right.endsWith('0') ? '1' : '0');
    const unpacked: string[] = [];
    const tarGz = (file: string) => Promise.resolve(unpacked.push(file));
    const given = { ...options, checksum: wrong, unpackers: { ...options.unpackers, 'tar.gz': tarGz } };
    const { ending, details } = await problemOf(installTool('helm', exact('4.3.0'), given));
    expect({ ending, id: details.id }).toEqual({ ending: 'failed', id: 'checksum-mismatch' });
    expect(unpacked).toEqual([]);
    expect(details.what).toContain(`${the.server.base}${helmPath}`);
    expect(details.what).toContain(right);
    expect(details.what).toContain(wrong);
    expect(details.remedy).toContain('helm-checksum');
    await expectNoLeftovers();
  });
});

describe('a download with the table’s checksum', () => {
  it('is refused when the mirror serves another build', async () => {
    the.server.files.set(helmPath, helmArchive);
    const { details } = await problemOf(installTool('helm', exact('4.3.0'), options));
    expect(details.id).toBe('checksum-mismatch');
    expect(details.what).toContain(checksums.helm['4.3.0']?.['linux-amd64'] ?? 'missing');
    expect(details.what).toContain(sha256(helmArchive));
    expect(the.server.asked).toEqual([helmPath]);
    await expectNoLeftovers();
  });

  it('is for each platform another', async () => {
    the.server.files.set('/helm-v4.3.0-darwin-arm64.tar.gz', helmArchive);
    const platform = { os: 'darwin', arch: 'arm64' };
    const { details } = await problemOf(installTool('helm', exact('4.3.0'), { ...options, platform }));
    expect(details.what).toContain(checksums.helm['4.3.0']?.['darwin-arm64'] ?? 'missing');
  });

  it('recognises a web page served with status 200', async () => {
    the.server.files.set(helmPath, '\n<!DOCTYPE html><title>Sign in</title>');
    const { details } = await problemOf(installTool('helm', exact('4.3.0'), options));
    expect(details.id).toBe('checksum-mismatch');
    expect(details.what).toContain('login or proxy page');
  });

  it('is not asked of the next mirror once one has answered wrongly', async () => {
    the.server.files.set(`/a${helmPath}`, 'altered');
    the.server.files.set(`/b${helmPath}`, helmArchive);
    const mirrors = [`${the.server.base}/a`, `${the.server.base}/b`];
    const { details } = await problemOf(
      installTool('helm', exact('4.3.0'), { ...options, mirrors, checksum: sha256(helmArchive) }),
    );
    expect(details.id).toBe('checksum-mismatch');
    expect(the.server.asked).toEqual([`/a${helmPath}`]);
  });
});

describe('a version outside the table', () => {
  const path = '/helm-v4.9.1-linux-amd64.tar.gz';
  const version = exact('4.9.1');
  let archive: Buffer;
  beforeEach(async () => {
    archive = await tarball('linux-amd64/helm', script('v4.9.1'));
    the.server.files.set(path, archive);
  });

  it.each(['.sha256sum', '.sha256'])('is checked against the publisher’s %s, with a warning', async (ending) => {
    const name = ending === '.sha256sum' ? `  ${path.slice(1)}` : '';
    the.server.files.set(`${path}${ending}`, `${sha256(archive)}${name}\n`);
    const installed = await installTool('helm', version, options);
    expect(installed.source).toContain(`sha256 matches the checksum file ${the.server.base}${path}${ending}`);
    expect(the.texts('warning')).toHaveLength(1);
    expect(the.texts('warning')[0]).toContain("not in this action's table");
    await expectNoLeftovers();
  });

  it('is refused when the publisher’s checksum does not match', async () => {
    the.server.files.set(`${path}.sha256`, sha256('another'));
    const { details } = await problemOf(installTool('helm', version, options));
    expect(details.id).toBe('checksum-mismatch');
    expect(details.what).toContain(`the checksum file ${the.server.base}${path}.sha256`);
  });

  it('is refused when there is no checksum file, naming what was asked', async () => {
    the.server.files.set(`${path}.sha256`, '<html>not found</html>');
    const { ending, details } = await problemOf(installTool('helm', version, options));
    expect({ ending, id: details.id }).toEqual({ ending: 'failed', id: 'checksum-unavailable' });
    expect(details.what).toContain(`${the.server.base}${path}.sha256sum: HTTP 404`);
    expect(details.what).toContain(`${the.server.base}${path}.sha256: not a checksum file`);
    expect(the.server.asked).not.toContain(path);
    await expectNoLeftovers();
  });

  it('must be exactly the version that was asked for', async () => {
    const preRelease = await tarball('linux-amd64/helm', script('v4.9.1-rc.1'));
    the.server.files.set(path, preRelease);
    the.server.files.set(`${path}.sha256`, sha256(preRelease));
    const { details } = await problemOf(installTool('helm', version, options));
    expect(details.id).toBe('unexpected-version');
  });

  it('needs no checksum file when the user gives the checksum', async () => {
    const installed = await installTool('helm', version, { ...options, checksum: sha256(archive) });
    expect(installed.version).toBe('4.9.1');
    expect(the.server.asked).toEqual([path]);
    expect(the.texts('warning')).toEqual([]);
  });

  it('is kubectl: one file with a bare hash', async () => {
    const program = kubectlSays('v1.40.2');
    const where = '/v1.40.2/bin/linux/amd64/kubectl';
    the.server.files.set(where, program);
    the.server.files.set(`${where}.sha256`, sha256(program));
    expect((await installTool('kubectl', exact('1.40.2'), options)).version).toBe('1.40.2');
  });
});

describe('mirrors', () => {
  it('are asked in order; one that lacks the file is passed over', async () => {
    the.server.files.set(`/b${helmPath}`, helmArchive);
    const mirrors = [`${the.server.base}/a/`, `${the.server.base}/b`];
    const installed = await installTool('helm', exact('4.3.0'), { ...options, mirrors, checksum: sha256(helmArchive) });
    expect(installed.source).toContain(`${the.server.base}/b${helmPath}`);
    expect(the.server.asked).toEqual([`/a${helmPath}`, `/b${helmPath}`]);
  });

  it('are all named with their answer when none has the file, and nobody else is asked', async () => {
    the.server.files.set(`/b${helmPath}`, (_, response) => response.writeHead(403).end());
    const mirrors = [`${the.server.base}/a`, `${the.server.base}/b`];
    const { ending, details } = await problemOf(installTool('helm', exact('4.3.0'), { ...options, mirrors }));
    expect({ ending, id: details.id }).toEqual({ ending: 'failed', id: 'download-failed' });
    expect(details.what).toContain(
      `${the.server.base}/a${helmPath}: HTTP 404; ${the.server.base}/b${helmPath}: HTTP 403`,
    );
    expect(details.why).toContain('only the mirrors are asked');
    await expectNoLeftovers();
  });

  it.each<[string, Partial<InstallOptions>, ToolChoice, string]>([
    ['a bad mirror', { mirrors: ['ftp://x'] }, exact('4.3.0'), 'bad-tool-mirror'],
    ['a bad checksum', { checksum: 'abc' }, exact('4.3.0'), 'bad-checksum'],
    ['a bad range', {}, { kind: 'range', range: '>=3' }, 'bad-tool-range'],
    ['an old version', {}, exact('3.13.3'), 'tool-too-old'],
    ['an unknown platform', { platform: { os: 'sunos', arch: 'x64' } }, exact('4.3.0'), 'unsupported-platform'],
  ])('are not asked after %s', async (_, change, choice, id) => {
    const { ending, details } = await problemOf(installTool('helm', choice, { ...options, ...change }));
    expect({ ending, id: details.id }).toEqual({ ending: 'refused', id });
    expect(the.server.asked).toEqual([]);
  });
});

describe('what is downloaded', () => {
  const install = (archive: Buffer) => {
    the.server.files.set(helmPath, archive);
    return installTool('helm', exact('4.3.0'), { ...options, checksum: sha256(archive) });
  };

  it('is refused when the archive is cut off', async () => {
    const { details } = await problemOf(install(helmArchive.subarray(0, helmArchive.length - 20)));
    expect(details.id).toBe('bad-archive');
    expect(details.raw).not.toBe('');
    await expectNoLeftovers();
  });

  it('is refused when the archive holds the program of another platform', async () => {
    const { details } = await problemOf(install(await tarball('linux-arm64/helm', script('v4.3.0'))));
    expect(details.id).toBe('bad-archive');
    expect(details.what).toContain('linux-amd64/helm');
  });

  it('is refused when the program is of another version', async () => {
    const { details } = await problemOf(install(await tarball('linux-amd64/helm', script('v3.22.0'))));
    expect(details.id).toBe('unexpected-version');
    expect(details.what).toContain('Helm 3.22.0');
    await expectNoLeftovers();
    await expect(readdir(options.cacheRoot)).rejects.toThrow('ENOENT');
  });

  it('is refused when the program does not run here', async () => {
    const { details } = await problemOf(install(await tarball('linux-amd64/helm', '\u007fELF')));
    expect(details.id).toBe('program-not-runnable');
  });

  it('needs tar, and says so', async () => {
    the.server.files.set(helmPath, helmArchive);
    const { details } = await problemOf(
      installTool('helm', exact('4.3.0'), { ...options, checksum: sha256(helmArchive), path: the.root }),
    );
    expect(details.id).toBe('missing-program');
    expect(details.what).toContain('`tar`');
  });

  it('stops at once when cancelled, and leaves nothing', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by the test');
    the.server.files.set(helmPath, () => {
      controller.abort(reason);
    });
    await expect(installTool('helm', exact('4.3.0'), { ...options, signal: controller.signal })).rejects.toBe(reason);
    await expectNoLeftovers();
  });
});

describe('the cache', () => {
  const install = (change: Partial<InstallOptions> = {}) =>
    installTool('helm', exact('4.3.0'), { ...options, checksum: sha256(helmArchive), ...change });
  beforeEach(() => {
    the.server.files.set(helmPath, helmArchive);
  });

  it('answers the second time, without the network or another program', async () => {
    const first = await install();
    const second = await install({
      mirrors: ['http://unreachable.invalid'],
      run: () => Promise.reject(new Error('nothing is to be run')),
      unpackers: { ...options.unpackers, 'tar.gz': () => Promise.reject(new Error('nothing is to be unpacked')) },
    });
    expect(second.path).toBe(first.path);
    expect(second.version).toBe('4.3.0');
    expect(second.source).toContain('from the tool cache');
    expect(the.server.asked).toEqual([helmPath]);
    await expectNoLeftovers();
  });

  it('is shared by jobs that install at the same time', async () => {
    const installed = await Promise.all([install(), install(), install()]);
    expect(new Set(installed.map(({ path }) => path)).size).toBe(1);
    expect(await readdir(join(dirname(installed[0].path), '..'))).toHaveLength(1);
    expect(the.texts('warning')).toEqual([]);
    await expectNoLeftovers();
  });

  it('is passed over when its program was changed; what is there stays', async () => {
    const first = await install();
    await writeFile(first.path, script('v4.3.0 evil'));
    const second = await install();
    expect(second.path).not.toBe(first.path);
    expect(await readFile(second.path, 'utf8')).toBe(script('v4.3.0'));
    expect(await readFile(first.path, 'utf8')).toBe(script('v4.3.0 evil'));
    expect(the.texts('warning')).toHaveLength(1);
    expect(the.texts('warning')[0]).toContain(dirname(first.path));
  });

  it('keeps builds with different checksums apart', async () => {
    const official = await install();
    const own = await tarball('linux-amd64/helm', script('v4.3.0-acme'));
    the.server.files.set(helmPath, own);
    const second = await install({ checksum: sha256(own) });
    expect(second.path).not.toBe(official.path);
    expect((await install()).path).toBe(official.path);
    expect(await readFile(official.path, 'utf8')).toBe(script('v4.3.0'));
  });

  it('does without, when it cannot be written', async () => {
    await writeFile(join(the.root, 'not-a-directory'), '');
    const installed = await install({ cacheRoot: join(the.root, 'not-a-directory') });
    expect(installed.path.startsWith(options.tempDir)).toBe(true);
    expect(await readdir(dirname(installed.path))).toEqual(['helm']);
    expect(the.texts('warning')).toEqual([
      `Helm could not be stored in the tool cache ${join(the.root, 'not-a-directory')} (ENOTDIR), so every run downloads it.`,
    ]);
  });
});

describe('a range', () => {
  it('is resolved within the table, and printed', async () => {
    const archive = await tarball('linux-amd64/helm', script('v3.22.0'));
    the.server.files.set('/helm-v3.22.0-linux-amd64.tar.gz', archive);
    const choice: ToolChoice = { kind: 'range', range: '3.x' };
    const installed = await installTool('helm', choice, { ...options, checksum: sha256(archive) });
    expect(installed.version).toBe('3.22.0');
    expect(the.texts('info')[0]).toBe('`helm-version: 3.x` is Helm 3.22.0.');
  });
});

describe('Windows', () => {
  const platform = { os: 'win32', arch: 'x64' };

  it('takes helm.exe from a zip file', async () => {
    const zip = Buffer.from('a zip file');
    the.server.files.set('/helm-v4.3.0-windows-amd64.zip', zip);
    const installed = await installTool('helm', exact('4.3.0'), {
      ...options,
      platform,
      checksum: sha256(zip),
      unpackers: {
        ...options.unpackers,
        zip: async (file, directory) => {
          expect(await readFile(file)).toEqual(zip);
          await writeProgram(join(directory, 'windows-amd64'), 'helm.exe', script('v4.3.0'));
        },
      },
    });
    expect(installed.path).toMatch(/windows-amd64-[0-9a-f]{16}.helm\.exe$/);
  });

  it('takes kubectl.exe as it is', async () => {
    const program = kubectlSays('v1.36.4');
    the.server.files.set('/v1.36.4/bin/windows/amd64/kubectl.exe', program);
    const given = { ...options, platform, checksum: sha256(program) };
    expect((await installTool('kubectl', exact('1.36.4'), given)).path).toMatch(/kubectl\.exe$/);
  });
});

describe('the program on PATH', () => {
  const path: ToolChoice = { kind: 'path' };
  const onPath = (text: string, name = 'helm') => writeProgram(join(the.root, 'bin'), name, text);
  const use = (change: Partial<InstallOptions> = {}) =>
    installTool('helm', path, { ...options, path: `${join(the.root, 'bin')}:/nonexistent`, ...change });

  it('is used, and nothing is asked of the network', async () => {
    const file = await onPath(script('v3.14.0'));
    expect(await use()).toEqual({
      path: file,
      version: '3.14.0',
      source: `found on PATH as ${file}; where it came from was not verified.`,
    });
    expect(the.server.asked).toEqual([]);
  });

  it('may be kubectl behind a wrapper', async () => {
    await onPath(kubectlSays('v1.32.4-dispatcher'), 'kubectl');
    const installed = await installTool('kubectl', path, { ...options, path: join(the.root, 'bin') });
    expect(installed.version).toBe('1.32.4-dispatcher');
  });

  it.each([
    ['v3.13.3', 'tool-too-old'],
    ['v2.17.0', 'tool-too-old'],
    ['v5.0.0', 'tool-too-new'],
  ])('is refused when it is %s', async (version, id) => {
    await onPath(script(version));
    const { ending, details } = await problemOf(use());
    expect({ ending, id: details.id }).toEqual({ ending: 'refused', id });
  });

  it('is refused when it is absent, or not executable', async () => {
    await mkdir(join(the.root, 'bin'));
    expect((await problemOf(use())).details.id).toBe('tool-not-on-path');
    await chmod(await onPath(script('v4.3.0')), 0o644);
    expect((await problemOf(use())).details.id).toBe('tool-not-on-path');
  });

  it('does not go with a checksum', async () => {
    await onPath(script('v4.3.0'));
    expect((await problemOf(use({ checksum: 'a'.repeat(64) }))).details.id).toBe('checksum-not-applicable');
  });
});
