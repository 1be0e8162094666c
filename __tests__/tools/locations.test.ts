import { describe, expect, it } from '@jest/globals';
import { downloadBases, shownUrl, toolFile, urlBelow } from '../../src/tools/locations.js';
import { platformName, type Platform, type ToolName } from '../../src/tools/tool.js';
import { problemOf } from './support.js';

const linux = { os: 'linux', arch: 'x64' };

describe('where a tool is', () => {
  it.each<[ToolName, string, Platform, string, string]>([
    ['helm', '4.3.0', linux, 'https://get.helm.sh/helm-v4.3.0-linux-amd64.tar.gz', 'linux-amd64/helm'],
    [
      'helm',
      '3.22.0',
      { os: 'linux', arch: 'arm64' },
      'https://get.helm.sh/helm-v3.22.0-linux-arm64.tar.gz',
      'linux-arm64/helm',
    ],
    [
      'helm',
      '3.14.4',
      { os: 'darwin', arch: 'x64' },
      'https://get.helm.sh/helm-v3.14.4-darwin-amd64.tar.gz',
      'darwin-amd64/helm',
    ],
    [
      'helm',
      '4.3.0',
      { os: 'darwin', arch: 'arm64' },
      'https://get.helm.sh/helm-v4.3.0-darwin-arm64.tar.gz',
      'darwin-arm64/helm',
    ],
    [
      'helm',
      '4.3.0',
      { os: 'win32', arch: 'x64' },
      'https://get.helm.sh/helm-v4.3.0-windows-amd64.zip',
      'windows-amd64/helm.exe',
    ],
    [
      'helm',
      '4.3.0',
      { os: 'win32', arch: 'arm64' },
      'https://get.helm.sh/helm-v4.3.0-windows-arm64.zip',
      'windows-arm64/helm.exe',
    ],
    ['kubectl', '1.36.4', linux, 'https://dl.k8s.io/release/v1.36.4/bin/linux/amd64/kubectl', 'kubectl'],
    [
      'kubectl',
      '1.36.4',
      { os: 'darwin', arch: 'arm64' },
      'https://dl.k8s.io/release/v1.36.4/bin/darwin/arm64/kubectl',
      'kubectl',
    ],
    [
      'kubectl',
      '1.36.4',
      { os: 'win32', arch: 'x64' },
      'https://dl.k8s.io/release/v1.36.4/bin/windows/amd64/kubectl.exe',
      'kubectl.exe',
    ],
  ])('%s %s for %j is %s', (tool, version, platform, url, member) => {
    const file = toolFile(tool, version, platformName(platform));
    const [base = ''] = downloadBases(tool, []);
    expect(urlBelow(base, file.path)).toBe(url);
    expect(file.member).toBe(member);
    expect(url.endsWith(`/${file.name}`)).toBe(true);
  });

  it('has the checksum files beside the file', () => {
    expect(toolFile('helm', '4.3.0', 'windows-amd64').checksumPaths).toEqual([
      'helm-v4.3.0-windows-amd64.zip.sha256sum',
      'helm-v4.3.0-windows-amd64.zip.sha256',
    ]);
    expect(toolFile('kubectl', '1.36.4', 'linux-arm64').checksumPaths).toEqual([
      'v1.36.4/bin/linux/arm64/kubectl.sha256',
    ]);
  });

  it.each([
    { os: 'linux', arch: 'ia32' },
    { os: 'freebsd', arch: 'x64' },
  ])('refuses %j', async (platform) => {
    expect((await problemOf(() => platformName(platform))).details.id).toBe('unsupported-platform');
  });
});

describe('mirrors', () => {
  it('stand in for the publisher, in their order', () => {
    expect(downloadBases('helm', ['https://a.example/tools/', 'http://b.example'])).toEqual([
      'https://a.example/tools/',
      'http://b.example',
    ]);
    expect(urlBelow('https://a.example/tools/', 'x')).toBe('https://a.example/tools/x');
  });

  it.each([
    ['mirror.example.com', 'not an address'],
    ['ftp://mirror.example.com', 'not https or http'],
    ['https://user:hunter2@mirror.example.com/t', 'https://mirror.example.com/t'],
    ['https://mirror.example.com/t?token=hunter2', 'https://mirror.example.com/t'],
    ['https://user:hunter2@@@bad host', 'not an address'],
  ])('%s is refused, and no secret in it is repeated', async (mirror, said) => {
    const problem = await problemOf(() => downloadBases('helm', ['https://good.example', mirror]));
    expect(problem.ending).toBe('refused');
    expect(problem.details.what).toContain(said);
    expect(JSON.stringify(problem.details)).not.toContain('hunter2');
  });

  it('reports all bad ones together', async () => {
    expect((await problemOf(() => downloadBases('helm', ['a', 'b', 'c']))).others).toHaveLength(2);
  });

  it('prints addresses without credentials and signatures', () => {
    expect(shownUrl('https://u:p@h.example:8443/a/b?sig=1#x')).toBe('https://h.example:8443/a/b');
  });
});
