import { attempt } from './attempt.js';
import type { Api, AttemptOptions, Failed } from './attempt.js';
import { answerProblem, ClusterProblem, timeoutProblem } from './errors.js';
import type { About } from './errors.js';
import { callPauses, growing } from './pauses.js';
import { AnswerTooLarge } from './transport.js';
import type { HttpAnswer, HttpRequest } from './transport.js';

export interface ExchangeOptions extends AttemptOptions {
  /** One try, milliseconds. */
  readonly tryMs?: number;
  /** No try begins after this time and none is waited for, milliseconds since the epoch. */
  readonly until?: number;
  /** `false`: a failure that may pass is not waited out. */
  readonly patient?: boolean;
}

const defaultTryMs = 30_000;
/** Added to one whole try, this is how long a server that has answered before is waited for: restarts take 20 to 40 s. */
const outageMs = 30_000;
/** Of a server that has not answered yet; the address may be wrong, and its user waits for that sentence. */
const firstTries = 4;

/** How long to wait before the next try; undefined where the outcome is the last word. */
function nextPause(
  api: Api,
  problem: ClusterProblem,
  { patient }: ExchangeOptions,
  tries: number,
  doubted: number,
): number | undefined {
  const doubt = api.contact.doubts(problem.status, api.renewable, api.clock.now())[doubted];
  if (doubt !== undefined) return doubt;
  const waits = problem.transient && patient !== false && (api.contact.made || tries < firstTries);
  return waits ? (problem.retryAfterMs ?? growing(callPauses, tries - 1, api.chance())) : undefined;
}

/**
 * One call that changes nothing in the cluster, tried again while the failure may pass: no connection, 429 (after its Retry-After), 5xx.
 * A server that has answered this client before is waited for through a restart (a minute, with the default `tryMs`), another gets four
 * tries within `tryMs`. Refusals that may be of the moment are asked again (see Contact). Any other status is an
 * answer and is returned as it is, as is the last one of a failing server.
 *
 * @throws ClusterProblem when there was no answer, AnswerTooLarge, or the reason of `options.signal`
 */
export async function exchange(api: Api, call: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
  const { clock, contact } = api;
  const tryMs = options.tryMs ?? defaultTryMs;
  const begun = clock.now();
  const restMs = (): number =>
    Math.min(begun + tryMs + (contact.made ? outageMs : 0), options.until ?? Infinity) - clock.now();
  const late = (): Failed => ({ problem: timeoutProblem(options.about, api.host, clock.now() - begun) });
  let last: Failed | undefined;
  let doubted = 0;
  for (let tries = 1; ; tries += 1) {
    options.signal?.throwIfAborted();
    const limit = Math.min(tryMs, restMs());
    if (limit <= 0) return endedWith(last ?? late());
    const outcome = await attempt(api, call, options, limit);
    if (outcome.problem === undefined) return outcome.answer;
    // A try that was cut short says less than the failure before it.
    if (last === undefined || outcome.timedOut !== true || limit === tryMs) last = outcome;
    const pause = nextPause(api, outcome.problem, options, tries, doubted);
    if (pause === undefined || pause >= restMs()) return endedWith(last);
    if (!outcome.problem.transient) doubted += 1;
    await clock.sleep(pause, options.signal);
  }
}

function endedWith({ answer, problem }: Failed): HttpAnswer {
  if (answer === undefined) throw problem;
  return answer;
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
  if (answer.status >= 400) throw answerProblem(answer, options.about, api.host);
  return answer.body;
}
