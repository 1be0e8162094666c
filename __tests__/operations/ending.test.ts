import { describe, expect, it } from '@jest/globals';
import { cancelled, endBadly, endRestored } from '../../src/operations/ending.js';
import type { Prepared } from '../../src/operations/prepare.js';
import { refuseBlocked } from '../../src/operations/prepare.js';
import type { Session } from '../../src/operations/session.js';
import { planDigest } from '../../src/plan/digest.js';
import type { Situation } from '../../src/plan/plan.js';
import { failed, Problem, refused } from '../../src/problem.js';
import type { Event } from '../../src/report/events.js';
import type { Report } from '../../src/report/report.js';
import { RolloutFailure } from '../../src/upgrade/wait.js';
import { problemOf } from '../helm/support.js';
import { request } from '../plan/world.js';
import { check, facts, hop, plan } from '../report/reports.js';

const report = (changes: Partial<Report> = {}): Report => ({
  schema: 1,
  operation: 'upgrade',
  result: 'failed',
  changed: false,
  release: 'rel',
  namespace: 'db',
  problems: [],
  startedAt: 0,
  timeline: [],
  ...changes,
});

function ended(error: unknown, changes: Partial<Report> = {}, interrupted = false) {
  const events: Event[] = [];
  const result = report(changes);
  endBadly(result, error, interrupted, (event) => events.push(event));
  return { ...result, events };
}

const details = { id: 'x', what: 'It did not work.', remedy: 'Repair it.' };
const before = { before: facts('2.3.11', 4, '4.1.24'), revision: 4 };
const wrote = { ...before, changed: true, revision: 5 };
const waiting = (situation: Situation): Partial<Report> => ({ ...before, plan: plan({ situation }) });

describe('a bad ending', () => {
  it.each<[string, unknown, Partial<Report>, boolean, Report['result'], string]>([
    ['refused', refused(details), {}, false, 'refused', 'x'],
    ['failed', failed(details), {}, false, 'failed', 'x'],
    ['cancelled, with what the work said last', failed(details), {}, true, 'interrupted', 'x'],
    ['cancelled, in the middle of a download', new Error('aborted'), {}, true, 'interrupted', 'cancelled'],
    ['never refused once something was written', refused(details), wrote, false, 'failed', 'x'],
    ['unforeseen', new TypeError('x is not a function'), {}, false, 'failed', 'unexpected-error'],
    ['unforeseen, and no error at all', 'a text', {}, false, 'failed', 'unexpected-error'],
  ])('is %s', (_, error, changes, interrupted, result, id) => {
    const end = ended(error, changes, interrupted);
    expect([end.result, end.problems[0]?.id]).toEqual([result, id]);
  });

  it('does not say that all is as it was where somebody else wrote a revision', () => {
    expect(ended(failed(details), { ...before, revision: 6 }).dataState).toContain("Revision 6 is somebody else's");
  });

  it('has all problems that were found together, in the log too, with raw text apart', () => {
    const end = ended(refused({ ...details, raw: '::error::x' }, [{ ...details, id: 'y', why: 'Because.' }]));
    expect(end.problems.map(({ id }) => id)).toEqual(['x', 'y']);
    expect(end.events).toEqual([
      { type: 'info', text: 'It did not work. Repair it.' },
      { type: 'raw', title: 'Raw text', text: '::error::x' },
      { type: 'info', text: 'It did not work. Because. Repair it.' },
    ]);
  });

  it('that is a bug of ours says so', () => {
    const { problems } = ended(new TypeError('x is not a function'));
    expect(problems[0]).toMatchObject({
      what: expect.stringContaining('x is not a function'),
      remedy: expect.stringContaining('bug'),
      raw: expect.stringContaining('TypeError'),
    });
  });
});

