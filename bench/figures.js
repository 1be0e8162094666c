// @ts-check

/**
 * @typedef {object} Figure
 * @property {string} what
 * @property {number} measured
 * @property {number} [budget] the most that it may be; without it there is none
 * @property {'MB' | 's' | 'ms' | 'times' | 'count'} unit
 * @property {string} [note] how it was measured, from how many runs
 */

/** @type {Record<Figure['unit'], (value: number) => string>} */
const shown = {
  MB: (value) => `${(value / 1e6).toFixed(2)} MB`,
  s: (value) => `${(value / 1000).toFixed(2)} s`,
  ms: (value) => `${Math.round(value)} ms`,
  times: (value) => value.toFixed(3),
  count: (value) => String(value),
};

/** The middle of some numbers; the mean of the two middle ones. @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

/**
 * One line of the result. Bytes for `MB`, milliseconds for `s` and `ms`.
 * @param {Figure} figure
 */
export function line({ what, measured, budget, unit, note }) {
  const verdict = budget === undefined ? '' : measured <= budget ? 'ok' : 'OVER';
  const limit = budget === undefined ? '' : `at most ${shown[unit](budget)}`;
  return [what.padEnd(62), shown[unit](measured).padStart(9), limit.padEnd(16), verdict.padEnd(4), note ?? '']
    .join('  ')
    .trimEnd();
}

/** All of some numbers, for the note. @param {readonly number[]} numbers @param {Figure['unit']} unit */
export const each = (numbers, unit) => numbers.map(shown[unit]).join(', ');
