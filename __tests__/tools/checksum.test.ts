import { describe, expect, it } from '@jest/globals';
import { knownChecksum, parseChecksum, parseChecksumFile } from '../../src/tools/checksum.js';
import { checksums } from '../../src/tools/checksums.js';
import { problemOf } from './support.js';

const hash = 'a'.repeat(63) + '1';
const name = 'helm-v4.3.0-linux-amd64.tar.gz';

describe('parseChecksum', () => {
  it.each([
    [hash, hash],
    [` ${hash.toUpperCase()}\n`, hash],
    [hash.slice(1), undefined],
    [`${hash}0`, undefined],
    [`sha256:${hash}`, undefined],
    ['', undefined],
  ])('%j gives %s', (text, expected) => {
    expect(parseChecksum(text)).toBe(expected);
  });
});

describe('parseChecksumFile', () => {
  it.each([
    ['a bare hash', `${hash}\n`, hash],
    ['hash and name', `${hash}  ${name}\n`, hash],
    ['a binary-mode name', `${hash} *${name}\r\n`, hash],
    ['a path', `${hash}  _dist/${name}\n`, hash],
    ['one of several', `${'b'.repeat(64)}  other\n${hash}  ${name}\n`, hash],
    ['another file’s hash', `${hash}  helm-v4.3.0-linux-arm64.tar.gz\n`, undefined],
    ['two bare hashes', `${hash}\n${hash}\n`, undefined],
    ['a web page', '<!DOCTYPE html><html></html>', undefined],
    ['a damaged hash', `${hash.slice(2)}  ${name}\n`, undefined],
    ['nothing', '', undefined],
  ])('%s', (_, text, expected) => {
    expect(parseChecksumFile(text, name)).toBe(expected);
  });
});

describe('knownChecksum', () => {
  it('is the table’s', () => {
    expect(knownChecksum('helm', '4.3.0', 'linux-amd64', undefined)).toMatchObject({
      sha256: checksums.helm['4.3.0']?.['linux-amd64'],
      origin: 'table',
    });
  });

  it('is the user’s where there is one, in any case of letters', () => {
    expect(knownChecksum('helm', '4.3.0', 'linux-amd64', hash.toUpperCase())).toMatchObject({
      sha256: hash,
      origin: 'input',
    });
  });

  it.each([
    ['helm', '4.9.0', 'linux-amd64'],
    ['kubectl', '1.36.5', 'darwin-arm64'],
    ['helm', 'constructor', 'linux-amd64'],
  ] as const)('is unknown for %s %s on %s', (tool, version, platform) => {
    expect(knownChecksum(tool, version, platform, undefined)).toBeUndefined();
  });

  it.each(['', 'abc', 'z'.repeat(64)])('refuses %j', async (given) => {
    const { details } = await problemOf(() => knownChecksum('kubectl', '1.36.4', 'linux-amd64', given));
    expect(details.id).toBe('bad-checksum');
    expect(details.what).toContain('kubectl-checksum');
  });
});
