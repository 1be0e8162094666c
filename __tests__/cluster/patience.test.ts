import { afterEach, describe, expect, it } from '@jest/globals';
import { exchange } from '../../src/cluster/exchange.js';
import { listAll } from '../../src/cluster/list.js';
import { growing } from '../../src/cluster/pauses.js';
import { resources } from '../../src/cluster/resources.js';
import { Problem } from '../../src/problem.js';
import { cut, fakeApi, json, pod, podList, proxyText, status } from './fake-api.js';
import type { Handler } from './fake-api.js';
import { TestClock } from './test-clock.js';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

const about = { verb: 'get', group: '', resource: 'pods' };
const call = { method: 'GET', path: '/' } as const;

const good = json(200, pod('a', 5));
const refused = proxyText('dial tcp 192.0.2.1:6443: connect: connection refused');
const unauthorized = json(401, status(401, 'Unauthorized', 'Unauthorized'));
const forbidden = json(403, status(403, 'Forbidden', 'no'));
const unavailable = json(503, status(503, 'ServiceUnavailable', 'shutting down'));

/** A server that answers by these handlers, and a client it has answered well before, unless `known` is false. */
async function setUp(handlers: (clock: TestClock) => readonly Handler[], { known = true, renewable = false } = {}) {
  // Pauses pass at once; a try that is waited for in vain needs a handler that lets the time go by.
  const clock = new TestClock(4_000);
  const server = await fakeApi([...(known ? [good] : []), ...handlers(clock)]);
  stops.push(server.stop);
  const api = server.api(clock, { renewable });
  const cluster = server.cluster(clock, api);
  const get = () => cluster.get(resources.pods, 'a', 'ns');
  if (known) await get();
  return { server, clock, api, cluster, get, begun: clock.now(), before: server.requests.length };
}

const idOf = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Problem);
  return (error as Problem).details.id;
};

/** This answer for so long, then the good one; the last handler of a server stays. */
const whileAway = (clock: TestClock, ms: number, answer: Handler): Handler => {
  let back: number | undefined;
  return (request, response) => {
    back ??= clock.now() + ms;
    (clock.now() < back ? answer : good)(request, response);
  };
};

describe('a server that has answered before', () => {
  it.each<[string, Handler]>([
    ['connection refused', refused],
    ['connection cut', cut],
    ['503', unavailable],
    ['500', json(500, status(500, 'InternalError', 'etcd'))],
    ['429', json(429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '1' })],
  ])('is waited for through 40 s of %s, and noticed soon', async (_name, answer) => {
    const { clock, get, begun } = await setUp((time) => [whileAway(time, 40_000, answer)]);
    expect(await get()).toMatchObject({ metadata: { name: 'a' } });
    expect(clock.now() - begun).toBeLessThanOrEqual(43_000);
    expect(Math.max(...clock.passed)).toBeLessThanOrEqual(3_000);
  });

  it.each<[string, Handler, string]>([
    ['connection refused', refused, 'connection-refused'],
    ['503', unavailable, 'server-error'],
  ])('is given up after a minute of %s', async (_name, answer, id) => {
    const { clock, get, begun } = await setUp(() => [answer]);
    expect(await idOf(get())).toBe(id);
    expect(clock.now() - begun).toBeGreaterThan(55_000);
    expect(clock.now() - begun).toBeLessThanOrEqual(60_000);
  });

  it('is asked once more when it did not answer in time', async () => {
    const { clock, get, begun } = await setUp((time) => [
      () => {
        time.advance(30_000);
      },
      good,
    ]);
    expect(await get()).toBeDefined();
    expect(clock.now() - begun).toBe(30_250);
  });

  it('is not waited for by a list whose reader has left', async () => {
    const { api, clock, server, before } = await setUp(() => [json(429, {}, { 'retry-after': '20' })]);
    const stop = new AbortController();
    const reading = listAll(api, resources.pods, {}, stop.signal).catch((e: unknown) => e);
    await clock.sleeping(20_000);
    stop.abort();
    expect(await reading).toBeInstanceOf(Error);
    expect(server.requests).toHaveLength(before + 1);
  });

  it('goes on with the page that failed', async () => {
    const { cluster, server } = await setUp(() => [
      json(200, podList(7, ['a'], 'page2')),
      refused,
      refused,
      refused,
      refused,
      json(200, podList(7, ['b'])),
    ]);
    expect((await cluster.list(resources.pods)).items.map((item) => item.metadata.name)).toEqual(['a', 'b']);
    expect(server.requests.slice(-5).every(({ query }) => query.get('continue') === 'page2')).toBe(true);
  });

  it.each<[string, (world: Awaited<ReturnType<typeof setUp>>) => Promise<unknown>]>([
    ['podLogs', ({ cluster }) => cluster.podLogs('ns', 'p').catch(() => undefined)],
    [
      'trial',
      ({ cluster }) =>
        cluster.trial(
          resources.pods,
          { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
          { namespace: 'ns', way: 'create' },
        ),
    ],
  ])('gets one try by %s, which has others to look at', async (_name, call) => {
    const world = await setUp(() => [unavailable]);
    await call(world);
    expect(world.server.requests).toHaveLength(world.before + 1);
    expect(world.clock.passed).toEqual([]);
  });
});

