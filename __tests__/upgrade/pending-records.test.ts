import { describe, expect, it } from '@jest/globals';
import type { KubeList, KubeObject, ListOptions, Resource, WatchEvent } from '../../src/cluster/port.js';
import { freshLast, LiveRecords } from '../../src/upgrade/pending/records.js';
import { release, secret } from '../helm/support.js';
import { flush } from './fake-clock.js';

const records = [2, 9, 12].map((version) => secret(release({ version })));
const asked: unknown[] = [];

const cluster = {
  list: <T extends KubeObject>({ kind }: Resource, options?: ListOptions): Promise<KubeList<T>> => {
    asked.push([kind, options]);
    return Promise.resolve({ items: records as unknown as T[], resourceVersion: '1' });
  },
};

/** A watch that says these things and ends. */
const watching = (events: readonly WatchEvent[]) => ({
  async *watch<T extends KubeObject>({ kind }: Resource, options: ListOptions): AsyncGenerator<WatchEvent<T>> {
    asked.push([kind, options]);
    for (const event of events) yield await Promise.resolve(event as WatchEvent<T>);
  },
});
const question = ['Secret', { namespace: 'db', labelSelector: 'owner=helm,name=my' }];

describe('the last revision of a release', () => {
  it('is the one with the highest number, among the records of that release alone', async () => {
    const other = secret(release({ version: 99 }), { type: 'Opaque' });
    records.push(other);
    expect((await freshLast(cluster, 'db', 'my'))?.record.revision).toBe(12);
    records.pop();
    expect(asked.at(-1)).toEqual(question);
  });

  it('is not known where the watch ends by itself, which is said once and for all', async () => {
    const { signal } = new AbortController();
    const live = new LiveRecords(watching([{ type: 'synced', items: records }]), { namespace: 'db', release: 'my' }, signal, () => undefined);
    await flush();
    expect(asked.at(-1)).toEqual(question);
    expect(() => live.last()).toThrow(expect.objectContaining({ details: expect.objectContaining({ id: 'watch-ended' }) }));
  }); // prettier-ignore

  it('is none of a watch that nobody wants any more', async () => {
    const abort = new AbortController();
    abort.abort();
    let changed = 0;
    const live = new LiveRecords(watching([{ type: 'synced', items: records }]), { namespace: 'db', release: 'my' }, abort.signal, () => (changed += 1));
    await flush();
    expect([live.synced, live.last(), changed]).toEqual([false, undefined, 0]);
  }); // prettier-ignore
});
