import type { KubeObject } from '../../src/cluster/port.js';
import { statusList } from '../model/end-state.js';
import { mayChange, type FaultKind } from '../model/faults.js';
import { charts, intentTo, namespace } from '../model/scenario.js';
import type { World } from '../model/world.js';
import { drive } from './drive.js';
import type { Ask } from './program.js';
import { scenarios, type Scenario } from './scenarios.js';
import { recordName, toldAs, type Outcome, type Story } from './story.js';

const { first, second, third } = charts;

/** States that a killed run can leave, and what somebody may have done to them before the next run comes. */
interface Special {
  readonly name: string;
  readonly scenario: Scenario;
  /** The Helm of the killed run lives on, stands still for so long, and then goes on as ever. */
  readonly orphanPaceMs?: number;
  /** After the first run was killed. */
  readonly then: (story: Story, ask: Ask) => Promise<void>;
}

function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

const upgrade = scenarioNamed('upgrade');
const { ask: sameAsk } = upgrade;

const journalOf = (world: World): KubeObject | undefined => world.store.get('ConfigMap', namespace, recordName);

/** Somebody edits the journal's object. */
function edit(world: World, change: (data: Record<string, string>) => Record<string, string>): void {
  if (journalOf(world) === undefined) return;
  world.store.change('user', 'ConfigMap', namespace, recordName, (live) => ({
    ...live,
    data: change(live.data as Record<string, string>),
  }));
}

const deleteIfThere = (world: World, kind: string): void => {
  if (world.store.get(kind, namespace, recordName) !== undefined)
    world.store.delete('user', kind, namespace, recordName);
};

const expectEnd = (story: Story, ...wanted: readonly string[]): void => {
  const last = story.ends.at(-1) ?? '';
  if (!wanted.includes(last)) story.violations.push(`it ends ${wanted.join(' or ')}: ${last}`);
};

/** Nothing is written by a run that refuses. */
async function refuses(story: Story, ask: Ask, ...ids: readonly string[]): Promise<void> {
  const before = story.world.store.history.length;
  await story.run(ask);
  expectEnd(story, ...ids);
  const wrote = story.world.store.history
    .slice(before)
    .filter(({ who, kind }) => who.startsWith('action#') && kind !== 'Lease');
  if (wrote.length > 0)
    story.violations.push(`a refusal writes nothing: ${wrote.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`);
}

const isOpen = (world: World): boolean => {
  const text = (journalOf(world)?.data as Record<string, string> | undefined)?.['journal.json'];
  return text !== undefined && !text.includes('"outcome"');
};

const byHand =
  (chart: string) =>
  async (story: Story): Promise<void> =>
    story.person(async ({ helm }) => {
      await helm.upgrade(intentTo(chart)).catch(() => undefined);
    });

