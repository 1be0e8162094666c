import type { Clock } from '../clock.js';
import type { Contact } from './contact.js';
import { answerProblem, connectionProblem, neverSent, timeoutProblem } from './errors.js';
import type { About, ClusterProblem } from './errors.js';
import { SocketError } from './transport.js';
import type { HttpAnswer, HttpRequest, Transport } from './transport.js';

/** The collaborators that every call needs. */
export interface Api {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly host: string;
  /** What kubectl wrote to standard error last. */
  readonly diagnostics: () => string;
  /** A credential plugin is behind the connection: client-go runs it anew after a 401, for the next request. */
  readonly renewable: boolean;
  readonly contact: Contact;
  /** Spreads pauses: a number from 0 to 1. */
  readonly chance: () => number;
  /** A word that nobody else has and nobody guesses: marks a write as this one. */
  readonly word: () => string;
}

export interface AttemptOptions {
  readonly about: About;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

const mostBytes = 64 * 1024 * 1024;

class TimedOut extends Error {}

/** A try without success. */
export interface Failed {
  readonly problem: ClusterProblem;
  readonly answer?: HttpAnswer;
  /** It was waited for as long as allowed. */
  readonly timedOut?: boolean;
  /** No connection was made, so it can have had no effect. */
  readonly unsent?: boolean;
}

/** How one try went. */
export type Outcome = { readonly answer: HttpAnswer; readonly problem?: never } | Failed;

/** kubectl proxy's own failures: 500 with a bare text. The API server's have a Status. */
export const isProxyFailure = (status: number, contentType: string | undefined): boolean =>
  status === 500 && contentType?.startsWith('text/plain') === true;

async function once(api: Api, call: HttpRequest, options: AttemptOptions, timeoutMs: number): Promise<HttpAnswer> {
  const timer = new AbortController();
  const stop = new AbortController();
  const cancel = (): void => {
    stop.abort(options.signal?.reason);
  };
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted === true) cancel();
  void api.clock.sleep(timeoutMs, timer.signal).then(
    () => {
      stop.abort(new TimedOut());
    },
    () => undefined,
  );
  try {
    return await api.transport.send(call, options.maxBytes ?? mostBytes, stop.signal);
  } finally {
    timer.abort();
    options.signal?.removeEventListener('abort', cancel);
  }
}

/** No answer came, for a reason that kubectl or the local socket gives. */
function unanswered(api: Api, text: string): Failed | undefined {
  const problem = connectionProblem(text, api.host, api.diagnostics());
  if (problem === undefined) return undefined;
  api.contact.failed(api.clock.now());
  return { problem, unsent: neverSent(text) };
}

/**
 * Sends a call once.
 *
 * @param timeoutMs it is waited for so long, milliseconds
 * @throws AnswerTooLarge, or the reason of `options.signal`
 */
export async function attempt(
  api: Api,
  call: HttpRequest,
  options: AttemptOptions,
  timeoutMs: number,
): Promise<Outcome> {
  const { about } = options;
  try {
    const answer = await once(api, call, options, timeoutMs);
    const isOwn = isProxyFailure(answer.status, answer.headers['content-type']);
    const own = isOwn ? unanswered(api, answer.body) : undefined;
    if (own !== undefined) return own;
    api.contact.answered(answer, api.clock.now());
    return answer.status < 400 ? { answer } : { answer, problem: answerProblem(answer, about, api.host) };
  } catch (error) {
    if (error instanceof TimedOut) {
      api.contact.failed(api.clock.now());
      return { problem: timeoutProblem(about, api.host, timeoutMs), timedOut: true };
    }
    const outcome = error instanceof SocketError ? unanswered(api, error.message) : undefined;
    if (outcome === undefined) throw error;
    return outcome;
  }
}
