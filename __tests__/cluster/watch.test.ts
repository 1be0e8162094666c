import { afterEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/cluster/resources.js';
import { watchLimits, watchResource } from '../../src/cluster/watch.js';
import { Problem } from '../../src/problem.js';
import { cut, events, fakeApi, json, pod, podList, proxyText, status } from './fake-api.js';
import type { Handler } from './fake-api.js';
import { TestClock } from './test-clock.js';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

/** A watch stream of these lines; `end` closes it in order, `cut` breaks it, `hang` leaves it open without a word. */
const stream =
  (text: string, then: 'end' | 'cut' | 'hang' = 'hang'): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'cut') response.destroy();
    });
  };

async function setUp(...handlers: Handler[]) {
  const server = await fakeApi(handlers);
  stops.push(server.stop);
  // Pauses pass at once; the 20 s of silence and the time-outs wait for the test.
  const clock = new TestClock(16_000);
  const stop = new AbortController();
  const watching = watchResource(server.api(clock), resources.pods, { namespace: 'ns' }, stop.signal);
  /** The next events in short: `synced a b`, `changed a@5`. */
  const next = async (count: number): Promise<string[]> => {
    const seen: string[] = [];
    while (seen.length < count) {
      const { done, value } = await watching.next();
      if (done === true) return [...seen, 'done'];
      seen.push(
        value.type === 'synced'
          ? ['synced', ...value.items.map((item) => item.metadata.name)].join(' ')
          : `${value.type} ${value.object.metadata.name}@${value.object.metadata.resourceVersion ?? ''}`,
      );
    }
    return seen;
  };
  return { server, clock, stop, watching, next };
}

const list = (version: number, ...names: string[]) => json(200, podList(version, names));
const change = (type: string, name: string, version: number) => ({ type, object: pod(name, version) });
const bookmark = (version: number) => ({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion: String(version) } },
});
const gone = { type: 'ERROR', object: status(410, 'Expired', 'too old resource version') };

