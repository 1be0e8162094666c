import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { plan } from '../../src/operations/plan.js';
import type { Journal } from '../../src/upgrade/journal/journal.js';
import { liveOf, newImage, recordOf, written } from '../plan/world.js';
import { journalObject, openedAt, ourRevision, sameInputs } from './journals.js';
import { finish, oldRecord, running, type Setup } from './session.js';

const live = liveOf({ image: newImage }, ['querynode']);

async function planned(objects: readonly KubeObject[], request: Setup['request'] = {}) {
  const run = running(plan, { objects: [...live, oldRecord, ...objects], request });
  await finish(run);
  const warnings = run.report.timeline.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
  return { ...run.report, ids: run.report.problems.map(({ id }) => id), warnings };
}

const open = async (changes: Partial<Journal> = {}) => journalObject({ asked: await sameInputs(), ...changes });

describe('a plan while an upgrade is not finished', () => {
  it('of the same inputs says that this would be gone on with', async () => {
    const end = await planned([ourRevision('deployed'), await open()]);
    expect([end.ids, end.result]).toEqual([[], 'planned']);
    expect(end.warnings[0]).toMatch(/^An upgrade with these inputs would finish the one that was begun, .* begun at/);
  });

  it('of other inputs is refused as the upgrade would be, with both ways', async () => {
    const end = await planned([ourRevision('deployed'), journalObject()]);
    expect([end.result, end.ids, end.plan, end.planDigest]).toEqual([
      'refused',
      ['upgrade-open'],
      undefined,
      undefined,
    ]);
    expect(end.problems[0]?.remedy).toMatch(/Run again with the inputs .* operation: rollback/);
  });

  it('of the approved digest is no other plan than the approved one', async () => {
    const planDigest = 'a'.repeat(64);
    const end = await planned([ourRevision('deployed'), journalObject({ planDigest })], { planDigest });
    expect([end.ids, end.result]).toEqual([[], 'planned']);
  });

  it('of a digest that was approved, and failed, says that its repeat would go on', async () => {
    const planDigest = 'a'.repeat(64);
    const outcome = { result: 'failed', at: openedAt } as const;
    const end = await planned([ourRevision('deployed'), journalObject({ planDigest, outcome })], { planDigest });
    expect([end.ids, end.warnings[0]]).toEqual([[], expect.stringContaining('would finish the one that was begun')]);
    const other = await planned([ourRevision('deployed'), journalObject({ planDigest, outcome })], {
      planDigest: 'b'.repeat(64),
    });
    expect([other.result, other.ids]).toEqual(['refused', ['plan-moved']]);
  });

  it('is refused while the release is taken back, also for the same inputs', async () => {
    const end = await planned([ourRevision('failed'), await open({ direction: 'back' })]);
    expect([end.result, end.ids]).toEqual(['refused', ['upgrade-open']]);
    expect(end.problems[0]?.remedy).toBe('Run operation: rollback to finish taking it back.');
  });

  it('says when that one would be given up', async () => {
    const foreign = recordOf({
      ...{ revision: 2, chart: '4.2.20', appVersion: '2.4.16', shape: { image: newImage } },
      userValues: written('v2.4.23'),
    });
    const end = await planned([foreign, await open()]);
    expect([end.ids, end.result]).toEqual([[], 'planned']);
    expect(end.warnings[0]).toMatch(/would be given up, because the release was changed by somebody else/);
  });

  it('says nothing of one that has ended', async () => {
    const end = await planned([ourRevision('deployed'), await open({ outcome: { result: 'failed', at: openedAt } })]);
    expect([end.result, end.warnings.filter((text) => text.includes('begun'))]).toEqual(['planned', []]);
  });

  it.each([
    ['the same inputs', true, 'release-pending'],
    ['other inputs', false, 'upgrade-open'],
  ])('with a pending revision is refused: %s', async (_, same, id) => {
    const end = await planned([ourRevision('pending-upgrade'), same ? await open() : journalObject()]);
    expect([end.result, end.ids]).toEqual(['refused', [id]]);
  });

  it('is refused where the journal cannot be read', async () => {
    const end = await planned([ourRevision('deployed'), { ...journalObject(), data: { 'journal.json': '{' } }]);
    expect([end.result, end.ids]).toEqual(['refused', ['journal-unreadable']]);
  });
});