describe('the state of the data', () => {
  const volumes = 'Volumes are untouched: the upgrade removes no StatefulSet and no PersistentVolumeClaim.';

  it.each<[string, unknown, Partial<Report>, boolean, string]>([
    [
      'nothing written',
      failed(details),
      before,
      false,
      'Nothing was written: the release, its pods and its data are as they were.',
    ],
    [
      'refused while a rollout is unfinished',
      refused(details),
      waiting('rollout-unfinished'),
      false,
      'Nothing was written: the release, its pods and its data are as they were.',
    ],
    [
      'a wait for an earlier revision that failed',
      new RolloutFailure([], details),
      waiting('rollout-unfinished'),
      false,
      'Nothing was written by this run. Revision 4 was deployed before it, and its rollout has not ended.',
    ],
    [
      'a rollout that failed',
      new RolloutFailure([], details),
      wrote,
      false,
      `Revision 5 was written, but it is not known to run everywhere: pods may run the new image, the old one, or not at all. ${volumes}`,
    ],
    [
      'a wait that was cancelled',
      new RolloutFailure([], cancelled),
      wrote,
      true,
      `Revision 5 was written, but it is not known to run everywhere: pods may run the new image, the old one, or not at all. ${volumes}`,
    ],
    [
      'a Helm that failed after it wrote',
      failed(details),
      wrote,
      false,
      `Revision 5 was written, and it is not known whether all objects are of it. ${volumes}`,
    ],
    [
      'a Helm whose end was not seen',
      failed(cancelled),
      { ...wrote, revision: 4 },
      true,
      `Helm had begun to write a new revision, and it is not known whether all objects are of it. ${volumes}`,
    ],
    [
      'a wait for what an earlier run wrote, which this one took up',
      new RolloutFailure([], details),
      { ...before, changed: true, resumed: { openedAt: '', by: '' } },
      false,
      `Revision 4 was written, but it is not known to run everywhere: pods may run the new image, the old one, or not at all. ${volumes}`,
    ],
    [
      'a check that stopped what this run took up',
      failed(details),
      { ...before, resumed: { openedAt: '', by: '' } },
      false,
      `Nothing was written by this run. What an earlier run began and did not finish is as it left it: pods may run the new image, the old one, or not at all. ${volumes}`,
    ],
    [
      'a way back that has not ended',
      failed(details),
      { ...wrote, revision: 6, back: { revision: 4 } },
      false,
      `The release is being taken back to what revision 4 had, and that has not ended: pods may run the old image, the new one, or not at all. The last revision that was seen is 6. ${volumes}`,
    ],
    [
      'an upgrade that is done, where only that could not be written down',
      failed(details),
      { ...wrote, plan: plan({ hops: [hop({ status: 'done' })] }) },
      false,
      `The upgrade itself is done: Milvus 2.4.23 on chart 4.2.20 was seen ready everywhere (revision 5). ${volumes}`,
    ],
  ])('after %s', (_, error, changes, interrupted, state) => {
    expect(ended(error, changes, interrupted).dataState).toBe(state);
  });
});

