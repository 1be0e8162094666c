import { afterEach, describe, expect, it } from '@jest/globals';
import { ClusterProblem } from '../../src/cluster/errors.js';
import type { KubeObject, WriteOptions, Written } from '../../src/cluster/port.js';
import { resources } from '../../src/cluster/resources.js';
import { cut, fakeApi, json, proxyText, status } from './fake-api.js';
import type { Handler } from './fake-api.js';
import { after, FakeStore, instead, none } from './fake-store.js';
import type { Fault } from './fake-store.js';
import { TestClock } from './test-clock.js';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

const mark = 'milvus-upgrade/write';
const journal = (more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'j', namespace: 'ns', annotations: { kept: 'yes' }, ...more },
  data: { step: 'one' },
});
const foreign = journal({ annotations: { [mark]: 'somebody-else' } });

type Way = 'create' | 'replace';
const ways: readonly Way[] = ['create', 'replace'];
const effect: Readonly<Record<Way, string>> = { create: 'POST word-1', replace: 'PUT word-1' };

/** A store, and one write to it; for `replace` there is an object that the change is decided on. */
async function setUp(way: Way) {
  const store = new FakeStore();
  const decidedOn = way === 'replace' ? store.put(foreign) : undefined;
  const server = await fakeApi(store.handler);
  stops.push(server.stop);
  // Pauses pass at once; tries end when a handler lets the time go by.
  const clock = new TestClock(4_000);
  const cluster = server.cluster(clock);
  const object = journal(decidedOn === undefined ? {} : { resourceVersion: decidedOn.metadata.resourceVersion });
  const write = (options?: WriteOptions): Promise<Written> => cluster[way](resources.configMaps, object, options);
  /** The server never answers, and so much time goes by. */
  const silent =
    (ms: number): Handler =>
    () => {
      clock.advance(ms);
    };
  return { store, clock, cluster, server, write, silent };
}
type World = Awaited<ReturnType<typeof setUp>>;

const rejection = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (e: unknown) => e,
  );
const problemOf = async (promise: Promise<unknown>): Promise<ClusterProblem> => {
  const error = await rejection(promise);
  expect(error).toBeInstanceOf(ClusterProblem);
  return error as ClusterProblem;
};

const refusedText = proxyText('dial tcp 192.0.2.1:6443: connect: connection refused');
const internal = json(500, status(500, 'InternalError', 'etcdserver: request timed out'));
const unavailable = json(503, status(503, 'ServiceUnavailable', 'apiserver is shutting down'));
const busy = json(429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '3' });
const unauthorized = json(401, status(401, 'Unauthorized', 'Unauthorized'));
const conflict = json(409, status(409, 'Conflict', 'the quota has been modified'));

describe('a write without trouble', () => {
  it('creates with a mark of its own beside the annotations given', async () => {
    const { store, server, write } = await setUp('create');
    const result = await write();
    expect(result).toEqual({ written: true, object: store.object });
    expect(store.object?.metadata.annotations).toEqual({ kept: 'yes', [mark]: 'word-1' });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/namespaces/ns/configmaps',
    ]);
  });

  it('replaces what was decided on, under its resourceVersion', async () => {
    const { store, server, write } = await setUp('replace');
    expect(await write()).toEqual({ written: true, object: store.object });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /api/v1/namespaces/ns/configmaps/j',
    ]);
  });

  it('gives each write another word', async () => {
    const { store, cluster } = await setUp('create');
    const made = await cluster.create(resources.configMaps, journal());
    if (!made.written) throw new Error('not made');
    await cluster.replace(resources.configMaps, made.object);
    expect(store.effects).toEqual(['POST word-1', 'PUT word-2']);
  });
});

/** Faults of the writes and of the looks behind them, in order; afterwards the server is well. */
interface Row {
  readonly name: string;
  readonly write: (world: World) => readonly Fault[];
  readonly get?: (world: World) => readonly Fault[];
  readonly calls: readonly string[];
  readonly pauses: readonly number[];
}
const W = 'write';

