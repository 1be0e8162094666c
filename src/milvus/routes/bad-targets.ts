import { compareMilvusVersions, type MilvusVersion } from '../version.js';
import { issue, notes } from './sources.js';
import { older, tableVersion } from './table-version.js';

/** Releases with a known defect that an upgrade should not end at, and no route stops at; both ends included. */
export interface BadTarget {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly instead: string;
  readonly reason: string;
  readonly source: string;
}

export const badTargets: readonly BadTarget[] = [
  {
    id: 'bad-target-2.2.2',
    from: '2.2.2',
    to: '2.2.4',
    instead: '2.2.5',
    reason: '2.2.2 to 2.2.4 count rows wrongly and lose indexes of segments written before 2.2.1',
    source: issue(22952),
  },
  {
    id: 'bad-target-2.4.13',
    from: '2.4.13',
    to: '2.4.13',
    instead: '2.4.13-hotfix',
    reason: '2.4.13 can fail to find collections after a restart and was replaced by 2.4.13-hotfix',
    source: notes('v2.4.x'),
  },
  {
    id: 'bad-target-2.6.0',
    from: '2.6.0',
    to: '2.6.1',
    instead: '2.6.2',
    reason: 'with active standby, coordinators of 2.6.0 and 2.6.1 stop because an old session exists',
    source: issue(44205),
  },
];

/** The row that a version falls under. */
export const badTarget = (version: MilvusVersion): BadTarget | undefined =>
  badTargets.find(({ from, to }) => !older(version, from) && compareMilvusVersions(version, tableVersion(to)) <= 0);
