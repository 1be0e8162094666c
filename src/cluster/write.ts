import { attempt } from './attempt.js';
import type { Api, Failed } from './attempt.js';
import { ClusterProblem, describe } from './errors.js';
import type { About } from './errors.js';
import { tooLargeProblem } from './exchange.js';
import { callPauses, growing } from './pauses.js';
import { aboutResource, collectionPath, objectPath } from './paths.js';
import type { KubeObject, Resource, WriteOptions, Written } from './port.js';
import { notKubernetes, objectIn, readObject } from './read.js';
import { AnswerTooLarge } from './transport.js';
import type { HttpRequest } from './transport.js';
import { fateOf, marked, verdictOf } from './write-rules.js';
import type { Way } from './write-rules.js';

const defaultMs = 30_000;
const longestTryMs = 10_000;
const shortestTryMs = 1_000;

/** Half of what is left, within bounds: a lost answer must leave time to look. */
const tryMs = (rest: number): number => Math.min(rest, Math.max(shortestTryMs, Math.min(longestTryMs, rest / 2)));

const tooLate = (about: About): ClusterProblem =>
  new ClusterProblem(
    {
      id: 'write-too-late',
      what: `The time for this write was over before it began, and nothing was sent: ${describe(about)}.`,
      remedy: 'Run again with the same inputs.',
    },
    false,
  );

/** @param reason what was seen last */
const unknown = (about: About, reason: ClusterProblem): ClusterProblem =>
  new ClusterProblem(
    {
      id: 'write-unknown',
      what: `Whether this write took place could not be found out: ${describe(about)}. ${reason.details.what}`,
      why: 'A try ended without a clear answer; its effect may have taken place, or may still do so.',
      remedy: `Run again with the same inputs: what is there is looked at before anything is written. ${reason.details.remedy}`,
      ...(reason.details.raw === undefined ? {} : { raw: reason.details.raw }),
    },
    false,
    reason.status,
  );

/** One write from its first try to its end. */
class Write {
  readonly #api: Api;
  readonly #way: Way;
  readonly #resource: Resource;
  readonly #object: KubeObject;
  readonly #word: string;
  readonly #about: About;
  readonly #until: number;
  readonly #limits: { readonly signal?: AbortSignal };
  /** A try ended without a clear answer, so its effect may come at any time. */
  #unclear = false;
  #last: ClusterProblem;

  constructor(api: Api, way: Way, resource: Resource, object: KubeObject, { until, signal }: WriteOptions) {
    const { name, namespace } = object.metadata;
    this.#api = api;
    this.#way = way;
    this.#resource = resource;
    this.#word = api.word();
    this.#object = marked(object, this.#word);
    this.#about = aboutResource(way === 'create' ? 'create' : 'update', resource, namespace, name);
    this.#until = until ?? api.clock.now() + defaultMs;
    this.#limits = signal === undefined ? {} : { signal };
    this.#last = tooLate(this.#about);
  }

  async run(): Promise<Written> {
    const { clock, contact, renewable, chance } = this.#api;
    const call = this.#call();
    let doubted = 0;
    for (let failures = 0; ; failures += 1) {
      this.#limits.signal?.throwIfAborted();
      if (this.#rest() <= 0) throw this.#end();
      const outcome = await this.#try(call);
      if ('object' in outcome) return { written: true, object: outcome.object };
      this.#last = outcome.problem;
      const doubt = contact.doubts(outcome.problem.status, renewable, clock.now())[doubted];
      if (doubt !== undefined) doubted += 1;
      else {
        const settled = await this.#settle(outcome);
        if (settled !== undefined) return settled;
      }
      const pause = doubt ?? outcome.problem.retryAfterMs ?? growing(callPauses, failures, chance());
      if (pause >= this.#rest()) throw this.#end();
      await clock.sleep(pause, this.#limits.signal);
    }
  }

  #rest(): number {
    return this.#until - this.#api.clock.now();
  }

  /** Why it ends without a result: the last problem, unless the write may have taken place all the same. */
  #end(): ClusterProblem {
    return this.#unclear ? unknown(this.#about, this.#last) : this.#last;
  }

  #call(): HttpRequest {
    const { name, namespace } = this.#object.metadata;
    const path = objectPath(this.#resource, name, namespace);
    const body = JSON.stringify(this.#object);
    return this.#way === 'create'
      ? { method: 'POST', path: collectionPath(this.#resource, namespace), body }
      : { method: 'PUT', path, body };
  }

  async #try(call: HttpRequest): Promise<{ readonly object: KubeObject } | Failed> {
    const { host } = this.#api;
    try {
      const outcome = await attempt(this.#api, call, { about: this.#about, ...this.#limits }, tryMs(this.#rest()));
      if (outcome.problem !== undefined) return outcome;
      const object = objectIn(outcome.answer.body);
      return object === undefined ? { problem: notKubernetes(host) } : { object };
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error;
      return { problem: tooLargeProblem(this.#about, host) };
    }
  }

  /** The result, where a failed try leads to one; undefined: try again. */
  async #settle(outcome: Failed): Promise<Written | undefined> {
    const verdict = verdictOf(this.#way, outcome);
    if (verdict === 'wait') return undefined;
    if (verdict === 'gone') return { written: false };
    if (verdict === 'refused') throw this.#end();
    if (outcome.problem.status !== 409) this.#unclear = true;
    if (this.#rest() <= 0) throw this.#end();
    const found = await this.#look();
    const fate = fateOf(found, this.#word, this.#way === 'create' ? undefined : this.#object.metadata.resourceVersion);
    if (fate === 'written' && found !== undefined) return { written: true, object: found };
    if (fate === 'lost') return { written: false, ...(found === undefined ? {} : { found }) };
    return undefined;
  }

  async #look(): Promise<KubeObject | undefined> {
    const { name, namespace } = this.#object.metadata;
    const limits = { ...this.#limits, until: this.#until, tryMs: longestTryMs };
    try {
      return await readObject(this.#api, this.#resource, name, namespace, limits);
    } catch (error) {
      if (!(error instanceof ClusterProblem)) throw error;
      this.#last = error;
      throw this.#end();
    }
  }
}

/**
 * Makes an object that must not be there yet. `metadata.namespace` says where.
 *
 * @throws ClusterProblem: why the server refused; `write-unknown` where the effect may have taken place; `write-too-late`
 *   where nothing was sent; or the reason of `options.signal` (the write may have taken place then)
 */
export async function create<T extends KubeObject>(
  api: Api,
  resource: Resource,
  object: T,
  options: WriteOptions,
): Promise<Written<T>> {
  // The server gives back the kind that was sent; its fields are narrowed by the reader.
  return (await new Write(api, 'create', resource, object, options).run()) as Written<T>;
}

/**
 * Puts an object in the place of the one that the change was decided on.
 *
 * @throws as `create`; TypeError without `metadata.resourceVersion`: the server would then write over anything
 */
export async function replace<T extends KubeObject>(
  api: Api,
  resource: Resource,
  object: T,
  options: WriteOptions,
): Promise<Written<T>> {
  if ((object.metadata.resourceVersion ?? '') === '') {
    throw new TypeError(`A ${resource.kind} is replaced by the resourceVersion that the change was decided on.`);
  }
  return (await new Write(api, 'replace', resource, object, options).run()) as Written<T>;
}
