import { HttpClient } from '@actions/http-client';
import type { Clock } from '../../clock.js';
import { failed } from '../../problem.js';
import type { Problem } from '../../problem.js';
import { errorCode } from '../json.js';
import { shown } from './address.js';

/** Silence on a connection that ends an attempt. */
const silenceMs = 15_000;
/** Whole duration of an attempt. */
const attemptMs = 60_000;
/** Waits before the second and third attempt. */
const pausesMs: readonly number[] = [1000, 4000];
const maxRedirects = 10;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const worthRepeating = (status: number): boolean => status === 408 || status === 429 || status >= 500;

export interface GetOptions {
  /** More than this ends the download with an error. */
  readonly maxBytes: number;
  /** What is fetched, for sentences: `the index of the chart repository`. */
  readonly what: string;
  /** What to do when it cannot be fetched. */
  readonly remedy: string;
  readonly signal?: AbortSignal;
}

/** Fetches a file whole. Rejects with a Problem `repository-unreachable`, `repository-unauthorized`, … */
export type HttpGet = (url: URL, options: GetOptions) => Promise<Buffer>;

/** An attempt that ended without a body; `again` when another attempt may end better. */
class AttemptError extends Error {
  constructor(
    message: string,
    readonly again: boolean,
    readonly id = 'repository-unreachable',
  ) {
    super(message);
  }
}

const codes: Readonly<Partial<Record<string, string>>> = {
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name could not be looked up (DNS)',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
};

/** Node's error messages may hold the address with its query, so only the code is shown. */
function networkError(error: unknown): AttemptError {
  const code = errorCode(error) ?? '';
  const known = codes[code];
  if (known !== undefined) return new AttemptError(known, true);
  if (/CERT|SIGNATURE|SSL|TLS/.test(code)) return new AttemptError(`its certificate is not trusted (${code})`, false);
  return new AttemptError(`the connection failed${code === '' ? '' : ` (${code})`}`, true);
}

function statusError(status: number): AttemptError {
  if (status === 401 || status === 403)
    return new AttemptError(
      `it answers ${status}: the credentials are missing or wrong`,
      false,
      'repository-unauthorized',
    );
  if (status === 404 || status === 410) return new AttemptError(`it answers ${status}: there is no such file`, false);
  if (status === 407) return new AttemptError('the proxy wants credentials (407)', false);
  return new AttemptError(`it answers ${status}`, worthRepeating(status));
}

/** User and password of an address as a header; the client leaves them out of the request by itself. */
function authorization(url: URL): Record<string, string> {
  if (url.username === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function redirected(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new AttemptError('it redirects to no valid address', false);
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw new AttemptError('it redirects to an address without TLS', false);
  if (to.origin === from.origin && to.username === '') {
    to.username = from.username;
    to.password = from.password;
  }
  return to;
}

async function body(message: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length > maxBytes)
      throw new AttemptError(`it sends more than ${Math.floor(maxBytes / 1024 / 1024)} MiB`, false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The promise, or the signal's reason as soon as it is aborted. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** One attempt, redirects followed here: the client's own fail on relative ones. */
async function attempt(client: HttpClient, url: URL, maxBytes: number, ended: AbortSignal): Promise<Buffer> {
  let at = url;
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const { message } = await orAborted(client.get(at.href, authorization(at)), ended);
    try {
      const status = message.statusCode ?? 0;
      if (status === 200) return await orAborted(body(message, maxBytes), ended);
      if (!redirects.has(status)) throw statusError(status);
      at = redirected(at, message.headers.location);
    } finally {
      message.destroy();
    }
  }
  throw new AttemptError(`it redirects more than ${maxRedirects} times`, false);
}

function unreachable(url: URL, options: GetOptions, error: AttemptError): Problem {
  return failed({
    id: error.id,
    what: `Could not get ${options.what} from ${shown(url)}: ${error.message}.`,
    remedy: options.remedy,
  });
}

/**
 * Downloads with three attempts, each of 60 s at most (15 s of silence), for a network error, 408, 429 and 5xx;
 * through the proxy that the environment names (https://github.com/actions/toolkit/tree/main/packages/http-client).
 * Credentials in the address go to its own origin only and into no message. Never from https to http.
 */
export function createHttpGet(clock: Clock, userAgent: string): HttpGet {
  const client = new HttpClient(userAgent, [], { allowRedirects: false, socketTimeout: silenceMs });

  async function bounded(url: URL, options: GetOptions): Promise<Buffer> {
    const ending = new AbortController();
    const cancel = (): void => {
      ending.abort(options.signal?.reason);
    };
    options.signal?.addEventListener('abort', cancel, { once: true });
    const overdue = clock.sleep(attemptMs, ending.signal).then(
      () => {
        ending.abort(new AttemptError(`it took more than ${attemptMs / 1000} s`, true));
      },
      () => undefined,
    );
    try {
      options.signal?.throwIfAborted();
      return await attempt(client, url, options.maxBytes, ending.signal);
    } finally {
      options.signal?.removeEventListener('abort', cancel);
      ending.abort();
      await overdue;
    }
  }

  return async (url, options) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await bounded(url, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        const reason = error instanceof AttemptError ? error : networkError(error);
        const pause = pausesMs.at(tries);
        if (!reason.again || pause === undefined) throw unreachable(url, options, reason);
        await clock.sleep(pause, options.signal);
      }
    }
  };
}
