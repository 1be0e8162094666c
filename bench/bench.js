// @ts-check
/**
 * `npm run bench`: what the action costs, with the budgets beside each figure (docs/design.md). It judges nothing by its
 * exit code: a busy machine is slower. `npm run bench -- 5` upgrades five times by each way instead of three.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Interrupted, withTestBed } from '../scripts/with-test-bed.js';
import { chartsDirectory } from '../testbed/charts-build.js';
import { openCluster } from '../testbed/cluster.js';
import { startMirror } from '../testbed/mirror.js';
import { each, line, median } from './figures.js';
import { reading } from './reading.js';
import { startTimes } from './start.js';
import { byAction, byHand, READY_AFTER } from './upgrade.js';

const repository = join(import.meta.dirname, '..');
const pairs = Number(process.argv[2] ?? 3);
const STARTS = 21;
const READS = 5;

/** @param {string} text */
const say = (text) => console.log(text);
/** @param {import('./figures.js').Figure} figure */
const print = (figure) => say(line(figure));
const load = () => `load ${loadavg()[0]?.toFixed(1)}`;

/** @param {import('./release.js').Bench} bench */
async function onTestBed(bench) {
  const read = await reading(bench, 'bench-reading', READS);
  const runs = `median of ${READS}, ${load()}: `;
  print({
    what: 'nothing to do, tools in the cache',
    measured: median(read.unchanged),
    budget: 1_500,
    unit: 's',
    note: runs + each(read.unchanged, 's'),
  });
  print({ what: 'nothing to do, writes to the cluster', measured: read.writes, budget: 0, unit: 'count' });
  print({ what: 'plan', measured: median(read.plan), budget: 4_000, unit: 's', note: runs + each(read.plan, 's') });
  print({
    what: 'plan, Helm processes',
    measured: read.helm.length,
    budget: 2,
    unit: 'count',
    note: read.helm.join(', '),
  });

  /** @type {number[]} */
  const hand = [];
  /** @type {import('./upgrade.js').ByAction[]} */
  const action = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const ways = [
      async () => void action.push(await byAction(bench, `bench-action-${pair}`)),
      async () => void hand.push(await byHand(bench, `bench-hand-${pair}`)),
    ];
    for (const way of pair % 2 === 0 ? ways : ways.reverse()) await way();
  }
  /** @param {'ready' | 'settled' | 'overhead' | 'noticed'} name */
  const all = (name) => action.map((run) => run[name]);
  const phases = Object.keys(action[0]?.phases ?? {}).map((phase) => {
    const took = median(action.map((run) => run.phases[phase] ?? 0));
    return `${phase} ${each([took], 's')}`;
  });
  const ratios = action.map(({ ready }, pair) => ready / (hand[pair] ?? Number.NaN));
  say(
    `\nthe whole upgrade, pods ready after ${READY_AFTER} s, Helm ${bench.versions.helm}, ${pairs} pairs in turns, ${load()}`,
  );
  print({
    what: 'by hand: helm repo update, helm upgrade --wait, kubectl get pods',
    measured: median(hand),
    unit: 's',
    note: each(hand, 's'),
  });
  print({
    what: 'by the action, until everything is seen ready',
    measured: median(all('ready')),
    unit: 's',
    note: each(all('ready'), 's'),
  });
  say(`    medians of its phases: ${phases.join(', ')}`);
  print({
    what: 'the action against by hand',
    measured: median(ratios),
    budget: 1.05,
    unit: 'times',
    note: each(ratios, 'times'),
  });
  print({
    what: 'the action, seeing whether it stays so, and the report',
    measured: median(all('settled')),
    unit: 's',
    note: each(all('settled'), 's'),
  });
  print({
    what: "beside Helm's upgrade and the pods' readiness",
    measured: median(all('overhead')),
    budget: 2_000,
    unit: 's',
    note: each(all('overhead'), 's'),
  });
  print({
    what: 'pods ready until the action sees it (longest; looked at every 0.1 s)',
    measured: Math.max(...all('noticed')),
    budget: 1_000,
    unit: 's',
    note: each(all('noticed'), 's'),
  });
  print({
    what: "peak memory of the action's own process, all runs",
    measured: Math.max(read.peakRssBytes, ...action.map(({ peakRssBytes }) => peakRssBytes)),
    budget: 150e6,
    unit: 'MB',
  });
}

const directory = mkdtempSync(join(tmpdir(), 'milvus-upgrade-bench-'));
try {
  if (!Number.isInteger(pairs) || pairs < 1) throw new Error('usage: npm run bench [-- <pairs>]');
  say(`Node ${process.version}, ${load()}. The test bed's kubelets are simulated (testbed/README.md).\n`);
  print({
    what: 'bundle, dist/index.js',
    measured: statSync(join(repository, 'dist', 'index.js')).size,
    budget: 1.8e6,
    unit: 'MB',
  });
  const { bundle, empty } = await startTimes({ repository, directory, rounds: STARTS });
  const [ours, least] = [median(bundle), median(empty)];
  print({
    what: 'start, empty inputs to the first line, above an empty script',
    measured: ours - least,
    budget: 150,
    unit: 'ms',
    note: `${Math.round(ours)} ms and ${Math.round(least)} ms, medians of ${STARTS} in turns (the runner has Node 24)`,
  });

  const { inputs } = parse(readFileSync(join(repository, 'action.yml'), 'utf8'));
  const versions = { helm: inputs['helm-version'].default, kubectl: inputs['kubectl-version'].default };
  await withTestBed(
    { stateDirectory: join(repository, '.testbed', 'bench'), log: () => {} },
    async (record, signal) => {
      const charts = await chartsDirectory({ env: process.env, into: join(directory, 'charts') });
      const mirror = await startMirror({ helm: [versions.helm], kubectl: [versions.kubectl], charts });
      try {
        await onTestBed({ cluster: openCluster(record), mirror, charts, versions, directory, repository, signal });
      } finally {
        await mirror.close();
      }
    },
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit();
