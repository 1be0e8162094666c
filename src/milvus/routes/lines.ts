import { minorOf, type MilvusVersion } from '../version.js';
import { notes, upgradePages } from './sources.js';
import { tableVersion } from './table-version.js';

/** A minor version that routes lead through or to. */
export interface Line {
  readonly minor: string;
  /** The release in which a route through this minor stops. */
  readonly stop: string;
  /** Newest release that is known here, where that is not the stop. */
  readonly newest?: string;
  readonly reason: string;
  readonly source: string;
}

/** In their order. A minor that is not in here is not known, and no route touches it. */
export const lines: readonly Line[] = [
  {
    minor: '2.0',
    stop: '2.0.2',
    reason: 'the documented upgrade to 2.1 starts from it',
    source: 'https://milvus.io/docs/v2.1.x/upgrade.md',
  },
  { minor: '2.1', stop: '2.1.4', reason: 'the last release of 2.1', source: notes('v2.1.x') },
  {
    minor: '2.2',
    stop: '2.2.16',
    reason: 'the last release of 2.2, and the one that its release notes ask to leave 2.2 from',
    source: notes('v2.2.x'),
  },
  { minor: '2.3', stop: '2.3.22', reason: 'the last release of 2.3', source: notes('v2.3.x') },
  {
    minor: '2.4',
    stop: '2.4.24',
    reason: 'the last release of 2.4, with a security fix',
    source: notes('v2.4.x'),
  },
  {
    minor: '2.5',
    stop: '2.5.27',
    reason: 'newer than 2.5.16, which 2.6 asks for, and with the security fixes of 2.5',
    source: notes('v2.5.x'),
  },
  {
    minor: '2.6',
    stop: '2.6.20',
    newest: '2.6.22',
    reason: 'the release from which the documented upgrade to 3.0 was validated',
    source: upgradePages('v3.0.x').cluster,
  },
  { minor: '3.0', stop: '3.0.0', reason: 'the release that the documented upgrade leads to', source: notes('v3.0.x') },
];

/** The line of a version, if its minor is known. */
export const lineOf = (version: MilvusVersion): Line | undefined =>
  lines.find(({ minor }) => minor === minorOf(version));

/** Where a route through a minor stops. */
export function stopOf(minor: string): MilvusVersion {
  const line = lines.find((candidate) => candidate.minor === minor);
  if (line === undefined) throw new Error(`${minor} in a table is not a known minor version`);
  return tableVersion(line.stop);
}