describe('what to do next', () => {
  const look = 'To look first: kubectl get pods --namespace db; helm history rel --namespace db';
  const resumed = { openedAt: '2026-11-22T14:00:00.000Z', by: 'https://github.example/o/r/actions/runs/1' };
  const orBack = 'Or run operation: rollback: it takes the upgrade back, where that is truthful.';
  const back = { back: { revision: 4 } };
  const id = (name: string) => ({ ...details, id: name });

  it.each<[string, unknown, Partial<Report>, boolean, string]>([
    ['refused', refused(details), {}, false, 'Do what is listed, then run the same workflow again.'],
    [
      'failed before anything was written',
      failed(details),
      {},
      false,
      'Remove the cause, then run the same workflow again with the same inputs.',
    ],
    [
      'failed after',
      failed(details),
      wrote,
      false,
      `Remove the cause, then run the same workflow again with the same inputs: it goes on with what it finds. ${orBack} ${look}`,
    ],
    [
      'failed after, by an approved plan, which stays the approved one',
      failed(details),
      { ...wrote, approvedDigest: 'd' },
      false,
      `Remove the cause, then run the same workflow again with the same inputs, plan-digest included: it goes on with what it finds. ${orBack} ${look}`,
    ],
    [
      'failed, and going back is not truthful',
      new Problem('failed', details, [id('not-taken-back')]),
      wrote,
      false,
      `Remove the cause, then run the same workflow again with the same inputs: it goes on with what it finds. ${look}`,
    ],
    [
      'blocked as it took up what another run began',
      failed(details),
      { ...before, resumed },
      false,
      `Remove the cause, then run the same workflow again with the same inputs: it goes on with what it finds. ${orBack} ${look}`,
    ],
    [
      'interrupted before anything was begun',
      failed(cancelled),
      { approvedDigest: 'd' },
      true,
      'When you are ready, run the same workflow again with the same inputs, plan-digest included.',
    ],
    [
      'interrupted after',
      failed(cancelled),
      wrote,
      true,
      `When you are ready, run the same workflow again with the same inputs: it goes on with what it finds. ${orBack} Until then an upgrade with other inputs is refused. ${look}`,
    ],
    [
      'failed half-way back',
      failed(details),
      { ...wrote, ...back },
      false,
      `Remove the cause, then run operation: rollback, or run the same workflow again with the same inputs: both finish taking the release back. ${look}`,
    ],
    [
      'interrupted half-way back, in a rollback',
      failed(cancelled),
      { ...wrote, ...back, operation: 'rollback' },
      true,
      `When you are ready, run the same workflow again: it finishes taking the release back. ${look}`,
    ],
    [
      'a rollback that failed before it began',
      failed(details),
      { operation: 'rollback' },
      false,
      'Remove the cause, then run the same workflow again.',
    ],
    [
      'locked by another run',
      refused(id('release-locked')),
      {},
      false,
      'When that run has ended, run the same workflow again.',
    ],
    [
      'the lock was lost',
      failed(id('lock-lost')),
      wrote,
      false,
      `See first whether another run is at work on the release: it goes on from here. If none is, run the same workflow again with the same inputs: it goes on with what it finds. ${look}`,
    ],
    [
      'something else is open',
      refused(id('upgrade-open')),
      {},
      false,
      'Finish or take back what is open, as listed. Then run this again.',
    ],
    [
      'not taken back',
      refused(id('not-taken-back')),
      { operation: 'rollback' },
      false,
      'Choose one of the ways that are listed. Nothing was taken back.',
    ],
    [
      'nothing to take back',
      refused(id('nothing-to-take-back')),
      { operation: 'rollback' },
      false,
      'Nothing has to be run again.',
    ],
  ])('%s', (_, error, changes, interrupted, says) => {
    expect(ended(error, changes, interrupted).next).toBe(says);
  });
});

