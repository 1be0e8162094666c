import type { KubeObject, Written } from '../../../src/cluster/port.js';
import { resources } from '../../../src/cluster/resources.js';
import { deployment, template } from '../pods.js';
import { workloadKinds, Recording } from '../recording.js';
import type { Case, Loss, Stage } from '../stage.js';
import { endOf, isMarked, plain } from '../views.js';

const { configMaps, deployments, secrets } = resources;

export const map = (stage: Stage, name: string, n: string, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: stage.namespace, ...metadata },
  data: { n },
});

/** The number in a map, and whether it was written through the port. */
const numbered = (object: KubeObject | undefined): string => {
  const n = (object?.data as { readonly n?: string } | undefined)?.n ?? 'nothing';
  return isMarked(object) ? `${n} (marked)` : n;
};

const told = (answer: Written): string =>
  `${answer.written ? 'written' : 'not written'}: ${numbered(answer.written ? answer.object : answer.found)}`;

const read = async (stage: Stage, name = 'a'): Promise<string> =>
  numbered(await stage.ports.get(configMaps, name, stage.namespace));

async function made(stage: Stage, n: string): Promise<KubeObject> {
  const answer = await stage.ports.create(configMaps, map(stage, 'a', n));
  if (!answer.written) throw new Error('it was there');
  return answer.object;
}

const with2 = (object: KubeObject): KubeObject => ({ ...object, data: { n: '2' } });

/** One write over a bad connection: what its caller learns, and what is there then. */
const lossCase = (loss: Loss, way: 'create' | 'replace', withinMs: number, expected: object): Case => ({
  name: `a ${way}, ${loss}`,
  act: async (stage) => {
    const limits = { until: stage.clock.now() + withinMs };
    const seen = way === 'replace' ? await made(stage, '1') : map(stage, 'a', '1');
    const ports = stage.losing(loss);
    let answer = '';
    const write = ports[way](configMaps, with2(seen), limits).then((written) => (answer = told(written)));
    const ended = await endOf(write);
    return { ended, answer, there: await read(stage) };
  },
  expected,
});

const goodEnd = { ended: 'done', answer: 'written: 2 (marked)', there: '2 (marked)' };

