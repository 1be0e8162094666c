import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { deferred } from '../e2e/deferred.js';
import { root, useBed } from '../e2e/harness.js';
import { tellAtOnce } from './at-once.js';
import { copyBundles, type Bundles } from './bundle.js';
import { drawRounds, type Round } from './plan.js';
import { seeded } from './random.js';
import { tellRound, type Story } from './round.js';

/** Runs of the bundled action on a real API server with real Helm, cut at random moments; `npm run test:kill` starts it. */
jest.setTimeout(3_600_000);
const bed = useBed();

const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const seed = setting('KILL_SEED', Date.now() % 1_000_000);
const kills = setting('KILL_ROUNDS', 12);
const interrupts = Math.ceil(kills / 3);
/** Rounds at a time; those with the real times come on top, because they mostly wait. */
const lanes = setting('MILVUS_E2E_WORKERS', 3);
const linesShown = 100;

const random = seeded(seed);
const rounds = drawRounds(random, kills, interrupts);
const apartMs = [random.upTo(900), random.upTo(900)];
const logs = join(root, '.testbed', 'kill', String(seed));
const logOf = (name: string): string => join(logs, `${name}.log`);

const told = new Map(rounds.map((round) => [round.name, deferred<Story | Error>()]));
const atOnce = apartMs.map(() => deferred<readonly string[] | Error>());
const stories: Story[] = [];

const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Works through the tasks, so many at a time. */
async function inLanes(tasks: readonly (() => Promise<void>)[], count: number): Promise<void> {
  const left = [...tasks];
  const lane = async (): Promise<void> => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) await task();
  };
  await Promise.all(Array.from({ length: count }, lane));
}

const taskOf = (bundles: Bundles) => (round: Round) => async (): Promise<void> => {
  const story = await tellRound(bed(), bundles, round, logOf(round.name)).catch(errorOf);
  if (!(story instanceof Error)) stories.push(story);
  told.get(round.name)?.resolve(story);
};

/** All rounds, and the runs at once. */
function begin(bundles: Bundles): void {
  const real = rounds.filter(({ realTimes }) => realTimes).map(taskOf(bundles));
  const short = rounds.filter(({ realTimes }) => !realTimes).map(taskOf(bundles));
  const pairs = apartMs.map((ms, index) => async () => {
    atOnce[index]?.resolve(await tellAtOnce(bed(), bundles, ms).catch(errorOf));
  });
  void inLanes(real, real.length);
  void inLanes([...short, ...pairs], lanes);
}

let bundles: Bundles | undefined;

beforeAll(() => {
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  process.stdout.write(`Seed ${seed}: KILL_SEED=${seed} KILL_ROUNDS=${kills} draws the same moments again.\n`);
  bundles = copyBundles();
  begin(bundles);
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

afterAll(() => {
  if (bundles !== undefined) rmSync(bundles.directory, { recursive: true, force: true });
  const whole = stories.filter(({ faults }) => faults.length === 0);
  const exits = stories.flatMap(({ exitsMs }) => exitsMs);
  const numbers = [
    `kills: ${sum(stories.map((story) => story.kills))}`,
    `healed: ${sum(whole.map((story) => story.kills))}`,
    `longest healing: ${Math.round(Math.max(0, ...whole.map(({ healedInMs }) => healedInMs)) / 1000)} s`,
    `interrupts: ${sum(stories.map((story) => story.interrupts))}`,
    `slowest exit: ${Math.max(0, ...exits)} ms`,
    `missed: ${sum(stories.map((story) => story.missed))}`,
    `seed: ${seed}`,
  ].join(', ');
  if (process.env.KILL_NUMBERS !== undefined) writeFileSync(process.env.KILL_NUMBERS, `${numbers}\n`);
});

const endOf = (name: string): string => readFileSync(logOf(name), 'utf8').split('\n').slice(-linesShown).join('\n');

describe('a run that is cut', () => {
  it.each(rounds.map(({ name, work, helm, realTimes }) => [name, work, helm, realTimes ? 'real' : 'short'] as const))(
    '%s: %s with Helm %s and %s times is healed by one run',
    async (name) => {
      const story = await told.get(name)?.promise;
      if (story === undefined || story instanceof Error) throw story ?? new Error('it was not told');
      // The log is only shown where something is wrong.
      expect(story.faults.length === 0 ? [] : `${story.faults.join('\n')}\n${endOf(name)}`).toEqual([]);
    },
  );
});

describe('two runs at once', () => {
  it.each(apartMs.map((ms, index) => [ms, index] as const))('%i ms apart: one does the work', async (_, index) => {
    const found = await atOnce[index]?.promise;
    if (found === undefined || found instanceof Error) throw found ?? new Error('it was not told');
    expect(found).toEqual([]);
  });
});
