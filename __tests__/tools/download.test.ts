import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDownload, type DownloadOutcome } from '../../src/tools/download.js';
import type { Event } from '../../src/report/events.js';
import { FakeClock, Loopback, scratch, sha256 } from './support.js';

let server: Loopback;
let clock: FakeClock;
let directory: { path: string; clean: () => Promise<void> };
let events: Event[];

beforeEach(async () => {
  server = await Loopback.start();
  clock = new FakeClock();
  directory = await scratch();
  events = [];
});

afterEach(async () => {
  await server.stop();
  await directory.clean();
});

function fetchUrl(url: string, maxBytes = 1_000, signal?: AbortSignal): Promise<DownloadOutcome> {
  const download = createDownload({ clock, random: () => 0.5, emit: (event) => events.push(event) });
  return download({ url, to: join(directory.path, 'file'), maxBytes, ...(signal === undefined ? {} : { signal }) });
}

describe('download', () => {
  it('writes the file and hashes it', async () => {
    server.files.set('/a', 'content');
    expect(await fetchUrl(`${server.base}/a`)).toEqual({ ok: true, sha256: sha256('content'), bytes: 7 });
    expect(await readFile(join(directory.path, 'file'), 'utf8')).toBe('content');
  });

  it.each([404, 403, 401, 400, 410])('does not repeat HTTP %d', async (status) => {
    server.files.set('/a', (_, response) => response.writeHead(status).end('no'));
    expect(await fetchUrl(`${server.base}/a`)).toEqual({ ok: false, reason: `HTTP ${status}`, status });
    expect(server.asked).toHaveLength(1);
  });

  it.each([500, 502, 503, 408, 429])('repeats HTTP %d with growing pauses', async (status) => {
    server.files.set('/a', (_, response) => {
      if (server.asked.length < 4) response.writeHead(status).end();
      else response.end('late');
    });
    expect(await fetchUrl(`${server.base}/a?sig=hunter2`)).toMatchObject({ ok: false, reason: 'HTTP 404' });
    server.asked.length = 0;
    expect(await fetchUrl(`${server.base}/a`)).toMatchObject({ ok: true, sha256: sha256('late') });
    expect(clock.pauses).toEqual([1_000, 2_000, 4_000]);
    expect(events).toHaveLength(3);
    expect(events[0]).toEqual({
      type: 'info',
      text: `${server.base}/a: HTTP ${status}. Attempt 2 of 4 follows in 1.0 s.`,
    });
  });

  it('gives up after four attempts', async () => {
    server.files.set('/a', (_, response) => response.writeHead(503).end());
    expect(await fetchUrl(`${server.base}/a`)).toEqual({ ok: false, reason: 'HTTP 503', status: 503 });
    expect(server.asked).toHaveLength(4);
  });

  it('repeats a body that breaks off', async () => {
    server.files.set('/a', (_, response) => {
      if (server.asked.length > 1) {
        response.end('whole');
        return;
      }
      response.writeHead(200, { 'content-length': '1000' });
      response.write('part', () => response.destroy());
    });
    expect(await fetchUrl(`${server.base}/a`)).toMatchObject({ ok: true, sha256: sha256('whole'), bytes: 5 });
    expect(server.asked).toHaveLength(2);
  });

  it('names a refused connection', async () => {
    const { base } = server;
    await server.stop();
    expect(await fetchUrl(`${base}/a`)).toEqual({ ok: false, reason: 'connection refused (ECONNREFUSED)' });
    expect(clock.pauses).toHaveLength(3);
    server = await Loopback.start();
  });

  it('ends an attempt whose server does not answer', async () => {
    server.files.set('/a', () => {
      clock.expire(30_000);
    });
    expect(await fetchUrl(`${server.base}/a`)).toEqual({ ok: false, reason: 'not finished after 30 s' });
    expect(server.asked).toHaveLength(4);
  });

  it('ends an attempt whose body does not end', async () => {
    server.files.set('/a', (_, response) => {
      response.write('x', () => {
        setImmediate(() => {
          clock.expire(600_000);
        });
      });
    });
    expect(await fetchUrl(`${server.base}/a`)).toMatchObject({ ok: false });
    expect(server.asked).toHaveLength(4);
  });

  it('stops at once when cancelled, before the answer and within the body', async () => {
    const reason = new Error('cancelled by the test');
    const before = new AbortController();
    server.files.set('/a', () => {
      before.abort(reason);
    });
    await expect(fetchUrl(`${server.base}/a`, 10, before.signal)).rejects.toBe(reason);
    const within = new AbortController();
    server.files.set('/b', (_, response) => {
      response.write('x', () => {
        within.abort(reason);
      });
    });
    await expect(fetchUrl(`${server.base}/b`, 10, within.signal)).rejects.toBe(reason);
    await expect(fetchUrl(`${server.base}/a`, 10, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.asked).toEqual(['/a', '/b']);
  });

  it('does not take more than it was told to', async () => {
    server.files.set('/a', 'x'.repeat(1_001));
    expect(await fetchUrl(`${server.base}/a`)).toEqual({
      ok: false,
      reason: 'longer than the 1000 bytes that are accepted',
    });
    expect(server.asked).toHaveLength(1);
  });

  it('does not repeat when the disk is the reason', async () => {
    server.files.set('/a', 'content');
    await directory.clean();
    expect(await fetchUrl(`${server.base}/a`)).toEqual({ ok: false, reason: 'it could not be stored (ENOENT)' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('redirects', () => {
  const to = (location: string, status = 302) =>
    ((_, response) => response.writeHead(status, { location }).end()) satisfies Parameters<typeof server.files.set>[1];

  it.each([301, 302, 303, 307, 308])('follows a relative one (%d)', async (status) => {
    server.files.set('/dir/a', to('../b', status));
    server.files.set('/b', 'there');
    expect(await fetchUrl(`${server.base}/dir/a`)).toMatchObject({ ok: true, sha256: sha256('there') });
  });

  it('follows an absolute one and names its end without the query', async () => {
    server.files.set('/a', to(`${server.base}/gone?sig=hunter2`));
    expect(await fetchUrl(`${server.base}/a`)).toEqual({
      ok: false,
      reason: `HTTP 404 from ${server.base}/gone`,
      status: 404,
    });
  });

  it('does not go round for ever, nor to another protocol', async () => {
    server.files.set('/round', to('/round'));
    expect(await fetchUrl(`${server.base}/round`)).toEqual({ ok: false, reason: 'more than 5 redirects' });
    server.files.set('/ftp', to('ftp://example.com/'));
    expect(await fetchUrl(`${server.base}/ftp`)).toMatchObject({ ok: false });
    expect(server.asked.filter((path) => path === '/ftp')).toHaveLength(1);
  });
});

describe('proxies', () => {
  const saved = { http_proxy: process.env.http_proxy, no_proxy: process.env.no_proxy };
  afterEach(() => {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  it('are used', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const upstream = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env.no_proxy = 'elsewhere.example';
    server.files.set('/a', 'through the proxy');
    expect(await fetchUrl('http://mirror.example/a')).toMatchObject({ ok: true, sha256: sha256('through the proxy') });
    expect(asked).toEqual(['mirror.example:80']);
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
});
