import { describe, expect, it } from '@jest/globals';
import { readHistory } from '../../src/helm/record.js';
import type { ReleaseRecord } from '../../src/helm/port.js';
import { Problem } from '../../src/problem.js';
import { childOver, expectedOf, settledHistory, type Settling } from '../../src/upgrade/engine/settle.js';
import type { Journal, StepEntry } from '../../src/upgrade/journal/journal.js';
import { acquireLock } from '../../src/upgrade/lock/acquire.js';
import { milvusWorld, namespace, release } from '../model/scenario.js';
import type { World } from '../model/world.js';
import { journal as made } from '../operations/journals.js';
import { journalIn, rollsBack, somebodyDeletes, upgrades } from './engine-run.js';

type Phase = 'upgrade' | 'back';
type Changes = (journal: Journal) => Journal | undefined;

/** A run that was killed, Helm with it, so many milliseconds after it had told of a phase; its lock is gone. */
async function killed(phase: Phase, afterMs: number): Promise<World> {
  const world = await milvusWorld();
  if (phase === 'back') await upgrades(world);
  await (phase === 'back' ? rollsBack : upgrades)(world, {
    heard: (event, { process }) => {
      if (event.type !== 'phase' || event.phase !== phase) return;
      world.scheduler.in(afterMs, 'kill', () => {
        for (const child of world.children) child.kill();
        process.kill();
      });
    },
  });
  await world.pass(1_000);
  somebodyDeletes(world, 'Lease');
  return world;
}

/** Does something as a run does it that holds the lock: what came of it, and how many seconds it took. */
async function held(
  world: World,
  change: Changes,
  act: (settling: Settling) => Promise<readonly ReleaseRecord[]>,
): Promise<{ readonly end: unknown; readonly seconds: number }> {
  const { process, cluster, writes, helm } = world.process();
  const { clock } = process;
  const found = journalIn(world);
  const journal = found === undefined ? undefined : change(found);
  const { signal } = new AbortController();
  const ports: Settling['ports'] = {
    cluster: Object.assign(Object.create(cluster as object) as typeof cluster, writes),
    ...{ helm, clock, signal, emit: () => undefined, random: () => 'word' },
    critical: (ended) => ended,
  };
  const order: Settling['order'] = {
    ...{ release, namespace, run: 'octo/repo/9', onFailure: 'stop', unlockForeign: false, deadlineAt: Infinity },
    asked: (salt) => Promise.resolve(salt),
  };
  let from = 0;
  const ending = await world.run(process, async () => {
    const lock = await acquireLock({ ...ports, cluster: ports.cluster, release, namespace, holder: 'octo/repo/9/x', above: 5 });
    from = clock.now();
    try {
      return await act({ order, ports, lock, journal });
    } finally {
      from = clock.now() - from;
      await lock.release();
    }
  });
  const told = ending.ended === 'returned' ? ending.value.map(({ revision, status }) => `${revision} ${status}`).join(', ') : ending;
  const error = ending.ended === 'threw' && ending.error instanceof Problem ? ending.error.details.id : undefined;
  return { end: error ?? told, seconds: Math.round(from / 1_000) };
} // prettier-ignore

/** Changes the last try of a Helm. */
const lastTry =
  (change: Partial<StepEntry>): Changes =>
  (journal) => {
    const at = journal.steps.findLastIndex(({ id }) => id.startsWith('helm'));
    return { ...journal, steps: journal.steps.map((step, n) => (n === at ? { ...step, ...change } : step)) };
  };
const intending =
  (intended: StepEntry['intended']): Changes =>
  (journal) =>
    lastTry({ intended: { ...journal.steps.findLast(({ id }) => id.startsWith('helm'))?.intended, ...intended } })(
      journal,
    );
const same: Changes = (journal) => journal;