const cases: readonly Special[] = [
  {
    name: 'the journal is deleted',
    scenario: upgrade,
    then: async (story, ask) => {
      deleteIfThere(story.world, 'ConfigMap');
      await story.finish(ask, upgrade);
    },
  },
  // It begins to write before the next run has planned, between that one's look and its own Helm, and when all is over.
  ...[30_000, 30_210, 30_215, 30_220, 30_225, 45_000].map((orphanPaceMs) => ({
    name: `its Helm lives on and stands still for ${orphanPaceMs / 1000} s, longer than the lock lasts`,
    scenario: upgrade,
    orphanPaceMs,
    then: async (story: Story, ask: Ask) => {
      await story.run(ask);
      // One run is enough: the Helm was ours.
      expectEnd(story, 'upgraded', 'unchanged');
      await story.finish(ask, upgrade);
    },
  })),
  {
    name: 'its Helm lives on and stands still, and it is rolled back',
    scenario: upgrade,
    orphanPaceMs: 45_000,
    then: async (story) => {
      const back: Ask = { operation: 'rollback', way: [second] };
      await story.run(back);
      await story.finish(back, { goals: ['rolled-back'], at: [first] });
    },
  },
  {
    name: 'journal and lock are deleted',
    scenario: upgrade,
    then: async (story, ask) => {
      deleteIfThere(story.world, 'ConfigMap');
      await story.world.pass(30_000);
      deleteIfThere(story.world, 'Lease');
      await story.finish(ask, upgrade);
    },
  },
  {
    name: 'the journal is deleted, and the upgrade rolled back',
    scenario: upgrade,
    then: async (story) => {
      deleteIfThere(story.world, 'ConfigMap');
      await story.run({ operation: 'rollback', way: [second] });
      expectEnd(story, 'rolled-back', 'nothing-to-take-back');
      if (story.ends.at(-1) === 'rolled-back')
        await story.finish({ operation: 'rollback', way: [second] }, { goals: ['rolled-back'], at: [first] });
    },
  },
  {
    name: 'it is rolled back',
    scenario: upgrade,
    then: async (story) => {
      const open = isOpen(story.world);
      const back: Ask = { operation: 'rollback', way: [second] };
      await story.run(back);
      if (open) expectEnd(story, 'rolled-back');
      if (story.ends.at(-1) === 'rolled-back') await story.finish(back, { goals: ['rolled-back'], at: [first] });
    },
  },
  {
    name: 'somebody asks for another target',
    scenario: upgrade,
    then: async (story, ask) => {
      const other: Ask = { operation: 'upgrade', way: [second, third] };
      if (isOpen(story.world)) await refuses(story, other, 'upgrade-open');
      await story.finish(ask, upgrade);
    },
  },
  {
    name: 'a newer version of the action has written the journal',
    scenario: upgrade,
    then: async (story, ask) => {
      const isThere = journalOf(story.world) !== undefined;
      edit(story.world, (data) => ({
        ...data,
        'journal.json': (data['journal.json'] ?? '').replace('"schema": 1', '"schema": 2'),
      }));
      if (isThere) await refuses(story, ask, 'journal-newer');
      if (isThere) await refuses(story, { operation: 'rollback', way: [second] }, 'journal-newer');
      deleteIfThere(story.world, 'ConfigMap');
      await story.finish(ask, upgrade);
    },
  },
  {
    name: 'the journal cannot be read',
    scenario: upgrade,
    then: async (story, ask) => {
      const isThere = journalOf(story.world) !== undefined;
      edit(story.world, (data) => ({ ...data, 'journal.json': (data['journal.json'] ?? '').slice(0, 40) }));
      if (isThere) await refuses(story, ask, 'journal-unreadable');
      deleteIfThere(story.world, 'ConfigMap');
      await story.finish(ask, upgrade);
    },
  },
  {
    name: 'somebody has upgraded by hand since',
    scenario: upgrade,
    then: async (story, ask) => {
      await byHand(third)(story);
      const went = statusList(story.world.store).at(-1)?.endsWith('deployed') === true;
      // Where Helm refused the person, the release is as the killed run left it.
      await story.finish(ask, { ...upgrade, at: went ? [second, third] : [second] });
    },
  },
  {
    name: 'the clock of the next runner is an hour ahead',
    scenario: upgrade,
    then: async (story, ask) => {
      await story.run(ask, [], { skewMs: 3_600_000 });
      await story.finish(ask, upgrade);
    },
  },
  {
    name: 'the clock of the next runner is an hour behind',
    scenario: upgrade,
    then: async (story, ask) => {
      await story.run(ask, [], { skewMs: -3_600_000 });
      await story.finish(ask, upgrade);
    },
  },
  {
    name: 'the taking back of a killed run goes on',
    scenario: scenarioNamed('an image that never comes, taken back'),
    then: async (story) => {
      const back: Ask = { operation: 'rollback', way: [second] };
      if (!isOpen(story.world)) return;
      await story.run(back);
      expectEnd(story, 'rolled-back');
      await story.finish(back, { goals: ['rolled-back'], at: [first] });
    },
  },
];

/** A Helm that stood still goes on at its own pace after that. */
function wakeUpAfter(world: World, ms: number): void {
  world.scheduler.in(ms, 'a Helm that stood still goes on', () => {
    for (const child of world.children) child.paceMs = 300;
  });
}

type CallOf = Outcome['calls'][number];

const changes = ({ class: of }: CallOf): boolean => mayChange(of);

/**
 * Cut before or after a call that changes nothing, the cluster is the same, so that of several calls in a row that only
 * read one is enough; a Helm that lives on needs a Helm.
 */
