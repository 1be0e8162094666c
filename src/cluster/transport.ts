import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** With the query. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  /** Of the body; `application/json` unless it is a patch. */
  readonly contentType?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly chunks: AsyncIterable<Buffer>;
}

/** The local socket failed; `message` starts with `local socket:` and the code. */
export class SocketError extends Error {}

/** The body is larger than the caller can take. */
export class AnswerTooLarge extends Error {}

export interface Transport {
  /** One exchange. Rejects with SocketError or AnswerTooLarge; with the signal's reason when aborted. */
  send(call: HttpRequest, maxBytes: number, signal: AbortSignal): Promise<HttpAnswer>;
  /** The same with the body as it comes. The stream throws like `send`; leaving it early ends the connection. */
  open(call: HttpRequest, signal: AbortSignal): Promise<HttpStream>;
  close(): void;
}

function socketError(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new Error('aborted');
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'failed';
  return new SocketError(`local socket: ${code}`);
}

/** HTTP over a Unix socket, connections kept alive. */
export function socketTransport(socketPath: string): Transport {
  const agent = new Agent({ keepAlive: true });

  const answerTo = (call: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = request({
        socketPath,
        agent,
        signal,
        method: call.method,
        path: call.path,
        headers: {
          // kubectl proxy answers to local names only.
          host: 'localhost',
          accept: 'application/json, */*',
          'user-agent': 'milvus-upgrade-action',
          ...(call.body === undefined
            ? {}
            : {
                'content-type': call.contentType ?? 'application/json',
                'content-length': Buffer.byteLength(call.body),
              }),
        },
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (error) => {
        reject(socketError(error, signal));
      });
      outgoing.end(call.body);
    });

  async function* chunksOf(incoming: IncomingMessage, signal: AbortSignal): AsyncIterable<Buffer> {
    try {
      for await (const chunk of incoming) yield chunk as Buffer;
    } catch (error) {
      throw socketError(error, signal);
    } finally {
      incoming.destroy();
    }
  }

  const open = async (call: HttpRequest, signal: AbortSignal): Promise<HttpStream> => {
    signal.throwIfAborted();
    const incoming = await answerTo(call, signal);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, chunks: chunksOf(incoming, signal) };
  };

  return {
    open,
    send: async (call, maxBytes, signal) => {
      const { status, headers, chunks } = await open(call, signal);
      const collected: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new AnswerTooLarge(`more than ${maxBytes} bytes`);
        collected.push(chunk);
      }
      return { status, headers, body: Buffer.concat(collected).toString('utf8') };
    },
    close: () => {
      agent.destroy();
    },
  };
}
