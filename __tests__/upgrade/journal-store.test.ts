import { describe, expect, it } from '@jest/globals';
import type { KubeObject, Resource, WriteOptions, Written } from '../../src/cluster/port.js';
import { failed, Problem } from '../../src/problem.js';
import { decodeJournal, encodeJournal, type JournalObject } from '../../src/upgrade/journal/codec.js';
import type { Journal } from '../../src/upgrade/journal/journal.js';
import { JournalBook, journalProblem, readJournal } from '../../src/upgrade/journal/store.js';
import { takenLease } from '../../src/upgrade/lock/lease.js';
import { Lock } from '../../src/upgrade/lock/lock.js';
import { journal as made } from '../operations/journals.js';
import { FakeClock } from './fake-clock.js';
import { Leases } from './leases.js';

const name = 'milvus-upgrade-rel';
const journal = (changes: Partial<Journal> = {}): Journal => made({ epoch: 3, ...changes });

/** ConfigMaps in memory, one of them the journal's. */
class Maps {
  object: JournalObject | undefined;
  readonly writes: {
    readonly verb: string;
    readonly object: JournalObject;
    readonly options: WriteOptions | undefined;
  }[] = [];
  /** Happens before a write is judged, once each. */
  readonly before: (() => void)[] = [];
  #version = 0;

  put(object: JournalObject): JournalObject {
    this.#version += 1;
    this.object = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    return this.object;
  }

  create = <T extends KubeObject>(_: Resource, object: T, options?: WriteOptions): Promise<Written<T>> =>
    this.#write('create', object, options);

  replace = <T extends KubeObject>(_: Resource, object: T, options?: WriteOptions): Promise<Written<T>> =>
    this.#write('replace', object, options);

  #write<T extends KubeObject>(verb: string, object: T, options?: WriteOptions): Promise<Written<T>> {
    this.writes.push({ verb, object: object, options });
    this.before.shift()?.();
    const found = this.object as T | undefined;
    const decided =
      verb === 'create' ? found === undefined : found?.metadata.resourceVersion === object.metadata.resourceVersion;
    if (!decided || (verb === 'replace' && found === undefined))
      return Promise.resolve({ written: false, ...(found === undefined ? {} : { found }) });
    return Promise.resolve({ written: true, object: this.put(object) as KubeObject as T });
  }
}

function book(found?: Journal) {
  const clock = new FakeClock();
  const who = { release: 'rel', namespace: 'db', holder: 'octo/repo/2/y', epoch: 4 };
  const leases = new Leases(clock);
  const lease = leases.put(takenLease(undefined, who, clock.now()));
  const lock = new Lock({ cluster: leases, clock, ...who, lease, renewedAt: clock.now() });
  const maps = new Maps();
  if (found !== undefined) maps.put(encodeJournal(found));
  const read = decodeJournal(maps.object);
  return { clock, leases, lock, maps, book: new JournalBook(maps, lock, read) };
}

const readIn = ({ object }: Maps): Partial<Journal> => {
  const read = decodeJournal(object);
  return read.state === 'readable' ? read.journal : {};
};

const refusalOf = (ends: Promise<unknown>): Promise<unknown> =>
  ends.then(
    () => 'written',
    (error: unknown) => (error instanceof Problem ? error.details : error),
  );

/** Somebody else has written it: a run with a later epoch, one of another undertaking. */
const theirs = (changes: Partial<Journal>) => (maps: Maps) => {
  maps.put({ ...encodeJournal(journal({ epoch: 4, ...changes })) });
};

