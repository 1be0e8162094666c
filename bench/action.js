// @ts-check
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startAction } from '../testbed/runner.js';

/**
 * Runs the bundled action on a release, its tools from a mirror on loopback, cached from the first run on.
 * @param {import('./release.js').Bench} bench
 * @param {import('./release.js').Release} release
 * @param {Record<string, string>} inputs
 * @param {{ path?: string }} [options] PATH
 * @returns {Promise<import('../testbed/runner.js').RunnerResult & { began: number }>} `began`: milliseconds since the epoch
 * @throws where the step fails
 */
export async function runAction(
  { cluster, mirror, versions, directory, repository, signal },
  release,
  inputs,
  { path } = {},
) {
  const toolCache = join(directory, 'tools');
  mkdirSync(toolCache, { recursive: true });
  const given = {
    release: release.name,
    namespace: release.namespace,
    kubeconfig: readFileSync(cluster.record.kubeconfig, 'utf8'),
    repository: mirror.chartsUrl,
    'tool-mirror': mirror.url,
    'helm-version': versions.helm,
    'kubectl-version': versions.kubectl,
    'helm-checksum': mirror.helmSha256(versions.helm),
    'kubectl-checksum': mirror.kubectlSha256(versions.kubectl),
    ...inputs,
  };
  const began = Date.now();
  const run = startAction({
    action: repository,
    inputs: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
    path: path ?? `${dirname(process.execPath)}:/usr/bin:/bin`,
    toolCache,
  });
  signal.addEventListener('abort', run.interrupt);
  const result = await run.done;
  signal.removeEventListener('abort', run.interrupt);
  signal.throwIfAborted();
  if (result.code !== 0) throw new Error(`the action ended with exit code ${result.code}:\n${result.log}`);
  return { ...result, began };
}

/**
 * report.json of a run.
 * @param {import('../testbed/runner.js').RunnerResult} result
 * @returns {{ timeline: { type: string, phase?: string, at: number }[] }}
 */
export const reportOf = ({ outputs, fileContents }) => JSON.parse(fileContents[outputs['report-file'] ?? ''] ?? '{}');
