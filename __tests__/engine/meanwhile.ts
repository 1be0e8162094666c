import { attemptLabels, attemptOf } from '../../src/helm/attempt.js';
import { decodeRecord } from '../../src/helm/record.js';
import { decodeJournal } from '../../src/upgrade/journal/codec.js';
import { charts, intentTo, namespace, release } from '../model/scenario.js';
import type { ActionProcess } from '../model/process.js';
import type { World } from '../model/world.js';
import type { Scenario } from './scenarios.js';
import { recordName, toldAs, type Outcome } from './story.js';

const records = ({ store }: World) =>
  store
    .list('Secret', { namespace, labelSelector: `name=${release},owner=helm` })
    .map(decodeRecord)
    .sort((a, b) => a.revision - b.revision);

/** A run that saw the change does not say that it reached its aim. */
function falseClaim(world: World, { calls }: ActionProcess, result: string, changedAt: number): string | undefined {
  const lastLook = calls.findLast(({ name }) => name.startsWith('list '))?.at ?? 0;
  if (result !== 'upgraded' || lastLook <= changedAt) return undefined;
  const read = decodeJournal(world.store.get('ConfigMap', namespace, recordName));
  const attempt = read.state === 'readable' ? read.journal.attempt : 'no journal';
  const last = records(world).at(-1);
  return last !== undefined && attemptOf(last)?.attempt === attempt
    ? undefined
    : `it says ${result}, but revision ${last?.revision ?? 'none'} is of somebody else`;
}

/** What its Helm wrote follows the revision from which it was planned, or the change came after the last look. */
function overwrites(world: World, { id, calls }: ActionProcess, changedAt: number): string | undefined {
  const children = new Set(world.children.filter(({ startedBy }) => startedBy === id).map((child) => child.id));
  const own = world.store.history.find(
    ({ who, verb, kind }) => children.has(who) && verb === 'create' && kind === 'Secret',
  );
  if (own?.after === undefined) return undefined;
  const { revision, labels, status } = decodeRecord(own.after);
  // A rollback has the labels of the revision that it goes back to.
  if (status === 'pending-rollback') return undefined;
  const start = calls.find(({ class: of }) => of === 'spawn')?.n ?? 0;
  const read = calls.findLast(({ n, name }) => n < start && name.startsWith('list Secret'));
  return labels[attemptLabels.from] !== String(revision - 1) && (read?.at ?? 0) > changedAt
    ? `revision ${revision} was written over a change that had been seen`
    : undefined;
}

/** Somebody upgrades by hand, with other ideas, while a run is held at one call. */
function upgradedMeanwhile(scenario: Scenario, at: number): Promise<Outcome> {
  return toldAs(scenario, async (story) => {
    const { world } = story;
    const other = scenario.at.includes(charts.third) ? charts.first : charts.third;
    let open = false;
    const run = story.prepare(scenario.ask, { hold: ({ n }) => !open && n === at });
    const person = story.somebody();
    let changedAt = Infinity;
    const byHand = async (): Promise<never> => {
      while (!run.process.holds && run.process.calls.length < at) await person.process.clock.sleep(20);
      const done = await person.helm.upgrade(intentTo(other)).then(
        () => true,
        () => false,
      );
      if (done) changedAt = world.scheduler.now();
      open = true;
      run.process.release();
      throw new Error('only to have an end');
    };
    const [ending] = await world.runAll([
      { process: run.process, main: run.main },
      { process: person.process, main: byHand },
    ]);
    if (ending !== undefined) story.ended(ending);
    const { process } = run;
    const wrong = [
      falseClaim(world, process, story.ends.at(-1) ?? '', changedAt),
      overwrites(world, process, changedAt),
    ];
    story.violations.push(...wrong.filter((one) => one !== undefined));
    await story.finish(scenario.ask, { ...scenario, at: [...scenario.at, other] });
    return [];
  });
}

/** Somebody upgrades by hand meanwhile, at every call that a run makes. */
export const meanwhile = (scenario: Scenario, calls: Outcome['calls']) =>
  calls.map(({ n, name }) => ({
    kind: 'upgrades by hand meanwhile',
    what: `${scenario.name}: somebody upgrades by hand while call ${n} is under way (${name})`,
    run: () => upgradedMeanwhile(scenario, n),
  }));
