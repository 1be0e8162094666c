/** Milliseconds. */
export interface Pauses {
  readonly first: number;
  readonly longest: number;
}

/** Between tries of one call. */
export const callPauses: Pauses = { first: 250, longest: 3_000 };

/**
 * The pause after so many failures: doubled each time up to the longest, and up to half of it taken off at random, so that
 * many runs do not come back to a server at the same moment.
 *
 * @param failures 0 for the first
 * @param chance from 0 to 1
 */
export const growing = ({ first, longest }: Pauses, failures: number, chance: number): number =>
  Math.min(first * 2 ** Math.min(failures, 30), longest) * (1 - chance / 2);