const healed: readonly Row[] = [
  { name: 'cut after the effect', write: () => [after(cut)], calls: [W, 'GET'], pauses: [] },
  { name: '500 after the effect', write: () => [after(internal)], calls: [W, 'GET'], pauses: [] },
  { name: '503 after the effect', write: () => [after(unavailable)], calls: [W, 'GET'], pauses: [] },
  { name: 'something else for an answer', write: () => [after(json(200, 'ok'))], calls: [W, 'GET'], pauses: [] },
  {
    name: 'effect, no answer within a try',
    write: ({ silent }) => [after(silent(10_000))],
    calls: [W, 'GET'],
    pauses: [],
  },
  { name: 'cut without effect', write: () => [instead(cut)], calls: [W, 'GET', W], pauses: [250] },
  { name: '500 without effect', write: () => [instead(internal)], calls: [W, 'GET', W], pauses: [250] },
  { name: '503 without effect', write: () => [instead(unavailable)], calls: [W, 'GET', W], pauses: [250] },
  {
    name: 'no effect, no answer within a try',
    write: ({ silent }) => [instead(silent(10_000))],
    calls: [W, 'GET', W],
    pauses: [250],
  },
  { name: '409 of something else', write: () => [instead(conflict)], calls: [W, 'GET', W], pauses: [250] },
  { name: '429 with Retry-After', write: () => [instead(busy)], calls: [W, W], pauses: [3_000] },
  {
    name: '503 with Retry-After',
    write: () => [instead(json(503, {}, { 'retry-after': '2' }))],
    calls: [W, 'GET', W],
    pauses: [2_000],
  },
  {
    name: 'connection refused, which needs no look',
    write: () => [instead(refusedText), instead(refusedText)],
    calls: [W, W, W],
    pauses: [250, 500],
  },
  {
    name: 'cut after the effect, and the look fails too',
    write: () => [after(cut)],
    get: () => [instead(unavailable), instead(cut)],
    calls: [W, 'GET', 'GET', 'GET'],
    pauses: [250, 500],
  },
  {
    name: 'the effect comes late, when the second try is under way',
    // The first request is held up; it is done before the second, which is then refused with 409.
    write: ({ store }) => {
      let held: (() => unknown) | undefined;
      const hold: Fault = (serve) => {
        held = serve;
        return cut;
      };
      const release: Fault = (serve) => {
        held?.();
        expect(store.effects).toHaveLength(1);
        return serve();
      };
      return [hold, release];
    },
    calls: [W, 'GET', W, 'GET'],
    pauses: [250],
  },
];

describe.each(ways)('%s, a passing fault', (way) => {
  it.each(healed)('$name', async ({ write: faults, get, calls, pauses }) => {
    const world = await setUp(way);
    const { store, clock } = world;
    store.faults.write.push(...faults(world));
    store.faults.GET.push(...(get?.(world) ?? []));
    const result = await world.write();
    expect(result).toEqual({ written: true, object: store.object });
    expect(store.effects).toEqual([effect[way]]);
    expect(store.calls.map((method) => (method === 'GET' ? method : W))).toEqual(calls);
    expect(clock.passed).toEqual(pauses);
  });

  it.each([
    ['before the first answer', 0, ['wrong-token'], 1],
    ['in the middle', 1, [], 3],
  ] as const)('401 %s', async (_name, readsBefore, problems, writes) => {
    const { store, clock, cluster, write } = await setUp(way);
    for (let n = 0; n < readsBefore; n += 1) await cluster.get(resources.configMaps, 'j', 'ns');
    store.faults.write.push(instead(unauthorized), instead(unauthorized));
    const error = await rejection(write());
    expect(error === undefined ? [] : [(error as ClusterProblem).details.id]).toEqual(problems);
    expect(store.calls.filter((method) => method !== 'GET')).toHaveLength(writes);
    expect(clock.passed).toEqual(readsBefore === 0 ? [] : [500, 3_000]);
  });

  it('waits through a server that is away for 30 s, when it has the time', async () => {
    const { store, clock, write } = await setUp(way);
    const back = clock.now() + 30_000;
    const away: Fault = (serve) => {
      if (clock.now() >= back) return serve();
      store.faults.write.unshift(away);
      return refusedText;
    };
    store.faults.write.push(away);
    expect(await write({ until: clock.now() + 60_000 })).toMatchObject({ written: true });
    expect(clock.now() - back).toBeLessThan(3_000);
  });
});

