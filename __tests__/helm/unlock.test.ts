import { describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import type { KubeObject, WriteOptions, Written } from '../../src/cluster/port.js';
import { valueSpan } from '../../src/helm/json-text.js';
import { decodeRecord } from '../../src/helm/record.js';
import { unlock, unlockedSecret } from '../../src/helm/unlock.js';
import { problemOf, release, secret } from './support.js';

const at = Date.parse('2026-11-22T15:00:00.900Z');
const why = 'Marked failed by run 1 of a/b: nothing worked on it.';

/** The JSON text in a record. */
const textOf = (one: KubeObject): string =>
  gunzipSync(
    Buffer.from(Buffer.from((one.data as { release: string }).release, 'base64').toString(), 'base64'),
  ).toString();

const asStored = (text: string, changes: Partial<KubeObject['metadata']> = {}): KubeObject => {
  const { metadata, ...rest } = secret(release(), { stored: Buffer.from(Buffer.from(text).toString('base64')) });
  return {
    ...rest,
    metadata: {
      ...metadata,
      resourceVersion: '41',
      uid: 'u',
      labels: { name: 'my', owner: 'helm', status: 'pending-upgrade', version: '3', createdAt: '1', team: 'db' },
      ...changes,
    },
  };
};

const info =
  '{"first_deployed":"2026-11-22T14:18:28.123456789+01:00","description":"Preparing upgrade","status":"pending-upgrade","notes":"a \\"b\\" {"}';
/** As Go writes it, with what JavaScript would write otherwise. */
const text = (status = 'pending-upgrade'): string =>
  `{"name":"my","info":${info.replace('"status":"pending-upgrade"', `"status":"${status}"`)},"chart":{"metadata":{"name":"milvus","version":"1"},"values":{"n":12345678901234567890,"info":{"status":"x"},"f":1.0,"u":"\\u003c"}},"config":{"e":1e+21},"manifest":"info: \\"\\n","version":3,"namespace":"db","apply_method":"ssa"}`;

describe('unlockedSecret', () => {
  it('changes status, description and the labels for them, and no other character', () => {
    const before = asStored(text());
    const after = unlockedSecret(before, why, at);
    const [own] = /"info":(\{.*?"notes":"[^}]*\})/.exec(textOf(after))?.slice(1) ?? [];
    expect(JSON.parse(own ?? '')).toEqual({ ...JSON.parse(info), status: 'failed', description: why });
    expect(textOf(after).replace(own ?? '?', info)).toBe(text());
    expect(after.metadata).toEqual({
      ...before.metadata,
      labels: { ...before.metadata.labels, status: 'failed', modifiedAt: '1795359600' },
    });
    expect({ ...after, data: 0, metadata: 0 }).toEqual({ ...before, data: 0, metadata: 0 });
    expect(decodeRecord(after)).toMatchObject({ status: 'failed', description: why, labels: { team: 'db' } });
  });

  it('never quotes a record that cannot be read', async () => {
    const { details } = await problemOf(() => unlockedSecret(asStored('{"password":"hunter2"}'), why, at));
    expect(details.id).toBe('release-unreadable');
    expect(JSON.stringify(details)).not.toContain('hunter2');
  });
});

describe('unlock', () => {
  function writes(answer: (object: KubeObject) => Written) {
    const calls: { readonly object: KubeObject; readonly options: WriteOptions | undefined }[] = [];
    const replace = <T extends KubeObject>(_: unknown, object: T, options?: WriteOptions) => {
      calls.push({ object, options });
      return Promise.resolve(answer(object) as Written<T>);
    };
    return { ports: { writes: { replace }, clock: { now: () => at } }, calls };
  }

  it.each(['pending-install', 'pending-upgrade', 'pending-rollback'])('frees a release that is %s', async (status) => {
    const { ports, calls } = writes((object) => ({ written: true, object }));
    const answer = await unlock(ports, asStored(text(status)), why, { until: 5 });
    expect(answer).toMatchObject({ outcome: 'unlocked', record: { status: 'failed', revision: 3 } });
    // The write holds only for the state that was read.
    expect(calls.map(({ object, options }) => [object.metadata.resourceVersion, options])).toEqual([
      ['41', { until: 5 }],
    ]);
  });

  it('leaves a record alone that has changed meanwhile', async () => {
    const { ports } = writes(() => ({ written: false, found: asStored(text('deployed')) }));
    expect(await unlock(ports, asStored(text()), why)).toMatchObject({
      outcome: 'changed',
      record: { status: 'deployed' },
    });
  });

  it('leaves a record alone that is gone', async () => {
    const { ports } = writes(() => ({ written: false }));
    expect(await unlock(ports, asStored(text()), why)).toEqual({ outcome: 'changed' });
  });

  it.each(['deployed', 'failed', 'superseded', 'uninstalling'])('writes nothing for one that is %s', async (status) => {
    const { ports, calls } = writes((object) => ({ written: true, object }));
    expect((await unlock(ports, asStored(text(status)), why)).outcome).toBe('changed');
    expect(calls).toEqual([]);
  });
});

describe('valueSpan', () => {
  it.each([
    ['{"a":1}', 'a', '1'],
    ['{"b":{"a":2},"a":{"b":[1,{"a":3}]},"c":0}', 'a', '{"b":[1,{"a":3}]}'],
    [' {\n "a" : [ 1 , 2 ] \n} ', 'a', '[ 1 , 2 ]'],
    ['{"x":"\\\\","y":"\\"a\\":1,","a":"}"}', 'a', '"}"'],
    ['{"\\u0061":true}', 'a', 'true'],
    ['{"a":1,"a":2}', 'a', '2'],
    ['{"x":["a",{"a":1}],"y":"a"}', 'a', undefined],
    ['{}', 'a', undefined],
  ])('%s has %s at %j', (json, name, expected) => {
    const span = valueSpan(json, name);
    expect(span === undefined ? undefined : json.slice(span.start, span.end)).toBe(expected);
  });

  it('goes through a text with a very long string', () => {
    const json = JSON.stringify({ x: '\\"{'.repeat(500_000), a: 7 });
    expect(json.slice(valueSpan(json, 'a')?.start)).toBe('7}');
  });
});
