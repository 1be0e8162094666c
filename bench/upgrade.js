// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { reportOf, runAction } from './action.js';
import { FROM, install, rolledOutAt, TO } from './release.js';

/**
 * The whole upgrade, by the action and by the documented commands
 * (https://milvus.io/docs/v2.4.x/upgrade_milvus_cluster-helm.md), from the same start to the same end.
 *
 * @typedef {import('./release.js').Bench} Bench
 * @typedef {object} ByAction
 * @property {number} ready until everything was seen ready, in milliseconds
 * @property {number} settled the rest of the step, which watches whether it stays so
 * @property {number} overhead of `ready`, what is neither Helm's upgrade nor the pods' own readiness
 * @property {number} noticed from the pods' readiness until the action saw it
 * @property {number} peakRssBytes
 * @property {Record<string, number>} phases how long each phase of the run took, until everything was seen ready
 */

/** Seconds that each new Milvus pod takes until it is ready. */
export const READY_AFTER = 15;

/** @param {Bench} bench */
function slowPods({ directory }) {
  const file = join(directory, 'upgrade.json');
  writeFileSync(file, JSON.stringify({ annotations: { 'testbed/ready-after': `${READY_AFTER}s` } }));
  return file;
}

/** @param {Bench} bench @param {string} namespace @returns {Promise<number>} milliseconds */
export async function byHand(bench, namespace) {
  const { cluster, mirror, versions } = bench;
  const release = await install(bench, namespace);
  const home = { env: { HOME: join(bench.directory, 'home') } };
  await cluster.helm(versions.helm, ['repo', 'add', 'zilliztech', mirror.chartsUrl, '--force-update'], home);

  const begin = performance.now();
  await cluster.helm(versions.helm, ['repo', 'update', 'zilliztech'], home);
  await cluster.helm(
    versions.helm,
    [
      ...['upgrade', release.name, 'zilliztech/milvus', '--namespace', namespace, '--version', TO.chart],
      ...['--reset-then-reuse-values', '--values', slowPods(bench), '--set', `image.all.tag=v${TO.milvus}`],
      ...['--wait', '--timeout', '10m'],
    ],
    { ...home, timeoutMs: 660_000 },
  );
  await cluster.kubectl(['get', 'pods', '--namespace', namespace]);
  const took = performance.now() - begin;
  await cluster.deleteNamespace(namespace);
  return took;
}

/** @param {Bench} bench @param {string} namespace @returns {Promise<ByAction>} */
export async function byAction(bench, namespace) {
  const release = await install(bench, namespace);
  const stop = new globalThis.AbortController();
  const upgrading = runAction(bench, release, {
    'target-version': TO.milvus,
    values: JSON.stringify({ annotations: { 'testbed/ready-after': `${READY_AFTER}s` } }),
  }).finally(() => stop.abort());
  const [result, podsReady] = await Promise.all([
    upgrading,
    rolledOutAt(bench.cluster, namespace, TO.milvus, stop.signal),
  ]);
  const { timeline } = reportOf(result);
  /** The last time that a phase began: an upgrade that did not stay ready settles once more. @param {string} phase */
  const begin = (phase) => timeline.findLast((event) => event.type === 'phase' && event.phase === phase)?.at;
  const [upgrade, wait, settle] = [
    begin('upgrade'),
    timeline.find(({ phase }) => phase === 'wait')?.at,
    begin('settle'),
  ];
  if (upgrade === undefined || wait === undefined || settle === undefined || podsReady === undefined)
    throw new Error(`the upgrade from ${FROM.milvus} has no phases to measure:\n${result.log}`);
  await bench.cluster.deleteNamespace(namespace);
  const ready = settle - result.began;
  return {
    ready,
    settled: result.durationMs - ready,
    overhead: ready - (wait - upgrade) - Math.max(0, podsReady - wait),
    noticed: Math.max(0, settle - podsReady),
    peakRssBytes: result.peakRssBytes,
    phases: phasesOf(timeline, result.began, settle),
  };
}

/**
 * @param {ReturnType<typeof reportOf>['timeline']} timeline @param {number} began @param {number} end
 * @returns {Record<string, number>} milliseconds by phase; `start` is what comes before the first one
 */
function phasesOf(timeline, began, end) {
  const starts = timeline.filter(({ type, at }) => type === 'phase' && at < end);
  /** @type {Record<string, number>} */
  const took = { start: (starts[0]?.at ?? began) - began };
  starts.forEach(({ phase = '', at }, index) => {
    took[phase] = (took[phase] ?? 0) + (starts[index + 1]?.at ?? end) - at;
  });
  return took;
}
