import { describe, expect, it } from '@jest/globals';
import { duration, elapsed, moment } from '../../src/report/time.js';

describe('times', () => {
  it.each([
    [0, '0:00', '0.0 s'],
    [-5, '0:00', '0.0 s'],
    [850, '0:00', '0.8 s'],
    [9_940, '0:09', '9.9 s'],
    [9_960, '0:09', '10 s'],
    [59_600, '0:59', '1 min'],
    [192_000, '3:12', '3 min 12 s'],
    [3_599_900, '59:59', '1 h'],
    [3_723_000, '1:02:03', '1 h 2 min'],
  ])('%d ms', (milliseconds, clock, words) => {
    expect(elapsed(milliseconds)).toBe(clock);
    expect(duration(milliseconds)).toBe(words);
  });

  it('says moments in UTC', () => {
    expect(moment(Date.UTC(2026, 10, 22, 14, 5, 9, 999))).toBe('2026-11-22 14:05:09 UTC');
  });
});
