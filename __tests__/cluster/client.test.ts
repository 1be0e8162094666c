import { afterEach, describe, expect, it } from '@jest/globals';
import { exchange } from '../../src/cluster/exchange.js';
import { listAll } from '../../src/cluster/list.js';
import { resources } from '../../src/cluster/resources.js';
import { AnswerTooLarge } from '../../src/cluster/transport.js';
import { Problem } from '../../src/problem.js';
import { cut, fakeApi, json, podList, proxyText, status } from './fake-api.js';
import type { Handler } from './fake-api.js';
import { TestClock } from './test-clock.js';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

/** A server with these handlers, and a clock on which retry delays pass at once and time-outs wait. */
async function setUp(...handlers: Handler[]) {
  const server = await fakeApi(handlers);
  stops.push(server.stop);
  const clock = new TestClock(20_000);
  return { server, clock, cluster: server.cluster(clock) };
}

const problemOf = async (promise: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
};

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'ns', resourceVersion: '5' } };
const unauthorized = status(401, 'Unauthorized', 'Unauthorized');

describe('get', () => {
  it('asks for the object by its encoded path', async () => {
    const { server, cluster } = await setUp(json(200, pod));
    expect(await cluster.get(resources.deployments, 'a/b', 'n s')).toEqual(pod);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: '/apis/apps/v1/namespaces/n%20s/deployments/a%2Fb',
    });
    expect(server.requests[0]?.headers.host).toBe('localhost');
  });

  it('gives undefined for what is not there', async () => {
    const { cluster } = await setUp(json(404, status(404, 'NotFound', 'pods "a" not found')));
    expect(await cluster.get(resources.pods, 'a', 'ns')).toBeUndefined();
  });

  it('refuses a namespaced object without a namespace instead of asking for something else', async () => {
    const { server, cluster } = await setUp(json(200, pod));
    await expect(cluster.get(resources.pods, 'a')).rejects.toBeInstanceOf(TypeError);
    expect(server.requests).toHaveLength(0);
  });

  it('says so when something else answers', async () => {
    const { cluster } = await setUp(json(200, { hello: 'world' }));
    expect((await problemOf(cluster.get(resources.pods, 'a', 'ns'))).details.id).toBe('unexpected-answer');
  });

  it('keeps its connection', async () => {
    const { server, cluster } = await setUp(json(200, pod));
    for (let n = 0; n < 5; n += 1) await cluster.get(resources.pods, 'a', 'ns');
    expect(server.connections()).toBe(1);
  });
});

