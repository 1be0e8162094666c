import { describe, expect, it } from '@jest/globals';
import { tryObjects, type Attempt } from '../../src/plan/trials.js';
import { keyOf } from '../../src/plan/compare/objects.js';
import type { ObjectDiff } from '../../src/plan/plan.js';
import { fakeApi, namespace, objectsOf, type FakeOptions } from './world.js';

const after = objectsOf();
const diffOf = (change: ObjectDiff['change']): ObjectDiff[] =>
  after.map(({ kind, metadata }) => ({
    ...{ kind, name: metadata.name, change, restarts: false, images: [], fields: [] },
  }));

async function tried(more: Partial<Attempt> = {}, judge?: FakeOptions['judge']) {
  const api = fakeApi({ objects: [], ...(judge === undefined ? {} : { judge }) });
  const trials = await tryObjects(api.cluster, {
    ...{ namespace, after, diff: diffOf('changed'), method: 'client', known: new Set() },
    live: new Map(after.map((object) => [keyOf(object), object])),
    signal: new AbortController().signal,
    ...more,
  });
  return { trials, shown: api.tried.sort() };
}

describe('objects that are shown to the server', () => {
  it('are all that change, merged into the live ones', async () => {
    const { trials, shown } = await tried();
    expect(shown).toEqual(after.map(({ kind, metadata }) => `merge ${kind} ${metadata.name}`).sort());
    expect(trials).toEqual({ refused: [], complete: true });
  });

  it('are applied where the release is, and made where they are new', async () => {
    const { shown } = await tried({ method: 'server', live: new Map(after.slice(1).map((one) => [keyOf(one), one])) });
    expect(shown.filter((one) => one.startsWith('create'))).toEqual([
      `create ${after[0]?.kind ?? ''} ${after[0]?.metadata.name ?? ''}`,
    ]);
    expect(shown.filter((one) => one.startsWith('apply'))).toHaveLength(after.length - 1);
  });

  it('are not those that stay, or that are refused for a known reason', async () => {
    expect((await tried({ diff: diffOf('unchanged') })).shown).toEqual([]);
    const { shown } = await tried({ known: new Set(['StatefulSet rel-etcd']) });
    expect(shown).not.toContain('merge StatefulSet rel-etcd');
  });

  it('are told with the reason, sorted', async () => {
    const { trials } = await tried({}, ({ kind }) =>
      kind === 'Secret' || kind === 'ConfigMap' ? { accepted: false, message: 'no' } : { accepted: true },
    );
    expect(trials.refused).toEqual([
      { object: 'ConfigMap rel-milvus', message: 'no' },
      { object: 'Secret rel-minio', message: 'no' },
    ]);
  });

  it('are not judged where the server said nothing about one of them', async () => {
    const { trials } = await tried({}, ({ kind }) => (kind === 'Secret' ? {} : { accepted: true }));
    expect(trials).toEqual({ refused: [], complete: false });
  });
});
