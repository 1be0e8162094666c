import { describe, expect, it } from '@jest/globals';
import {
  compareMilvusVersions,
  compareMinors,
  formatMilvusVersion,
  isPrerelease,
  minorOf,
  parseMilvusVersion,
  sameMinor,
  type MilvusVersion,
} from '../../src/milvus/version.js';
import { charts, v } from './fixtures.js';

/** Written in Milvus's own order. */
const ordered = [
  '0.10.6',
  '1.1.1',
  '2.0.0-dev',
  '2.0.0-beta',
  '2.0.0-rc.1',
  '2.0.0-rc.5',
  '2.0.0-rc.5-hotfix1',
  '2.0.0-rc.6',
  '2.0.0-rc.10',
  '2.0.0-pre-ga',
  '2.0.0',
  '2.0.1',
  '2.3.0-beta',
  '2.3.0',
  '2.4.9',
  '2.4.10',
  '2.4.13',
  '2.4.13-hotfix',
  '2.4.13-hotfix2',
  '2.4.14',
  '2.5.0-beta',
  '2.5.0',
  '2.6.0-rc1',
  '2.6.0',
  '3.0.0',
];

describe('Milvus versions', () => {
  it('are in their own order', () => {
    const shuffled = [...ordered].sort();
    expect(shuffled).not.toEqual(ordered);
    expect(shuffled.map(v).sort(compareMilvusVersions).map(formatMilvusVersion)).toEqual(ordered);
  });

  it('compare each pair the same way round', () => {
    ordered.map(v).forEach((a, i) => {
      ordered.map(v).forEach((b, j) => {
        expect([a.text, b.text, Math.sign(compareMilvusVersions(a, b))]).toEqual([a.text, b.text, Math.sign(i - j)]);
      });
    });
  });

  it.each([
    ['v2.4.23', { major: 2, minor: 4, patch: 23, hotfix: 0, text: '2.4.23' }],
    ['2.4.13-hotfix', { major: 2, minor: 4, patch: 13, hotfix: 1, text: '2.4.13-hotfix' }],
    ['2.0.0-rc.5-hotfix1', { major: 2, minor: 0, patch: 0, hotfix: 1, prerelease: { stage: 'rc', number: 5 }, text: '2.0.0-rc.5-hotfix1' }], // prettier-ignore
    ['v2.6.0-rc1', { major: 2, minor: 6, patch: 0, hotfix: 0, prerelease: { stage: 'rc', number: 1 }, text: '2.6.0-rc1' }], // prettier-ignore
  ])('reads %s', (text, parsed) => {
    expect(parseMilvusVersion(text)).toEqual(parsed);
  });

  it.each([
    '',
    'latest',
    '2.4',
    'v2.4.23-gpu',
    '2.4.23 ',
    'vv2.4.23',
    '02.4.1',
    '2.4.1.1',
    'master-20240101-abcdef',
    '2.4.1-betax',
    '2.4.1-SNAPSHOT',
  ])(
    // prettier-ignore
    'does not read %j',
    (text) => {
      expect(parseMilvusVersion(text)).toBeUndefined();
    },
  );

  it('reads every version that a chart was ever made for', () => {
    expect(charts).toHaveLength(304);
    expect(charts.filter(({ appVersion }) => parseMilvusVersion(appVersion) === undefined)).toEqual([]);
  });

  it.each([
    ['2.4.13-hotfix', false],
    ['2.5.0-beta', true],
    ['2.0.0-pre-ga', true],
    ['2.3.0-dev', true],
    ['2.4.1', false],
  ])('%s is a pre-release: %s', (text, result) => {
    expect(isPrerelease(v(text))).toBe(result);
  });

  it('knows minors', () => {
    expect(sameMinor(v('2.4.1'), v('2.4.13-hotfix'))).toBe(true);
    expect(sameMinor(v('2.4.1'), v('3.4.1'))).toBe(false);
    expect(compareMinors(v('2.10.0'), v('2.9.9'))).toBeGreaterThan(0);
    expect(minorOf(v('2.4.13'))).toBe('2.4');
  });

  it('treats two spellings as one version', () => {
    const [a, b] = [v('2.0.0-rc.1'), v('v2.0.0-rc1')] as [MilvusVersion, MilvusVersion];
    expect(compareMilvusVersions(a, b)).toBe(0);
  });
});