describe('a journal in the cluster', () => {
  it('is made where there is none, with the epoch of the lock, within its time', async () => {
    const { book: it, maps, lock } = book();
    expect(it.journal).toBeUndefined();
    await it.write(journal());
    expect(maps.writes).toMatchObject([{ verb: 'create', options: { until: lock.until } }]);
    expect(readIn(maps)).toMatchObject({ attempt: journal().attempt, epoch: 4 });
    expect(it.journal).toMatchObject({ epoch: 4 });
  });

  it('is replaced as it was read, again and again', async () => {
    const { book: it, maps, lock } = book(journal());
    expect(it.journal).toEqual(journal());
    await it.write(journal({ hop: 0, run: 'second' }));
    await it.write(journal({ run: 'third' }));
    expect(maps.writes.map(({ verb }) => verb)).toEqual(['replace', 'replace']);
    expect(maps.writes[1]?.options).toEqual({ until: lock.until });
    expect([readIn(maps).run, it.journal?.run]).toEqual(['third', 'third']);
  });

  it('is written by nobody who has lost the lock', async () => {
    const { book: it, maps, clock, leases } = book(journal());
    leases.change({ holderIdentity: 'somebody else' });
    await clock.advance(5_000);
    expect(await refusalOf(it.write(journal({ run: 'second' })))).toMatchObject({ id: 'lock-lost' });
    expect([maps.writes, it.journal?.run]).toEqual([[], journal().run]);
  });

  it('is written again after a touch that changes nothing of it, and where it was deleted', async () => {
    const { book: it, maps } = book(journal());
    await it.write(journal({ run: 'second' }));
    maps.before.push(() => {
      const { object } = maps;
      if (object !== undefined) maps.put({ ...object, metadata: { ...object.metadata, labels: { team: 'data' } } });
    });
    await it.write(journal({ run: 'third' }));
    expect(maps.object?.metadata.labels).toMatchObject({ team: 'data' });
    maps.object = undefined;
    await it.write(journal({ run: 'fourth' }));
    expect(readIn(maps).run).toBe('fourth');
    expect(maps.writes.map(({ verb }) => verb)).toEqual(['replace', 'replace', 'replace', 'replace', 'create']);
  });

  it.each<[string, (maps: Maps) => void, string]>([
    ['of a later epoch', theirs({ epoch: 5 }), 'written by https://github.example/octo-org/octo-repo/actions/runs/7 (epoch 5)'],
    ['of another undertaking', theirs({ attempt: 'another' }), '(epoch 4)'],
    ['that cannot be read', (maps) => { maps.put({ ...encodeJournal(journal()), data: {} }); }, 'written by somebody else'],
  ])('is given up where one is there %s', async (_, happens, what) => {
    const { book: it, maps } = book(journal());
    await it.write(journal({ run: 'second' }));
    happens(maps);
    expect(await refusalOf(it.write(journal({ run: 'third' })))).toMatchObject({
      id: 'lock-lost',
      what: expect.stringContaining(what),
    });
    expect(maps.writes).toHaveLength(2);
    expect(it.journal?.run).toBe('second');
  }); // prettier-ignore

  it('names the run where the one that wrote has no address', async () => {
    const { book: it, maps } = book(journal());
    const { url, ...bare } = journal({ epoch: 9, run: 'octo/repo/9' });
    maps.put(encodeJournal(bare));
    expect([url, await refusalOf(it.write(journal()))]).toMatchObject([
      expect.any(String),
      { what: expect.stringContaining('written by octo/repo/9 (epoch 9)') },
    ]);
  });

  it('is given up where somebody makes one first, and where it is deleted again and again', async () => {
    const { book: it, maps } = book();
    maps.put(encodeJournal(journal({ epoch: 9 })));
    expect(await refusalOf(it.write(journal()))).toMatchObject({ what: expect.stringContaining('(epoch 9)') });
    const other = book(journal());
    other.maps.before.push(
      () => (other.maps.object = undefined),
      () => {
        theirs({ epoch: 9 })(other.maps);
      },
      () => undefined,
    );
    expect(await refusalOf(other.book.write(journal()))).toMatchObject({ what: expect.stringContaining('(epoch 9)') });
  });

  it('says that it was deleted where nothing is there and nothing was', async () => {
    const { book: it, maps } = book();
    maps.create = () => Promise.resolve({ written: false });
    expect(await refusalOf(it.write(journal()))).toMatchObject({
      what: 'The journal of this upgrade was deleted while this run (epoch 4) was under way.',
    });
  });

  it('passes on what the cluster says', async () => {
    const { book: it, maps } = book(journal());
    const busy = failed({ id: 'server-busy', what: 'Busy.', remedy: 'Wait.' });
    maps.replace = () => Promise.reject(busy);
    await expect(it.write(journal({ run: 'second' }))).rejects.toBe(busy);
    expect(it.journal?.run).toBe(journal().run);
  });
});