describe('watch', () => {
  it('lists, then follows the changes from there', async () => {
    const { server, next } = await setUp(
      list(10, 'a'),
      stream(events(change('ADDED', 'b', 11), change('MODIFIED', 'a', 12), change('DELETED', 'b', 13))),
    );
    expect(await next(4)).toEqual(['synced a', 'changed b@11', 'changed a@12', 'deleted b@13']);
    expect(Object.fromEntries(server.requests[1]?.query ?? [])).toMatchObject({
      watch: '1',
      resourceVersion: '10',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '240',
    });
  });

  it('goes on from the last bookmark when the server ends a stream in time', async () => {
    const { server, next } = await setUp(
      list(10, 'a'),
      stream(events(change('MODIFIED', 'a', 11), bookmark(40)), 'end'),
      stream(events(change('MODIFIED', 'a', 41))),
    );
    expect(await next(3)).toEqual(['synced a', 'changed a@11', 'changed a@41']);
    expect(server.requests[2]?.query.get('resourceVersion')).toBe('40');
  });

  it.each<[string, Handler]>([
    ['410 in the stream', stream(events(gone))],
    ['410 as the answer', json(410, status(410, 'Gone', ''))],
    ['a dropped connection', stream('', 'cut')],
    ['a connection cut in the middle of a line', stream('{"type":"MODI', 'cut')],
    ['a stream that holds no JSON', stream('<html>\n')],
    ['500 for the watch', json(500, status(500, 'InternalError', ''))],
    ['429 for the watch', json(429, status(429, 'TooManyRequests', ''))],
    ['a server that is not reached', proxyText('dial tcp: connect: connection refused')],
    ['an internal error in the stream', stream(events({ type: 'ERROR', object: status(500, 'InternalError', '') }))],
  ])('lists again after %s', async (_name, breaking) => {
    const { next } = await setUp(list(10, 'a'), breaking, list(20, 'b'), stream(''));
    expect(await next(2)).toEqual(['synced a', 'synced b']);
  });

  it('lists again when a stream says nothing', async () => {
    const { server, clock, next } = await setUp(list(10, 'a'), stream(''), list(20, 'b'), stream(''));
    expect(await next(1)).toEqual(['synced a']);
    const more = next(1);
    await Promise.all([server.received(2), clock.sleeping(watchLimits.silenceMs)]);
    clock.advance(watchLimits.silenceMs);
    expect(await more).toEqual(['synced b']);
  });

  it('counts a bookmark as a sign of life', async () => {
    let say: ((text: string) => void) | undefined;
    const talking: Handler = (request, response) => {
      stream('')(request, response);
      say = (text) => response.write(text);
    };
    const { server, clock, next } = await setUp(list(10, 'a'), talking, list(20, 'b'), stream(''));
    expect(await next(1)).toEqual(['synced a']);
    const more = next(1);
    await Promise.all([server.received(2), clock.sleeping(watchLimits.silenceMs)]);
    clock.advance(19_000);
    say?.(events(bookmark(11), change('MODIFIED', 'a', 12)));
    expect(await more).toEqual(['changed a@12']);
    const last = next(1);
    clock.advance(2_000);
    await clock.sleeping(18_000);
    expect(server.requests).toHaveLength(2);
    clock.advance(18_000);
    expect(await last).toEqual(['synced b']);
  });

  it('never goes back to older data', async () => {
    const { clock, next } = await setUp(
      list(10, 'a'),
      stream(events(change('MODIFIED', 'a', 30), change('MODIFIED', 'a', 29), change('MODIFIED', 'a', 31), gone)),
      list(9, 'old'),
      list(9, 'old'),
      list(31, 'a'),
      stream(''),
    );
    expect(await next(4)).toEqual(['synced a', 'changed a@30', 'changed a@31', 'synced a']);
    expect(clock.passed).toEqual([500, 1000]);
  });

  it('accepts a cluster that stays older: its data was restored', async () => {
    const { next } = await setUp(list(10, 'a'), stream(events(gone)), list(5, 'restored'));
    expect(await next(2)).toEqual(['synced a', 'synced restored']);
  });

  it.each<[string, Handler[], string]>([
    ['the list is forbidden', [json(403, status(403, 'Forbidden', ''))], 'forbidden'],
    ['the watch is forbidden', [list(1), json(403, status(403, 'Forbidden', ''))], 'forbidden'],
    ['the token expires', [list(1), json(401, status(401, 'Unauthorized', ''))], 'wrong-token'],
    ['the kind is not served', [json(404, {})], 'not-served'],
    [
      'an error event forbids',
      [list(1), stream(events({ type: 'ERROR', object: status(403, 'Forbidden', '') }))],
      'forbidden',
    ],
  ])('throws when %s', async (_name, handlers, id) => {
    const { next } = await setUp(...handlers);
    const error: unknown = await next(2).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).details.id).toBe(id);
  });

  it('waits for a server that is away, and gives up in the end', async () => {
    const { clock, next } = await setUp(list(10, 'a'), cut, proxyText('dial tcp: connect: connection refused'));
    const error: unknown = await next(2).catch((e: unknown) => e);
    expect((error as Problem).details.id).toBe('connection-refused');
    expect(clock.passed.reduce((sum, ms) => sum + ms)).toBeGreaterThanOrEqual(watchLimits.giveUpMs);
  });

  it.each<[string, Handler[], number[]]>([
    ['of an answer', [json(429, status(429, 'TooManyRequests', ''), { 'retry-after': '7' })], [7_000]],
    [
      'in the stream, after it has lived',
      [
        stream(
          events(change('MODIFIED', 'a', 11), {
            type: 'ERROR',
            object: status(429, 'TooManyRequests', '', { retryAfterSeconds: 9 }),
          }),
        ),
      ],
      [9_000],
    ],
  ])('waits as long as the server asks: Retry-After %s', async (_name, breaking, pauses) => {
    const { clock, next } = await setUp(list(10, 'a'), ...breaking, list(20, 'b'), stream(''));
    const seen = await next(1);
    while (seen.at(-1) !== 'synced b') seen.push(...(await next(1)));
    expect(clock.passed).toEqual(pauses);
  });

  it('gives up at once when the server asks for more time than there is', async () => {
    const away = json(503, {}, { 'retry-after': '3600' });
    const { clock, next } = await setUp(list(10, 'a'), away);
    const error: unknown = await next(2).catch((e: unknown) => e);
    expect((error as Problem).details.id).toBe('server-error');
    expect(clock.passed).toEqual([]);
  });

  it('asks again when the credentials are refused in the middle: a token may be being replaced', async () => {
    const refusal = json(401, status(401, 'Unauthorized', ''));
    const { clock, next } = await setUp(list(10, 'a'), refusal, list(11, 'b'), refusal, list(12, 'c'), stream(''));
    expect(await next(3)).toEqual(['synced a', 'synced b', 'synced c']);
    expect(clock.passed).toEqual([500, 3_000]);
  });

  it('ends when the watch alone keeps being refused', async () => {
    const refusal = json(401, status(401, 'Unauthorized', ''));
    const { next } = await setUp(list(1), refusal, list(2), refusal, list(3), refusal);
    const error: unknown = await next(4).catch((e: unknown) => e);
    expect((error as Problem).details.id).toBe('wrong-token');
  });

  it('believes a 403 right after an outage only when it stays', async () => {
    const refusal = json(403, status(403, 'Forbidden', ''));
    const { next } = await setUp(list(1, 'a'), cut, list(2, 'b'), refusal, list(3, 'c'), stream(''));
    expect(await next(3)).toEqual(['synced a', 'synced b', 'synced c']);
  });

  it('goes on by lists, for as long as they are good, where every stream is cut', async () => {
    let version = 10;
    const { clock, next } = await setUp((request, response) => {
      if (request.query.has('watch')) cut(request, response);
      else list((version += 1), 'a')(request, response);
    });
    expect(await next(40)).toEqual(Array(40).fill('synced a'));
    expect(Math.max(...clock.passed)).toBe(watchLimits.pauses.longest);
    expect(clock.passed.reduce((sum, ms) => sum + ms)).toBeGreaterThan(watchLimits.giveUpMs);
  });

  it('ends when it is cancelled', async () => {
    const { stop, next } = await setUp(list(10, 'a'), stream(events(change('MODIFIED', 'a', 11))));
    expect(await next(2)).toEqual(['synced a', 'changed a@11']);
    const more = next(1);
    stop.abort();
    expect(await more).toEqual(['done']);
  });

  it('closes its connection when the reader leaves', async () => {
    let closed: (() => void) | undefined;
    const left = new Promise<void>((resolve) => (closed = resolve));
    const { watching, next } = await setUp(list(10, 'a'), (request, response) => {
      response.on('close', () => closed?.());
      stream(events(change('MODIFIED', 'a', 11)))(request, response);
    });
    await next(2);
    await watching.return();
    await left;
    expect((await watching.next()).done).toBe(true);
  });
});
