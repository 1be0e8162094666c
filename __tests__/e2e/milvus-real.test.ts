import { performance } from 'node:perf_hooks';
import { writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { milvus21Address } from '../../testbed/milvus-2.1.js';
import { eventually } from './programs.js';
import { useMilvus21, type Answer } from './milvus-real.js';

/** The real Milvus 2.1.0, migrated by the stand-in and rolled back. The tests follow each other. */
const milvus = useMilvus21();
const { root } = milvus;

let first: Answer | undefined;
let keysAfterStop = '';

function tool(command: string, rules: readonly { at: string; do: string; after?: number }[] = []) {
  writeFileSync(
    milvus.path(`${command}.yaml`),
    `cmd: { type: ${command} }
config: { sourceVersion: 2.1.0, targetVersion: 2.2.16, backupFilePath: ${milvus.path('real.bak')} }
etcd: { endpoints: [${milvus.etcd().endpoints.join(', ')}], rootPath: ${root} }
`,
  );
  return milvus.start(
    'meta-migration',
    [`-config=${milvus.path(`${command}.yaml`)}`],
    milvus.control('control.json', { rules }),
  ).ended;
}

it('writes vectors, an index and real metadata; searches', async () => {
  const running = await milvus.startMilvus();
  first = await milvus.client('prepare');
  expect(first).toMatchObject({ rows: 1000, indexes: 1 });
  expect(first.ids.map((ids) => ids.length)).toEqual([10, 10, 10, 10, 10]);
  const roles = milvus.sessions().map((name) => name.replace(/-\d+$/, ''));
  expect(roles).toEqual([
    'datacoord',
    'datanode',
    'indexcoord',
    'indexnode',
    'proxy',
    'querycoord',
    'querynode',
    'rootcoord',
  ]);
  const value = milvus.keys(root)[`${root}/meta/session/rootcoord`]?.value ?? '';
  expect(JSON.parse(Buffer.from(value, 'base64').toString())).toEqual({
    ServerID: expect.any(Number),
    ServerName: 'rootcoord',
    Address: expect.stringMatching(new RegExp(`^${milvus21Address().replaceAll('.', '\\.')}:\\d+$`)),
    Exclusive: true,
    TriggerKill: true,
  });

  const stop = performance.now();
  running.process.kill('SIGTERM');
  await eventually('the sessions to go', () => milvus.sessions().length === 0);
  expect(performance.now() - stop).toBeLessThan(20_000); // long before a lease of 60 s could end
  expect(await running.ended).toMatchObject({ code: 0 });
  keysAfterStop = milvus.hash(root);
  expect(milvus.inspect(root)).toMatchObject({ layout: '2.1', collections: 1, withoutFields: [] });
});

it('is migrated and rolled back: every key is as it was, and the same search gives the same ids', async () => {
  expect(await tool('backup')).toMatchObject({ code: 0 });
  expect(await tool('run')).toMatchObject({ code: 0 });
  expect(milvus.inspect(root)).toMatchObject({ layout: '2.2', collections: 1, withoutFields: [] });
  expect(await tool('rollback')).toMatchObject({ code: 0 });
  expect(milvus.hash(root)).toBe(keysAfterStop);

  const running = await milvus.startMilvus();
  expect(await milvus.client('search')).toEqual(first);
  running.process.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0 });
  keysAfterStop = milvus.hash(root);
});

it('the same with the tool killed in the middle of its writes', async () => {
  expect(await tool('backup')).toMatchObject({ code: 0 });
  expect(await tool('run', [{ at: 'saved', after: 6, do: 'kill' }])).toMatchObject({ signal: 'SIGKILL' });
  expect(milvus.inspect(root).layout).toBe('damaged');
  milvus.remove(`${root}/meta/session/migration`); // as the end of its lease would
  expect(await tool('rollback')).toMatchObject({ code: 0 });
  expect(milvus.hash(root)).toBe(keysAfterStop);

  await milvus.startMilvus();
  expect(await milvus.client('search')).toEqual(first);
});
