import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bugs } from './bugs.js';
import { makeTree, plant } from './tree.js';
import { worked } from './workers.js';

/**
 * The engine on the model of a cluster, cut at every call by every kind of fault, and the invariants of every history.
 * `FAULTS=deep` adds what differs in a delay alone, and many more random pairs; `SEED` draws others.
 */
const deep = process.env.FAULTS === 'deep';
const pairs = deep ? 20_000 : 60;
const seed = Number(process.env.SEED ?? 20_261_122);
const shares = Math.min(4, Math.max(2, availableParallelism()));

let room: string;
let tree: string;

beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'engine-'));
  tree = mkdtempSync(join(room, 'tree-'));
  makeTree(tree);
}, 60_000);

afterAll(() => {
  rmSync(room, { recursive: true, force: true });
});

const inWords = ({
  what,
  ends,
  violations,
}: {
  what: string;
  ends: readonly string[];
  violations: readonly string[];
}) => [what, `  ended ${ends.join(', then ')}`, ...violations.map((one) => `  ${one}`)].join('\n');

describe('the engine, cut at every call', () => {
  it(
    'holds every invariant, and ends well after at most two runs more',
    async () => {
      const { counts, found } = await worked(tree, shares, { pairs, seed, deep });
      const told = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
      process.stdout.write(`engine on the model: ${told.join(', ')}; seed ${seed}\n`);
      expect(found.slice(0, 5).map(inWords)).toEqual([]);
      expect(found).toHaveLength(0);
      expect(counts.faults).toBeGreaterThan(3_500);
    },
    deep ? 6 * 3_600_000 : 900_000,
  );
});

describe('planted bugs', () => {
  it.each(bugs)(
    'are caught: $name',
    async (bug) => {
      const bad = mkdtempSync(join(room, 'bug-'));
      plant(tree, bad, bug);
      const { shownBy: only, kinds } = bug;
      const which = { only, ...(kinds === undefined ? {} : { kinds }) };
      const { found } = await worked(bad, shares, { pairs: 0, seed, ...which, stopAtFirst: true });
      expect(found.length).toBeGreaterThan(0);
    },
    300_000,
  );
});
