import { resources } from '../../../src/cluster/resources.js';
import { intent, type Case } from '../stage.js';
import { endOf, history, statuses } from '../views.js';
import { compared, cutUpgrade, described, labels, secretOf, upgrade, writes } from './helm-acts.js';

const { configMaps, deployments, secrets } = resources;

const frozen = 'cannot patch "my-conf" with kind ConfigMap: ConfigMap "my-conf" is invalid: data: Forbidden';

/** What an upgrade does, and how it ends. */
export const upgradeCases: readonly Case[] = [
  {
    name: 'an upgrade writes its record, the objects, the record before, and its record again',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      return writes(stage, () => upgrade(stage));
    },
    expected: [
      'record 2 pending-upgrade',
      'changed ConfigMap my-conf',
      'changed Deployment my-web',
      'added Deployment my-added',
      'deleted Deployment my-dropped',
      'record 1 superseded',
      'record 2 deployed',
    ],
  },
  {
    name: 'an upgrade that changes no object writes its records only',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      return writes(stage, () => stage.helm.upgrade(intent(stage, 'one')));
    },
    expected: ['record 2 pending-upgrade', 'record 1 superseded', 'record 2 deployed'],
  },
  {
    name: 'an object that somebody has deleted is made again',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await stage.user.delete(configMaps, 'my-conf');
      return writes(stage, () => stage.helm.upgrade(intent(stage, 'one')));
    },
    expected: ['record 2 pending-upgrade', 'added ConfigMap my-conf', 'record 1 superseded', 'record 2 deployed'],
  },
  {
    name: 'an object that is there and not of the release is refused before anything is written',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const live = await stage.ports.get(deployments, 'my-web', stage.namespace);
      await stage.user.create(deployments, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'my-added' },
        spec: live?.spec,
      });
      return [await endOf(upgrade(stage)), await statuses(stage)];
    },
    expected: ['object-not-owned', ['1 deployed']],
  },
  {
    name: 'where the server refuses a change the other objects are changed, nothing is deleted, the revision has failed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await stage.user.freeze(configMaps, 'my-conf');
      let ended = '';
      const written = await writes(stage, async () => {
        ended = await endOf(upgrade(stage, { labels }));
      });
      const last = (await history(stage)).at(-1);
      return [ended, written, last?.labels, last?.description.startsWith(`Upgrade "my" failed: ${frozen}`)];
    },
    expected: [
      'immutable-field',
      ['record 2 pending-upgrade', 'changed Deployment my-web', 'added Deployment my-added', 'record 2 failed'],
      labels,
      true,
    ],
  },
  {
    name: 'where the server refuses a new object nothing after it is done, the revision has failed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await stage.user.limit('deployments');
      let ended = '';
      const written = await writes(stage, async () => {
        ended = await endOf(upgrade(stage));
      });
      return [ended, written];
    },
    expected: [
      'quota-exceeded',
      ['record 2 pending-upgrade', 'changed ConfigMap my-conf', 'changed Deployment my-web', 'record 2 failed'],
    ],
  },
  {
    name: 'where the server refuses to delete an object Helm 3 goes on, and Helm 4 fails',
    helm: 'differs',
    act: async (stage) => {
      await stage.install('one');
      const ended = await endOf(upgrade(stage, {}, await stage.helmWithoutDelete()));
      const left = await stage.ports.get(deployments, 'my-dropped', stage.namespace);
      return [ended, await statuses(stage), left?.metadata.name];
    },
    expected: {
      3: ['done', ['1 superseded', '2 deployed'], 'my-dropped'],
      4: ['missing-permission', ['1 deployed', '2 failed'], 'my-dropped'],
    },
  },
  {
    name: 'an upgrade after one that failed begins with what is deployed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one', { text: 'mine' });
      await stage.user.freeze(configMaps, 'my-conf');
      const failed = await endOf(upgrade(stage, { given: { replicas: 2 } }));
      await stage.user.delete(configMaps, 'my-conf');
      const again = await endOf(upgrade(stage));
      return [failed, again, await statuses(stage), (await history(stage)).at(-1)?.userValues, await compared(stage)];
    },
    expected: [
      'immutable-field',
      'done',
      ['1 superseded', '2 failed', '3 deployed'],
      { text: 'mine' },
      ['ConfigMap my-conf equal', 'Deployment my-web pending', 'Deployment my-added pending'],
    ],
  },
  {
    name: 'a record before that cannot be superseded stays deployed, and nobody is told',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await stage.user.freeze(secrets, (await secretOf(stage, 1)).metadata.name);
      const ended = [await endOf(upgrade(stage)), await statuses(stage)];
      return [...ended, await endOf(upgrade(stage)), await statuses(stage)];
    },
    expected: ['done', ['1 deployed', '2 deployed'], 'done', ['1 deployed', '2 superseded', '3 deployed']],
  },
  {
    name: 'a record that cannot be completed stays pending, with all objects changed',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      const { ended } = await stage.cut({
        at: { write: 'patch', kind: 'Deployment', name: 'my-web' },
        act: cutUpgrade(stage),
        meanwhile: async () => stage.user.freeze(secrets, (await secretOf(stage, 2)).metadata.name),
        end: 'release',
      });
      return [ended, (await history(stage)).map(described), await compared(stage)];
    },
    expected: [
      'immutable-field',
      ['1 superseded: Install complete', '2 pending-upgrade: Preparing upgrade'],
      [
        'ConfigMap my-conf pending',
        'Deployment my-web pending',
        'Deployment my-added pending',
        'Deployment my-dropped pending',
      ],
    ],
  },
];
