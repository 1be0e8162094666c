import { describe, expect, it } from '@jest/globals';
import { attemptLabels, attemptOf } from '../../src/helm/attempt.js';

const labels = (attempt: string, from: string, epoch: string, base = '2') => ({
  [attemptLabels.attempt]: attempt,
  [attemptLabels.from]: from,
  [attemptLabels.base]: base,
  [attemptLabels.epoch]: epoch,
});

describe('attemptOf', () => {
  it('knows a revision of this action', () => {
    expect(attemptOf({ revision: 3, labels: labels('abc', '2', '7') })).toMatchObject({ attempt: 'abc', epoch: 7 });
  });

  it.each([
    ['no labels', 3, {}],
    ["somebody else's upgrade after it, which inherits them", 4, labels('abc', '2', '7')],
    ['a rollback to it, which copies them', 9, labels('abc', '2', '7')],
    ['no attempt', 3, labels('', '2', '7')],
    ['an epoch that is none', 3, labels('abc', '2', '-1')],
  ])('does not take %s for one', (_what, revision, given) => {
    expect(attemptOf({ revision, labels: given })).toBeUndefined();
  });
});
