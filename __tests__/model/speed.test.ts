import { describe, expect, it } from '@jest/globals';
import { charts, milvusWorld } from './scenario.js';
import { idOf, walk } from './walk.js';

const runs = 60;

describe('speed', () => {
  it('walks the helm path many times', async () => {
    const before = performance.now();
    for (let n = 0; n < runs; n++) {
      const world = await milvusWorld();
      const started = world.process();
      expect(idOf(await world.run(started.process, walk(started, charts.first, charts.second, 1)))).toBe('returned');
    }
    const seconds = (performance.now() - before) / 1000;
    process.stdout.write(`helm path on the model: ${Math.round(runs / seconds)} runs/s\n`);
  }, 60_000);
});
