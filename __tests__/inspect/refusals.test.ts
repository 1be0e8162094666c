import { describe, expect, it } from '@jest/globals';
import { attemptLabels } from '../../src/helm/attempt.js';
import type { ReleaseRecord, ReleaseStatus } from '../../src/helm/port.js';
import { decodeRecord } from '../../src/helm/record.js';
import { refuseRelease } from '../../src/inspect/refusals.js';
import { problemOf, release, secret } from '../helm/support.js';

const labels = {
  [attemptLabels.attempt]: 'abc',
  [attemptLabels.from]: '2',
  [attemptLabels.base]: '2',
  [attemptLabels.epoch]: '3',
};

const record = (status: ReleaseStatus, changes: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  ...decodeRecord(secret(release({ info: { status } }))),
  ...changes,
});

describe('release-pending', () => {
  const own = 'This action made the revision. Run `operation: upgrade` with the same inputs as then';
  const foreign = 'run `operation: upgrade` with `allow: release-pending`';

  it.each<readonly [string, ReleaseRecord, string, string]>([
    ['an upgrade of this action', record('pending-upgrade', { labels }), own, foreign],
    ['an upgrade of somebody else', record('pending-upgrade'), foreign, own],
    [
      'an upgrade of somebody else after one of this action',
      record('pending-upgrade', { labels, revision: 4 }),
      foreign,
      own,
    ],
    ['an installation', record('pending-install'), foreign, own],
    ['a rollback', record('pending-rollback'), 'If a run of this action was going back, run it again', own],
    ['a rollback that nobody goes on with', record('pending-rollback', { labels }), foreign, own],
  ])('%s says how it is freed', async (_what, pending, says, saysNot) => {
    const { details, ending } = await problemOf(() => {
      refuseRelease(pending);
    });
    expect([details.id, ending]).toEqual(['release-pending', 'refused']);
    expect(details.remedy).toContain(says);
    expect(details.remedy).not.toContain(saysNot);
    expect(details.remedy).toContain('marks it failed once its Helm cannot be at work any more');
  });

  it.each<ReleaseStatus>(['deployed', 'failed'])('is not said of a release that is %s', (status) => {
    expect(() => {
      refuseRelease(record(status));
    }).not.toThrow();
  });
});