describe('retries', () => {
  it.each<[string, Handler[], number[]]>([
    ['500 once', [json(500, status(500, 'InternalError', 'etcd'))], [250]],
    ['503 twice', [json(503, {}), json(503, {})], [250, 500]],
    ['429 with Retry-After', [json(429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '3' })], [3000]],
    ['429 with the time in its Status', [json(429, status(429, 'x', 'x', { retryAfterSeconds: 2 }))], [2000]],
    ['connection refused', [proxyText('dial tcp 192.0.2.1:6443: connect: connection refused')], [250]],
    ['connection cut', [cut], [250]],
  ])('%s, then the answer', async (_name, failures, delays) => {
    const { server, clock, cluster } = await setUp(...failures, json(200, pod));
    expect(await cluster.get(resources.pods, 'a', 'ns')).toEqual(pod);
    expect(clock.passed).toEqual(delays);
    expect(server.requests).toHaveLength(failures.length + 1);
  });

  it.each<[string, Handler, string, number]>([
    ['401', json(401, unauthorized), 'wrong-token', 1],
    ['403', json(403, status(403, 'Forbidden', 'no')), 'forbidden', 1],
    ['409', json(409, status(409, 'Conflict', 'no')), 'conflict', 1],
    ['422', json(422, status(422, 'Invalid', 'no')), 'invalid-object', 1],
    ['unknown authority', proxyText('tls: x509: certificate signed by unknown authority'), 'tls-unknown-authority', 1],
    ['500 for ever', json(500, status(500, 'InternalError', 'no')), 'server-error', 4],
    ['429 for ever', json(429, status(429, 'TooManyRequests', 'no')), 'server-busy', 4],
    ['refused for ever', proxyText('dial tcp: connect: connection refused'), 'connection-refused', 4],
    ['a bare 500 that no row knows', proxyText('panic'), 'server-error', 4],
  ])('%s ends after the right number of tries', async (_name, handler, id, tries) => {
    const { server, cluster } = await setUp(handler);
    const problem = await problemOf(cluster.get(resources.pods, 'a', 'ns'));
    expect(problem.details.id).toBe(id);
    expect(problem.ending).toBe('failed');
    expect(server.requests).toHaveLength(tries);
  });

  it('does not wait for a Retry-After beyond its deadline', async () => {
    const { server, cluster } = await setUp(json(429, {}, { 'retry-after': '3600' }));
    expect((await problemOf(cluster.get(resources.pods, 'a', 'ns'))).details.id).toBe('server-busy');
    expect(server.requests).toHaveLength(1);
  });

  it('asks once more after 401 when a credential plugin can renew', async () => {
    const { server, clock } = await setUp(json(401, unauthorized), json(200, pod));
    const cluster = server.cluster(clock, { renewable: true });
    expect(await cluster.get(resources.pods, 'a', 'ns')).toEqual(pod);

    const again = await setUp(json(401, unauthorized));
    const refusing = again.server.cluster(again.clock, { renewable: true });
    expect((await problemOf(refusing.get(resources.pods, 'a', 'ns'))).details.id).toBe('wrong-token');
    expect(again.server.requests).toHaveLength(2);
  });

  it('gives up on a server that never answers', async () => {
    const { clock, cluster } = await setUp(() => undefined);
    const reading = problemOf(cluster.get(resources.pods, 'a', 'ns'));
    await clock.sleeping(30_000);
    clock.advance(30_000);
    const problem = await reading;
    expect(problem.details).toMatchObject({ id: 'cluster-timeout' });
    expect(problem.details.what).toContain('api.test:6443 gave no answer within 30 s');
  });

  it('says that the proxy has ended', async () => {
    const { server, clock } = await setUp(json(200, pod));
    const cluster = server.cluster(clock, { diagnostics: () => 'signal: killed' });
    await server.stop();
    stops = [];
    const problem = await problemOf(cluster.get(resources.pods, 'a', 'ns'));
    expect(problem.details.id).toBe('proxy-ended');
    expect(problem.details.raw).toContain('signal: killed');
  });
});

describe('403', () => {
  it('names user, verb, resource, namespace and the rule that is missing', async () => {
    const message =
      'secrets is forbidden: User "system:serviceaccount:ci:deployer" cannot list resource "secrets" in API group "" in the namespace "ns"';
    const { cluster } = await setUp(json(403, status(403, 'Forbidden', message)));
    const { details } = await problemOf(cluster.list(resources.secrets, { namespace: 'ns' }));
    expect(details.what).toBe(
      'The credentials (user system:serviceaccount:ci:deployer) may not list secrets in the namespace ns.',
    );
    expect(details.remedy).toContain('{"apiGroups":[""],"resources":["secrets"],"verbs":["list"]}');
    expect(details.remedy).toContain('docs/permissions.md');
    expect(details.raw).toBe(message);
  });
});

