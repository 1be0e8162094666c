/**
 * Every way a run can end badly is a Problem: one sentence of what was seen, why it matters, and what to do.
 * The raw text of Helm, kubectl or the API server rides along in `raw`; it is shown folded, never as the message.
 */

/** `refused`: the action decided not to start, nothing was written. `failed`: it tried and could not. */
export type BadEnding = 'refused' | 'failed';

export interface ProblemDetails {
  /** Stable kebab-case id, for example `wrong-token`; documented in docs/troubleshooting.md. */
  readonly id: string;
  /** What was seen, in one sentence that names the thing (release, input, pod, host). */
  readonly what: string;
  /** Why it matters, where that is not obvious. */
  readonly why?: string;
  /** What the reader should do now. */
  readonly remedy: string;
  /** Raw text of the program or server behind it. May be hostile; the report folds and escapes it. */
  readonly raw?: string;
}

/** An expected bad ending. Anything else that is thrown is a bug and is reported as one. */
export class Problem extends Error {
  readonly ending: BadEnding;
  readonly details: ProblemDetails;
  /** Set where several problems were found together (bad inputs, blocking checks); the first is `details`. */
  readonly others: readonly ProblemDetails[];

  constructor(ending: BadEnding, details: ProblemDetails, others: readonly ProblemDetails[] = [], cause?: unknown) {
    super(details.what, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    this.ending = ending;
    this.details = details;
    this.others = others;
  }
}

/** A Problem that ends the run as `refused`. */
export function refused(details: ProblemDetails, others: readonly ProblemDetails[] = []): Problem {
  return new Problem('refused', details, others);
}

/** A Problem that ends the run as `failed`. */
export function failed(details: ProblemDetails, cause?: unknown): Problem {
  return new Problem('failed', details, [], cause);
}

/** Id of the Problem behind an error; that of a bug for anything else. */
export const problemId = (error: unknown): string => (error instanceof Problem ? error.details.id : 'unexpected-error');

/** The cause stays the cause; what else was found stands behind it. */
export const withOther = (error: unknown, other: ProblemDetails): unknown =>
  error instanceof Problem ? new Problem(error.ending, error.details, [...error.others, other], error) : error;
