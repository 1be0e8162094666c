import { performance } from 'node:perf_hooks';
import { expect, it } from '@jest/globals';
import { eventually } from './programs.js';
import { useMilvus21 } from './milvus-real.js';

/** About 70 s, so not part of the usual tests: jest --testMatch '**\/*.slow.ts' */
const milvus = useMilvus21();

it('a Milvus 2.1.0 that is killed leaves its sessions until their leases of 60 s end; then it starts again with the same data', async () => {
  const running = await milvus.startMilvus();
  const before = await milvus.client('prepare');
  running.process.kill('SIGKILL');
  await running.ended;
  const killed = performance.now();
  expect(milvus.sessions()).toHaveLength(8);
  await eventually('the leases to end', () => milvus.sessions().length === 0, 90_000);
  const seconds = (performance.now() - killed) / 1000;
  expect(seconds).toBeGreaterThan(30);
  expect(seconds).toBeLessThan(75);
  await milvus.startMilvus();
  expect(await milvus.client('search')).toEqual(before);
});