describe('reading a journal', () => {
  const asked: unknown[] = [];
  const cluster = (object: JournalObject | undefined) => ({
    get: <T extends KubeObject>(resource: Resource, ...at: unknown[]) => {
      asked.push([resource.kind, ...at]);
      return Promise.resolve(object as T | undefined);
    },
  });

  it('looks for it by the release, and says nothing of one that is readable or not there', async () => {
    const read = await readJournal(cluster(encodeJournal(journal())), 'db', 'rel');
    expect([read.state, asked.at(-1)]).toEqual(['readable', ['ConfigMap', name, 'db']]);
    expect(journalProblem(read)).toBeUndefined();
    expect(journalProblem(await readJournal(cluster(undefined), 'db', 'rel'))).toBeUndefined();
  });

  const unreadable = (change: (text: string) => string): JournalObject => {
    const object = encodeJournal(journal());
    return { ...object, data: { ...object.data, 'journal.json': change(object.data?.['journal.json'] ?? '') } };
  };

  it.each([
    [unreadable((text) => text.replace('"schema": 1', '"schema": 7')), 'journal-newer', '(schema 7)', 'Use that version'],
    [unreadable(() => '[]'), 'journal-unreadable', 'cannot be read: it is not an object.', 'See who changed it'],
  ])('refuses what it does not understand, with a way out', async (object, id, what, remedy) => {
    const problem = journalProblem(await readJournal(cluster(object), 'db', 'rel'));
    expect(problem).toMatchObject({
      ending: 'refused',
      details: { id, what: expect.stringContaining(what), remedy: expect.stringContaining(remedy) },
    });
    expect(problem?.details.what).toContain(`ConfigMap ${name} (namespace ${object.metadata.namespace ?? ''})`);
    expect(problem?.details.remedy).toContain(`kubectl delete configmap ${name} --namespace `);
  }); // prettier-ignore
});

