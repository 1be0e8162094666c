import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.js';
import * as changes from '../../src/upgrade/journal/changes.js';
import { decodeJournal, encodeJournal, type JournalObject } from '../../src/upgrade/journal/codec.js';
import { mostSteps, type Journal } from '../../src/upgrade/journal/journal.js';
import { stateInWords, waysOut } from '../../src/upgrade/journal/words.js';

const hop = (sourceVersion: string, targetVersion: string, chartVersion: string): Plan['hops'][number] => ({
  path: 'helm',
  row: 'same-minor',
  documentation: 'https://milvus.io/docs',
  ...{ sourceVersion, targetVersion, chartVersion },
  chartWhy: 'it is the newest',
  image: { repository: 'milvusdb/milvus', tag: `v${targetVersion}` },
  changes: [],
  notices: [],
  status: 'planned',
});

const plan: Plan = {
  schema: 1,
  ...{ release: 'rel', namespace: 'db', cluster: 'uid' },
  installed: { revision: 7, chartVersion: '4.1.24', images: [] },
  sourceVersion: '2.3.11',
  targetVersion: '2.5.16',
  situation: 'upgrade',
  hops: [hop('2.3.11', '2.4.23', '4.2.20'), hop('2.4.23', '2.5.16', '4.2.58')],
  ...{ values: {}, frozen: [], effects: [], diff: [], checks: [], allow: [] },
};

const at = Date.parse('2026-11-22T12:00:00Z');
const open = changes.opened(
  {
    ...{ release: 'rel', namespace: 'db', attempt: 'a1', base: 7, asked: 'hash', plan, planDigest: 'digest', epoch: 4 },
    run: 'octo-org/octo-repo/1/1',
    url: 'https://github.com/octo-org/octo-repo/actions/runs/1',
  },
  at,
);
const details = { from: 7, revision: 8, endsWithinMs: 83_000 };
const begun = changes.intended(open, 'helm-upgrade', details, at + 1_000);
const seen = changes.observed(begun, 'helm-upgrade', { revision: 8 }, at + 5_000);

const textOf = (journal: Journal): string => encodeJournal(journal).data?.['journal.json'] ?? '';
const edited = (change: (text: string) => string): JournalObject => {
  const object = encodeJournal(seen);
  return { ...object, data: { ...object.data, 'journal.json': change(textOf(seen)) } };
};

describe('the object of a journal', () => {
  it('gives the journal back as it was written', () => {
    expect(decodeJournal(encodeJournal(seen))).toMatchObject({ state: 'readable', journal: seen });
  });

  it('is found by its name and labels, and keeps what somebody else wrote on it', () => {
    const found = encodeJournal(open);
    const touched = { ...found, metadata: { ...found.metadata, resourceVersion: '9', labels: { team: 'data' } } };
    expect(encodeJournal(seen, touched).metadata).toMatchObject({
      name: 'milvus-upgrade-rel',
      namespace: 'db',
      resourceVersion: '9',
      labels: { team: 'data', 'milvus-upgrade/release': 'rel' },
    });
  });

  it('is read by a person: what is under way, and the two ways out', () => {
    expect(encodeJournal(begun).data?.state).toBe(`${stateInWords(begun)}\n${waysOut(begun)}`);
    expect(encodeJournal(changes.closed(begun, 'upgraded', undefined, at)).data?.state).not.toContain('rollback');
  });

  it('compresses a plan that is long, and refuses one that no object can hold', () => {
    const diff = (bytes: number): Plan['diff'] => [
      {
        ...{ kind: 'ConfigMap', name: 'c', change: 'changed', restarts: false, images: [] },
        fields: [{ path: '/data', to: randomBytes(bytes / 2).toString('hex') }],
      },
    ];
    const long = encodeJournal({ ...open, plan: { ...plan, diff: diff(600_000) } });
    expect(Object.keys(long.data ?? {})).toEqual(['state', 'journal.json']);
    expect(JSON.stringify(long).length).toBeLessThan(600_000);
    expect(decodeJournal(long)).toMatchObject({ state: 'readable', journal: { plan: { targetVersion: '2.5.16' } } });
    expect(() => encodeJournal({ ...open, plan: { ...plan, diff: diff(4_000_000) } })).toThrow(/too long/);
  });

  it('holds so many tries and no more', () => {
    let journal = open;
    for (let n = 0; n < mostSteps + 20; n += 1) journal = changes.intended(journal, 'helm-upgrade', { n }, at + n);
    expect(journal.steps).toHaveLength(mostSteps);
    expect(journal.steps.at(-1)?.intended).toEqual({ n: mostSteps + 19 });
  });
});