describe('a pending revision', () => {
  it.each<[Phase, string, Changes, string, number]>([
    // 83 s that Helm may take, and 30 s without a change.
    ['upgrade', 'of the try that the journal tells of', same, '2 failed', 113],
    ['upgrade', 'of a try that was seen to fail', lastTry({ failed: 'helm-failed' }), '2 failed', 30],
    ['upgrade', 'of a try whose end was seen', lastTry({ observedAt: 'then' }), '2 failed', 30],
    ['upgrade', 'of a try without a time', intending({ endsWithinMs: 'soon' }), '2 failed', 150],
    ['upgrade', 'of a try under another lock', lastTry({ epoch: 4 }), '2 failed', 150],
    ['upgrade', 'that the journal does not announce', intending({ revision: 3 }), '2 failed', 150],
    ['upgrade', 'of a step that starts no Helm', lastTry({ id: 'rollout' }), '2 failed', 150],
    ['upgrade', 'without a journal', () => undefined, '2 failed', 150],
    ['back', 'of the rollback that the journal tells of', same, '3 failed', 113],
    ['back', 'of a rollback that was seen to fail', lastTry({ failed: 'helm-failed' }), '3 failed', 30],
    ['back', 'of a rollback under another lock', lastTry({ epoch: 4 }), '3 failed', 113],
    ['back', 'of a rollback to another revision', intending({ to: 7 }), 'release-pending', 0],
    ['back', 'of a rollback to nowhere', intending({ to: 'x' }), 'release-pending', 0],
    ['back', 'of a rollback with another number', intending({ revision: 4 }), 'release-pending', 0],
    ['back', 'announced as an upgrade', lastTry({ id: 'helm-upgrade' }), 'release-pending', 0],
    ['back', 'of a rollback without a journal', () => undefined, 'release-pending', 0],
    ['back', 'of a rollback without a try', (journal) => ({ ...journal, steps: [] }), 'release-pending', 0],
  ])('left by an interrupted way, %s: %s', async (phase, _, change, end, seconds) => {
    const found = await held(await killed(phase, 25), change, settledHistory);
    expect(found).toMatchObject({ end: expect.stringContaining(end) });
    expect(Math.abs(found.seconds - seconds)).toBeLessThanOrEqual(1);
  });
});

describe('a Helm that was begun and left no trace', () => {
  const over = async (settling: Settling) =>
    childOver(settling, await readHistory(settling.ports.cluster, namespace, release));

  it.each<[string, Changes, number]>([
    ['for as long as the journal says', same, 83],
    ['two minutes where it does not say', intending({ endsWithinMs: 'soon' }), 120],
    ['not where its end was seen', lastTry({ observedAt: 'then' }), 0],
    ['not where it was seen to fail', lastTry({ failed: 'helm-failed' }), 0],
    ['not where its revision is there', intending({ revision: 1 }), 0],
    ['not where a later revision is there', intending({ revision: 0 }), 0],
    ['not where it was in an earlier hop', (journal) => ({ ...journal, hop: 1 }), 0],
    ['not where the journal tells of none', (journal) => ({ ...journal, steps: [] }), 0],
    ['not where it has no number', intending({ revision: 'next' }), 0],
    ['not without a journal', () => undefined, 0],
  ])('is waited for: %s', async (_, change, seconds) => {
    const found = await held(await killed('upgrade', 0), change, over);
    expect(found).toEqual({ end: '1 deployed', seconds });
  });
});

describe('what a journal announces', () => {
  const step = (id: StepEntry['id'], intended: StepEntry['intended']): StepEntry => ({ id, hop: 0, epoch: 1, intendedAt: 'then', intended });

  it.each<[readonly StepEntry[], object | undefined]>([
    [[], undefined],
    [[step('rollout', { workloads: 3 })], undefined],
    [
      [step('helm-upgrade', { from: 7, revision: 8 }), step('rollout', { workloads: 3 })],
      { act: 'upgrade', revision: 8 },
    ],
    [
      [step('helm-upgrade', { from: 7, revision: 8 }), step('helm-rollback', { from: 8, to: 7, revision: 9 })],
      { act: 'rollback', revision: 9, target: 7 },
    ],
  ])('%j', (steps, expected) => {
    const about = { attempt: 'a1', description: 'Rollback by milvus-upgrade-action, undertaking a1' };
    expect(expectedOf(made({ attempt: 'a1', steps }))).toEqual(expected === undefined ? undefined : { ...about, ...expected });
    expect(expectedOf(undefined)).toBeUndefined();
  });
}); // prettier-ignore
