import type { KubeObject } from '../../src/cluster/port.js';
import { json, status } from './fake-api.js';
import type { Handler, Request } from './fake-api.js';

/** What becomes of one request: `serve` lets it act on the store and gives the true answer, which may then be lost. */
export type Fault = (serve: () => Handler) => Handler;

export const none: Fault = (serve) => serve();
/** Answered so, without effect. */
export const instead =
  (answer: Handler): Fault =>
  () =>
    answer;
/** The effect takes place, the answer is another. */
export const after =
  (answer: Handler): Fault =>
  (serve) => {
    serve();
    return answer;
  };

/** One object under optimistic concurrency, as the API server keeps it. */
export class FakeStore {
  object: KubeObject | undefined;
  #version = 10;
  /** Effects, in order: `POST word-1`. */
  readonly effects: string[] = [];
  /** Every request: `POST`, `GET`, ... */
  readonly calls: string[] = [];
  readonly faults: { readonly GET: Fault[]; readonly write: Fault[] } = { GET: [], write: [] };

  /** Somebody else's write. */
  put(object: KubeObject): KubeObject {
    this.#version += 1;
    return (this.object = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version) },
    });
  }

  readonly handler: Handler = (request, response) => {
    this.calls.push(request.method);
    const fault = this.faults[request.method === 'GET' ? 'GET' : 'write'].shift() ?? none;
    fault(() => this.#serve(request))(request, response);
  };

  #serve({ method, body }: Request): Handler {
    if (method === 'GET') {
      return this.object === undefined ? json(404, status(404, 'NotFound', 'not found')) : json(200, this.object);
    }
    const sent = JSON.parse(body) as KubeObject;
    if (method === 'POST' && this.object !== undefined) return json(409, status(409, 'AlreadyExists', 'exists'));
    if (method === 'PUT' && this.object === undefined) return json(404, status(404, 'NotFound', 'not found'));
    if (method === 'PUT' && this.object?.metadata.resourceVersion !== sent.metadata.resourceVersion) {
      return json(409, status(409, 'Conflict', 'the object has been modified'));
    }
    this.effects.push(`${method} ${sent.metadata.annotations?.['milvus-upgrade/write'] ?? ''}`);
    return json(method === 'POST' ? 201 : 200, this.put(sent));
  }
}
