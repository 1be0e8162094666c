import { describe, expect, it } from '@jest/globals';
import { readHistory } from '../../src/helm/record.js';
import type { ReleaseStatus } from '../../src/helm/port.js';
import { tidied } from '../../src/upgrade/engine/tidy.js';
import { charts, milvusWorld, namespace, release } from '../model/scenario.js';

const { first } = charts;

describe('revisions that Helm left deployed', () => {
  const lock = { assertHeld: () => undefined, until: Number.MAX_SAFE_INTEGER };

  async function tidy(list: readonly ReleaseStatus[], held: Pick<typeof lock, 'until'> & { assertHeld: () => void } = lock) {
    const world = await milvusWorld({ revisions: list.map((status) => ({ chart: first, status })) });
    const lines: string[] = [];
    const { process, cluster, writes } = world.process();
    const ending = await world.run(process, async () => {
      const ports = { cluster: Object.assign(Object.create(cluster as object) as typeof cluster, writes), clock: process.clock };
      const emit = (event: { readonly type: string }): void => void lines.push(JSON.stringify(event));
      return tidied({ release, namespace }, { ...ports, emit }, held, await readHistory(cluster, namespace, release));
    });
    const now = ending.ended === 'returned' ? ending.value.map(({ status }) => status) : ending;
    return { now, lines, wrote: world.store.history.length };
  } // prettier-ignore

  it.each<[readonly ReleaseStatus[], readonly ReleaseStatus[], number]>([
    [['deployed'], ['deployed'], 0],
    [['superseded', 'deployed'], ['superseded', 'deployed'], 0],
    [['deployed', 'deployed'], ['superseded', 'deployed'], 1],
    [['deployed', 'failed', 'deployed', 'deployed'], ['superseded', 'failed', 'superseded', 'deployed'], 2],
    // A revision that failed has not taken over from the one before it.
    [['deployed', 'failed'], ['deployed', 'failed'], 0],
    [['deployed', 'deployed', 'failed'], ['deployed', 'deployed', 'failed'], 0],
  ])('%j become %j', async (before, after, count) => {
    const { now, lines, wrote } = await tidy(before);
    expect([now, wrote, lines.length]).toEqual([after, count, count]);
    const text = 'Revision 1 was marked superseded, which Helm had not been able to do.';
    expect(lines.slice(0, 1)).toEqual(count === 0 ? [] : [JSON.stringify({ type: 'info', text })]);
  });

  it('stay where the lock is lost, or its time is over', async () => {
    const assertHeld = (): never => {
      throw new Error('lost');
    };
    expect(await tidy(['deployed', 'deployed'], { ...lock, assertHeld })).toMatchObject({ now: { error: new Error('lost') }, wrote: 0 });
    expect(await tidy(['deployed', 'deployed'], { ...lock, until: 0 })).toMatchObject({ now: { ended: 'threw' }, wrote: 0 });
  }); // prettier-ignore
});
