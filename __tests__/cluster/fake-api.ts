import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/clock.js';
import type { Api } from '../../src/cluster/attempt.js';
import { createCluster } from '../../src/cluster/client.js';
import { Contact } from '../../src/cluster/contact.js';
import { socketTransport } from '../../src/cluster/transport.js';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

export type Handler = (request: Request, response: ServerResponse) => void;

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Answers as kubectl proxy does when it cannot reach the server. */
export const proxyText =
  (text: string): Handler =>
  (_request, response) => {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };

export const status = (code: number, reason: string, message: string, details = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  details,
  code,
});

/** Cuts the connection without an answer. */
export const cut: Handler = (_request, response) => {
  response.destroy();
};

export const events = (...objects: unknown[]): string =>
  objects.map((object) => `${JSON.stringify(object)}\n`).join('');

export const pod = (name: string, resourceVersion: number) => ({
  metadata: { name, namespace: 'ns', resourceVersion: String(resourceVersion) },
});

export const podList = (resourceVersion: number, names: readonly string[], next?: string) => ({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata: { resourceVersion: String(resourceVersion), ...(next === undefined ? {} : { continue: next }) },
  items: names.map((name) => pod(name, resourceVersion)),
});

/** An API server on a Unix socket in this process; each request takes the next handler, the last one stays. */
export async function fakeApi(handlers: Handler | readonly Handler[]) {
  const requests: Request[] = [];
  const queue = typeof handlers === 'function' ? [handlers] : [...handlers];
  const directory = mkdtempSync(join(tmpdir(), 'fake-api-'));
  const socket = join(directory, 's');
  let connections = 0;
  let words = 0;
  const waiting: (() => void)[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '', 'http://localhost');
      const request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        body: Buffer.concat(chunks).toString(),
        headers: incoming.headers,
      };
      requests.push(request);
      const handler = queue.length > 1 ? queue.shift() : queue[0];
      handler?.(request, response);
      waiting.splice(0).forEach((seen) => {
        seen();
      });
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const opened: Api[] = [];
  return {
    requests,
    socket,
    connections: () => connections,
    /** Resolves when so many requests have come. */
    received: async (count: number): Promise<void> => {
      while (requests.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    api: (clock: Clock, more: Partial<Api> = {}): Api => {
      const transport = socketTransport(socket);
      const api = {
        transport,
        clock,
        host: 'api.test:6443',
        diagnostics: () => '',
        renewable: false,
        contact: new Contact(),
        // Pauses at full length, and words that can be told apart.
        chance: () => 0,
        word: () => `word-${(words += 1)}`,
        ...more,
      };
      opened.push(api);
      return api;
    },
    cluster(clock: Clock, more: Partial<Api> = {}) {
      return createCluster(this.api(clock, more), () => Promise.resolve());
    },
    stop: async () => {
      opened.forEach((api) => {
        api.transport.close();
      });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
