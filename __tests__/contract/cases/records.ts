import type { KubeObject, Resource } from '../../../src/cluster/port.js';
import { resources } from '../../../src/cluster/resources.js';
import { intent, type Case } from '../stage.js';
import { history, plain, statuses } from '../views.js';
import { addRevisions, described, labels, rollback, upgrade, writes } from './helm-acts.js';

const { configMaps, deployments, secrets } = resources;

/** What Helm writes into its records and objects. */
export const recordCases: readonly Case[] = [
  {
    name: 'a record has chart, values, description and labels',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one', { text: 'mine' });
      await upgrade(stage, { labels, given: { replicas: 2 }, description: 'Milvus 2.6, "run 7", ünïcode' });
      return (await history(stage)).map((record) => ({
        said: described(record),
        labels: record.labels,
        chart: record.chart,
        defaults: record.chartValues,
        values: record.userValues,
        applied: record.applyMethod,
        dated: !Number.isNaN(Date.parse(record.lastDeployed)),
        replicas: /replicas: (\d)/.exec(record.manifest)?.[1],
      }));
    },
    expected: [
      {
        said: '1 superseded: Install complete',
        labels: {},
        chart: { name: 'app', version: '1.0.0', appVersion: '1' },
        defaults: { image: 'registry.test/app:1', replicas: 1, text: 'as installed' },
        values: { text: 'mine' },
        applied: 'client',
        dated: true,
        replicas: '1',
      },
      {
        said: '2 deployed: Milvus 2.6, "run 7", ünïcode',
        labels,
        chart: { name: 'app', version: '2.0.0', appVersion: '2' },
        defaults: { image: 'registry.test/app:2', replicas: 1, text: 'as installed' },
        values: { text: 'mine', replicas: 2 },
        applied: 'client',
        dated: true,
        replicas: '2',
      },
    ],
  },
  {
    name: 'values: handed over as a whole they take the place of those of the release, whose record stays as it is',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one', { text: 'mine', replicas: 2, deep: { a: 1 } });
      await upgrade(stage, { given: { text: 'mine', nothing: null }, wholeValues: true });
      const all = await history(stage);
      await rollback(stage, 1);
      const back = (await history(stage)).at(-1);
      return [
        all.map(({ userValues, manifest }) => [userValues, /replicas: (\d)/.exec(manifest)?.[1]]),
        back?.userValues,
      ];
    },
    expected: [
      [
        [{ text: 'mine', replicas: 2, deep: { a: 1 } }, '2'],
        [{ text: 'mine', nothing: null }, '1'],
      ],
      { text: 'mine', replicas: 2, deep: { a: 1 } },
    ],
  },
  {
    name: 'values: those given lie over those of the release; a null takes one out, also of the record before',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one', { text: 'mine', replicas: 2, deep: { a: 1, b: { c: 2 } } });
      const seen: unknown[] = [];
      const note = async () => {
        const record = (await history(stage)).at(-1);
        seen.push(record?.userValues, /replicas: (\d)/.exec(record?.manifest ?? '')?.[1]);
      };
      await upgrade(stage, { given: { replicas: null, deep: { b: { d: 3 } }, nothing: null } });
      await note();
      await upgrade(stage, { given: { deep: { a: null, b: null } } });
      await note();
      return [seen, (await history(stage)).slice(0, -1).map(({ userValues }) => userValues)];
    },
    expected: [
      [
        { text: 'mine', deep: { a: 1, b: { c: 2, d: 3 } }, nothing: null },
        '1',
        { text: 'mine', deep: {}, nothing: null },
        '1',
      ],
      // Helm writes the nulls that were given into the record that they were laid over.
      [
        { text: 'mine', replicas: null, deep: { a: 1, b: { c: 2 } }, nothing: null },
        { text: 'mine', deep: { a: null, b: null }, nothing: null },
      ],
    ],
  },
  {
    name: 'labels are handed on to the next upgrade',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage, { labels });
      await upgrade(stage, { labels: { 'milvus-upgrade/attempt': 'def' } });
      await upgrade(stage);
      return (await history(stage)).map((record) => record.labels);
    },
    expected: [{}, labels, ...[1, 2].map(() => ({ ...labels, 'milvus-upgrade/attempt': 'def' }))],
  },
  {
    name: 'the Secret of a record says what it is',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage);
      const { items } = await stage.ports.list(secrets, { namespace: stage.namespace });
      const told = ([key, value]: [string, string]) => (key === 'modifiedAt' ? key : `${key}: ${value}`);
      return items.map(({ type, metadata }) => [
        type,
        metadata.name,
        Object.entries(metadata.labels ?? {})
          .map(told)
          .sort(),
      ]);
    },
    expected: [
      ['1', 'superseded'],
      ['2', 'deployed'],
    ].map(([revision, status]) => [
      'helm.sh/release.v1',
      `sh.helm.release.v1.my.v${revision}`,
      ['modifiedAt', 'name: my', 'owner: helm', `status: ${status}`, `version: ${revision}`],
    ]),
  },
  {
    name: 'the objects belong to the release',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await upgrade(stage);
      const read = (resource: Resource, name: string) => stage.ports.get(resource, name, stage.namespace);
      const told = (object: KubeObject | undefined) => {
        const annotations = object?.metadata.annotations ?? {};
        return [
          object?.metadata.labels,
          annotations['meta.helm.sh/release-name'],
          annotations['meta.helm.sh/release-namespace'] === stage.namespace,
        ];
      };
      return [
        told(await read(configMaps, 'my-conf')),
        told(await read(deployments, 'my-web')),
        told(await read(deployments, 'my-added')),
        await read(deployments, 'my-dropped'),
      ];
    },
    expected: [
      [{ 'app.kubernetes.io/managed-by': 'Helm' }, 'my', true],
      [{ 'app.kubernetes.io/managed-by': 'Helm', app: 'web' }, 'my', true],
      [{ 'app.kubernetes.io/managed-by': 'Helm', app: 'added' }, 'my', true],
      undefined,
    ],
  },
  {
    name: 'an upgrade takes back what others have changed of what the chart says, and leaves the rest',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await stage.user.change(configMaps, 'my-conf', (live) => ({
        ...live,
        metadata: { ...live.metadata, labels: { ...live.metadata.labels, mine: 'yes' } },
        data: { ...(live.data as object), text: 'by hand', more: 'by hand' },
      }));
      await upgrade(stage);
      const conf = plain(await stage.ports.get(configMaps, 'my-conf', stage.namespace)) as KubeObject;
      return [conf.data, conf.metadata.labels];
    },
    expected: [
      { text: 'as installed', chart: '2.0.0', more: 'by hand' },
      { 'app.kubernetes.io/managed-by': 'Helm', mine: 'yes' },
    ],
  },
  {
    name: 'an upgrade keeps ten revisions, and the deployed one',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one');
      await addRevisions(stage, 2, 11, 'failed');
      await upgrade(stage);
      return statuses(stage);
    },
    expected: ['1 superseded', ...[4, 5, 6, 7, 8, 9, 10, 11].map((revision) => `${revision} failed`), '12 deployed'],
  },
  {
    name: 'a dry run renders what an upgrade would write, and writes nothing',
    helm: 'same',
    act: async (stage) => {
      await stage.install('one', { text: 'mine' });
      let seen: unknown;
      const written = await writes(stage, async () => {
        const dry = await stage.helm.dryRun(intent(stage, 'two', { given: { replicas: 2 } }));
        const objects = dry.manifest.map(({ kind, metadata, spec }) => [
          `${kind} ${metadata.name}`,
          (spec as { readonly replicas?: number } | undefined)?.replicas,
        ]);
        seen = { ...dry, manifest: objects };
      });
      return [written, seen];
    },
    expected: [
      [],
      {
        manifest: [
          ['ConfigMap my-conf', undefined],
          ['Deployment my-web', 2],
          ['Deployment my-added', 2],
        ],
        hooks: [],
        chart: { name: 'app', version: '2.0.0', appVersion: '2' },
        userValues: { text: 'mine', replicas: 2 },
      },
    ],
  },
  {
    name: 'a release that is applied on the server stays so',
    helm: 'only 4',
    act: async (stage) => {
      await stage.install('one', {}, 'server');
      const written = await writes(stage, () => upgrade(stage, { applyMethod: 'server' }));
      return [written, (await history(stage)).map(({ applyMethod }) => applyMethod)];
    },
    expected: [
      [
        'record 2 pending-upgrade',
        'changed ConfigMap my-conf',
        'changed Deployment my-web',
        'added Deployment my-added',
        'deleted Deployment my-dropped',
        'record 1 superseded',
        'record 2 deployed',
      ],
      ['server', 'server'],
    ],
  },
];