describe('an object that somebody edited', () => {
  it.each<[string, JournalObject | undefined, object]>([
    ['is not there', undefined, { state: 'none' }],
    [
      'is of a newer version',
      edited((text) => text.replace('"schema": 1', '"schema": 2')),
      { state: 'newer', schema: 2 },
    ],
    ['is cut', edited((text) => text.slice(0, 100)), { state: 'unreadable', reason: 'it is not JSON' }],
    ['is empty', { ...encodeJournal(seen), data: {} }, { state: 'unreadable' }],
    ['is a list', edited(() => '[]'), { state: 'unreadable', reason: 'it is not an object' }],
    [
      'lacks its attempt',
      edited((text) => text.replace('"attempt"', '"attempts"')),
      { state: 'unreadable', reason: 'journal.attempt (a text)' },
    ],
    [
      'has a step that this version does not know',
      edited((text) => text.replace('"helm-upgrade"', '"dance"')),
      { state: 'unreadable', reason: expect.stringContaining('journal.steps[0].id') },
    ],
    [
      'is at a hop that its plan does not have',
      edited((text) => text.replace(/^ {2}"hop": 0/m, '  "hop": 2')),
      { state: 'unreadable', reason: 'its hop is not in its plan' },
    ],
    [
      'has lost its plan',
      { ...encodeJournal(seen), data: { 'journal.json': textOf(seen) } },
      { state: 'unreadable', reason: 'it is not JSON' },
    ],
  ])('%s', (_, object, read) => {
    expect(decodeJournal(object)).toMatchObject(read);
  });
});

describe('changes of a journal', () => {
  it('note the intent before what was seen, for the last try of the step alone', () => {
    const again = changes.intended(
      changes.stepFailed(begun, 'helm-upgrade', 'helm-failed', at),
      'helm-upgrade',
      details,
      at,
    );
    expect(changes.observed(again, 'helm-upgrade', { revision: 9 }, at).steps).toMatchObject([
      { failed: 'helm-failed' },
      { observed: { revision: 9 } },
    ]);
    expect(changes.observed(again, 'helm-upgrade', {}, at).steps[0]).not.toHaveProperty('observed');
  });

  it('begin the next hop at the revision of the one before', () => {
    expect(changes.advanced(seen, 8, at)).toMatchObject({ hop: 1, base: 8 });
  });

  it('name the run that goes on, and forget that another was cancelled', () => {
    const by = { run: 'octo-org/octo-repo/2/1', epoch: 5 };
    const taken = changes.takenUp(changes.interrupted(begun, at), by, at);
    expect(taken).toMatchObject(by);
    expect(taken).not.toHaveProperty('interruptedAt');
    expect(taken).not.toHaveProperty('url');
  });
});

describe('the state in words', () => {
  it.each<[string, Journal, RegExp]>([
    [
      'nothing begun',
      open,
      /^The upgrade 2\.3\.11 -> 2\.5\.16 \(hop 1 of 2\), begun at \S+ by https:\S+, is open: nothing was begun\.$/,
    ],
    ['begun', begun, /is open: Helm upgrade begun at \S+, not seen to end\.$/],
    ['done', seen, /Helm upgrade begun at \S+, done at \S+\.$/],
    ['cancelled', changes.interrupted(begun, at), /was cancelled at 2026-\S+: Helm upgrade/],
    ['finished', changes.closed(seen, 'upgraded', undefined, at), /was finished at \S+\.$/],
    ['failed', changes.closed(seen, 'failed', 'image-pull', at), /ended without reaching its target \(image-pull\) at/],
    ['going back', changes.turnedBack(seen, at), /^The taking back of the upgrade 2\.3\.11/],
  ])('%s', (_, journal, words) => {
    expect(stateInWords(journal)).toMatch(words);
  });
});