describe.each(ways)('%s, somebody else was first', (way) => {
  const others = (store: FakeStore): (() => Handler) => {
    return () => {
      store.put(journal({ annotations: { [mark]: 'other-word' } }));
      return conflict;
    };
  };

  it.each<[string, (world: World) => Fault]>([
    [
      '409',
      ({ store }) =>
        (serve) => {
          others(store)();
          return serve();
        },
    ],
    [
      'a cut connection, and another word behind it',
      ({ store }) =>
        () => {
          others(store)();
          return cut;
        },
    ],
    [
      'this write took place, and was written over before it was looked at',
      ({ store }) =>
        (serve) => {
          serve();
          others(store)();
          return cut;
        },
    ],
  ])('%s', async (_name, fault) => {
    const world = await setUp(way);
    world.store.faults.write.push(fault(world));
    const result = await world.write();
    expect(result).toEqual({ written: false, found: world.store.object });
    expect(world.store.object?.metadata.annotations?.[mark]).toBe('other-word');
  });
});

describe('what is there when it is looked at', () => {
  it('counts as written when somebody has changed it afterwards and left the mark', async () => {
    const { store, write } = await setUp('create');
    store.faults.write.push((serve) => {
      serve();
      if (store.object !== undefined) store.put({ ...store.object, data: { more: 'yes' } });
      return cut;
    });
    expect(await write()).toMatchObject({ written: true, object: { data: { more: 'yes' } } });
  });

  it.each<[string, Fault, string[]]>([
    ['gone at once', none, ['PUT']],
    ['gone behind a cut connection', instead(cut), ['PUT', 'GET']],
  ])('a replacement finds nothing to replace: %s', async (_name, fault, calls) => {
    const { store, write } = await setUp('replace');
    store.object = undefined;
    store.faults.write.push(fault);
    expect(await write()).toEqual({ written: false });
    expect(store.calls).toEqual(calls);
  });

  it('a creation in a namespace that is not there is a Problem', async () => {
    const { store, write } = await setUp('create');
    store.faults.write.push(instead(json(404, status(404, 'NotFound', 'namespaces "ns" not found'))));
    expect((await problemOf(write())).details).toMatchObject({ id: 'not-served', raw: 'namespaces "ns" not found' });
  });
});

describe.each(ways)('%s, refused', (way) => {
  it.each<[number, string]>([
    [400, 'unexpected-answer'],
    [401, 'wrong-token'],
    [403, 'forbidden'],
    [410, 'unexpected-answer'],
    [413, 'unexpected-answer'],
    [422, 'invalid-object'],
  ])('%i stays the Problem it is, at once', async (code, id) => {
    const { store, write } = await setUp(way);
    store.faults.write.push(instead(json(code, status(code, 'x', 'no'))));
    expect((await problemOf(write())).details.id).toBe(id);
    expect(store.calls).toHaveLength(1);
  });

  it.each<[string, Handler, string, number]>([
    ['a busy server whose Retry-After is too long', json(429, {}, { 'retry-after': '31' }), 'server-busy', 1],
    [
      'kubectl proxy that does not trust the server',
      proxyText('x509: certificate signed by unknown authority'),
      'tls-unknown-authority',
      1,
    ],
  ])('%s: nothing was sent or taken, and it says so', async (_name, handler, id, calls) => {
    const { store, write } = await setUp(way);
    store.faults.write.push(instead(handler));
    expect((await problemOf(write())).details.id).toBe(id);
    expect(store.calls).toHaveLength(calls);
  });

  it('is asked again right after an outage: a server refuses before it has read the Roles', async () => {
    const { store, clock, write } = await setUp(way);
    store.faults.write.push(instead(refusedText), instead(json(403, status(403, 'Forbidden', 'no'))));
    expect(await write()).toMatchObject({ written: true });
    expect(clock.passed).toEqual([250, 500]);
  });

  it('after an unclear try means that nothing is known', async () => {
    const { store, write } = await setUp(way);
    store.faults.write.push(instead(cut), instead(json(422, status(422, 'Invalid', 'quota'))));
    const { details } = await problemOf(write());
    expect(details.id).toBe('write-unknown');
    expect(details.what).toContain(
      `${way === 'create' ? 'create' : 'update'} configmaps j in the namespace ns. The API server found the object invalid`,
    );
    expect(details.raw).toBe('quota');
  });
});

