import { describe, expect, it } from '@jest/globals';
import type { KubeList, KubeObject, Resource, WatchEvent, WriteOptions, Written } from '../../src/cluster/port.js';
import { decodeRecord } from '../../src/helm/record.js';
import { failed, Problem, type ProblemDetails } from '../../src/problem.js';
import type { Event } from '../../src/report/events.js';
import { settlePending, type SettleOptions } from '../../src/upgrade/pending/settle.js';
import { release, secret } from '../helm/support.js';
import { FakeClock, flush } from './fake-clock.js';

const map = (name: string, x: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'db', uid: name },
  data: { x },
});

const revision = (number: number, status: string, x = String(number)): KubeObject =>
  secret(
    release({
      version: number,
      info: { status, description: `d${number}` },
      manifest: ['a', 'b', 'c'].map((name) => JSON.stringify(map(name, x))).join('\n---\n'),
    }),
  );

type Listener = (event: WatchEvent | Error) => void;

/** Records with resource versions and a watch, and ConfigMaps to be read one by one. */
class World {
  readonly clock = new FakeClock();
  readonly secrets = new Map<string, KubeObject>();
  readonly maps = new Map<string, KubeObject>();
  readonly listeners = new Set<Listener>();
  readonly looks: number[] = [];
  readonly writes: { readonly at: number; readonly object: KubeObject; readonly options: WriteOptions | undefined }[] =
    [];
  /** Runs before the write is judged. */
  beforeWrite: () => void = () => undefined;
  /** Whether the watch says what changes. */
  telling = true;
  #version = 40;

  constructor() {
    this.put(revision(7, 'deployed'), revision(8, 'pending-upgrade'));
    this.live(map('a', '8'), map('b', '7'), map('c', '7'));
  }

