import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { standingOf } from '../../src/operations/standing.js';
import { status } from '../../src/operations/status.js';
import { readHistory } from '../../src/helm/record.js';
import { liveOf, namespace, recordOf } from '../plan/world.js';
import { FakeClock } from '../upgrade/fake-clock.js';
import { FakeCluster } from '../upgrade/fake-cluster.js';
import { earlierRun, journalName, journalObject, leaseAt, openedAt, ourRevision } from './journals.js';
import { finish, oldRecord, running } from './session.js';

const told = async (...left: readonly KubeObject[]) => {
  const run = running(status, { objects: [...liveOf(), oldRecord, ...left] });
  await finish(run);
  return run.report;
};

const begun = `The upgrade 2.3.11 -> 2.4.23, begun at ${openedAt}`;

describe('a status', () => {
  it('of a release that this action never touched tells its revisions', async () => {
    const { standing } = await told(recordOf({ revision: 2 }));
    expect(standing).toEqual({
      revisions: [expect.objectContaining({ revision: 2 }), expect.objectContaining({ revision: 1 })],
    });
  });

  it('tells of an upgrade that is not finished, what ends it, and leaves what would come next for later', async () => {
    const report = await told(ourRevision('deployed'), journalObject());
    expect([report.result, report.problems, report.outlook]).toEqual(['reported', [], undefined]);
    expect(report.standing?.journal).toEqual({
      state: expect.stringContaining(begun),
      open: true,
      ways: expect.stringMatching(/^Run again with the inputs that it was begun with .* or run operation: rollback/),
    });
    expect(report.standing?.journal?.state).toContain(earlierRun);
    expect(report.standing?.revisions[0]).toMatchObject({
      revision: 2,
      status: 'deployed',
      chartVersion: '4.2.20',
      ours: true,
    });
  });

  it('of one that is on its way back names the one way', async () => {
    const report = await told(ourRevision('failed'), journalObject({ direction: 'back' }));
    expect(report.standing?.journal?.ways).toBe('Run operation: rollback to finish taking it back.');
  });

  it('of one that has ended says how, and what would come next', async () => {
    const outcome = { result: 'upgraded', at: openedAt } as const;
    const { standing, outlook } = await told(ourRevision('deployed'), journalObject({ outcome }));
    expect(standing?.journal).toEqual({ state: expect.stringMatching(/was finished at/), open: false });
    expect(outlook).toBeDefined();
  });

  it('says when somebody else has changed the release since', async () => {
    const { standing } = await told(recordOf({ revision: 2 }), journalObject());
    expect(standing?.journal).toMatchObject({
      state: expect.stringContaining('Somebody else has changed the release since (revisions 2).'),
      open: false,
      ways: expect.stringContaining('the next upgrade closes this journal'),
    });
  });

  it.each([
    ['of a newer version', { schema: 2 }, /newer version of this action \(schema 2\).*not understood here/],
    ['that somebody edited', 'no JSON', /cannot be read/],
  ])('tells of a journal %s, and is no error', async (_, data, says) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    const object = { ...journalObject(), data: { 'journal.json': text } };
    const report = await told(ourRevision('deployed'), object);
    expect([report.result, report.problems]).toEqual(['reported', []]);
    expect(report.standing?.journal).toMatchObject({ state: expect.stringMatching(says), open: true });
    expect(report.standing?.journal?.ways).toContain(`kubectl delete configmap ${journalName}`);
  });
});

describe('a status of a pending release', () => {
  it('tells what runs all the same, whose the revision is and what frees it', async () => {
    const report = await told(ourRevision('pending-upgrade'), journalObject());
    expect([report.result, report.problems, report.revision]).toEqual(['reported', [], 2]);
    expect(report.before?.release.status).toBe('pending-upgrade');
    expect(report.before?.workloads.length).toBeGreaterThan(3);
    expect(report.standing?.pending).toEqual({
      revision: 2,
      status: 'pending-upgrade',
      made: 'A run of this action made it.',
      ways: expect.stringMatching(
        /^Run operation: upgrade with the same inputs as then, or operation: rollback: the run waits/,
      ),
    });
    expect(report.outlook).toBeUndefined();
  });

  it('knows a revision of this action by its labels alone', async () => {
    const { standing } = await told(ourRevision('pending-upgrade'));
    expect([standing?.journal, standing?.pending?.made]).toEqual([undefined, 'A run of this action made it.']);
  });

  it('of somebody else names the way that needs a word', async () => {
    const { standing } = await told(recordOf({ revision: 2, status: 'pending-upgrade' }));
    expect(standing?.pending).toMatchObject({
      made: 'It is not known to be made by this action.',
      ways: expect.stringContaining('allow: release-pending'),
    });
  });
});

describe('who holds the lock', () => {
  const now = Date.parse('2026-11-22T14:05:00.000Z');
  const standing = async (cluster: { get(): Promise<KubeObject | undefined> }) =>
    standingOf({ cluster: cluster as never, namespace, release: 'rel', history: [], now });
  const lockOf = async (lease: KubeObject | undefined) => {
    let asked = 0;
    // The journal is asked for first.
    return (await standing({ get: () => Promise.resolve((asked += 1) === 2 ? lease : undefined) })).lock;
  };

  it.each([
    ['nobody ever', undefined, undefined],
    ['nobody now', leaseAt(now, ''), { state: expect.stringMatching(/^Nobody holds the lock/), held: false }],
    [
      'a run that renewed it just now',
      leaseAt(now - 4_000),
      {
        state: expect.stringMatching(
          /0123 holds the lock, .* 14:04:56 UTC .*, 4\.0 s before this look\. So that run is at work/,
        ),
        held: true,
      },
    ],
    [
      'a run that died',
      leaseAt(now - 300_000),
      {
        state: expect.stringMatching(
          /most likely died; the next run takes the lock over once .* unchanged for 30 s\.$/,
        ),
        held: true,
      },
    ],
  ])('is told: %s', async (_, lease, expected) => {
    expect(await lockOf(lease)).toEqual(expected);
  });

  it('is told without a time that can be read', async () => {
    const lease = leaseAt(now);
    const odd = { ...lease, spec: { ...(lease as { spec?: object }).spec, renewTime: 'soon' } };
    expect(await lockOf(odd)).toMatchObject({ held: true, state: expect.stringContaining('cannot be read') });
  });

  it('and the journal are said to be unread where they may not be read', async () => {
    const { journal, lock } = await standing({ get: () => Promise.reject(new Error('may not get it')) });
    expect([journal?.state, lock?.state]).toEqual([
      'The journal could not be read: may not get it',
      'Who holds the lock could not be read: may not get it',
    ]);
  });
});

it('the revisions are the newest ten', async () => {
  const cluster = new FakeCluster();
  const revision = (n: number) => ({
    ...recordOf({ revision: n }),
    metadata: { ...recordOf({ revision: n }).metadata },
  });
  cluster.put(...Array.from({ length: 12 }, (_, index) => revision(index + 1)));
  const history = await readHistory(cluster, namespace, 'rel');
  const { revisions } = await standingOf({
    cluster: { get: () => Promise.resolve(undefined) },
    ...{ namespace, release: 'rel', history, now: new FakeClock().now() },
  });
  expect(revisions.map(({ revision: n }) => n)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
});