describe('a server that has not answered yet', () => {
  it.each<[string, Handler[]]>([
    ['nothing at all', []],
    ['a page of some other server', [(_request, response) => response.writeHead(404).end('<html>')]],
    ['a refusal of the token', [unauthorized]],
    ['a busy server', [json(429, {}, { 'retry-after': '1' })]],
  ])('is given four tries: %s before', async (_name, first) => {
    const { api, get, server, clock, begun } = await setUp(() => [...first, refused], { known: false });
    await Promise.all(first.map(() => exchange(api, call, { about, patient: false })));
    const before = server.requests.length;
    expect(await idOf(get())).toBe('connection-refused');
    expect(server.requests).toHaveLength(before + 4);
    expect(clock.now() - begun).toBeLessThan(5_000);
  });

  it('counts as known once Kubernetes has refused something', async () => {
    const { get, clock, begun } = await setUp((time) => [forbidden, whileAway(time, 20_000, refused)], {
      known: false,
    });
    expect(await idOf(get())).toBe('forbidden');
    expect(await get()).toBeDefined();
    expect(clock.now() - begun).toBeGreaterThanOrEqual(20_000);
  });
});

describe('a refusal in the middle', () => {
  it.each<[string, Handler[], boolean, number[]]>([
    ['one 401', [unauthorized], false, [500]],
    ['two 401', [unauthorized, unauthorized], false, [500, 3_000]],
    ['one 401 with a plugin', [unauthorized], true, [500]],
    ['403 right after an outage', [refused, forbidden], false, [250, 500]],
    ['401 right after an outage', [cut, unauthorized], false, [250, 500]],
  ])('%s, then the answer', async (_name, refusals, renewable, pauses) => {
    const { get, clock } = await setUp(() => [...refusals, good], { renewable });
    expect(await get()).toBeDefined();
    expect(clock.passed).toEqual(pauses);
  });

  it.each<[string, Handler[], string, number]>([
    ['401 that stays', [unauthorized], 'wrong-token', 3],
    ['403 without an outage', [forbidden], 'forbidden', 1],
    ['403 that stays after an outage', [refused, forbidden], 'forbidden', 4],
    ['403 after a 500 of a call', [json(500, status(500, 'x', 'x')), forbidden], 'forbidden', 2],
  ])('%s is believed', async (_name, handlers, id, calls) => {
    const { get, server, before } = await setUp(() => handlers);
    expect(await idOf(get())).toBe(id);
    expect(server.requests).toHaveLength(before + calls);
  });

  it('is believed at once when the outage is long over', async () => {
    const { get, clock, server } = await setUp(() => [refused, good, forbidden]);
    await get();
    clock.advance(11_000);
    const before = server.requests.length;
    expect(await idOf(get())).toBe('forbidden');
    expect(server.requests).toHaveLength(before + 1);
  });
});

describe('a call with an end of its own', () => {
  it('begins no try after it', async () => {
    const { api, clock, begun } = await setUp(() => [refused]);
    expect(await idOf(exchange(api, call, { about, until: begun + 10_000 }))).toBe('connection-refused');
    expect(clock.now()).toBeLessThanOrEqual(begun + 10_000);
  });

  it('sends nothing when it is over', async () => {
    const { api, server, begun, before } = await setUp(() => [good]);
    expect(await idOf(exchange(api, call, { about, until: begun }))).toBe('cluster-timeout');
    expect(server.requests).toHaveLength(before);
  });
});

describe('pauses', () => {
  const pauses = { first: 250, longest: 3_000 };
  it.each([
    [0, 0, 250],
    [1, 0, 500],
    [3, 0, 2_000],
    [4, 0, 3_000],
    [5_000, 0, 3_000],
    [0, 1, 125],
    [9, 0.5, 2_250],
  ])('after %i failures, chance %f: %i ms', (failures, chance, ms) => {
    expect(growing(pauses, failures, chance)).toBe(ms);
  });
});
