import { drawMoment, type Moment, type Part } from './moment.js';
import type { Random } from './random.js';

/** What is cut. */
export type Work =
  /** An upgrade that can succeed. */
  | 'upgrade'
  /** Two hops in one run. */
  | 'hops'
  /** An upgrade to an image that never pulls, which is taken back. */
  | 'restore'
  /** `operation: rollback` after such an upgrade. */
  | 'rollback';

export interface Cut {
  /** SIGKILL for Node alone, for its whole process group, or SIGINT as the runner sends it. */
  readonly how: 'kill-node' | 'kill-group' | 'interrupt';
  readonly moment: Moment;
}

export interface Round {
  readonly name: string;
  readonly work: Work;
  readonly helm: string;
  /** Whether the bundle keeps its own times. */
  readonly realTimes: boolean;
  /** Runs that are cut, one after the other; the run after them heals. */
  readonly cuts: readonly Cut[];
}

/** The parts of a run by how often they are drawn. */
const parts: Readonly<Record<Work, readonly Part[]>> = {
  upgrade: ['before', 'lock', 'lock', 'helm', 'helm', 'helm', 'helm', 'rollout'],
  hops: ['lock', 'helm', 'helm', 'rollout', 'rollout', 'rollout'],
  restore: ['lock', 'helm', 'helm', 'rollout'],
  rollback: ['before-back', 'lock', 'lock', 'helm', 'helm', 'helm', 'rollout'],
};
/** Where the times of the engine matter: a Helm is at work, or may be. */
const inHelm: readonly Part[] = ['lock', 'helm', 'helm'];
/** What the run after such a kill may be doing. */
const afterKill: readonly Part[] = ['settling', 'unlock', 'unlock', 'lock', 'helm', 'rollout'];
const works: readonly Work[] = ['upgrade', 'hops', 'restore', 'upgrade', 'rollback'];
/** With the times of the bundle as it is. */
const realWorks: readonly Work[] = ['upgrade', 'restore', 'rollback', 'hops'];
const helms = ['3.22.0', '4.3.0'] as const;
/** Rounds with the bundle as it is. They mostly wait. */
export const realRounds = realWorks.length;

function cut(random: Random, how: Cut['how'], work: Work, choices: readonly Part[]): Cut {
  const part = random.oneOf(choices);
  // Most of what is particular to taking back is after Helm was told to.
  const back = work === 'restore' && (part === 'helm' || part === 'rollout') && random.upTo(3) > 0;
  return { how, moment: drawMoment(random, part, back) };
}

function killRound(random: Random, index: number): Round {
  const realTimes = index < realRounds;
  const choice = realTimes ? realWorks[index] : works[(index - realRounds) % works.length];
  const work = choice ?? 'upgrade';
  const how = (n: number): Cut['how'] => ((index + n) % 2 === 0 ? 'kill-node' : 'kill-group');
  // In every third round the run that would heal is killed too.
  const twice = !realTimes && (index - realRounds) % 3 === 0;
  const cuts = [
    cut(random, twice ? 'kill-group' : how(0), work, realTimes || twice ? inHelm : parts[work]),
    ...(twice ? [cut(random, how(1), work, afterKill)] : []),
  ];
  const helm = helms[Math.floor(index / 2) % 2] ?? helms[0];
  return { name: `kill-${index + 1}`, work, helm, realTimes, cuts };
}

function interruptRound(random: Random, index: number): Round {
  const work = works[index % works.length] ?? 'upgrade';
  const helm = helms[index % 2] ?? helms[0];
  const cuts = [cut(random, 'interrupt', work, parts[work])];
  return { name: `interrupt-${index + 1}`, work, helm, realTimes: false, cuts };
}

/**
 * A Helm that lives on, stands still before it has read anything (a slow API server), and begins to write when the next
 * run has the lock already. Too rare to be drawn.
 */
const slowChildren: readonly Round[] = helms.map((helm, index) => ({
  name: `slow-child-${index + 1}`,
  work: 'upgrade',
  helm,
  realTimes: false,
  cuts: [
    {
      how: 'kill-node',
      moment: { anchor: 'helm', back: false, requests: 0, delayMs: 0, held: true, stallMs: 15_000 + 3_000 * index },
    },
  ],
}));

/** Draws the rounds. */
export const drawRounds = (random: Random, kills: number, interrupts: number): Round[] => [
  ...Array.from({ length: kills }, (_, index) => killRound(random, index)),
  ...Array.from({ length: interrupts }, (_, index) => interruptRound(random, index)),
  ...slowChildren,
];