describe('list', () => {
  it('reads all pages and completes the items', async () => {
    const { server, cluster } = await setUp(json(200, podList(7, ['a', 'b'], 'page2')), json(200, podList(7, ['c'])));
    const list = await cluster.list(resources.pods, { namespace: 'ns', labelSelector: 'app=milvus,x in (a)' });
    expect(list.resourceVersion).toBe('7');
    expect(list.items.map((item) => [item.apiVersion, item.kind, item.metadata.name])).toEqual([
      ['v1', 'Pod', 'a'],
      ['v1', 'Pod', 'b'],
      ['v1', 'Pod', 'c'],
    ]);
    expect(server.requests.map(({ query }) => query.get('continue'))).toEqual([null, 'page2']);
    expect(server.requests.map(({ query }) => query.get('labelSelector'))).toEqual(
      Array(2).fill('app=milvus,x in (a)'),
    );
    // A cached, possibly older list is never asked for.
    expect(server.requests.every(({ query }) => !query.has('resourceVersion'))).toBe(true);
  });

  it('lists all namespaces without one', async () => {
    const { server, cluster } = await setUp(json(200, podList(7, [])));
    await cluster.list(resources.pods);
    expect(server.requests[0]?.path).toBe('/api/v1/pods');
  });

  it('begins again when its continue token has expired', async () => {
    const { cluster } = await setUp(
      json(200, podList(7, ['a'], 'old')),
      json(410, status(410, 'Expired', 'continue token')),
      json(200, podList(9, ['a', 'b'])),
    );
    const list = await cluster.list(resources.pods, { namespace: 'ns' });
    expect(list.items.map((item) => item.metadata.name)).toEqual(['a', 'b']);
    expect(list.resourceVersion).toBe('9');
  });

  it('takes smaller pages when one is too large', async () => {
    const huge: Handler = (request, response) => {
      const limit = Number(request.query.get('limit'));
      response.writeHead(200, { 'content-type': 'application/json' });
      if (limit === 1) {
        response.end(JSON.stringify(podList(7, ['a'])));
        return;
      }
      const block = Buffer.alloc(4 * 1024 * 1024, 32);
      for (let n = 0; n < 17; n += 1) response.write(block);
      response.end();
    };
    const { server, clock } = await setUp(huge);
    const list = await listAll(server.api(clock), resources.pods, {});
    expect(list.items).toHaveLength(1);
    expect(server.requests.map(({ query }) => query.get('limit'))).toEqual(['500', '50', '5', '1']);
  });

  it('does not take something else for a list', async () => {
    const { cluster } = await setUp(json(200, { kind: 'Pod' }));
    expect((await problemOf(cluster.list(resources.pods))).details.id).toBe('unexpected-answer');
  });
});

describe('a huge body', () => {
  it('is cut off', async () => {
    const { server, clock } = await setUp((_request, response) => response.end('x'.repeat(5000)));
    const about = { verb: 'get', group: '', resource: 'pods' };
    const reading = exchange(server.api(clock), { method: 'GET', path: '/' }, { about, maxBytes: 1000 });
    await expect(reading).rejects.toBeInstanceOf(AnswerTooLarge);
  });
});

describe('serverVersion', () => {
  it.each([
    ['36', 36],
    ['36+', 36],
  ])('reads the minor version %s', async (minor, expected) => {
    const { cluster } = await setUp(json(200, { major: '1', minor, gitVersion: 'v1.36.4' }));
    expect(await cluster.serverVersion()).toEqual({ major: 1, minor: expected, gitVersion: 'v1.36.4' });
  });
});

