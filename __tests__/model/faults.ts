import type { Random } from './world.js';

/** What a call is to the API server: decides which faults it can have, and what they do. */
export type CallClass =
  /** get, and whatever else is one question. */
  | 'read'
  | 'list'
  | 'watch'
  /** One event that a watch delivers. */
  | 'event'
  | 'write'
  /** The start of a Helm. */
  | 'spawn'
  /** A request of a Helm that this process has started. */
  | 'helm-read'
  | 'helm-write';

/** Whether such a call may change the cluster. */
export const mayChange = (of: CallClass): boolean => of.endsWith('write') || of === 'spawn';

export const faultKinds = [
  'kill-before',
  'kill-after',
  'child-lives-on',
  'child-killed',
  'error-after-effect',
  'timeout-no-effect',
  'conflict-409',
  'gone-410',
  'unauthorized-401',
  'busy-429',
  'server-500',
  'connection-refused',
  'silent-watch',
  'stale-list',
  'slow-beyond-lease',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/**
 * `once`: the port (or client-go) gets over it, the caller sees a delay. `lasting`: this call fails. `onward`: this one
 * and every later call that can have it fails.
 */
export type Extent = 'once' | 'lasting' | 'onward';

export interface Fault {
  /** Number of the call, from 1. */
  readonly at: number;
  readonly kind: FaultKind;
  /** Default `lasting`. */
  readonly extent?: Extent;
  /** Of a process that is killed: its Helm dies with it (default) or lives on. */
  readonly children?: 'die' | 'live';
  /** `slow-beyond-lease` of a write: it takes effect at once (the answer is late) or only at the end (default). */
  readonly effect?: 'early' | 'late';
}

/** What the caller hears: the answer, a Problem by its id, nothing ever. */
export type Heard = 'answer' | ProblemId | 'nothing';
export type ProblemId =
  | 'write-unknown'
  | 'write-too-late'
  | 'server-busy'
  | 'server-error'
  | 'cluster-timeout'
  | 'unreachable'
  | 'wrong-token';

/** How a call goes. Times in milliseconds after its start. */
export interface Course {
  /** When it takes effect; undefined: never. */
  readonly effectMs?: number;
  readonly endMs: number;
  readonly heard: Heard;
  /** Happens just before the effect. */
  readonly before?: 'foreign-change';
  /** What is heard where the caller's own limit comes first; default: that nobody knows. */
  readonly cut?: ProblemId;
  /** It answers with what there was some time ago. */
  readonly stale?: true;
}

const s = 1_000;
const done = (endMs: number, effectMs = endMs): Course => ({ effectMs, endMs, heard: 'answer' });
const fails = (heard: Heard, endMs: number): Course => ({ endMs, heard });

type Row = Partial<Readonly<Record<'once' | 'lasting', Course>>>;
type Table = Readonly<Partial<Record<FaultKind, Row>>>;

/** The real port tries four times within 30 s, a list within 60 s (src/cluster): what is left of a fault after that. */
const read: Table = {
  'error-after-effect': { once: done(0.3 * s), lasting: fails('unreachable', 1.8 * s) },
  'timeout-no-effect': { once: done(10 * s), lasting: fails('cluster-timeout', 30 * s) },
  'unauthorized-401': { once: done(0.1 * s), lasting: fails('wrong-token', 0.1 * s) },
  'busy-429': { once: done(1 * s), lasting: fails('server-busy', 3 * s) },
  'server-500': { once: done(0.3 * s), lasting: fails('server-error', 1.8 * s) },
  'connection-refused': { once: done(0.8 * s), lasting: fails('unreachable', 1.8 * s) },
  'stale-list': { lasting: { effectMs: 0, endMs: 0, heard: 'answer', stale: true } },
  'slow-beyond-lease': { lasting: done(29 * s, 0) },
};

const list: Table = {
  ...read,
  'timeout-no-effect': { once: done(10 * s), lasting: fails('cluster-timeout', 60 * s) },
  'gone-410': { once: done(0.2 * s) },
  'slow-beyond-lease': { lasting: done(45 * s, 0) },
};

/** A watch goes on trying for five minutes. */
const giveUpMs = 300 * s;
const watch: Table = {
  ...list,
  'error-after-effect': { once: done(0.5 * s), lasting: fails('unreachable', giveUpMs) },
  'timeout-no-effect': { once: done(60 * s), lasting: fails('cluster-timeout', giveUpMs) },
  'busy-429': { once: done(1 * s), lasting: fails('server-busy', giveUpMs) },
  'server-500': { once: done(0.5 * s), lasting: fails('server-error', giveUpMs) },
  'connection-refused': { once: done(0.8 * s), lasting: fails('unreachable', giveUpMs) },
};

/** The stream breaks, and a new list takes the place of what was to come (`answer` is that list). */
const event: Table = {
  ...watch,
  'gone-410': { once: done(0.5 * s) },
  'silent-watch': { once: done(20 * s), lasting: done(20 * s) },
  'stale-list': { lasting: done(1.5 * s) },
};

/** The real port tries and looks until the caller's limit, or for 30 s; an answer 500 leaves open what happened. */
const write: Table = {
  'error-after-effect': { once: done(0.7 * s, 0), lasting: { effectMs: 0, endMs: 30 * s, heard: 'write-unknown' } },
  'timeout-no-effect': { once: done(10 * s), lasting: fails('write-unknown', 30 * s) },
  'conflict-409': {
    once: done(0.3 * s, 0),
    lasting: { effectMs: 0, endMs: 0, heard: 'answer', before: 'foreign-change' },
  },
  'unauthorized-401': { once: { ...done(0.3 * s), cut: 'wrong-token' }, lasting: fails('wrong-token', 0.3 * s) },
  'busy-429': {
    once: { ...done(1 * s), cut: 'server-busy' },
    lasting: { ...fails('server-busy', 30 * s), cut: 'server-busy' },
  },
  'server-500': { once: done(0.3 * s), lasting: fails('write-unknown', 30 * s) },
  'connection-refused': {
    once: { ...done(0.8 * s), cut: 'unreachable' },
    lasting: { ...fails('unreachable', 30 * s), cut: 'unreachable' },
  },
  'slow-beyond-lease': { lasting: done(45 * s) },
};

/** Helm tries a 429 again, and hardly anything else; it waits for an answer without an end of its own. */
const helm: Table = {
  'timeout-no-effect': { once: done(30 * s), lasting: { endMs: 0, heard: 'nothing' } },
  'unauthorized-401': { lasting: fails('wrong-token', 0) },
  'busy-429': { once: done(1 * s), lasting: fails('server-busy', 5 * s) },
  'server-500': { lasting: fails('server-error', 0) },
  'connection-refused': { lasting: fails('unreachable', 0) },
  'slow-beyond-lease': { lasting: done(45 * s) },
};

const helmWrite: Table = {
  ...helm,
  'error-after-effect': { lasting: { effectMs: 0, endMs: 0, heard: 'unreachable' } },
};

const tables: Readonly<Record<CallClass, Table>> = {
  read,
  list,
  watch,
  event,
  write,
  spawn: {},
  'helm-read': helm,
  'helm-write': helmWrite,
};

const kills: Readonly<Record<CallClass, readonly FaultKind[]>> = {
  read: ['kill-before', 'kill-after'],
  list: ['kill-before', 'kill-after'],
  watch: ['kill-before', 'kill-after'],
  event: ['kill-before', 'kill-after'],
  write: ['kill-before', 'kill-after'],
  spawn: ['kill-before', 'kill-after', 'child-lives-on', 'child-killed'],
  'helm-read': ['kill-before', 'kill-after', 'child-lives-on', 'child-killed'],
  'helm-write': ['kill-before', 'kill-after', 'child-lives-on', 'child-killed'],
};

export const isKill = (kind: FaultKind): boolean => kills.spawn.includes(kind);

/** The course of a call with a fault; undefined where a call of this class cannot have it. Not for kills. */
export function courseOf(fault: Fault, of: CallClass): Course | undefined {
  const row = tables[of][fault.kind];
  const course = row?.[fault.extent === 'once' ? 'once' : 'lasting'];
  if (course === undefined || fault.kind !== 'slow-beyond-lease' || of === 'read' || of === 'list') return course;
  return fault.effect === 'early' ? { ...course, effectMs: 0 } : course;
}

/** Every fault that a call of this class can have, to be given an `at`. */
export function faultsFor(of: CallClass): readonly Omit<Fault, 'at'>[] {
  const cut = kills[of].map((kind) => ({ kind }));
  const others = faultKinds.flatMap((kind): Omit<Fault, 'at'>[] => {
    const row = tables[of][kind];
    if (row === undefined) return [];
    const extents = (['once', 'lasting'] as const).filter((extent) => row[extent] !== undefined);
    const effects = kind === 'slow-beyond-lease' && of.endsWith('write') ? (['early', 'late'] as const) : [undefined];
    return extents.flatMap((extent) =>
      effects.map((effect) => ({ kind, extent, ...(effect === undefined ? {} : { effect }) })),
    );
  });
  return [...cut, ...others];
}

/** One of the faults for one of the calls, for random sequences. */
export function randomFault(
  calls: readonly { readonly n: number; readonly class: CallClass }[],
  random: Random,
): Fault {
  const call = calls[Math.floor(random() * calls.length)];
  if (call === undefined) throw new Error('there are no calls');
  const faults = faultsFor(call.class);
  return { at: call.n, ...(faults[Math.floor(random() * faults.length)] ?? { kind: 'kill-before' }) };
}
