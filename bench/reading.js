// @ts-check
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureParts } from '../testbed/part-sources.js';
import { runAction } from './action.js';
import { FROM, install, TO } from './release.js';

/** @typedef {import('./release.js').Bench} Bench */

/** What changes nothing in the cluster: reading, and asking what one may do. */
const READING = ['get', 'list', 'watch'];

/**
 * An upgrade to the version that runs, and a plan, as users with the two documented Roles; tools in the cache.
 * @param {Bench} bench @param {string} namespace @param {number} rounds
 * @returns {Promise<{ unchanged: number[], plan: number[], writes: number, helm: string[], peakRssBytes: number }>}
 *   milliseconds; `helm`: the Helm processes of one plan, by their subcommand
 */
export async function reading(bench, namespace, rounds) {
  const release = await install(bench, namespace);
  const role = (/** @type {string} */ name) =>
    readFileSync(join(bench.repository, 'docs', 'roles', `${name}.yaml`), 'utf8');
  const upgrader = await bench.cluster.createUser(namespace, { manifests: role('upgrader') });
  const reader = await bench.cluster.createUser(namespace, { manifests: role('reader') });
  const plan = { operation: 'plan', 'target-version': TO.milvus, kubeconfig: reader.kubeconfig };
  const nothing = { 'target-version': FROM.milvus, kubeconfig: upgrader.kubeconfig };

  await runAction(bench, release, plan); // fills the tool cache
  /** @type {{ unchanged: number[], plan: number[] }} */
  const times = { unchanged: [], plan: [] };
  let peakRssBytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const unchanged = await runAction(bench, release, nothing);
    if (unchanged.outputs.result !== 'unchanged') throw new Error(`not unchanged:\n${unchanged.log}`);
    const planned = await runAction(bench, release, plan);
    times.unchanged.push(unchanged.durationMs);
    times.plan.push(planned.durationMs);
    peakRssBytes = Math.max(peakRssBytes, unchanged.peakRssBytes, planned.peakRssBytes);
  }
  const writes = bench.cluster
    .requestsOf(upgrader.name)
    .filter(({ verb, group }) => !READING.includes(verb) && group !== 'authorization.k8s.io').length;
  const helm = await helmProcesses(bench, release, plan);
  await bench.cluster.deleteNamespace(namespace);
  return { ...times, writes, helm, peakRssBytes };
}

/**
 * Counts by a `helm` on PATH that writes its arguments down. The action asks a Helm from PATH for its version, and not one
 * from its cache, so that process does not count.
 * @param {Bench} bench @param {import('./release.js').Release} release @param {Record<string, string>} inputs
 */
async function helmProcesses(bench, release, inputs) {
  const part = `helm-${bench.versions.helm}`;
  const { [part]: helm } = await ensureParts([part], { env: process.env });
  const directory = join(bench.directory, 'counting');
  mkdirSync(directory, { recursive: true });
  const [calls, program] = [join(directory, 'calls'), join(directory, 'helm')];
  writeFileSync(program, `#!/bin/sh\necho "$1" >> '${calls}'\nexec '${helm}' "$@"\n`);
  chmodSync(program, 0o755);
  const path = `${directory}:${dirname(process.execPath)}:/usr/bin:/bin`;
  await runAction(bench, release, { ...inputs, 'helm-version': 'path', 'helm-checksum': '' }, { path });
  return readFileSync(calls, 'utf8')
    .trim()
    .split('\n')
    .filter((subcommand) => subcommand !== 'version');
}
