import { type Case, type Point } from '../stage.js';
import { endOf, history, statuses } from '../views.js';
import { compared, cutRollback, cutUpgrade, described, labels, rollback, unlocked, upgrade } from './helm-acts.js';

/** Objects of both revisions in their order: so many follow the new one, the others still the one before. */
const objects = (changed: number): readonly string[] =>
  ['ConfigMap my-conf', 'Deployment my-web', 'Deployment my-added', 'Deployment my-dropped'].map(
    (object, index) => `${object} ${index < changed ? 'pending' : 'before'}`,
  );

interface Left {
  readonly left: readonly [string, string];
  readonly changed: number;
  readonly end: readonly [string, string, string];
}

/** An upgrade killed before one of its requests: what is left, and the way on. */
const killed = (name: string, at: Point, { left, changed, end }: Left): Case => ({
  name: `an upgrade that is killed ${name}`,
  helm: 'same',
  act: async (stage) => {
    await stage.install('one');
    const { ended } = await stage.cut({ at, act: cutUpgrade(stage, { labels }), end: 'kill' });
    const cut = { ended, left: await statuses(stage), objects: await compared(stage) };
    const refused = await endOf(upgrade(stage));
    const outcome = await unlocked(stage, 2);
    const record = (await history(stage)).at(-1);
    const freed = [outcome, record === undefined ? '' : described(record), record?.labels];
    return { ...cut, refused, freed, healed: await endOf(upgrade(stage)), end: await statuses(stage) };
  },
  expected: {
    ended: 'helm-failed',
    left,
    objects: objects(changed),
    refused: 'release-pending',
    freed: ['unlocked', '2 failed: freed', labels],
    healed: 'done',
    end,
  },
});

const early = { left: ['1 deployed', '2 pending-upgrade'], end: ['1 superseded', '2 failed', '3 deployed'] } as const;
const late = {
  left: ['1 superseded', '2 pending-upgrade'],
  end: ['1 superseded', '2 superseded', '3 deployed'],
} as const;

const conf: Point = { write: 'patch', kind: 'ConfigMap', name: 'my-conf' };
const web: Point = { write: 'patch', kind: 'Deployment', name: 'my-web' };
const added: Point = { write: 'create', kind: 'Deployment', name: 'my-added' };
const dropped: Point = { write: 'delete', kind: 'Deployment', name: 'my-dropped' };

/** Helm is cut, or two of them meet. */
export const cutCases: readonly Case[] = [
  {
    name: 'an upgrade that is killed before its record is there has left nothing',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const { ended } = await stage.cut({ at: { write: 'new record' }, act: cutUpgrade(stage), end: 'kill' });
      return [ended, await statuses(stage), await endOf(upgrade(stage)), await statuses(stage)];
    },
    expected: ['helm-failed', ['1 deployed'], 'done', ['1 superseded', '2 deployed']],
  },
  killed('before its first object', conf, { ...early, changed: 0 }),
  killed('between two objects', added, { ...early, changed: 2 }),
  killed('before it deletes what is dropped', dropped, { ...early, changed: 3 }),
  killed('before the record before is superseded', { write: 'record', revision: 1 }, { ...early, changed: 4 }),
  killed('before its record is deployed', { write: 'record', revision: 2 }, { ...late, changed: 4 }),
  {
    name: 'an upgrade that is interrupted at an object has failed its revision',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const { ended } = await stage.cut({ at: web, act: cutUpgrade(stage, { labels }), end: 'interrupt' });
      const records = await history(stage);
      const left = [ended, records.map(described), records.at(-1)?.labels];
      return [...left, await endOf(upgrade(stage)), await statuses(stage)];
    },
    expected: [
      'cancelled',
      ['1 deployed: Install complete', '2 failed: Upgrade "my" failed: context canceled'],
      labels,
      'done',
      ['1 superseded', '2 failed', '3 deployed'],
    ],
  },
  {
    name: 'an upgrade that is interrupted before it has written anything writes nothing',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const { ended } = await stage.cut({ at: { write: 'history' }, act: cutUpgrade(stage), end: 'interrupt' });
      return [ended, await statuses(stage)];
    },
    expected: ['cancelled', ['1 deployed']],
  },
  {
    name: 'a rollback that is killed leaves its record pending, and can be freed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage);
      const { ended } = await stage.cut({ at: web, act: cutRollback(stage, 1), end: 'kill' });
      const left = [ended, await statuses(stage), await endOf(upgrade(stage)), await unlocked(stage, 3)];
      return [...left, await endOf(rollback(stage, 1)), await statuses(stage)];
    },
    expected: [
      'helm-failed',
      ['1 superseded', '2 deployed', '3 pending-rollback'],
      'release-pending',
      'unlocked',
      'done',
      ['1 superseded', '2 superseded', '3 failed', '4 deployed'],
    ],
  },
  {
    name: 'a rollback that is interrupted leaves its record pending',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage);
      const { ended } = await stage.cut({ at: web, act: cutRollback(stage, 1), end: 'interrupt' });
      return [ended, await statuses(stage)];
    },
    expected: ['cancelled', ['1 superseded', '2 deployed', '3 pending-rollback']],
  },
  {
    name: 'a second Helm is refused while the first one works, which ends well',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const { ended, meanwhile } = await stage.cut({
        at: conf,
        act: cutUpgrade(stage),
        meanwhile: async () => [await endOf(upgrade(stage)), await statuses(stage)],
        end: 'release',
      });
      return [meanwhile, ended, await statuses(stage)];
    },
    expected: [['release-pending', ['1 deployed', '2 pending-upgrade']], 'done', ['1 superseded', '2 deployed']],
  },
  {
    name: 'of two that begin at once one wins, by the name of the record',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const { ended, meanwhile } = await stage.cut({
        at: { write: 'new record' },
        act: cutUpgrade(stage),
        meanwhile: () => endOf(upgrade(stage)),
        end: 'release',
      });
      return [meanwhile, ended, await statuses(stage)];
    },
    expected: ['done', 'release-changed', ['1 superseded', '2 deployed']],
  },
  {
    name: 'a Helm whose record was freed while it worked goes on, and completes it',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const { ended, meanwhile } = await stage.cut({
        at: web,
        act: cutUpgrade(stage, { labels }),
        meanwhile: async () => [await unlocked(stage, 2), await statuses(stage)],
        end: 'release',
      });
      return [meanwhile, ended, await statuses(stage)];
    },
    expected: [['unlocked', ['1 deployed', '2 failed']], 'done', ['1 superseded', '2 deployed']],
  },
];
