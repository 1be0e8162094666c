import { badTarget } from './routes/bad-targets.js';
import { issue, notes, releases, upgradePages } from './routes/sources.js';
import { older, tableVersion } from './routes/table-version.js';
import { compareMilvusVersions, isPrerelease, minorOf, parseMilvusVersion, type MilvusVersion } from './version.js';

/** Whether one release of Milvus is known to read what a newer one has written. */
export type GoingBack =
  | {
      readonly known: true;
      readonly why: string;
      readonly source: string;
      /** What stays the reader's to know; absent where both are the same version. */
      readonly mind?: string;
    }
  | { readonly known: false; readonly why: string; readonly source: string };

/** Releases of one minor between which going back is documented and no change of formats is known. */
export interface BackLine {
  readonly minor: string;
  readonly first: string;
  /** Newest release that the sources were read for. */
  readonly last: string;
  /** Why older releases of the minor are not in it. */
  readonly before: string;
  /** Documents going back to a lower image. */
  readonly source: string;
}

/** From this release on Milvus writes what older ones cannot read, or was seen not to. */
export interface Fence {
  readonly since: string;
  readonly why: string;
  readonly source: string;
}

/** A minor in which no pair is known. */
export interface UnsureLine {
  readonly minor: string;
  readonly why: string;
  readonly source: string;
}

const pull = (number: number): string => `https://github.com/milvus-io/milvus/pull/${number}`;
const operatorPage = (line: string): string => `https://milvus.io/docs/${line}/upgrade_milvus_cluster-operator.md`;

/**
 * Milvus documents `rollingDowngrade` for its operator from 2.2.3 on, and says elsewhere that an image is generally not
 * to be swapped back once the newer one has written (https://milvus.io/ai-quick-reference/milvus-version-upgrades). So
 * only releases of one minor are in here, where the format of the vector indexes stayed the same between them.
 *
 * @see https://github.com/zilliztech/knowhere/blob/main/include/knowhere/version.h (its tags: index versions)
 */
export const backLines: readonly BackLine[] = [
  {
    minor: '2.2',
    first: '2.2.5',
    last: '2.2.16',
    before: 'going back is documented from 2.2.3 on, and releases before 2.2.5 lose indexes',
    source: operatorPage('v2.2.x'),
  },
  {
    minor: '2.3',
    first: '2.3.4',
    last: '2.3.22',
    before: 'older releases of 2.3 lose the load state of collections, and read other statistics of segments',
    source: operatorPage('v2.3.x'),
  },
  {
    minor: '2.4',
    first: '2.4.5',
    last: '2.4.24',
    before: 'the version of the vector indexes was raised on the way from 2.4.1 to 2.4.5',
    source: operatorPage('v2.4.x'),
  },
  {
    minor: '2.5',
    first: '2.5.4',
    last: '2.5.27',
    before: 'scalar indexes carry a version of their format from 2.5.4 on only',
    source: operatorPage('v2.5.x'),
  },
];

const indexVersion =
  'Milvus 2.4.8 builds vector indexes of version 5; releases before it read version 4 at most (the release 2.4.7 is not documented)';

/** In their order. */
export const fences: readonly Fence[] = [
  {
    since: '2.2.0',
    why: 'Milvus 2.2 keeps its metadata in another form; only the metadata backup of the migration leads back to 2.1',
    source: upgradePages('v2.2.x').cluster,
  },
  {
    since: '2.2.9',
    why: 'Milvus 2.2.9 brought JSON fields, partition keys and databases, and going back from 2.2.11 to 2.2.8 was seen to fail',
    source: issue(25321),
  },
  { since: '2.3.0', why: 'going back from 2.3.2 to 2.2.14 was seen to fail', source: issue(28008) },
  {
    since: '2.4.0',
    why: 'going back from 2.4.1 to 2.3.15 was seen to fail: 2.3 cannot read the vector indexes of 2.4',
    source: issue(33242),
  },
  { since: '2.4.7', why: indexVersion, source: issue(34900) },
  { since: '2.4.8', why: indexVersion, source: notes('v2.4.x') },
  { since: '2.5.0', why: 'Milvus 2.4 cannot read the inverted indexes that 2.5 builds', source: issue(39203) },
  {
    since: '2.5.7',
    why: 'the statistics of JSON keys changed their form on the way from 2.5.6 to 2.5.7',
    source: issue(40649),
  },
  {
    since: '2.6.0',
    why: 'the streaming nodes of Milvus 2.6 take over the message queue, and its coordinators mark the metadata against older minors',
    source: pull(46479),
  },
  {
    since: '3.0.0',
    why: 'the upgrade guide of Milvus 3.0 does not count on going back by image: it asks for backups to be restored',
    source: upgradePages('v3.0.x').cluster,
  },
];

export const unsureLines: readonly UnsureLine[] = [
  {
    minor: '2.6',
    why: 'releases of 2.6 rewrite segments into newer storage formats, which not all of them read',
    source: issue(46988),
  },
  {
    minor: '3.0',
    why: 'going back within 3.0 was seen to leave collections that cannot be queried',
    source: issue(52297),
  },
];

const generally = 'https://milvus.io/ai-quick-reference/milvus-version-upgrades';

const no = (why: string, source: string): GoingBack => ({ known: false, why: `${why}.`, source });

/**
 * Whether a Milvus that ran `from` can be taken back to `to` on the same data, by what public sources say. A pair that
 * no source supports is not known.
 *
 * @param from the version that has run, with or without a leading v
 * @param to the version to go back to
 * @returns whether it is known, and the source of that
 */
export function goingBack(from: string, to: string): GoingBack {
  const [newer, target] = [parseMilvusVersion(from), parseMilvusVersion(to)];
  if (newer === undefined || target === undefined) return no(`${from} or ${to} is not a Milvus version`, releases);
  const order = compareMilvusVersions(newer, target);
  if (order === 0) return { known: true, why: `Both run Milvus ${target.text}.`, source: releases };
  if (order < 0) return no(`Milvus ${target.text} is newer than ${newer.text}: that would be an upgrade`, releases);
  const prerelease = [newer, target].find(isPrerelease);
  if (prerelease !== undefined)
    return no(`${prerelease.text} is a pre-release, for which no way back is known`, releases);
  // The one next to the target: that is what it cannot read first.
  const fence = fences.find(({ since }) => !older(newer, since) && older(target, since));
  if (fence !== undefined) return no(`From ${newer.text} to ${target.text}: ${fence.why}`, fence.source);
  const bad = badTarget(target);
  if (bad !== undefined) return no(bad.reason, bad.source);
  return withinLine(newer, target);
}

function withinLine(newer: MilvusVersion, target: MilvusVersion): GoingBack {
  const minor = minorOf(newer);
  const line = backLines.find((one) => one.minor === minor);
  if (line === undefined) {
    const row = unsureLines.find((one) => one.minor === minor);
    return row === undefined
      ? no(`No public source says that ${newer.text} can be taken back to ${target.text}`, generally)
      : no(`From ${newer.text} to ${target.text}: ${row.why}`, row.source);
  }
  if (older(target, line.first)) return no(`From ${newer.text} to ${target.text}: ${line.before}`, line.source);
  if (compareMilvusVersions(newer, tableVersion(line.last)) > 0)
    return no(
      `${newer.text} is newer than the releases of ${minor} whose way back is known (to ${line.last})`,
      generally,
    );
  return {
    known: true,
    why: `Milvus documents going back to a lower image, and no change of formats is known between ${target.text} and ${newer.text}.`,
    source: line.source,
    mind: `Collections that use something only ${newer.text} brought cannot be read by ${target.text}.`,
  };
}