export const objectCases: readonly Case[] = [
  {
    name: 'what is not there is undefined, and an empty list',
    act: async ({ ports, namespace }) => [
      await ports.get(configMaps, 'a', namespace),
      await ports.get(deployments, 'a', namespace),
      (await ports.list(secrets, { namespace })).items,
      (await ports.list(deployments, { namespace, labelSelector: 'owner=helm' })).items,
      await ports.podLogs(namespace, 'a'),
    ],
    expected: [undefined, undefined, [], [], undefined],
  },
  {
    name: 'an object is read as it was created, by get and by list',
    act: async (stage) => {
      const object = map(stage, 'a', '1', { labels: { of: 'x' }, annotations: { note: 'y' } });
      await stage.ports.create(configMaps, object);
      const { items } = await stage.ports.list(configMaps, { namespace: stage.namespace, labelSelector: 'of=x' });
      const got = await stage.ports.get(configMaps, 'a', stage.namespace);
      return [plain(got), items.map(plain), items[0]?.metadata.resourceVersion === got?.metadata.resourceVersion];
    },
    expected: (() => {
      const metadata = { name: 'a', labels: { of: 'x' }, annotations: { note: 'y' } };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { n: '1' } };
      return [object, [object], true];
    })(),
  },
  {
    name: 'metadata is given by the server, and stays',
    act: async (stage) => {
      const { metadata: first } = await made(stage, '1');
      const answer = await stage.ports.replace(configMaps, { ...map(stage, 'a', '2'), metadata: first });
      const { metadata: second } = answer.written ? answer.object : map(stage, 'a', '');
      return [
        typeof first.uid,
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(first.creationTimestamp ?? ''),
        second.uid === first.uid,
        second.creationTimestamp === first.creationTimestamp,
        first.generation,
        Number(second.resourceVersion) > Number(first.resourceVersion),
        second.namespace === stage.namespace,
      ];
    },
    expected: ['string', true, true, true, undefined, true, true],
  },
  {
    name: 'creating what is there says what is there',
    act: async (stage) => [
      told(await stage.ports.create(configMaps, map(stage, 'a', '1'))),
      told(await stage.others.create(configMaps, map(stage, 'a', '2'))),
      await read(stage),
    ],
    expected: ['written: 1 (marked)', 'not written: 1 (marked)', '1 (marked)'],
  },
  {
    name: 'of two who create one wins, and both know who',
    act: async (stage) => {
      const answers = await Promise.all([
        stage.ports.create(configMaps, map(stage, 'a', '1')),
        stage.others.create(configMaps, map(stage, 'a', '1')),
      ]);
      return answers.map(told).sort();
    },
    expected: ['not written: 1 (marked)', 'written: 1 (marked)'],
  },
  {
    name: 'a replacement holds for the state it was decided on, and only for that',
    act: async (stage) => {
      const seen = await made(stage, '1');
      return [
        told(await stage.ports.replace(configMaps, with2(seen))),
        told(await stage.others.replace(configMaps, { ...seen, data: { n: '3' } })),
        await read(stage),
      ];
    },
    expected: ['written: 2 (marked)', 'not written: 2 (marked)', '2 (marked)'],
  },
  {
    name: 'of two who replace one wins',
    act: async (stage) => {
      const seen = await made(stage, '1');
      const answers = await Promise.all([
        stage.ports.replace(configMaps, with2(seen)),
        stage.others.replace(configMaps, with2(seen)),
      ]);
      return answers.map(told).sort();
    },
    expected: ['not written: 2 (marked)', 'written: 2 (marked)'],
  },
  {
    name: 'a change of somebody else counts, whatever it is',
    act: async (stage) => {
      const seen = await made(stage, '1');
      await stage.user.change(configMaps, 'a', (live) => ({
        ...live,
        metadata: { ...live.metadata, labels: { x: 'y' } },
      }));
      const answer = await stage.ports.replace(configMaps, with2(seen));
      return [told(answer), !answer.written && answer.found?.metadata.labels];
    },
    expected: ['not written: 1 (marked)', { x: 'y' }],
  },
  {
    name: 'a replacement takes away what it lacks',
    act: async (stage) => {
      const seen = await stage.ports.create(
        configMaps,
        map(stage, 'a', '1', { labels: { x: 'y' }, annotations: { z: '' } }),
      );
      if (!seen.written) return undefined;
      const { resourceVersion } = seen.object.metadata;
      await stage.ports.replace(configMaps, map(stage, 'a', '2', { resourceVersion }));
      return plain(await stage.ports.get(configMaps, 'a', stage.namespace));
    },
    expected: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { n: '2' } },
  },
  {
    name: 'what is gone is not replaced',
    act: async (stage) => {
      const seen = await made(stage, '1');
      await stage.user.delete(configMaps, 'a');
      return [told(await stage.ports.replace(configMaps, with2(seen))), await read(stage)];
    },
    expected: ['not written: nothing', 'nothing'],
  },
  {
    name: 'what was deleted and made again is another object',
    act: async (stage) => {
      const seen = await made(stage, '1');
      await stage.user.delete(configMaps, 'a');
      await stage.user.create(configMaps, map(stage, 'a', '3'));
      const answer = await stage.ports.replace(configMaps, with2(seen));
      return [told(answer), !answer.written && answer.found?.metadata.uid === seen.metadata.uid];
    },
    expected: ['not written: 3', false],
  },
  {
    name: 'a write that changes nothing is a write: others have to look again',
    act: async (stage) => {
      const seen = await made(stage, '1');
      return [
        told(await stage.ports.replace(configMaps, seen)),
        told(await stage.others.replace(configMaps, with2(seen))),
      ];
    },
    expected: ['written: 1 (marked)', 'not written: 1 (marked)'],
  },
  lossCase('answer lost once', 'create', 20_000, goodEnd),
  lossCase('answer lost once', 'replace', 20_000, goodEnd),
  lossCase('request lost once', 'create', 20_000, goodEnd),
  lossCase('request lost once', 'replace', 20_000, goodEnd),
  lossCase('refused once', 'create', 20_000, goodEnd),
  lossCase('busy once', 'replace', 20_000, goodEnd),
  lossCase('answers lost', 'replace', 2_000, { ended: 'write-unknown', answer: '', there: '2 (marked)' }),
  lossCase('requests lost', 'create', 2_000, { ended: 'write-unknown', answer: '', there: 'nothing' }),
  lossCase('requests lost', 'replace', 0, { ended: 'write-too-late', answer: '', there: '1 (marked)' }),
  {
    name: 'a spec has a generation, other fields have not',
    act: async (stage) => {
      const { user, namespace } = stage;
      return Recording.of(stage, workloadKinds, async (recording) => {
        await user.create(deployments, { ...deployment('web', 0, '1'), metadata: { name: 'web', namespace } });
        const generation = async () => (await stage.ports.get(deployments, 'web', namespace))?.metadata.generation;
        const seen = [await generation()];
        const observed = (state: typeof recording.state) =>
          state.workloads.deployments.every(
            ({ status, metadata }) => status?.observedGeneration === metadata.generation,
          );
        await recording.until('the first status', observed);
        seen.push(await generation());
        await user.change(deployments, 'web', (live) => ({
          ...live,
          metadata: { ...live.metadata, labels: { x: 'y' } },
        }));
        seen.push(await generation());
        await user.change(deployments, 'web', (live) => ({ ...live, status: { replicas: 7 } }));
        seen.push(await generation());
        await user.change(deployments, 'web', (live) => ({
          ...live,
          spec: { ...(live.spec as object), paused: true },
        }));
        seen.push(await generation());
        await recording.until('the second status', observed);
        const live = await stage.ports.get(deployments, 'web', namespace);
        return [...seen, (live?.status as { replicas?: number }).replicas ?? 0];
      });
    },
    expected: [1, 1, 1, 1, 2, 0],
  },
  {
    name: 'lists by labels and by name',
    act: async (stage) => {
      const { ports, namespace } = stage;
      await ports.create(configMaps, map(stage, 'b', '1', { labels: { owner: 'helm', name: 'my' } }));
      await ports.create(configMaps, map(stage, 'a', '1', { labels: { owner: 'helm', name: 'other' } }));
      await ports.create(configMaps, map(stage, 'c', '1', { labels: { owner: 'nobody' } }));
      const names = async (options: object) =>
        (await ports.list(configMaps, { namespace, ...options })).items.map(
          ({ kind, metadata }) => `${kind} ${metadata.name}`,
        );
      return [
        await names({ labelSelector: 'owner=helm' }),
        await names({ labelSelector: 'owner=helm,name=my' }),
        await names({ labelSelector: 'owner,name!=my' }),
        await names({ fieldSelector: 'metadata.name=c' }),
        (await ports.list(configMaps, { namespace: `${namespace}-other` })).items,
      ];
    },
    expected: [['ConfigMap a', 'ConfigMap b'], ['ConfigMap b'], ['ConfigMap a', 'ConfigMap c'], ['ConfigMap c'], []],
  },
  {
    name: 'a trial stores nothing',
    act: async (stage) => {
      const { ports, namespace } = stage;
      const object = { ...deployment('web', 1, '1'), metadata: { name: 'web', namespace } };
      await ports.create(deployments, object);
      const changed = {
        ...object,
        spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template('web', '2') },
      };
      const trials = [
        await ports.trial(deployments, { ...object, metadata: { name: 'new' } }, { namespace, way: 'create' }),
        await ports.trial(deployments, changed, { namespace, way: 'merge' }),
        await ports.trial(deployments, changed, { namespace, way: 'apply' }),
      ];
      const live = await ports.get(deployments, 'web', namespace);
      return [
        trials.map(({ accepted }) => accepted),
        live?.metadata.generation,
        await ports.get(deployments, 'new', namespace),
      ];
    },
    expected: [[true, true, true], 1, undefined],
  },
];