describe('an upgrade that was taken back', () => {
  const back = { revision: 4, from: '2.4.23', to: '2.3.11', because: 'Nothing had started.', mind: 'Mind this.' };
  const restored = (changes: Partial<Report> = {}, because: unknown = failed(details)) => {
    const events: Event[] = [];
    const result = report({
      ...wrote,
      ...{ back, revision: 6, chartVersion: '4.2.20', after: facts('2.3.11', 6, '4.1.24') },
      ...changes,
    });
    endRestored(result, because, (event) => events.push(event));
    return { ...result, events };
  };

  it('keeps the cause, and says what is there now and why that is truthful', () => {
    const end = restored();
    expect([end.result, end.problems.map(({ id }) => id)]).toEqual(['restored', ['x']]);
    expect(end.dataState).toBe(
      'The release has what revision 4 had, as revision 6, and every workload was seen ready. Nothing had started. Mind this. Volumes are untouched: the upgrade removes no StatefulSet and no PersistentVolumeClaim.',
    );
    expect(end.next).toMatch(/run the same workflow again with the same inputs: it plans from what runs now\.$/);
    expect(end.events).toEqual([{ type: 'info', text: 'It did not work. Repair it.' }]);
  });

  it('needs a new approval: the release is at another revision', () => {
    expect(restored({ approvedDigest: 'd' }).next).toContain('run operation: plan again and approve its plan-digest');
  });

  it('has the chart of now, and tells which upgrade of its way was taken back', () => {
    const hops = [
      hop({ sourceVersion: '2.2.16', targetVersion: '2.3.11', status: 'done' }),
      hop({ sourceVersion: '2.3.11', targetVersion: '2.4.23', status: 'failed' }),
      hop({ sourceVersion: '2.4.23', targetVersion: '2.5.27', status: 'not-started' }),
    ];
    const end = restored({ plan: plan({ hops }) });
    expect(end.chartVersion).toBe('4.1.24');
    expect(end.plan?.hops.map(({ status }) => status)).toEqual(['done', 'taken-back', 'not-started']);
    expect(restored({ plan: plan() }).plan?.hops.map(({ status }) => status)).toEqual(['taken-back']);
  });

  it('for a reason that is a bug of ours says so', () => {
    expect(restored({}, new TypeError('x')).problems[0]?.id).toBe('unexpected-error');
  });
});

describe('refuseBlocked', () => {
  const session = (planDigest?: string) =>
    ({ request: request(planDigest === undefined ? {} : { planDigest }) }) as unknown as Session;
  const prepared = (changes: Parameters<typeof plan>[0] = {}) => {
    const one = plan({ checks: [], ...changes });
    return { plan: one, digest: planDigest(one) } as unknown as Prepared;
  };

  it('lets a plan pass that nothing blocks', () => {
    const checks = [check('a'), check('b', { status: 'warned' }), check('c', { status: 'allowed' })];
    expect(() => {
      refuseBlocked(session(), prepared({ checks }));
    }).not.toThrow();
  });

  it('reports all that block together, and how those that may be overridden are', async () => {
    const checks = [
      check('a'),
      check('b', { status: 'blocked', seen: 'B is so.', remedy: 'Mend b.' }),
      check('c', { status: 'blocked', seen: 'C is so.', remedy: 'Mend c.', overridable: true }),
    ];
    const problem = await problemOf(() => {
      refuseBlocked(session(), prepared({ checks }));
    });
    expect(problem).toBeInstanceOf(Problem);
    expect(problem.ending).toBe('refused');
    expect([problem.details, ...problem.others].map(({ id, what, remedy }) => [id, what, remedy])).toEqual([
      ['b', 'B is so.', 'Mend b.'],
      ['c', 'C is so.', 'Mend c. To go on all the same, name c in the input allow.'],
    ]);
  });

  it.each([
    ['whole', (digest: string) => digest],
    ['without its section marks', (digest: string) => digest.slice(0, 64)],
  ])('lets the plan pass that was approved (%s)', (_, given) => {
    const approved = given(planDigest(prepared().plan));
    expect(() => {
      refuseBlocked(session(approved), prepared());
    }).not.toThrow();
  });

  it('refuses another plan than the approved one, and says what moved', async () => {
    const approved = planDigest(plan({ checks: [] }));
    const moved = prepared({ targetVersion: '2.4.24', values: { a: 1 } });
    const { ending, details: said } = await problemOf(() => {
      refuseBlocked(session(approved), moved);
    });
    expect([ending, said.id]).toEqual(['refused', 'plan-moved']);
    expect(said.what).toMatch(/What moved: target, values\.$/);
    expect(said.why).toContain(approved.slice(0, 12));
    expect(said.why).toContain(moved.digest?.slice(0, 12));
    const bare = await problemOf(() => {
      refuseBlocked(session(approved.slice(0, 64)), moved);
    });
    expect(bare.details.what).toBe('The plan of now is not the plan that was approved.');
  });
});
