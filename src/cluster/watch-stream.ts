import type { Clock } from '../clock.js';
import { isProxyFailure } from './attempt.js';
import type { Api } from './attempt.js';
import { answerProblem, connectionProblem } from './errors.js';
import type { ClusterProblem } from './errors.js';
import { isObject, objectOf, parseJson, textOf } from './json.js';
import { aboutResource, collectionPath, queryString, selectors } from './paths.js';
import type { KubeObject, ListOptions, Resource } from './port.js';
import { isOlder } from './resource-version.js';
import { AnswerTooLarge, SocketError } from './transport.js';
import type { HttpStream } from './transport.js';

/** `ended`: the server closed it in time, go on from `resourceVersion`. `broken`: list again, if at all. */
export interface StreamEnd {
  readonly end: 'ended' | 'broken';
  readonly resourceVersion: string;
  /** Why it broke, where there is something to say. */
  readonly problem?: ClusterProblem;
}

export type Change<T extends KubeObject> =
  { readonly type: 'changed'; readonly object: T } | { readonly type: 'deleted'; readonly object: T };

const longestLine = 32 * 1024 * 1024;

/** A body's lines; throws AnswerTooLarge for one beyond any object's size. */
async function* linesOf(chunks: AsyncIterable<Buffer>, heard: () => void): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    heard();
    let rest = chunk;
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      yield Buffer.concat([...pieces, rest.subarray(0, at)]).toString('utf8');
      pieces = [];
      bytes = 0;
      rest = rest.subarray(at + 1);
    }
    pieces.push(rest);
    bytes += rest.length;
    if (bytes > longestLine) throw new AnswerTooLarge('a watch event');
  }
}

/** Calls `onSilence` when `lastHeard` lies `silenceMs` back; ends with `signal`. */
async function guardSilence(
  clock: Clock,
  silenceMs: number,
  lastHeard: () => number,
  onSilence: () => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    while (!signal.aborted) {
      const rest = lastHeard() + silenceMs - clock.now();
      if (rest <= 0) {
        onSilence();
        return;
      }
      await clock.sleep(rest, signal);
    }
  } catch {
    // Aborted: the stream has ended.
  }
}

function lost(api: Api, text: string): ClusterProblem | undefined {
  api.contact.failed(api.clock.now());
  return connectionProblem(text, api.host, api.diagnostics());
}

async function refusal(stream: HttpStream, api: Api, resource: Resource, namespace?: string): Promise<ClusterProblem> {
  let body = '';
  for await (const chunk of stream.chunks) if (body.length < 64 * 1024) body += chunk.toString('utf8');
  const own = isProxyFailure(stream.status, stream.headers['content-type']) ? lost(api, body) : undefined;
  if (own !== undefined) return own;
  const answer = { status: stream.status, headers: stream.headers, body };
  api.contact.answered(answer, api.clock.now());
  return answerProblem(answer, aboutResource('watch', resource, namespace), api.host);
}

/**
 * One watch request from `resourceVersion` to its end. An event older than what was seen is passed over.
 *
 * @param silenceMs without a byte for so long the stream counts as broken: connections die without a word
 * @throws the reason of `signal`
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function* watchOnce<T extends KubeObject>(
  api: Api,
  resource: Resource,
  options: ListOptions,
  from: string,
  limits: { readonly silenceMs: number; readonly streamSeconds: number },
  signal: AbortSignal,
): AsyncGenerator<Change<T>, StreamEnd> {
  const stop = new AbortController();
  const guard = new AbortController();
  const cancel = (): void => {
    stop.abort(signal.reason);
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  let heardAt = api.clock.now();
  const silence = new AbortController();
  void guardSilence(
    api.clock,
    limits.silenceMs,
    () => heardAt,
    () => {
      silence.abort();
      stop.abort();
    },
    guard.signal,
  );

  let resourceVersion = from;
  const broken = (problem?: ClusterProblem): StreamEnd => ({
    end: 'broken',
    resourceVersion,
    ...(problem === undefined ? {} : { problem }),
  });
  const query = queryString({
    ...selectors(options),
    watch: 1,
    allowWatchBookmarks: 'true',
    timeoutSeconds: limits.streamSeconds,
    resourceVersion,
  });
  try {
    const path = `${collectionPath(resource, options.namespace)}${query}`;
    const stream = await api.transport.open({ method: 'GET', path }, stop.signal);
    if (stream.status !== 200) {
      const problem = await refusal(stream, api, resource, options.namespace);
      return stream.status === 410 ? broken() : broken(problem);
    }
    for await (const line of linesOf(stream.chunks, () => {
      heardAt = api.clock.now();
    })) {
      if (line.trim() === '') continue;
      const event = objectOf(parseJson(line));
      if (event.type === 'ERROR') {
        const status = objectOf(event.object);
        const code = typeof status.code === 'number' ? status.code : 500;
        if (code === 410) return broken();
        const about = aboutResource('watch', resource, options.namespace);
        return broken(answerProblem({ status: code, headers: {}, body: JSON.stringify(status) }, about, api.host));
      }
      if (!isObject(event.object)) return broken();
      const seen = textOf(objectOf(event.object.metadata).resourceVersion);
      if (isOlder(seen, resourceVersion)) continue;
      resourceVersion = seen ?? resourceVersion;
      const object = event.object as unknown as T;
      if (event.type === 'ADDED' || event.type === 'MODIFIED') yield { type: 'changed', object };
      if (event.type === 'DELETED') yield { type: 'deleted', object };
    }
    return { end: 'ended', resourceVersion };
  } catch (error) {
    signal.throwIfAborted();
    if (silence.signal.aborted) api.contact.failed(api.clock.now());
    if (silence.signal.aborted || error instanceof AnswerTooLarge) return broken();
    if (!(error instanceof SocketError)) throw error;
    return broken(lost(api, error.message));
  } finally {
    guard.abort();
    stop.abort();
    signal.removeEventListener('abort', cancel);
  }
}
