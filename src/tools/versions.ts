import semver from 'semver';
import type { ToolChoice } from '../action/request.js';
import { refused } from '../problem.js';
import { checksums } from './checksums.js';
import { defaultVersions } from './defaults.js';
import { runnerPlatforms, toolTitles, type ToolName } from './tool.js';

interface Support {
  /** Majors whose flags and behaviour this action knows. */
  readonly majors: readonly number[];
  readonly oldest?: { readonly version: string; readonly reason: string };
}

const support: Readonly<Record<ToolName, Support>> = {
  helm: {
    majors: [3, 4],
    oldest: {
      version: '3.14.0',
      reason:
        'The upgrade needs `helm upgrade --reset-then-reuse-values`, which keeps your values over the new chart’s defaults and exists from Helm 3.14.0 on (https://github.com/helm/helm/pull/9653).',
    },
  },
  kubectl: { majors: [1] },
};

/**
 * Throws a Problem (`tool-too-old`, `tool-too-new`) for a version that this action cannot work with. `version` is a
 * valid semantic version; a pre-release counts as older than its release.
 */
export function assertSupported(tool: ToolName, version: string): void {
  const title = toolTitles[tool];
  const { majors, oldest } = support[tool];
  const remedy = `Set \`${tool}-version\` to a supported version, or leave it out to use ${defaultVersions[tool]}.`;
  if (oldest !== undefined && semver.lt(version, oldest.version)) {
    throw refused({
      id: 'tool-too-old',
      what: `${title} ${version} is older than ${oldest.version}.`,
      why: oldest.reason,
      remedy,
    });
  }
  const major = semver.major(version);
  if (!majors.includes(major)) {
    throw refused({
      id: major > Math.max(...majors) ? 'tool-too-new' : 'tool-too-old',
      what: `${title} ${version} is of major version ${major}; this action knows ${majors.join(' and ')}.`,
      why: 'Flags and their meaning change between major versions, so an unknown one is not tried on a database.',
      remedy,
    });
  }
}

/**
 * Turns a choice into one exact version, without network. An exact version is taken as it is. A range gives its newest
 * version in the table of checksums, and `auto` the newest of the default's major: the same input gives the same
 * version on every runner until the action itself is updated, nobody who answers on the network can choose it, and
 * whatever it gives can be verified. Newer versions are reached by their exact number. Only versions with a checksum
 * for every platform of {@link runnerPlatforms} are eligible, so the answer does not depend on the machine.
 *
 * @returns the version without a leading v.
 * @throws Problem (`refused`): `bad-tool-version`, `bad-tool-range`, `no-version-in-range`, `tool-too-old`, `tool-too-new`.
 */
export function resolveVersion(tool: ToolName, choice: Exclude<ToolChoice, { kind: 'path' }>): string {
  switch (choice.kind) {
    case 'exact':
      return exactVersion(tool, choice.version);
    case 'range':
      return newestInRange(tool, choice.range);
    case 'auto':
      return newestInRange(tool, `${semver.major(defaultVersions[tool])}.x`);
  }
}

function exactVersion(tool: ToolName, text: string): string {
  const version = semver.valid(text);
  if (version === null) {
    throw refused({
      id: 'bad-tool-version',
      what: `\`${tool}-version\` is "${text}", which is not a version.`,
      remedy: `Give all three numbers, for example ${defaultVersions[tool]}.`,
    });
  }
  assertSupported(tool, version);
  return version;
}

function newestInRange(tool: ToolName, text: string): string {
  const range = parseRange(text);
  const example = `${semver.major(defaultVersions[tool])}.x`;
  if (range === undefined) {
    throw refused({
      id: 'bad-tool-range',
      what: `\`${tool}-version\` is "${text}", which is not a range within one major version.`,
      why: `${toolTitles[tool]} changes its flags between major versions, so a range never crosses one.`,
      remedy: `Name the major version, for example ${example}, or an exact version such as ${defaultVersions[tool]}.`,
    });
  }
  const newest = semver.maxSatisfying(eligibleVersions(tool), range);
  if (newest === null) {
    const { oldest } = support[tool];
    throw refused({
      id: 'no-version-in-range',
      what: `No version of ${toolTitles[tool]} in the range "${text}" is in this action's table of checksums.`,
      why:
        'A range is resolved within that table and never gives a version outside it.' +
        (oldest === undefined ? '' : ` Nothing older than ${oldest.version} is in it. ${oldest.reason}`),
      remedy: `Use a range with one of ${eligibleVersions(tool).join(', ')}, or give an exact version.`,
    });
  }
  assertSupported(tool, newest);
  return newest;
}

/** Versions that a range may give, oldest first. */
function eligibleVersions(tool: ToolName): readonly string[] {
  return Object.entries(checksums[tool])
    .filter(([, files]) => runnerPlatforms.every((platform) => files?.[platform] !== undefined))
    .map(([version]) => version)
    .sort(semver.compare);
}

/** The range, if it is valid and lies within one major version. */
function parseRange(text: string): semver.Range | undefined {
  if (text.trim() === '' || semver.validRange(text) === null) return undefined;
  const range = new semver.Range(text);
  const major = semver.minVersion(range)?.major;
  if (major === undefined) return undefined;
  // Written with `<4.0.0` and not `<4.0.0-0`, so that the equally usual `>=3.14.0 <4.0.0` counts as within major 3.
  const oneMajor = `>=${major}.0.0-0 <${major + 1}.0.0`;
  return semver.subset(range, oneMajor, { includePrerelease: true }) ? range : undefined;
}