describe('resourceFor', () => {
  const apps = {
    kind: 'APIResourceList',
    resources: [
      { name: 'deployments/scale', kind: 'Deployment', namespaced: true },
      { name: 'deployments', kind: 'Deployment', namespaced: true },
      { name: 'things', kind: 'Thing', namespaced: false },
    ],
  };

  it('finds the resource, never its subresource, and reads a group once', async () => {
    const { server, cluster } = await setUp(json(200, apps));
    const [deployment, thing, none] = await Promise.all([
      cluster.resourceFor('apps/v1', 'Deployment'),
      cluster.resourceFor('apps/v1', 'Thing'),
      cluster.resourceFor('apps/v1', 'Nothing'),
    ]);
    expect(deployment).toEqual(resources.deployments);
    expect(thing).toMatchObject({ plural: 'things', namespaced: false });
    expect(none).toBeUndefined();
    expect(server.requests.map(({ path }) => path)).toEqual(['/apis/apps/v1']);
  });

  it('asks again for a group that was not served', async () => {
    const { server, cluster } = await setUp(json(404, {}), json(200, apps));
    expect(await cluster.resourceFor('apps/v1', 'Thing')).toBeUndefined();
    expect(await cluster.resourceFor('apps/v1', 'Thing')).toBeDefined();
    expect(server.requests).toHaveLength(2);
  });

  it('asks again after a failure, and finds the core group', async () => {
    const { server, cluster } = await setUp(json(403, status(403, 'Forbidden', '')), json(200, { resources: [] }));
    await problemOf(cluster.resourceFor('v1', 'Pod'));
    expect(await cluster.resourceFor('v1', 'Pod')).toBeUndefined();
    expect(server.requests[1]?.path).toBe('/api/v1');
  });
});

describe('allowed', () => {
  it('answers in order, at most 8 at once', async () => {
    let open = 0;
    let most = 0;
    const { server, cluster } = await setUp((request, response) => {
      open += 1;
      most = Math.max(most, open);
      const { spec } = JSON.parse(request.body) as { spec: { resourceAttributes: { name: string } } };
      setImmediate(() => {
        open -= 1;
        json(201, { status: { allowed: Number(spec.resourceAttributes.name) % 3 === 0 } })(request, response);
      });
    });
    const accesses = Array.from({ length: 30 }, (_, n) => ({
      verb: 'get',
      group: '',
      resource: 'pods',
      name: String(n),
    }));
    expect(await cluster.allowed(accesses)).toEqual(accesses.map((_, n) => n % 3 === 0));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    });
  });

  it('takes nothing but true for yes', async () => {
    const { cluster } = await setUp(json(201, { status: { allowed: 'true' } }));
    expect(await cluster.allowed([{ verb: 'get', group: '', resource: 'pods' }])).toEqual([false]);
  });
});

describe('rules', () => {
  it.each([
    [
      {
        resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }],
        incomplete: false,
      },
      1,
      false,
    ],
    [{ resourceRules: [], incomplete: true }, 0, true],
    [{}, 0, true],
  ])('%j', async (answer, count, incomplete) => {
    const { server, cluster } = await setUp(json(201, { status: answer }));
    const found = await cluster.rules('ns');
    expect(found.rules).toEqual('resourceRules' in answer ? answer.resourceRules : []);
    expect(found.rules).toHaveLength(count);
    expect(found.incomplete).toBe(incomplete);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ spec: { namespace: 'ns' } });
  });
});

describe('podLogs', () => {
  it('asks for the last lines of a container', async () => {
    const { server, cluster } = await setUp((_request, response) => response.end('one\ntwo\n'));
    expect(await cluster.podLogs('ns', 'p', { container: 'c', tailLines: 20, previous: true })).toBe('one\ntwo\n');
    expect(server.requests[0]?.path).toBe('/api/v1/namespaces/ns/pods/p/log');
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toMatchObject({
      container: 'c',
      tailLines: '20',
      previous: 'true',
    });
  });

  it.each([
    [400, 'container is waiting to start'],
    [403, 'forbidden'],
    [404, 'not found'],
    [500, 'dial tcp 10.0.0.1:10250: connect: connection refused'],
  ])('has none when the server says %i', async (code, message) => {
    const { server, cluster } = await setUp(json(code, status(code, 'x', message)));
    expect(await cluster.podLogs('ns', 'p')).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  it('throws when the cluster is not reached', async () => {
    const { cluster } = await setUp(proxyText('dial tcp: lookup x: no such host'));
    expect((await problemOf(cluster.podLogs('ns', 'p'))).details.id).toBe('host-not-found');
  });
});
