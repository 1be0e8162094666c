import { describe, expect, it } from '@jest/globals';
import { labelsOf } from '../../src/helm/attempt.js';
import type { Journal, StepEntry } from '../../src/upgrade/journal/journal.js';
import { decide, foreignRevisions, isApproved, sameness, type Question } from '../../src/upgrade/engine/decide.js';
import { waysOut } from '../../src/upgrade/journal/words.js';
import { journal as made } from '../operations/journals.js';

const upgrade: StepEntry = {
  ...{ id: 'helm-upgrade', hop: 0, epoch: 3, intendedAt: '2026-11-22T14:00:00.000Z' },
  intended: { from: 7, revision: 8 },
};
const rollback: StepEntry = { ...upgrade, id: 'helm-rollback', intended: { from: 8, to: 7, revision: 9 } };

const journal = (changes: Partial<Journal> = {}): Journal =>
  made({ attempt: 'a1', base: 7, steps: [upgrade], ...changes });

type Revision = Question['history'][number];
const others = (revision: number, description = 'Upgrade complete'): Revision => ({
  revision,
  labels: {},
  description,
});
const ours = (revision: number, from = revision - 1, attempt = 'a1'): Revision => ({
  ...others(revision),
  labels: labelsOf({ attempt, epoch: 3, base: 7 }, from),
});
const back = (description = 'Rollback to 7'): Revision => ({ ...others(9), description });
const base = [others(6), others(7)];

const outcome = (result: 'failed' | 'upgraded'): Journal['outcome'] => ({ result, at: '2026-11-22T15:00:00.000Z' });

describe('what a run does about the journal that it found', () => {
  it.each<[string, Partial<Journal>, readonly Revision[], Partial<Question>, object]>([
    ['nothing is open', { outcome: outcome('upgraded') }, base, {}, { kind: 'begin' }],
    ['it failed, and other inputs ask', { outcome: outcome('failed') }, base, {}, { kind: 'begin' }],
    ['it failed, and the same inputs ask', { outcome: outcome('failed') }, base, { same: true }, { kind: 'begin' }],
    ['an approved run that failed is repeated', { outcome: outcome('failed') }, base, { same: true, repeats: true }, { kind: 'go-on' }],
    ['an approved run that went well is repeated', { outcome: outcome('upgraded') }, base, { same: true, repeats: true }, { kind: 'begin' }],
    ['an approved run whose taking back failed is repeated', { outcome: outcome('failed'), direction: 'back' }, base, { same: true, repeats: true }, { kind: 'begin' }],
    ['nothing was written yet', {}, base, { same: true }, { kind: 'go-on' }],
    ['its own revision was written', {}, [...base, ours(8)], { same: true }, { kind: 'go-on' }],
    ['others ask while it is open', {}, [...base, ours(8)], { same: false }, { kind: 'refuse' }],
    ['it is being taken back', { direction: 'back' }, [...base, ours(8)], { same: true }, { kind: 'take-back' }],
    ['others ask while it is taken back', { direction: 'back' }, [...base, ours(8)], {}, { kind: 'refuse' }],
    ['its rollback was written', { direction: 'back', steps: [upgrade, rollback] }, [...base, ours(8), back()], { same: true }, { kind: 'take-back' }],
    ['somebody upgraded', {}, [...base, ours(8), others(9), others(10)], { same: true }, { kind: 'overtaken', by: [9, 10] }],
    ['somebody upgraded, and others ask', {}, [...base, others(8)], {}, { kind: 'overtaken', by: [8] }],
    ['another undertaking of this action came between', {}, [...base, ours(8, 7, 'a2')], { same: true }, { kind: 'overtaken', by: [8] }],
    ['somebody copied its labels', {}, [...base, ours(8), ours(9, 7)], { same: true }, { kind: 'overtaken', by: [9] }],
    ['its base is gone', {}, [others(6)], { same: true }, { kind: 'overtaken', by: [] }],
    ['the release is gone', {}, [], { same: true }, { kind: 'overtaken', by: [] }],
  ])('%s', (_, changes, history, asked, decision) => {
    expect(decide({ journal: journal(changes), history, same: false, repeats: false, ...asked })).toMatchObject(decision);
  }); // prettier-ignore

  it('names the two ways where it refuses', () => {
    const decision = decide({ journal: journal(), history: base, same: false, repeats: false });
    expect(decision).toMatchObject({
      problem: { ending: 'refused', details: { id: 'upgrade-open', remedy: waysOut(journal()) } },
    });
  });
});

describe('revisions that are not of an undertaking', () => {
  it.each<[string, Partial<Journal>, Revision, readonly number[]]>([
    ['a rollback by Helm that the journal announces', {}, back(), []],
    ['one by this action that was freed', {}, back('Marked failed by run 1: it was pending-rollback, and'), []],
    ['one of that number with another description', {}, back('Upgrade complete'), [9]],
    ['an upgrade that was freed', {}, back('Marked failed by run 1: it was pending-upgrade, and'), [9]],
    ['one that only mentions a rollback', {}, back('After a Rollback to 7'), [9]],
    ['one that mentions that it was freed', {}, back('x Marked failed by run 1: it was pending-rollback, and'), [9]],
    ['a rollback that no try announces', { steps: [upgrade] }, back(), [9]],
    ['a rollback announced for another number', { steps: [{ ...rollback, intended: { revision: 10 } }] }, back(), [9]],
    ['a rollback of another hop', { hop: 1 }, back(), [9]],
    ['an upgrade that the journal announces for that number', { steps: [{ ...rollback, id: 'helm-upgrade' }] }, back(), [9]],
    ['one of several tries of it', { steps: [rollback, { ...rollback, intended: { revision: 10 } }] }, back(), []],
  ])('%s', (_, changes, last, foreign) => {
    expect(foreignRevisions(journal({ steps: [upgrade, rollback], ...changes }), [...base, ours(8), last])).toEqual(foreign);
  }); // prettier-ignore
});

describe('whether a run asks for what the journal was opened for', () => {
  const digest = 'd'.repeat(64);

  it.each([
    [undefined, digest, false],
    [digest, undefined, false],
    [digest, digest, true],
    [`${digest}:marks`, digest, true],
    [digest, `${digest}:other`, true],
    [`e${digest.slice(1)}`, digest, false],
    [digest, digest.slice(1), false],
  ])('digest %p of the plan, %p approved: %p', async (planDigest, approved, same) => {
    const journalOf = journal({ asked: 'hash of the inputs', ...(planDigest === undefined ? {} : { planDigest }) });
    const bare = approved === undefined ? {} : { approved };
    expect(isApproved(journalOf, approved)).toBe(same);
    const other = () => Promise.resolve('another hash');
    expect(await sameness({ asked: other, ...bare }, journalOf)).toEqual({ same, repeats: same });
    const asked = (salt: string) => Promise.resolve(salt === 'a1' ? 'hash of the inputs' : '');
    expect(await sameness({ asked, ...bare }, journalOf)).toEqual({ same: true, repeats: same });
  });
});
