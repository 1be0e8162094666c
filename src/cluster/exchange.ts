import type { Clock } from '../clock.js';
import { answerProblem, ClusterProblem, connectionProblem, statusOf, timeoutProblem } from './errors.js';
import type { About } from './errors.js';
import { AnswerTooLarge, SocketError } from './transport.js';
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
}

export interface ExchangeOptions {
  readonly about: About;
  /** All tries together, milliseconds. */
  readonly withinMs?: number;
  readonly tries?: number;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

const defaults = { withinMs: 30_000, tries: 4, maxBytes: 64 * 1024 * 1024 };
const firstDelayMs = 250;

class TimedOut extends Error {}

/** kubectl proxy's own failures: 500 with a bare text. The API server's have a Status. */
export const isProxyFailure = (status: number, contentType: string | undefined): boolean =>
  status === 500 && contentType?.startsWith('text/plain') === true;

async function once(api: Api, call: HttpRequest, options: ExchangeOptions, timeoutMs: number): Promise<HttpAnswer> {
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
    return await api.transport.send(call, options.maxBytes ?? defaults.maxBytes, stop.signal);
  } finally {
    timer.abort();
    options.signal?.removeEventListener('abort', cancel);
  }
}

function retryAfterMs(answer: HttpAnswer): number | undefined {
  const seconds = Number(answer.headers['retry-after']) || statusOf(answer.body)?.retryAfterSeconds;
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1000;
}

interface Outcome {
  readonly answer?: HttpAnswer;
  /** Set where the try failed; without `answer` there is nothing else. */
  readonly problem?: ClusterProblem;
}

async function attempt(api: Api, call: HttpRequest, options: ExchangeOptions, timeoutMs: number): Promise<Outcome> {
  const { about } = options;
  try {
    const answer = await once(api, call, options, timeoutMs);
    if (answer.status < 400) return { answer };
    if (isProxyFailure(answer.status, answer.headers['content-type'])) {
      const problem = connectionProblem(answer.body, api.host, api.diagnostics());
      if (problem !== undefined) return { problem };
    }
    return { answer, problem: answerProblem(answer.status, answer.body, about, api.host) };
  } catch (error) {
    if (error instanceof TimedOut) return { problem: timeoutProblem(about, api.host, timeoutMs) };
    if (error instanceof SocketError) {
      const problem = connectionProblem(error.message, api.host, api.diagnostics());
      if (problem !== undefined) return { problem };
    }
    throw error;
  }
}

/**
 * One call that changes nothing in the cluster, tried again within a deadline while the failure may pass: no connection, 429 (after
 * its Retry-After), 5xx. Any other status is an answer and is returned as it is, as is the last one of a failing server.
 *
 * @throws ClusterProblem when there was no answer, AnswerTooLarge, or the reason of `options.signal`
 */
export async function exchange(api: Api, call: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
  const deadline = api.clock.now() + (options.withinMs ?? defaults.withinMs);
  const tries = options.tries ?? defaults.tries;
  let renewed = !api.renewable;
  for (let n = 1; ; n += 1) {
    options.signal?.throwIfAborted();
    const { answer, problem } = await attempt(api, call, options, Math.max(deadline - api.clock.now(), 1));
    if (problem === undefined && answer !== undefined) return answer;
    const unauthorized = problem?.status === 401 && !renewed;
    if (unauthorized) renewed = true;
    const delay = unauthorized
      ? 0
      : ((answer === undefined ? undefined : retryAfterMs(answer)) ?? firstDelayMs * 2 ** (n - 1));
    const again = unauthorized || (problem?.transient === true && n < tries);
    if (!again || api.clock.now() + delay >= deadline) {
      if (answer !== undefined) return answer;
      throw problem ?? timeoutProblem(options.about, api.host, options.withinMs ?? defaults.withinMs);
    }
    await api.clock.sleep(delay, options.signal);
  }
}

/** The Problem for a body that is larger than this program takes. */
export const tooLargeProblem = (about: About, host: string): ClusterProblem =>
  new ClusterProblem(
    {
      id: 'answer-too-large',
      what: `The API server ${host} answered with more than can be held: ${about.verb} ${about.resource}.`,
      remedy: 'Look at the size of these objects; something is far larger than Milvus makes it.',
    },
    false,
  );

/** Like `exchange`, but any answer that is not a success is a Problem as well. */
export async function exchangeOk(api: Api, call: HttpRequest, options: ExchangeOptions): Promise<string> {
  let answer: HttpAnswer;
  try {
    answer = await exchange(api, call, options);
  } catch (error) {
    if (error instanceof AnswerTooLarge) throw tooLargeProblem(options.about, api.host);
    throw error;
  }
  if (answer.status >= 400) throw answerProblem(answer.status, answer.body, options.about, api.host);
  return answer.body;
}
