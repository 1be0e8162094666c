import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { HttpClient } from '@actions/http-client';
import type { Clock } from '../clock.js';
import type { Emit } from '../report/events.js';
import { shownUrl } from './locations.js';

export interface DownloadRequest {
  readonly url: string;
  /** File to write, replaced if it exists. Removing it is the caller's. */
  readonly to: string;
  /** A longer body is a failure. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

export type DownloadOutcome =
  | { readonly ok: true; readonly sha256: string; readonly bytes: number }
  /** `reason` is a clause without the address, for example `HTTP 404`. */
  | { readonly ok: false; readonly reason: string; readonly status?: number };

/** Fetches one address into a file. Rejects only with the reason of an aborted `signal`. */
export type Download = (request: DownloadRequest) => Promise<DownloadOutcome>;

export interface DownloadPorts {
  readonly clock: Clock;
  /** From 0 (included) to 1 (excluded), for jitter. */
  readonly random: () => number;
  readonly emit: Emit;
}

type Attempt = DownloadOutcome & { readonly again?: boolean };

const attempts = 4;
const firstDelayMs = 1_000;
/** Until the status line has come. */
const answerMs = 30_000;
/** Between two pieces of the body. */
const idleMs = 30_000;
const wholeAttemptMs = 600_000;
const maxRedirects = 5;

const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];
const transientStatuses: readonly number[] = [408, 429];
/** Calls that fail because of the local disk; asking the network again would not help. */
const localCalls: readonly string[] = ['open', 'write', 'close'];

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};

/**
 * A {@link Download} over HTTP(S) that honours `https_proxy`, `http_proxy` and `no_proxy` as @actions/http-client does
 * (loopback addresses never use a proxy). 5xx, 408, 429 and network failures are tried again, four times in all, with
 * a growing, jittered pause. Redirects, relative ones too, are followed five deep and never from https to http.
 * Not `downloadTool` of @actions/tool-cache: it cannot be cancelled, retries on the real clock, and sets no size limit.
 */
export function createDownload({ clock, random, emit }: DownloadPorts): Download {
  return async (request) => {
    const url = shownUrl(request.url);
    for (let attempt = 1; ; attempt += 1) {
      request.signal?.throwIfAborted();
      const { again = false, ...outcome } = await tryOnce(request, clock);
      request.signal?.throwIfAborted();
      if (outcome.ok || !again || attempt === attempts) return outcome;
      const pauseMs = Math.round(firstDelayMs * 2 ** (attempt - 1) * (0.5 + random()));
      emit({
        type: 'info',
        text: `${url}: ${outcome.reason}. Attempt ${attempt + 1} of ${attempts} follows in ${(pauseMs / 1000).toFixed(1)} s.`,
      });
      await clock.sleep(pauseMs, request.signal);
    }
  };
}

async function tryOnce(request: DownloadRequest, clock: Clock): Promise<Attempt> {
  try {
    return await within(clock, wholeAttemptMs, request.signal, (signal) => fetchInto(request, clock, signal));
  } catch (error) {
    return describeError(error);
  }
}

async function fetchInto(request: DownloadRequest, clock: Clock, signal: AbortSignal): Promise<Attempt> {
  let url = new URL(request.url);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const message = await within(clock, answerMs, signal, (stop) => answerOf(url, stop));
    const status = message.statusCode ?? 0;
    if (status === 200) return save(message, request, signal);
    message.destroy();
    const { location } = message.headers;
    if (!redirectStatuses.includes(status) || location === undefined) return statusFailure(status, url, request.url);
    if (!URL.canParse(location, url.href)) return { ok: false, reason: `HTTP ${status} to an unreadable address` };
    const target = new URL(location, url);
    if (!['https:', url.protocol].includes(target.protocol)) {
      return { ok: false, reason: `HTTP ${status} from ${url.protocol} to ${target.protocol}, which is not followed` };
    }
    url = target;
  }
  return { ok: false, reason: `more than ${maxRedirects} redirects` };
}

function statusFailure(status: number, url: URL, asked: string): Attempt {
  const where = url.href === new URL(asked).href ? '' : ` from ${shownUrl(url.href)}`;
  const again = status >= 500 || transientStatuses.includes(status);
  return { ok: false, reason: `HTTP ${status}${where}`, status, again };
}

/** The response to a GET, body unread. The client cannot be cancelled, so a late response is thrown away. */
function answerOf(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const client = new HttpClient('milvus-upgrade-action', [], { allowRedirects: false, allowRetries: false });
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
      client.dispose();
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    client
      .get(url.href)
      .then(({ message }) => {
        if (signal.aborted) message.destroy();
        else resolve(message);
      }, reject)
      .finally(() => {
        signal.removeEventListener('abort', stop);
      });
  });
}

async function save(message: IncomingMessage, request: DownloadRequest, signal: AbortSignal): Promise<Attempt> {
  const hash = createHash('sha256');
  let bytes = 0;
  message.setTimeout(idleMs, () => message.destroy(new Error(`no data for ${idleMs / 1000} s`)));
  const measured = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > request.maxBytes) throw new TooLong(request.maxBytes);
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(message, measured, createWriteStream(request.to, { mode: 0o600 }), { signal });
  return { ok: true, sha256: hash.digest('hex'), bytes };
}

class TooLong extends Error {
  constructor(maxBytes: number) {
    super(`longer than the ${maxBytes} bytes that are accepted`);
  }
}

function describeError(error: unknown): Attempt {
  if (error instanceof TooLong) return { ok: false, reason: error.message };
  if (!isError(error)) return { ok: false, reason: String(error), again: true };
  // A stream that the deadline ended reports a bare AbortError; why it was ended is its cause.
  if (error.name === 'AbortError' && isError(error.cause)) return describeError(error.cause);
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException;
  if (localCalls.includes(syscall)) return { ok: false, reason: `it could not be stored (${code})` };
  if (isCertificateError(code)) {
    const hint = 'NODE_EXTRA_CA_CERTS names a file with further authorities';
    return { ok: false, reason: `the server's certificate was not accepted (${code}; ${hint})` };
  }
  const known = error.message.startsWith('tunneling socket') ? undefined : words[code];
  return { ok: false, reason: known === undefined ? error.message : `${known} (${code})`, again: true };
}

/** Codes of OpenSSL's verification and of Node's host name check: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isCertificateError(code: string): boolean {
  return /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_)/.test(code);
}

/** Runs `work` with a signal that is aborted after `ms` on the clock, or with `outer`. */
async function within<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const limit = clock.sleep(ms, done.signal).then(
    () => {
      late.abort(new Error(`not finished after ${ms / 1000} s`));
    },
    () => undefined,
  );
  try {
    return await work(outer === undefined ? late.signal : AbortSignal.any([late.signal, outer]));
  } finally {
    done.abort();
    await limit;
  }
}

/** By shape: Node's own errors may come from another realm than `Error` here (worker, vm context). */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
}
