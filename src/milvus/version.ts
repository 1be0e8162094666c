/**
 * Milvus versions and their order. Not semver: `2.4.13-hotfix` is a release that comes after 2.4.13, while `-beta`,
 * `-rc.1` and `-dev` come before their release.
 *
 * @see https://github.com/milvus-io/milvus/releases
 */
export interface MilvusVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease?: { readonly stage: Stage; readonly number: number };
  /** 0: none; a hotfix without a number is 1. */
  readonly hotfix: number;
  /** As it was written, without a leading v. */
  readonly text: string;
}

const stages = ['dev', 'alpha', 'beta', 'rc', 'pre-ga'] as const;
type Stage = (typeof stages)[number];

const number = '(0|[1-9]\\d{0,8})';
const pattern = new RegExp(
  `^v?(${number}\\.${number}\\.${number}(?:-(${stages.join('|')})(?:[.-]?(\\d{1,9}))?)?(-hotfix(?:[.-]?(\\d{1,9}))?)?)$`,
);

/** Reads `2.4.23`, `v2.4.13-hotfix`, `2.0.0-rc.5-hotfix1`; undefined for anything else (`latest`, `2.4`, a branch build). */
export function parseMilvusVersion(text: string): MilvusVersion | undefined {
  const match: readonly (string | undefined)[] = pattern.exec(text) ?? [];
  const [, plain, major, minor, patch, stage, stageNumber, hotfix, hotfixNumber] = match;
  if (plain === undefined) return undefined;
  const known = stages.find((candidate) => candidate === stage);
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    ...(known === undefined ? {} : { prerelease: { stage: known, number: Number(stageNumber ?? 0) } }),
    hotfix: hotfix === undefined ? 0 : Number(hotfixNumber ?? 1),
    text: plain,
  };
}

/** Sort keys, most important first. A release counts as a stage after all others. */
const keys = ({ major, minor, patch, prerelease, hotfix }: MilvusVersion): readonly number[] => [
  major,
  minor,
  patch,
  prerelease === undefined ? stages.length : stages.indexOf(prerelease.stage),
  prerelease?.number ?? 0,
  hotfix,
];

/** Negative if `a` is older, positive if it is newer, 0 if both are the same version (however they are written). */
export function compareMilvusVersions(a: MilvusVersion, b: MilvusVersion): number {
  const right = keys(b);
  return keys(a)
    .map((key, index) => key - (right[index] ?? 0))
    .reduce((first, next) => (first === 0 ? next : first), 0);
}

/** The order of minor versions (2.3 before 2.4), patches left aside. */
export const compareMinors = (a: MilvusVersion, b: MilvusVersion): number => a.major - b.major || a.minor - b.minor;

export const sameMinor = (a: MilvusVersion, b: MilvusVersion): boolean => compareMinors(a, b) === 0;

export const isPrerelease = (version: MilvusVersion): boolean => version.prerelease !== undefined;

/** `2.4`, as people say it. */
export const minorOf = ({ major, minor }: MilvusVersion): string => `${major}.${minor}`;

/** Without a leading v, as it was written. */
export const formatMilvusVersion = (version: MilvusVersion): string => version.text;
