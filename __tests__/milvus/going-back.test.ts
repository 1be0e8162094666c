import { describe, expect, it } from '@jest/globals';
import { backLines, fences, goingBack, unsureLines } from '../../src/milvus/going-back.js';
import { lines } from '../../src/milvus/routes/lines.js';
import { compareMilvusVersions } from '../../src/milvus/version.js';
import { charts, v } from './fixtures.js';

describe('going back', () => {
  it.each([
    ['2.2.16', '2.2.9'],
    ['2.2.8', '2.2.5'],
    ['2.3.22', '2.3.4'],
    ['2.4.24', '2.4.8'],
    ['2.4.6', '2.4.5'],
    ['v2.4.13-hotfix', 'v2.4.12'],
    ['2.5.27', '2.5.16'],
  ])('is known from %s to %s, with what stays to be minded', (from, to) => {
    const answer = goingBack(from, to);
    expect(answer).toMatchObject({ known: true, source: expect.stringMatching(/^https:\/\/milvus\.io\/docs\/v2/) });
    expect('mind' in answer ? answer.mind : undefined).toMatch(/cannot be read/);
  });

  it.each([
    ['2.2.11', '2.2.8', 'issues/25321'],
    ['2.2.8', '2.2.4', 'issues/22952'],
    ['2.2.5', '2.2.1', 'v2.2.x'],
    ['2.2.0', '2.1.4', 'v2.2.x/upgrade'],
    ['2.3.2', '2.2.14', 'issues/28008'],
    ['2.3.1', '2.2.8', 'issues/25321'],
    ['2.3.5', '2.3.3', 'v2.3.x'],
    ['2.4.1', '2.3.15', 'issues/33242'],
    ['2.4.24', '2.3.22', 'issues/33242'],
    ['2.4.5', '2.4.4', 'v2.4.x'],
    ['2.4.8', '2.4.7', 'v2.4.x'],
    ['2.4.7', '2.4.6', 'issues/34900'],
    ['2.4.24', '2.4.13', 'v2.4.x'],
    ['2.5.4', '2.4.23', 'issues/39203'],
    ['2.5.7', '2.5.6', 'issues/40649'],
    ['2.5.10', '2.5.3', 'issues/40649'],
    ['2.6.20', '2.5.27', 'pull/46479'],
    ['2.6.20', '2.6.15', 'issues/46988'],
    ['3.0.0', '2.6.20', 'v3.0.x/upgrade'],
    ['3.0.0', '2.5.27', 'pull/46479'],
    ['3.0.2', '3.0.0', 'issues/52297'],
    ['2.1.4', '2.1.2', 'milvus-version-upgrades'],
    ['2.5.99', '2.5.27', 'milvus-version-upgrades'],
    ['4.0.0', '3.0.0', 'milvus-version-upgrades'],
    ['2.5.0-beta', '2.4.17', 'releases'],
    ['2.6.0', '2.6.0-rc1', 'releases'],
    ['2.4.8', '2.4.24', 'releases'],
    ['latest', '2.4.8', 'releases'],
  ])('is not known from %s to %s', (from, to, source) => {
    expect(goingBack(from, to)).toEqual({
      known: false,
      why: expect.stringMatching(/[^.]\.$/),
      source: expect.stringContaining(source),
    });
  });

  it('has nothing to mind where the version stays, a pre-release too', () => {
    expect(goingBack('2.6.0-rc1', 'v2.6.0-rc1')).toEqual(expect.objectContaining({ known: true }));
    expect(goingBack('2.6.0-rc1', 'v2.6.0-rc1')).not.toHaveProperty('mind');
  });

  it('is never known from one minor to another, for all published pairs', () => {
    const released = [...new Set(charts.map(({ appVersion }) => appVersion))].filter((text) =>
      /^\d+\.\d+\.\d+$/.test(text),
    );
    const minor = (text: string) => text.split('.').slice(0, 2).join('.');
    const known = released.flatMap((from) =>
      released.filter((to) => minor(from) !== minor(to) && goingBack(from, to).known).map((to) => `${from} -> ${to}`),
    );
    expect(released.length).toBeGreaterThan(80);
    expect(known).toEqual([]);
  });

  it('has each minor from 2.2 on in one table, each row with an address, and fences in their order', () => {
    const listed = [...backLines, ...unsureLines].map(({ minor }) => minor);
    expect(listed).toEqual(lines.map(({ minor }) => minor).filter((minor) => !['2.0', '2.1'].includes(minor)));
    const addresses = [...backLines, ...unsureLines, ...fences].map(({ source }) => source);
    expect(
      addresses.filter((address) => !/^https:\/\/(milvus\.io\/docs|github\.com\/milvus-io)\//.test(address)),
    ).toEqual([]);
    const since = fences.map((fence) => v(fence.since));
    expect([...since].sort(compareMilvusVersions)).toEqual(since);
  });
});
