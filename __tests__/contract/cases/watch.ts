import type { KubeObject, ListOptions, Resource, WatchEvent } from '../../../src/cluster/port.js';
import { resources } from '../../../src/cluster/resources.js';
import type { Case, Ports, Stage } from '../stage.js';
import { map } from './objects.js';

const { configMaps, events } = resources;

const mine = { labelSelector: 'of=us' };
const ours = (stage: Stage, name: string, n = '1'): KubeObject => map(stage, name, n, { labels: { of: 'us' } });

const numberOf = ({ data, metadata }: KubeObject): string =>
  `${metadata.name}${(data as { readonly n?: string } | undefined)?.n ?? ''}`;

const words = (event: WatchEvent): string =>
  event.type === 'synced' ? `synced ${event.items.map(numberOf).join(' ')}` : `${event.type} ${numberOf(event.object)}`;

interface Watched {
  readonly stage: Stage;
  readonly ports?: Ports;
  readonly kind?: Resource;
  readonly options?: ListOptions;
  readonly count: number;
  /** What is done after the first event, after the second, ... */
  readonly then: readonly (() => Promise<unknown>)[];
}

/** Reads a watch until so many events have come. */
async function watched({ stage, ports = stage.ports, kind = configMaps, options = mine, count, then }: Watched) {
  const end = new AbortController();
  const seen: WatchEvent[] = [];
  for await (const event of ports.watch(kind, { namespace: stage.namespace, ...options }, end.signal)) {
    seen.push(event);
    await then[seen.length - 1]?.();
    if (seen.length === count) break;
  }
  end.abort();
  return seen;
}

const changeTo = (stage: Stage, name: string, n: string) =>
  stage.user.change(configMaps, name, (live) => ({ ...live, data: { n } }));

const event = (stage: Stage, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: stage.namespace, labels: { of: 'us' } },
  involvedObject: { kind: 'Pod', name: 'p', namespace: stage.namespace },
  reason: 'Told',
});

export const watchCases: readonly Case[] = [
  {
    name: 'a watch gives what is there, then each change in its order',
    act: async (stage) => {
      await stage.ports.create(configMaps, ours(stage, 'b'));
      await stage.ports.create(configMaps, ours(stage, 'a'));
      const seen = await watched({
        stage,
        count: 6,
        then: [
          async () => {
            await stage.user.create(configMaps, ours(stage, 'c'));
            await changeTo(stage, 'a', '2');
            await stage.user.create(configMaps, map(stage, 'd', '1'));
            await changeTo(stage, 'c', '2');
            await stage.user.delete(configMaps, 'a');
            await changeTo(stage, 'c', '3');
          },
        ],
      });
      const versions = seen.flatMap((one) =>
        one.type === 'synced' ? [] : [Number(one.object.metadata.resourceVersion)],
      );
      return [seen.map(words), versions.every((version, index) => index === 0 || version > (versions[index - 1] ?? 0))];
    },
    expected: [['synced a1 b1', 'changed c1', 'changed a2', 'changed c2', 'deleted a2', 'changed c3'], true],
  },
  {
    name: 'what leaves a selector is deleted for its watch, and comes again',
    act: async (stage) => {
      await stage.ports.create(configMaps, ours(stage, 'a'));
      const label = (of: string) =>
        stage.user.change(configMaps, 'a', (live) => ({
          ...live,
          metadata: { ...live.metadata, labels: { of } },
          data: { n: '2' },
        }));
      const seen = await watched({
        stage,
        count: 3,
        then: [
          async () => {
            await label('them');
            await label('us');
          },
        ],
      });
      return seen.map(words);
    },
    expected: ['synced a1', 'deleted a1', 'changed a2'],
  },
  {
    name: 'a watch of one name hears of no other',
    act: async (stage) => {
      const options = { fieldSelector: 'metadata.name=b' };
      const seen = await watched({
        stage,
        count: 3,
        options,
        then: [
          async () => {
            await stage.user.create(configMaps, ours(stage, 'a'));
            await stage.user.create(configMaps, ours(stage, 'b'));
            await stage.user.delete(configMaps, 'a');
            await stage.user.delete(configMaps, 'b');
          },
        ],
      });
      return seen.map(words);
    },
    expected: ['synced ', 'changed b1', 'deleted b1'],
  },
  {
    name: 'a deleted object is told as it last was, with its uid',
    act: async (stage) => {
      await stage.ports.create(configMaps, ours(stage, 'a'));
      const live = await stage.ports.get(configMaps, 'a', stage.namespace);
      const [, gone] = await watched({ stage, count: 2, then: [() => stage.user.delete(configMaps, 'a')] });
      if (gone?.type !== 'deleted') return words(gone ?? { type: 'synced', items: [] });
      const { uid, resourceVersion } = gone.object.metadata;
      return [uid === live?.metadata.uid, Number(resourceVersion) > Number(live?.metadata.resourceVersion)];
    },
    expected: [true, true],
  },
  {
    name: 'a state that the server has forgotten (410) is listed anew',
    act: async (stage) => {
      await stage.user.create(events, event(stage, 'a'));
      const forgotten = async (): Promise<void> => {
        await stage.user.create(events, event(stage, 'b'));
        await stage.user.create(events, event(stage, 'c'));
        await stage.user.forget();
        await stage.user.delete(events, 'b');
      };
      const then = [forgotten, () => stage.user.delete(events, 'a')];
      const seen = await watched({ stage, ports: stage.forgotten, kind: events, count: 3, then });
      return seen.map(words);
    },
    expected: ['synced a', 'synced a c', 'deleted a'],
  },
  {
    name: 'a watch ends when its reader ends it',
    act: async (stage) => {
      const end = new AbortController();
      const seen: string[] = [];
      for await (const one of stage.ports.watch(configMaps, { namespace: stage.namespace, ...mine }, end.signal)) {
        seen.push(words(one));
        end.abort();
      }
      return seen;
    },
    expected: ['synced '],
  },
];
