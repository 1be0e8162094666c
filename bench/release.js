// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../testbed/api.js';

/**
 * A release of the model chart in a namespace of its own, in cluster mode, with the coordinators written into its values:
 * otherwise an upgrade by hand would take a newer chart's other ones, and both sides would not do the same work.
 *
 * @typedef {object} Bench
 * @property {import('../testbed/cluster.js').Cluster} cluster
 * @property {import('../testbed/mirror.js').Mirror} mirror
 * @property {string} charts
 * @property {{ helm: string, kubectl: string }} versions
 * @property {string} directory for files
 * @property {string} repository
 * @property {AbortSignal} signal somebody ended the bench
 *
 * @typedef {{ namespace: string, name: string }} Release
 */

export const FROM = { milvus: '2.3.11', chart: '4.1.24' };
export const TO = { milvus: '2.4.23', chart: '4.2.20' };

const COORDINATORS = {
  mixCoordinator: { enabled: false },
  ...Object.fromEntries(['root', 'query', 'index', 'data'].map((name) => [`${name}Coordinator`, { enabled: true }])),
};

/** @param {Bench} bench @param {string} namespace @returns {Promise<Release>} ready */
export async function install({ cluster, charts, versions, directory, signal }, namespace) {
  const release = { namespace, name: 'milvus' };
  const values = join(directory, 'install.json');
  writeFileSync(values, JSON.stringify(COORDINATORS));
  await cluster.createNamespace(namespace, { volumes: 30 });
  const chart = join(charts, `milvus-${FROM.chart}.tgz`);
  await cluster.helm(versions.helm, ['install', release.name, chart, '--namespace', namespace, '--values', values]);
  if ((await rolledOutAt(cluster, namespace, FROM.milvus, signal)) === undefined) throw new Error('not ready');
  return release;
}

/**
 * When everything in the namespace is rolled out and runs that version of Milvus, by looking every 100 ms.
 * @param {import('../testbed/cluster.js').Cluster} cluster @param {string} namespace @param {string} milvus
 * @param {AbortSignal} signal ends the looking
 * @returns {Promise<number | undefined>} milliseconds since the epoch
 */
export async function rolledOutAt(cluster, namespace, milvus, signal) {
  const path = `/apis/apps/v1/namespaces/${namespace}`;
  for (let looks = 0; looks < 3_000 && !signal.aborted; looks += 1) {
    const [deployments, sets] = await Promise.all([
      must(cluster.api, 'GET', `${path}/deployments`),
      must(cluster.api, 'GET', `${path}/statefulsets`),
    ]);
    const workloads = [...deployments.items, ...sets.items];
    /** @type {string[]} */
    const all = deployments.items.flatMap(imagesOf);
    const images = all.filter((image) => image.startsWith('milvusdb/milvus:'));
    const target = images.length > 0 && images.every((image) => image.endsWith(`:v${milvus}`));
    if (target && workloads.every(rolledOut)) return Date.now();
    await sleep(100);
  }
  return undefined;
}

/** @param {any} deployment @returns {string[]} */
const imagesOf = (deployment) => deployment.spec.template.spec.containers.map((/** @type {any} */ { image }) => image);

/** @param {any} workload */
const rolledOut = ({ metadata, spec, status }) =>
  status.observedGeneration === metadata.generation &&
  [status.replicas, status.updatedReplicas, status.readyReplicas].every((count) => (count ?? 0) === spec.replicas);