  put(...records: readonly KubeObject[]): void {
    for (const one of records) {
      this.#version += 1;
      const object = { ...one, metadata: { ...one.metadata, resourceVersion: String(this.#version) } };
      this.secrets.set(one.metadata.name, object);
      if (this.telling) this.tell({ type: 'changed', object });
    }
  }

  remove(name: string): void {
    const object = this.secrets.get(name);
    this.secrets.delete(name);
    if (object !== undefined) this.tell({ type: 'deleted', object });
  }

  live(...objects: readonly KubeObject[]): void {
    for (const one of objects) this.maps.set(one.metadata.name, one);
  }

  tell(event: WatchEvent | Error): void {
    for (const listener of this.listeners) listener(event);
  }

  readonly cluster: SettleOptions['cluster'] = {
    resourceFor: (_, kind) =>
      Promise.resolve({ group: '', version: 'v1', plural: 'configmaps', kind, namespaced: true }),
    get: <T extends KubeObject>(_: Resource, name: string) => {
      if (name === 'a') this.looks.push(this.clock.now());
      return Promise.resolve(this.maps.get(name) as T | undefined);
    },
    list: <T extends KubeObject>(): Promise<KubeList<T>> =>
      Promise.resolve({ items: [...this.secrets.values()] as unknown as T[], resourceVersion: '1' }),
    watch: <T extends KubeObject>(_: Resource, __: unknown, signal: AbortSignal) => this.#watch<T>(signal),
  };

  async *#watch<T extends KubeObject>(signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
    const queue: (WatchEvent | Error)[] = [{ type: 'synced', items: [...this.secrets.values()] }];
    let ring: () => void = () => undefined;
    const listener: Listener = (event) => {
      queue.push(event);
      ring();
    };
    this.listeners.add(listener);
    signal.addEventListener('abort', () => {
      this.listeners.delete(listener);
      ring();
    });
    while (!signal.aborted) {
      const event = queue.shift();
      if (event === undefined) await new Promise<void>((resolve) => (ring = resolve));
      else if (event instanceof Error) throw event;
      else yield event as WatchEvent<T>;
    }
  }

  replace = <T extends KubeObject>(_: Resource, object: T, options?: WriteOptions): Promise<Written<T>> => {
    this.beforeWrite();
    const found = this.secrets.get(object.metadata.name) as T | undefined;
    if (found?.metadata.resourceVersion !== object.metadata.resourceVersion)
      return Promise.resolve({ written: false, ...(found === undefined ? {} : { found }) });
    this.writes.push({ at: this.clock.now(), object, options });
    this.put(object);
    return Promise.resolve({ written: true, object });
  };
}

/** What a wait ended with, if that was a Problem. */
const detailsOf = ({ error }: { readonly error?: unknown }): Partial<ProblemDetails> =>
  error instanceof Problem ? error.details : {};

const nameOf = (number: number): string => `sh.helm.release.v1.my.v${number}`;
const childMs = 110_000;
const quietMs = 30_000;

/** Begins to settle revision 8; `seconds` moves the clock on, `times` are seconds after the beginning. */
function begin(world: World, changes: Partial<SettleOptions> = {}) {
  const { clock } = world;
  const startedAt = clock.now();
  const lines: { readonly at: number; readonly text: string }[] = [];
  const abort = new AbortController();
  let held: Error | undefined;
  const end: { value?: unknown; error?: unknown } = {};
  const pending = world.secrets.get(nameOf(8));
  const before = world.secrets.get(nameOf(7));
  if (pending === undefined || before === undefined) throw new Error('no records');
  void settlePending({
    cluster: world.cluster,
    writes: { replace: world.replace },
    clock,
    emit: (event: Event) => {
      if (event.type === 'progress') lines.push({ at: (clock.now() - startedAt) / 1000, text: event.text });
    },
    signal: abort.signal,
    pending: decodeRecord(pending),
    before: decodeRecord(before),
    owner: { ours: true, childEndsInMs: childMs },
    quietMs,
    deadlineAt: startedAt + 600_000,
    held: () => {
      if (held !== undefined) throw held;
      return { until: 123 };
    },
    by: 'run 1 of a/b',
    ...changes,
  }).then(
    (value) => (end.value = value),
    (error: unknown) => (end.error = error),
  );
  return {
    end,
    lines,
    abort,
    seconds: (n: number) => clock.advance(n * 1000),
    lose: (error: Error) => (held = error),
    now: () => (clock.now() - startedAt) / 1000,
    writtenAt: () => world.writes.map(({ at }) => (at - startedAt) / 1000),
    lookedAt: () => world.looks.map((at) => (at - startedAt) / 1000),
  };
}

/** A watch without a first answer. */
const never: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
};

describe('settlePending', () => {
  it('frees a dead revision after the time of its Helm and 30 quiet seconds, not before', async () => {
    const world = new World();
    const run = begin(world);
    await run.seconds(139.999);
    expect([run.end, run.writtenAt()]).toEqual([{}, []]);
    await run.seconds(0.001);
    expect(run.end.value).toMatchObject({
      outcome: 'unlocked',
      record: { revision: 8, status: 'failed' },
      comparison: { before: 7, pending: 8, objects: [{ state: 'pending' }, { state: 'before' }, { state: 'before' }] },
    });
    expect(run.writtenAt()).toEqual([140]);
    expect(world.writes[0]?.options).toEqual({ until: 123 });
    expect(decodeRecord(world.secrets.get(nameOf(8)) ?? map('', '')).description).toBe(
      'Marked failed by run 1 of a/b: it was pending-upgrade, made by this action, and nothing worked on it any more; 1 of 3 objects is of revision 8, 2 still of revision 7.',
    );
    // The objects are read only once they count.
    expect(run.lookedAt()).toEqual([110, 120, 130, 140]);
    expect([world.listeners.size, world.clock.sleeping]).toEqual([0, 0]);
  });

  it('says what it waits for, until when, at least every 30 s, and what it found', async () => {
    const run = begin(new World(), { owner: { ours: false, childEndsInMs: childMs } });
    await run.seconds(140);
    expect(run.lines.map(({ at }) => at)).toEqual([0, 30, 60, 90, 120, 140]);
    const [first, second] = run.lines.map(({ text }) => text);
    expect(first).toContain('Revision 8 of release my in namespace db is pending-upgrade, made by somebody else.');
    expect(first).toContain('up to 1 min 50 s more; when nothing has changed for 30 s after that, it is marked failed');
    expect(first).toMatch(/Waiting until \d{4}-\d\d-\d\d [\d:]+ UTC at the latest$/);
    expect(second).toContain('waiting for its Helm to end, 1 min 20 s at most (30 s waited, 9 min 30 s left)');
    expect(run.lines.at(-2)?.text).toContain('20 s more without a change; 1 of 3 objects is of revision 8');
    expect(run.lines.at(-1)?.text).toContain('marked failed: 1 of 3 objects is of revision 8, 2 still of revision 7');
  });

  it.each(['deployed', 'failed'])('ends early when the revision ends by itself: %s', async (status) => {
    const world = new World();
    const run = begin(world);
    await run.seconds(20);
    world.put(revision(8, status));
    await flush();
    expect(run.end.value).toMatchObject({ outcome: 'ended', record: { revision: 8, status } });
    expect([run.writtenAt(), run.lookedAt(), run.lines.at(-1)?.text]).toEqual([
      [],
      [],
      `Revision 8 ended by itself: it is ${status}`,
    ]);
  });

  it.each<readonly [string, (world: World) => void, object]>([
    ['a newer one is written', (world) => { world.put(revision(9, 'pending-rollback')); }, { outcome: 'replaced', record: { revision: 9 } }],
    ['its record is deleted', (world) => { world.remove(nameOf(8)); }, { outcome: 'replaced', record: { revision: 7 } }],
    ['all records are deleted', (world) => { world.remove(nameOf(7)); world.remove(nameOf(8)); }, { outcome: 'replaced' }],
  ])('ends early when %s', async (_what, act, expected) => {
    const world = new World();
    const run = begin(world);
    await run.seconds(1);
    act(world);
    await flush();
    expect(run.end.value).toMatchObject(expected);
    expect(run.lines).toHaveLength(2);
  }); // prettier-ignore

  it.each<readonly [string, (world: World) => void]>([
    ['an object', (world) => { world.live(map('b', '8')); }],
    ['an object that is made', (world) => { world.live({ ...map('b', '7'), metadata: { name: 'b', uid: 'other' } }); }],
    ['an object that is deleted', (world) => { world.maps.delete('b'); }],
    ['the record', (world) => { world.put(revision(8, 'pending-upgrade')); }],
  ])('starts the quiet time anew with each change of %s', async (_what, act) => {
    const world = new World();
    const run = begin(world);
    await run.seconds(125);
    act(world);
    // Seen by the look at 130 s.
    await run.seconds(34.999);
    expect(run.writtenAt()).toEqual([]);
    await run.seconds(0.001);
    expect(run.writtenAt()).toEqual([160]);
    expect(run.end.value).toMatchObject({ outcome: 'unlocked' });
    expect(run.lines.filter(({ text }) => text.includes('it has changed')).map(({ at }) => at)).toEqual([130]);
  }); // prettier-ignore

  it('does not count changes while its Helm may still be at work, nor what Helm does not write', async () => {
    const world = new World();
    const run = begin(world);
    await run.seconds(100);
    world.live(map('b', '8'));
    await run.seconds(20);
    world.live({ ...map('c', '7'), status: { ready: true } });
    await run.seconds(20);
    expect(run.writtenAt()).toEqual([140]);
  });

  it('does not trust the watch alone before it writes', async () => {
    const world = new World();
    world.telling = false;
    const run = begin(world);
    await run.seconds(115);
    world.put(revision(8, 'deployed'));
    await run.seconds(25);
    expect(run.end.value).toMatchObject({ outcome: 'ended', record: { status: 'deployed' } });
    expect(run.writtenAt()).toEqual([]);
  });

  it('takes a record that changed under the write for a change', async () => {
    const world = new World();
    const run = begin(world);
    let first = true;
    world.beforeWrite = () => {
      if (first) world.put(revision(8, 'pending-upgrade'));
      first = false;
    };
    await run.seconds(169.999);
    expect(run.writtenAt()).toEqual([]);
    await run.seconds(0.001);
    expect(run.writtenAt()).toEqual([170]);
  });

  it('finds a record that ended under the write', async () => {
    const world = new World();
    const run = begin(world);
    world.beforeWrite = () => {
      world.put(revision(8, 'deployed'));
    };
    await run.seconds(140);
    expect(run.end.value).toMatchObject({ outcome: 'ended', record: { status: 'deployed' } });
    expect(run.writtenAt()).toEqual([]);
  });

  it('ends at its deadline when it never gets quiet, with what it saw', async () => {
    const world = new World();
    const run = begin(world, { deadlineAt: world.clock.now() + 200_000 });
    for (let i = 0; i < 25 && run.end.error === undefined; i++) {
      await run.seconds(10);
      world.live(map('b', `other-${i}`));
    }
    expect(run.now()).toBe(200);
    expect(run.writtenAt()).toEqual([]);
    expect(run.end.error).toMatchObject({ ending: 'failed', details: { id: 'release-pending' } });
    const { what, why } = detailsOf(run.end);
    expect(what).toContain('still was after 3 min 20 s of waiting. 1 of 3 objects is of revision 8');
    expect(what).toContain('1 of neither (ConfigMap b)');
    expect(why).toContain('There were not yet 30 s without a change');
  });

  it('never frees a revision whose Helm may be at work at the deadline', async () => {
    const world = new World();
    const run = begin(world, { deadlineAt: world.clock.now() + 60_000 });
    expect(run.lines[0]?.text).toContain('too little time left to mark it failed');
    await run.seconds(60);
    const { id, what, why } = detailsOf(run.end);
    expect(id).toBe('release-pending');
    expect(what).toContain('1 of 3 objects is of revision 8');
    expect(why).toContain('could still be at work');
    expect(run.writtenAt()).toEqual([]);
  });

  it('waits for the lease duration also where its Helm must have ended', async () => {
    const run = begin(new World(), { owner: { ours: true, childEndsInMs: -5_000 } });
    await run.seconds(29.999);
    expect(run.writtenAt()).toEqual([]);
    await run.seconds(0.001);
    expect(run.writtenAt()).toEqual([30]);
    expect(run.lines[0]?.text).toContain('Its Helm should have ended by now');
  });

  it('compares a first installation with nothing', async () => {
    const world = new World();
    world.maps.delete('c');
    const run = begin(world, { before: undefined });
    await run.seconds(140);
    expect(run.end.value).toMatchObject({ outcome: 'unlocked' });
    expect(run.lines.at(-1)?.text).toContain('2 of 3 objects are of revision 8, 1 not made yet');
  });

  it('stops without a write when the lease is lost', async () => {
    const world = new World();
    const run = begin(world);
    await run.seconds(125);
    const lost = failed({ id: 'lock-lost', what: 'lost', remedy: '' });
    run.lose(lost);
    // With the signal of the lease, at once; without, by the next look.
    await run.seconds(5);
    expect(run.end.error).toBe(lost);
    expect(run.writtenAt()).toEqual([]);
  });

  it('says that the lease was lost, not that it was cancelled, where the signal ends with the lease', async () => {
    const run = begin(new World());
    await run.seconds(10);
    const lost = failed({ id: 'lock-lost', what: 'lost', remedy: '' });
    run.lose(lost);
    run.abort.abort(lost);
    await flush();
    expect(run.end.error).toBe(lost);
  });

  it('stops at once when the run is cancelled', async () => {
    const run = begin(new World());
    await run.seconds(10);
    run.abort.abort();
    await flush();
    expect(run.end.error).toMatchObject({ details: { id: 'cancelled' } });
    expect(run.now()).toBe(10);
  });

  it('ends with what ended the watch', async () => {
    const world = new World();
    const run = begin(world);
    await run.seconds(10);
    const forbidden = failed({ id: 'forbidden', what: 'no', remedy: '' });
    world.tell(forbidden);
    await flush();
    expect(run.end.error).toBe(forbidden);
  });

  it('does not look at objects before the records are there, and ends at the deadline all the same', async () => {
    const world = new World();
    const quiet = { ...world.cluster, watch: () => never };
    const run = begin(world, { cluster: quiet });
    await run.seconds(600);
    expect(detailsOf(run.end).why).toContain('did not show the records');
    // The last look, for the sentence.
    expect(run.lookedAt()).toEqual([600]);
    expect(run.lines).toHaveLength(20);
  }); // prettier-ignore
});
