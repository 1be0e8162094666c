import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../src/clock.js';
import { createHttpGet } from '../../../src/helm/repository/http.js';
import type { GetOptions } from '../../../src/helm/repository/http.js';
import { problemOf } from '../support.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on loopback, which no proxy setting applies to. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Pauses pass at once; deadlines only when `overdue` says so. */
function fakeClock(overdue = false): { clock: Clock; pauses: number[] } {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) => {
      const deadline = ms === 60_000;
      if (!deadline) pauses.push(ms);
      if (deadline === overdue || !deadline) return Promise.resolve();
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    },
  };
  return { clock, pauses };
}

const options: GetOptions = { maxBytes: 1024 * 1024, what: 'the index', remedy: 'Check it.' };
const answer = (response: ServerResponse, status: number, headers: Record<string, string> = {}, text = ''): void => {
  response.writeHead(status, headers).end(text);
};

describe('createHttpGet', () => {
  it('gets a file, with credentials from the address as a header', async () => {
    const seen: (string | undefined)[] = [];
    const base = await serve((request, response) => {
      seen.push(request.url, request.headers.authorization, request.headers['user-agent']);
      answer(response, 200, {}, 'hello');
    });
    const get = createHttpGet(fakeClock().clock, 'test-agent');
    const url = new URL(`${base}/index.yaml?sig=1`);
    url.username = 'user';
    url.password = 'p@ss';
    expect((await get(url, options)).toString()).toBe('hello');
    expect(seen).toEqual([
      '/index.yaml?sig=1',
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
      expect.stringContaining('test-agent'),
    ]);
  });

  it.each([503, 500, 429, 408])('tries again after %i', async (status) => {
    let requests = 0;
    const base = await serve((_request, response) => {
      requests += 1;
      answer(response, requests < 3 ? status : 200, {}, 'hello');
    });
    const { clock, pauses } = fakeClock();
    expect((await createHttpGet(clock, 't')(new URL(base), options)).toString()).toBe('hello');
    expect(pauses).toEqual([1000, 4000]);
  });

  it.each([
    [401, 'repository-unauthorized', 'it answers 401', 1],
    [403, 'repository-unauthorized', 'it answers 403', 1],
    [404, 'repository-unreachable', 'it answers 404: there is no such file', 1],
    [400, 'repository-unreachable', 'it answers 400', 1],
    [503, 'repository-unreachable', 'it answers 503', 3],
  ])('%i is a Problem', async (status, id, part, expected) => {
    let requests = 0;
    const base = await serve((_request, response) => {
      requests += 1;
      answer(response, status, {}, 'hunter2');
    });
    const url = new URL(`${base}/index.yaml?sig=hunter2`);
    url.username = 'hunter2';
    url.password = 'hunter2';
    const { details, ending } = await problemOf(() => createHttpGet(fakeClock().clock, 't')(url, options));
    expect([details.id, ending, requests]).toEqual([id, 'failed', expected]);
    expect(details.what).toContain(`Could not get the index from ${base}/index.yaml: ${part}`);
    expect(JSON.stringify(details)).not.toContain('hunter2');
  });

  it('says when nobody listens or the name is unknown', async () => {
    const base = await serve((_request, response) => {
      answer(response, 200);
    });
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const { clock, pauses } = fakeClock();
    const { details } = await problemOf(() => createHttpGet(clock, 't')(new URL(base), options));
    expect(details.what).toContain('the connection was refused');
    expect(pauses).toEqual([1000, 4000]);
  });

  it('tries again when the connection is cut in the middle', async () => {
    let requests = 0;
    const base = await serve((_request, response) => {
      requests += 1;
      if (requests > 1) {
        answer(response, 200, {}, 'hello');
        return;
      }
      response.writeHead(200, { 'content-length': '100' });
      response.write('hel', () => response.destroy());
    });
    expect((await createHttpGet(fakeClock().clock, 't')(new URL(base), options)).toString()).toBe('hello');
  });

  it('stops at the size limit, once', async () => {
    let requests = 0;
    const base = await serve((_request, response) => {
      requests += 1;
      answer(response, 200, {}, 'x'.repeat(2 * 1024 * 1024));
    });
    const { details } = await problemOf(() => createHttpGet(fakeClock().clock, 't')(new URL(base), options));
    expect(details.what).toContain('it sends more than 1 MiB');
    expect(requests).toBe(1);
  });

  it('follows relative and absolute redirects; credentials stay on their origin', async () => {
    const seen: (string | undefined)[] = [];
    const note = (request: IncomingMessage): void => {
      seen.push(`${request.url ?? ''} ${request.headers.authorization === undefined ? 'open' : 'signed'}`);
    };
    const other = await serve((request, response) => {
      note(request);
      answer(response, 200, {}, 'hello');
    });
    const base = await serve((request, response) => {
      note(request);
      if (request.url === '/a/b') answer(response, 302, { location: '../c' });
      else answer(response, 307, { location: `${other}/d` });
    });
    const url = new URL(`${base}/a/b`);
    url.username = 'u';
    expect((await createHttpGet(fakeClock().clock, 't')(url, options)).toString()).toBe('hello');
    expect(seen).toEqual(['/a/b signed', '/c signed', '/d open']);
  });

  it.each([
    [{ location: '/' }, 'it redirects more than 10 times'],
    [{}, 'it redirects to no valid address'],
    [{ location: 'ftp://e.com/' }, 'it redirects to an address without TLS'],
  ])('refuses a redirect with %j', async (headers: Record<string, string>, part) => {
    const base = await serve((_request, response) => {
      answer(response, 302, headers);
    });
    const { details } = await problemOf(() => createHttpGet(fakeClock().clock, 't')(new URL(base), options));
    expect(details.what).toContain(part);
  });

  it('ends each attempt at its deadline', async () => {
    let requests = 0;
    const base = await serve(() => {
      requests += 1;
    });
    const { details } = await problemOf(() => createHttpGet(fakeClock(true).clock, 't')(new URL(base), options));
    expect(details.what).toContain('it took more than 60 s');
    expect(requests).toBeLessThanOrEqual(3);
  });

  it('ends at once when cancelled, with the reason of the signal', async () => {
    const cancel = new AbortController();
    const reason = new Error('cancelled by the runner');
    const base = await serve(() => {
      cancel.abort(reason);
    });
    const { clock, pauses } = fakeClock();
    await expect(createHttpGet(clock, 't')(new URL(base), { ...options, signal: cancel.signal })).rejects.toBe(reason);
    await expect(createHttpGet(clock, 't')(new URL(base), { ...options, signal: cancel.signal })).rejects.toBe(reason);
    expect(pauses).toEqual([]);
  });
});
