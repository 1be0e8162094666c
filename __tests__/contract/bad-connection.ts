import { SocketError, type Transport } from '../../src/cluster/transport.js';
import type { Loss } from './stage.js';

const broken = (): never => {
  throw new SocketError('local socket: ECONNRESET');
};
/** As kubectl proxy tells it. */
const refused = {
  status: 500,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'dial tcp 127.0.0.1:6443: connect: connection refused\n',
};
const busy = {
  status: 429,
  headers: { 'content-type': 'application/json', 'retry-after': '1' },
  body: JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 429,
    message: 'too many requests',
  }),
};

/** What is sent, and what is heard, of a request with this loss. */
const losses: Readonly<Record<Loss, { readonly once: boolean; readonly send: Transport['send'] | 'answer lost' }>> = {
  'answer lost once': { once: true, send: 'answer lost' },
  'answers lost': { once: false, send: 'answer lost' },
  'request lost once': { once: true, send: () => Promise.resolve().then(broken) },
  'refused once': { once: true, send: () => Promise.resolve(refused) },
  'requests lost': { once: false, send: () => Promise.resolve().then(broken) },
  'busy once': { once: true, send: () => Promise.resolve(busy) },
};

/** A connection on which requests to a real server get lost. */
export function losing(transport: Transport, loss: Loss): Transport {
  const { once, send } = losses[loss];
  let struck = false;
  return {
    ...transport,
    send: async (...request) => {
      if (once && struck) return transport.send(...request);
      struck = true;
      if (send !== 'answer lost') return send(...request);
      await transport.send(...request);
      return broken();
    },
  };
}
