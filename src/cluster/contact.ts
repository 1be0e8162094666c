import { statusOf } from './status.js';
import type { Answered } from './status.js';

/** Statuses of gateways and servers that are on their way down or up. */
const awayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Right after its start an API server may refuse what it allows a moment later: it serves before it has read every Role
 * and binding. So for a while after a failure of the connection a 403 is asked again before it is believed.
 */
const settlingMs = 10_000;

/** Pauses before a refusal is asked again, milliseconds. A token being replaced needs some seconds. */
const askedAgain: readonly number[] = [500, 3_000];

/** What one client has seen of its server, shared by all its calls. */
export class Contact {
  #made = false;
  #failedAt = -Infinity;

  /** The server has answered: from now on a failure of the connection is an outage that passes, not a wrong address. */
  get made(): boolean {
    return this.#made;
  }

  /** To be told of every answer. */
  answered(answer: Answered, now: number): void {
    const { status } = answer;
    const refusal = status >= 400 && status < 500 && status !== 401 && status !== 429;
    // A refusal counts when it is Kubernetes that refuses: a wrong address may be some other server's.
    if (status < 400 || (refusal && statusOf(answer.body) !== undefined)) this.#made = true;
    if (awayStatuses.has(status)) this.failed(now);
  }

  /** To be told when there was no answer. */
  failed(now: number): void {
    this.#failedAt = now;
  }

  /**
   * The pauses after which a refused call is sent again before the refusal counts. Once the server has taken the
   * credentials, a 401 may be a token that is being replaced (kubectl proxy reads token files and runs plugins anew).
   *
   * @param renewable a credential plugin is behind the connection; it runs anew after a 401, even the first
   */
  doubts(status: number | undefined, renewable: boolean, now: number): readonly number[] {
    if (status === 401) return this.#made ? askedAgain : renewable ? [0] : [];
    if (status === 403) return now - this.#failedAt < settlingMs ? askedAgain : [];
    return [];
  }
}