function killsAt(call: CallOf, before: CallOf | undefined): readonly FaultKind[] {
  const isHelm = call.class === 'spawn' || call.class.startsWith('helm');
  return [
    ...(changes(call) || before === undefined || changes(before) ? (['kill-before'] as const) : []),
    ...(changes(call) ? (['kill-after'] as const) : []),
    ...(isHelm ? (['child-lives-on'] as const) : []),
  ];
}

/** Kills the first run at every call, its Helm with it or not, and then lets the rest happen. */
async function killedEverywhere({ name, scenario, orphanPaceMs, then }: Special) {
  const { calls } = await drive({ scenario, faults: [] });
  return calls.flatMap((call, index) =>
    killsAt(call, calls[index - 1])
      .filter((kind) => orphanPaceMs === undefined || kind === 'child-lives-on')
      .map((kind) => ({
        kind: 'states left by a kill',
        what: `${name}, after a ${kind} at call ${call.n} (${call.name})`,
        run: () =>
          toldAs(scenario, async (story) => {
            await story.run(scenario.ask, [{ at: call.n, kind }], orphanPaceMs === undefined ? {} : { orphanPaceMs });
            if (kind === 'child-lives-on') await story.world.pass(200);
            if (orphanPaceMs !== undefined) wakeUpAfter(story.world, orphanPaceMs);
            await then(story, scenario.ask);
            story.check();
            return [];
          }),
      })),
  );
}

/** A revision that somebody else's Helm left pending. */
const foreignPending: Scenario = {
  ...upgrade,
  name: 'a revision of somebody else is pending',
  revisions: [
    { chart: first, status: 'deployed' },
    { chart: second, status: 'pending-upgrade' },
  ],
  live: 0,
};

const told = (what: string, scenario: Scenario, tell: (story: Story) => Promise<void>) => ({
  kind: 'states left by others',
  what,
  run: (): Promise<Outcome> =>
    toldAs(scenario, async (story) => {
      await tell(story);
      story.check();
      return [];
    }),
});

const others = [
  told('a pending revision of somebody else is refused', { ...foreignPending }, async (story) => {
    await refuses(story, sameAsk, 'release-pending');
    await refuses(story, { operation: 'rollback', way: [second] }, 'release-pending');
  }),
  told(
    'a pending revision of somebody else is freed where that is allowed, and late',
    { ...foreignPending },
    async (story) => {
      const from = story.world.scheduler.now();
      const allowed = { ...sameAsk, unlockForeign: true };
      await story.run(allowed);
      const freed = story.world.store.history.find(({ who, kind }) => who.startsWith('action#') && kind === 'Secret');
      if ((freed?.at ?? from) - from < 330_000)
        story.violations.push('it is freed after the time that a Helm of somebody else may take');
      await story.finish(allowed, upgrade);
    },
  ),
  told(
    'a pending revision of somebody else is refused, although it has inherited our labels',
    upgrade,
    async (story) => {
      const { world } = story;
      await story.run(sameAsk);
      const { process, helm } = story.somebody();
      world.scheduler.in(30, 'somebody pulls the plug', () => {
        process.kill();
      });
      await world.run(process, () => helm.upgrade(intentTo(third)));
      await refuses(story, { operation: 'upgrade', way: [third] }, 'release-pending');
    },
  ),
  told('an approved run that failed is repeated', { ...upgrade, behaviourOf: () => ({}) }, async (story) => {
    const approved: Ask = { operation: 'upgrade', way: [second], approved: 'digest of 4.2.20' };
    await story.run({ ...approved, timeoutMs: 1_500 });
    expectEnd(story, 'rollout-timeout', 'deadline-before-upgrade');
    await story.finish(approved, upgrade);
  }),
  told(
    'going back that is not truthful is refused, and nothing is begun',
    { ...upgrade, before: [sameAsk] },
    async (story) => {
      await refuses(story, { operation: 'rollback', way: [second], truthful: false }, 'not-taken-back');
      await story.finish(sameAsk, upgrade);
    },
  ),
];

/** All of them. */
export async function special() {
  const killed = await Promise.all(cases.map(killedEverywhere));
  return [...others, ...killed.flat()];
}
