import { describe, expect, it } from '@jest/globals';
import { tokenEndsEarly } from '../../src/operations/session.js';

const start = Date.parse('2026-11-22T12:00:00Z');
const minutes = (n: number): number => n * 60_000;

describe('the token', () => {
  it.each([
    ['of unknown end', undefined],
    ['that outlives the timeout', start + minutes(60)],
  ])('%s is no cause for a warning', (_, expiresAt) => {
    expect(tokenEndsEarly(expiresAt, start, minutes(60))).toBeUndefined();
  });

  it('that ends before the timeout is, with the times', () => {
    const text = tokenEndsEarly(start + minutes(15), start, minutes(60));
    expect(text).toContain('expires at 2026-11-22 12:15:00 UTC, 15 min after the start');
    expect(text).toContain('timeout is 1 h');
  });
});
