import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { deferred } from './deferred.js';
import type { Bed } from './harness.js';

/** A request that came to the gate. */
export interface Seen {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly agent: string;
}

export interface Hold {
  /** The first request that is held. */
  readonly reached: Promise<Seen>;
  /** Lets everything pass that was held, and whatever comes. */
  release(): void;
}

/** Stands before a server and holds requests at a known point, so that a test needs no luck to act in the middle. */
export interface Gate {
  readonly url: string;
  /** Holds every request of this kind. One whose client goes away while it is held never reaches the server. */
  hold(which: (request: Seen) => boolean): Hold;
  close(): Promise<void>;
}

interface Held {
  readonly which: (request: Seen) => boolean;
  readonly reached: (request: Seen) => void;
  readonly released: Promise<void>;
}

interface Certificates {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

async function openGate(target: string, certificates?: Certificates): Promise<Gate> {
  const holds = new Set<Held>();

  const pass = (incoming: IncomingMessage, response: ServerResponse): void => {
    const options = { method: incoming.method, headers: incoming.headers, ca: certificates?.ca, agent: false };
    const request = certificates === undefined ? httpRequest : httpsRequest;
    const outgoing = request(new URL(incoming.url ?? '/', target), options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen: Seen = {
      method: incoming.method ?? '',
      path: incoming.url ?? '/',
      agent: incoming.headers['user-agent'] ?? '',
    };
    for (const held of holds) {
      if (!held.which(seen)) continue;
      held.reached(seen);
      await held.released;
    }
    if (!response.destroyed) pass(incoming, response);
  };

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => void handle(incoming, response);
  const server = certificates === undefined ? createHttpServer(listener) : createHttpsServer(certificates, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scheme = certificates === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (which) => {
      const reached = deferred<Seen>();
      const released = deferred<undefined>();
      const held: Held = { which, reached: reached.resolve, released: released.promise };
      holds.add(held);
      return {
        reached: reached.promise,
        release: () => {
          holds.delete(held);
          released.resolve(undefined);
        },
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** A gate before the API server, with the administrator's kubeconfig for it. It shows the API server's own certificate. */
export async function clusterGate({ cluster, adminKubeconfig }: Bed): Promise<Gate & { readonly kubeconfig: string }> {
  const { stateDirectory, server, certificateAuthority: ca } = cluster.record;
  const file = (name: string): string => readFileSync(join(stateDirectory, 'certificates', name), 'utf8');
  const gate = await openGate(server, { cert: file('apiserver.crt'), key: file('apiserver.key'), ca });
  return { ...gate, kubeconfig: adminKubeconfig.replaceAll(server, gate.url) };
}

/** A gate before the mirror that Helm and kubectl are downloaded from. */
export const mirrorGate = ({ mirror }: Bed): Promise<Gate> => openGate(mirror.url);