describe('what a journal must have to be read', () => {
  const full = journal({
    planDigest: 'digest',
    interruptedAt: 'then',
    outcome: { result: 'failed', at: 'then', problem: 'p' },
    steps: [
      { id: 'helm-upgrade', hop: 0, epoch: 3, intendedAt: 'then', intended: { from: 1 }, observedAt: 'then', observed: { revision: 2 }, failed: 'p' },
    ],
  }); // prettier-ignore
  const { plan, ...entries } = full;

  /** The tree with another value at a path; undefined takes it away. */
  function changed(tree: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
    if (key === undefined) return value;
    if (Array.isArray(tree)) return tree.map((item: unknown, n) => (n === key ? changed(item, rest, value) : item));
    const map = tree as Readonly<Record<string, unknown>>;
    return { ...map, [key]: changed(map[key], rest, value) };
  }

  const reading = (part: 'journal' | 'plan', path: readonly (string | number)[], value: unknown) => {
    const object = encodeJournal(full);
    const texts: Readonly<Record<string, string>> =
      part === 'journal'
        ? { 'journal.json': JSON.stringify(changed(entries, path, value)) }
        : { 'plan.json': JSON.stringify(changed(plan, path, value)) };
    return decodeJournal({ ...object, data: { ...object.data, ...texts } });
  };

  it.each<['journal' | 'plan', readonly (string | number)[], string]>([
    ['journal', ['schema'], 'one of 1'],
    ['journal', ['release'], 'a text'],
    ['journal', ['namespace'], 'a text'],
    ['journal', ['attempt'], 'a text'],
    ['journal', ['asked'], 'a text'],
    ['journal', ['epoch'], 'a number'],
    ['journal', ['run'], 'a text'],
    ['journal', ['openedAt'], 'a text'],
    ['journal', ['openedBy'], 'a text'],
    ['journal', ['updatedAt'], 'a text'],
    ['journal', ['hop'], 'a number'],
    ['journal', ['base'], 'a number'],
    ['journal', ['direction'], 'one of forward, back'],
    ['journal', ['steps'], 'a list'],
    ['journal', ['steps', 0, 'id'], 'one of helm-upgrade, rollout, helm-rollback, rollout-back'],
    ['journal', ['steps', 0, 'hop'], 'a number'],
    ['journal', ['steps', 0, 'epoch'], 'a number'],
    ['journal', ['steps', 0, 'intendedAt'], 'a text'],
    ['journal', ['steps', 0, 'intended'], 'texts and numbers'],
    ['journal', ['outcome', 'result'], 'one of upgraded, failed, restored, rolled-back, overtaken'],
    ['journal', ['outcome', 'at'], 'a text'],
    ['plan', ['schema'], 'one of 1'],
    ['plan', ['release'], 'a text'],
    ['plan', ['namespace'], 'a text'],
    ['plan', ['sourceVersion'], 'a text'],
    ['plan', ['targetVersion'], 'a text'],
    ['plan', ['installed'], 'an object'],
    ['plan', ['installed', 'revision'], 'a number'],
    ['plan', ['installed', 'chartVersion'], 'a text'],
    ['plan', ['hops'], 'a list'],
    ['plan', ['hops', 0, 'path'], 'one of helm, migration'],
    ['plan', ['hops', 0, 'sourceVersion'], 'a text'],
    ['plan', ['hops', 0, 'targetVersion'], 'a text'],
    ['plan', ['hops', 0, 'chartVersion'], 'a text'],
    ['plan', ['hops', 0, 'image'], 'an object'],
    ['plan', ['hops', 0, 'image', 'repository'], 'a text'],
    ['plan', ['hops', 0, 'image', 'tag'], 'a text'],
    ['plan', ['hops', 0, 'changes'], 'a list'],
  ])('%s %j', (part, path, wanted) => {
    const read = reading(part, path, undefined);
    expect(read).toMatchObject({ state: 'unreadable', reason: expect.stringContaining(`(${wanted})`) });
    expect(reading(part, path, null)).toMatchObject({ state: 'unreadable' });
  });

  it.each<['journal' | 'plan', readonly (string | number)[], unknown]>([
    ['journal', ['planDigest'], 1],
    ['journal', ['url'], 1],
    ['journal', ['interruptedAt'], 1],
    ['journal', ['outcome'], 'upgraded'],
    ['journal', ['outcome', 'problem'], 1],
    ['journal', ['steps', 0, 'observedAt'], 1],
    ['journal', ['steps', 0, 'observed'], { revision: null }],
    ['journal', ['steps', 0, 'failed'], 1],
    ['journal', ['steps', 0, 'intended'], { revision: [] }],
    ['journal', ['steps', 0, 'intended'], 'a text'],
    ['plan', ['hops', 0, 'pointOfNoReturn'], 1],
    ['plan', ['hops', 0, 'changes'], [{}]],
  ])('%s %j is read where it is left out, and not with another kind of value', (part, path, value) => {
    expect(reading(part, path, value)).toMatchObject({ state: 'unreadable' });
    const isOptional = !['intended', 'changes'].includes(String(path.at(-1)));
    expect(reading(part, path, undefined).state).toBe(isOptional ? 'readable' : 'unreadable');
  });

  it('names five things that are wrong, not all', () => {
    const read = decodeJournal({ ...encodeJournal(full), data: { 'journal.json': '{}', 'plan.json': '{}' } });
    expect(read).toMatchObject({ state: 'unreadable', reason: expect.stringMatching(/^([^;]+; ){4}[^;]+$/) });
  });

  it.each([-1, 1, 5])('a hop of its plan: %d is none', (hop) => {
    expect(reading('journal', ['hop'], hop)).toMatchObject({
      state: 'unreadable',
      reason: 'its hop is not in its plan',
    });
  });

  it('a plan without hops is at its first', () => {
    expect(reading('plan', ['hops'], [])).toMatchObject({ state: 'readable' });
  });

  it('a plan may be packed, but not for ever', () => {
    const { data, ...object } = encodeJournal(full);
    const bare = { 'journal.json': data?.['journal.json'] ?? '' };
    expect(decodeJournal({ ...object, data: bare, binaryData: { 'plan.json.gz': 'AAAA' } })).toMatchObject({
      state: 'unreadable',
      reason: 'it is not JSON',
    });
  });

  it('a schema that is not of a newer version is unreadable', () => {
    expect(reading('journal', ['schema'], '2')).toMatchObject({ state: 'unreadable' });
    expect(reading('journal', ['schema'], 0)).toMatchObject({ state: 'unreadable' });
    expect(reading('journal', ['schema'], 1)).toMatchObject({ state: 'readable' });
  });
});