describe.each(ways)('%s, its time', (way) => {
  it('sends nothing when it is over before it begins', async () => {
    const { store, clock, write } = await setUp(way);
    expect((await problemOf(write({ until: clock.now() }))).details.id).toBe('write-too-late');
    expect(store.calls).toEqual([]);
  });

  it.each<[string, (world: World) => readonly Fault[], (world: World) => readonly Fault[], string]>([
    [
      'answers slower than all of it',
      ({ silent }) => [after(silent(15_000))],
      ({ silent }) => [instead(silent(15_000))],
      'write-unknown',
    ],
    [
      'an effect, then a server that is away until the end',
      () => [after(cut)],
      ({ clock }) => {
        const away: Fault = () => {
          clock.advance(6_000);
          return refusedText;
        };
        return [away, away, away, away];
      },
      'write-unknown',
    ],
    [
      'a look that may not be',
      () => [after(cut)],
      () => Array.from({ length: 3 }, () => instead(json(403, status(403, 'Forbidden', 'no')))),
      'write-unknown',
    ],
    [
      'a server that is busy until the end',
      () => [instead(busy), instead(json(429, {}, { 'retry-after': '60' }))],
      () => [],
      'server-busy',
    ],
  ])('%s', async (_name, writes, gets, id) => {
    const world = await setUp(way);
    const { store, clock } = world;
    store.faults.write.push(...writes(world));
    store.faults.GET.push(...gets(world));
    const { details } = await problemOf(world.write({ until: clock.now() + 15_000 }));
    expect(details.id).toBe(id);
  });

  it('a 409 leaves nothing unclear', async () => {
    const { store, write } = await setUp(way);
    store.faults.write.push(instead(conflict), instead(json(429, {}, { 'retry-after': '60' })));
    expect((await problemOf(write())).details.id).toBe('server-busy');
  });

  it('leaves half of it for the look, however short it is', async () => {
    const { store, clock, write, silent } = await setUp(way);
    store.faults.write.push(after(silent(4_000)));
    expect(await write({ until: clock.now() + 8_000 })).toMatchObject({ written: true });
    expect(store.calls.at(-1)).toBe('GET');
  });

  it('begins no try after it', async () => {
    const { store, clock, cluster, write } = await setUp(way);
    // A server that is known is waited for by other calls.
    await cluster.get(resources.configMaps, 'j', 'ns');
    const until = clock.now() + 15_000;
    const at: number[] = [];
    const away: Fault = () => {
      at.push(clock.now());
      clock.advance(1_000);
      return internal;
    };
    store.faults.write.push(...Array.from({ length: 40 }, () => away));
    store.faults.GET.push(...Array.from({ length: 40 }, () => away));
    expect((await problemOf(write({ until }))).details.id).toBe('write-unknown');
    expect(at.length).toBeGreaterThan(3);
    // The clock may stand at the end already when the server hears of the last one.
    expect(Math.max(...at)).toBeLessThanOrEqual(until);
  });

  it.each(['in a try', 'in a pause'])('ends at once when it is cancelled %s', async (place) => {
    const { store, write, server, clock } = await setUp(way);
    const stop = new AbortController();
    store.faults.write.push(instead(place === 'in a try' ? () => undefined : json(429, {}, { 'retry-after': '20' })));
    const writing = rejection(write({ signal: stop.signal }));
    await server.received(1);
    if (place === 'in a pause') await clock.sleeping(20_000);
    stop.abort(new Error('cancelled'));
    expect(await writing).toBeInstanceOf(Error);
    expect(store.calls).toHaveLength(1);
  });
});

describe('addresses', () => {
  it('refuses a replacement without the resourceVersion it was decided on', async () => {
    const { store, cluster } = await setUp('create');
    await expect(cluster.replace(resources.configMaps, journal())).rejects.toBeInstanceOf(TypeError);
    expect(store.calls).toEqual([]);
  });

  it.each(ways)('refuses to %s a namespaced object without its namespace', async (way) => {
    const { store, cluster } = await setUp('create');
    const lost = journal({ namespace: undefined, resourceVersion: '1' });
    await expect(cluster[way](resources.configMaps, lost)).rejects.toBeInstanceOf(TypeError);
    expect(store.calls).toEqual([]);
  });
});
