import { resources } from '../../../src/cluster/resources.js';
import type { Case, Stage } from '../stage.js';
import { endOf, history, statuses } from '../views.js';
import { addRevisions, cutUpgrade, described, rollback, secretOf, upgrade, writes } from './helm-acts.js';

const { configMaps, deployments, secrets } = resources;

const webImage = async ({ ports, namespace }: Stage): Promise<string | undefined> => {
  const web = await ports.get(deployments, 'my-web', namespace);
  return /app:\d/.exec(JSON.stringify(web?.spec))?.[0];
};

const backFrom = (description: string) => [
  ['1 superseded: Install complete', {}, '1.0.0', { text: 'mine' }],
  ['2 superseded: an upgrade', { x: '2' }, '2.0.0', { text: 'mine', replicas: 2 }],
  ['3 superseded: an upgrade', { x: '3', y: '3' }, '2.0.0', { text: 'other', replicas: 2 }],
  [`4 deployed: ${description}`, { x: '2' }, '2.0.0', { text: 'mine', replicas: 2 }],
];

export const rollbackCases: readonly Case[] = [
  {
    name: 'a rollback writes its record, the objects, the record before, and its record again',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage);
      return writes(stage, () => rollback(stage, 1));
    },
    expected: [
      'record 3 pending-rollback',
      'changed ConfigMap my-conf',
      'changed Deployment my-web',
      'added Deployment my-dropped',
      'deleted Deployment my-added',
      'record 2 superseded',
      'record 3 deployed',
    ],
  },
  {
    name: 'a rollback has chart, values and labels of the revision that it goes back to; Helm 4 takes a description',
    helm: 'differs',
    act: async (stage) => {
      await stage.install('one', { text: 'mine' });
      await upgrade(stage, { labels: { x: '2' }, given: { replicas: 2 } });
      await upgrade(stage, { labels: { x: '3', y: '3' }, given: { text: 'other' } });
      await rollback(stage, 2);
      return (await history(stage)).map((record) => [
        described(record),
        record.labels,
        record.chart.version,
        record.userValues,
      ]);
    },
    expected: { 3: backFrom('Rollback to 2'), 4: backFrom('back') },
  },
  {
    name: 'a value that an upgrade took out by a null is back in the manifest after a rollback, but not in the values',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one', { replicas: 2 });
      await upgrade(stage, { given: { replicas: null } });
      const seen: unknown[] = [];
      const note = async () => {
        const record = (await history(stage)).at(-1);
        seen.push(/replicas: (\w+)/.exec(record?.manifest ?? '')?.[1], record?.userValues);
      };
      await rollback(stage, 1);
      await note();
      await upgrade(stage);
      await note();
      return seen;
    },
    // Helm has written the null into the record of the first revision, and goes on from there.
    expected: ['2', { replicas: null }, 'null', { replicas: null }],
  },
  {
    name: 'a rollback from a pending revision, which stays pending',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const at = { write: 'create', kind: 'Deployment', name: 'my-added' } as const;
      await stage.cut({ at, act: cutUpgrade(stage), end: 'kill' });
      const before = await webImage(stage);
      return [before, await endOf(rollback(stage, 1)), await statuses(stage), await webImage(stage)];
    },
    expected: ['app:2', 'done', ['1 superseded', '2 pending-upgrade', '3 deployed'], 'app:1'],
  },
  {
    name: 'a rollback to a pending revision',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const at = { write: 'patch', kind: 'Deployment', name: 'my-web' } as const;
      await stage.cut({ at, act: cutUpgrade(stage), end: 'kill' });
      return [await endOf(rollback(stage, 2)), await statuses(stage), await webImage(stage)];
    },
    expected: ['done', ['1 superseded', '2 pending-upgrade', '3 deployed'], 'app:2'],
  },
  {
    name: 'a rollback to a revision that failed, and to one that is not there',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await stage.user.freeze(configMaps, 'my-conf');
      const failed = await endOf(upgrade(stage));
      await stage.user.delete(configMaps, 'my-conf');
      return [failed, await endOf(rollback(stage, 2)), await endOf(rollback(stage, 7)), await statuses(stage)];
    },
    expected: ['immutable-field', 'done', 'revision-missing', ['1 superseded', '2 failed', '3 deployed']],
  },
  {
    name: 'a rollback of which the server refuses a change has failed its revision, and nothing is deployed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage);
      await stage.user.freeze(configMaps, 'my-conf');
      const ended = await endOf(rollback(stage, 1));
      const said = (await history(stage)).at(-1)?.description.startsWith('Rollback "my" failed: cannot patch');
      const left = [ended, await statuses(stage), said];
      await stage.user.delete(configMaps, 'my-conf');
      return [...left, await endOf(upgrade(stage)), await statuses(stage)];
    },
    expected: [
      'immutable-field',
      ['1 superseded', '2 superseded', '3 failed'],
      true,
      'done',
      ['1 superseded', '2 superseded', '3 superseded', '4 deployed'],
    ],
  },
  {
    name: 'a rollback supersedes every revision that stands as deployed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await addRevisions(stage, 2, 3, 'deployed');
      await rollback(stage, 1);
      return statuses(stage);
    },
    expected: ['1 superseded', '2 superseded', '3 superseded', '4 deployed'],
  },
  {
    name: 'a rollback prunes nothing',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await addRevisions(stage, 2, 12, 'failed');
      await rollback(stage, 1);
      const all = await statuses(stage);
      return [all.length, all[0], all.at(-1)];
    },
    expected: [13, '1 superseded', '13 deployed'],
  },
  {
    name: 'a record that is gone while a rollback goes on is not missed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage);
      await upgrade(stage);
      await stage.user.delete(secrets, (await secretOf(stage, 2)).metadata.name);
      return [await endOf(rollback(stage, 1)), await statuses(stage)];
    },
    expected: ['done', ['1 superseded', '3 superseded', '4 deployed']],
  },
];
