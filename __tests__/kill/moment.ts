import { deferred } from '../e2e/deferred.js';
import type { Gate, Hold, Seen } from '../e2e/gate.js';
import type { Random } from './random.js';

/** From where the requests of a run are counted. */
type Anchor =
  /** Its first one. */
  | 'start'
  /** The first that writes the Lease. */
  | 'lock'
  /** The first of the Helm that writes. */
  | 'helm'
  /** The first with which a pending revision is freed. */
  | 'unlock'
  /** The first with which the journal says how Helm ended. */
  | 'helm-ended';

/** A point of a run: so many requests after an anchor, and then so many milliseconds. */
export interface Moment {
  readonly anchor: Anchor;
  /** Only once the release is being taken back. */
  readonly back: boolean;
  readonly requests: number;
  readonly delayMs: number;
  /** The request does not pass before what is done at this moment was done. */
  readonly held: boolean;
  /** How much longer it is held, in milliseconds: a child that lives on stands still meanwhile, as on a slow API server. */
  readonly stallMs: number;
}

/** Shorter than what the engine leaves a child (quicker in bundle.ts, and more with the real times). */
const longestStallMs = 20_000;

interface Span {
  readonly anchor: Anchor;
  readonly requests: number;
  readonly delayMs: number;
}

/**
 * How far each part of a run reaches, in requests and milliseconds. The parts between the lock and the end of Helm are
 * short, and are drawn as often as if they were long.
 */
const spans = {
  before: { anchor: 'start', requests: 70, delayMs: 20 },
  'before-back': { anchor: 'start', requests: 14, delayMs: 20 },
  lock: { anchor: 'lock', requests: 5, delayMs: 30 },
  settling: { anchor: 'lock', requests: 3, delayMs: 30_000 },
  unlock: { anchor: 'unlock', requests: 2, delayMs: 30 },
  helm: { anchor: 'helm', requests: 46, delayMs: 30 },
  rollout: { anchor: 'helm-ended', requests: 0, delayMs: 6_500 },
} as const satisfies Record<string, Span>;

export type Part = keyof typeof spans;

export function drawMoment(random: Random, part: Part, back: boolean): Moment {
  const span = spans[part];
  // A long delay is what such a span is about, and needs a request that passes.
  const held = span.delayMs < 1_000 && random.upTo(1) === 0;
  return {
    anchor: span.anchor,
    back,
    requests: random.upTo(span.requests),
    delayMs: held ? 0 : random.upTo(span.delayMs),
    held,
    stallMs: held && random.upTo(1) === 0 ? random.upTo(longestStallMs) : 0,
  };
}

export const momentInWords = ({ anchor, back, requests, delayMs, held, stallMs }: Moment): string =>
  `${requests} requests after ${anchor}${back ? ' of taking back' : ''}${held ? `, that one held${stallMs === 0 ? '' : ` for ${stallMs} ms more`}` : `, and ${delayMs} ms`}`;

const isHelm = ({ agent }: Seen): boolean => agent.startsWith('Helm');
const writes = ({ method }: Seen): boolean => method !== 'GET';

/** Says when a moment of one run has come. */
export class Watch {
  readonly #moment: Moment;
  readonly #reached = deferred<string>();
  readonly #hold: Hold;
  /** A dry run is no Helm that writes. */
  #acting = false;
  #takingBack = false;
  #locked = false;
  #helm = false;
  #counted = -1;
  #timer: NodeJS.Timeout | undefined;
  #done = false;

  constructor(gate: Gate, moment: Moment) {
    this.#moment = moment;
    this.#hold = gate.hold((request) => this.#holds(request));
  }

  /** Resolves with the request at which it came. */
  get reached(): Promise<string> {
    return this.#reached.promise;
  }

  /** Each line of the run's log. */
  readonly line = (text: string): void => {
    this.#acting ||= text.startsWith('::group::Helm ');
    this.#takingBack ||= text.startsWith('::group::Helm rollback');
  };

  /** Lets everything pass. */
  over(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    this.#hold.release();
  }

  #holds(request: Seen): boolean {
    if (this.#done) return false;
    this.#locked ||= writes(request) && request.path.includes('/leases');
    if (this.#moment.back && !this.#takingBack) return false;
    this.#helm ||= this.#acting && isHelm(request);
    if (this.#counted < 0 && !this.#isAnchor(request)) return false;
    this.#counted += 1;
    if (this.#counted < this.#moment.requests) return false;
    this.#done = true;
    const at = `${isHelm(request) ? 'Helm' : 'the action'}: ${request.method} ${request.path}`;
    this.#timer = setTimeout(() => {
      this.#reached.resolve(at);
    }, this.#moment.delayMs);
    return this.#moment.held;
  }

  #isAnchor(request: Seen): boolean {
    switch (this.#moment.anchor) {
      case 'start':
        return true;
      case 'lock':
        return this.#locked;
      case 'helm':
        return this.#helm;
      case 'unlock':
        return !isHelm(request) && writes(request) && request.path.includes('/secrets/');
      case 'helm-ended':
        return this.#helm && !isHelm(request) && writes(request) && request.path.includes('/configmaps/');
    }
  }
}
