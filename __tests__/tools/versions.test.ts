import { describe, expect, it } from '@jest/globals';
import semver from 'semver';
import type { ToolChoice } from '../../src/action/request.js';
import { checksums } from '../../src/tools/checksums.js';
import { defaultVersions } from '../../src/tools/defaults.js';
import { runnerPlatforms, type ToolName } from '../../src/tools/tool.js';
import { resolveVersion } from '../../src/tools/versions.js';
import { problemOf } from './support.js';

type Choice = Exclude<ToolChoice, { kind: 'path' }>;
const exact = (version: string): Choice => ({ kind: 'exact', version });
const range = (text: string): Choice => ({ kind: 'range', range: text });

describe('the table of checksums', () => {
  const rows = (['helm', 'kubectl'] as const).flatMap((tool) =>
    Object.entries(checksums[tool]).flatMap(([version, files]) =>
      Object.entries(files ?? {}).map(([platform, hash]) => ({ tool, version, platform, hash })),
    ),
  );

  it('holds lower-case sha256 of stable versions, each once', () => {
    expect(rows.filter(({ hash }) => !/^[0-9a-f]{64}$/.test(hash))).toEqual([]);
    expect(rows.filter(({ version }) => semver.valid(version) !== version || semver.prerelease(version))).toEqual([]);
    expect(new Set(rows.map(({ hash }) => hash)).size).toBe(rows.length);
  });

  it.each(['helm', 'kubectl'] as const)('has the default %s for every platform of the action', (tool) => {
    const files = checksums[tool][defaultVersions[tool]];
    expect(runnerPlatforms.filter((platform) => files?.[platform] === undefined)).toEqual([]);
  });
});

describe('resolveVersion', () => {
  it.each<[ToolName, Choice, string]>([
    ['helm', exact('4.3.0'), '4.3.0'],
    ['helm', exact('v3.22.0'), '3.22.0'],
    ['helm', exact('3.14.0'), '3.14.0'],
    ['helm', exact('4.9.17'), '4.9.17'],
    ['helm', exact('4.4.0-rc.1'), '4.4.0-rc.1'],
    ['helm', range('3.x'), '3.22.0'],
    ['helm', range('3'), '3.22.0'],
    ['helm', range('3.21'), '3.21.4'],
    ['helm', range('~3.17'), '3.17.4'],
    ['helm', range('~3.17.3'), '3.17.4'],
    ['helm', range('^3.19.0'), '3.22.0'],
    ['helm', range('^4.1.0'), '4.3.0'],
    ['helm', range('4.2.x'), '4.2.4'],
    ['helm', range('>=3.14.0 <4.0.0'), '3.22.0'],
    ['helm', range('>=3.14 <3.20'), '3.19.5'],
    ['helm', range('3.14 || 3.16'), '3.16.4'],
    ['helm', range('^4.2.0-rc.1'), '4.3.0'],
    ['kubectl', exact('v1.36.4'), '1.36.4'],
    ['kubectl', range('1.36'), '1.36.4'],
    ['kubectl', range('~1.33.11'), '1.33.13'],
  ])('%s %j gives %s', (tool, choice, version) => {
    expect(resolveVersion(tool, choice)).toBe(version);
  });

  it('takes for auto the newest version of the default’s major', () => {
    expect(resolveVersion('helm', { kind: 'auto' })).toBe('4.3.0');
    expect(resolveVersion('kubectl', { kind: 'auto' })).toBe('1.37.1');
  });

  it('never gives a version by range that lacks a checksum for one of the platforms', () => {
    // 1.34.11, 1.34.12, 1.35.9 and 1.36.5 are in the table for Linux only.
    expect(resolveVersion('kubectl', range('1.34'))).toBe('1.34.10');
    expect(resolveVersion('kubectl', range('1.35'))).toBe('1.35.7');
  });

  it.each<[ToolName, Choice, string]>([
    ['helm', exact('3.13.3'), 'tool-too-old'],
    ['helm', exact('3.14.0-rc.1'), 'tool-too-old'],
    ['helm', exact('2.17.0'), 'tool-too-old'],
    ['helm', exact('5.0.0'), 'tool-too-new'],
    ['helm', exact('5.0.0-alpha.1'), 'tool-too-new'],
    ['kubectl', exact('2.0.0'), 'tool-too-new'],
    ['helm', exact('4.3'), 'bad-tool-version'],
    ['helm', exact('latest'), 'bad-tool-version'],
    ['helm', exact('4.3.0/../x'), 'bad-tool-version'],
    ['helm', range('*'), 'bad-tool-range'],
    ['helm', range('x'), 'bad-tool-range'],
    ['helm', range(''), 'bad-tool-range'],
    ['helm', range('>=3.14'), 'bad-tool-range'],
    ['helm', range('<4'), 'bad-tool-range'],
    ['helm', range('3 || 4'), 'bad-tool-range'],
    ['helm', range('3.14 - 4.3'), 'bad-tool-range'],
    ['helm', range('latest'), 'bad-tool-range'],
    ['helm', range('~3.13'), 'no-version-in-range'],
    ['helm', range('~4.9'), 'no-version-in-range'],
    ['helm', range('2.x'), 'no-version-in-range'],
    ['helm', range('5.x'), 'no-version-in-range'],
    ['kubectl', range('1.99'), 'no-version-in-range'],
  ])('%s %j is refused as %s', async (tool, choice, id) => {
    const problem = await problemOf(() => resolveVersion(tool, choice));
    expect(problem.ending).toBe('refused');
    expect(problem.details.id).toBe(id);
  });

  it('says why an old Helm is refused', async () => {
    const { details } = await problemOf(() => resolveVersion('helm', exact('3.13.3')));
    expect(details.what).toBe('Helm 3.13.3 is older than 3.14.0.');
    expect(details.why).toContain('--reset-then-reuse-values');
  });
});
