import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { refused } from '../../problem.js';
import { textOf } from '../json.js';
import type { JsonObject } from '../json.js';
import type { Entry } from './kubeconfig.js';

/** Fields that name a file, with the field that holds the same as data. */
const clusterFiles: ReadonlyMap<string, string> = new Map([['certificate-authority', 'certificate-authority-data']]);
const userFiles: ReadonlyMap<string, string> = new Map([
  ['client-certificate', 'client-certificate-data'],
  ['client-key', 'client-key-data'],
  ['tokenFile', 'token'],
]);

function isInside(path: string, directory: string): boolean {
  try {
    const steps = relative(realpathSync(directory), realpathSync(path));
    return steps !== '' && steps !== '..' && !steps.startsWith(`..${sep}`) && !isAbsolute(steps);
  } catch {
    return false;
  }
}

function resolveFiles(entry: Entry, files: ReadonlyMap<string, string>, tempDir: string): JsonObject {
  const resolved: Record<string, unknown> = { ...entry.value };
  for (const [field, dataField] of files) {
    const path = textOf(entry.value[field]);
    if (path === undefined) continue;
    if (entry.origin.directory !== undefined) {
      resolved[field] = resolve(entry.origin.directory, path);
    } else if (!isAbsolute(path) || !isInside(path, tempDir)) {
      throw refused({
        id: 'kubeconfig-file-reference',
        what: `${entry.origin.label} refers to a local file in ${field}.`,
        why: "A kubeconfig from an input may only name files under the runner's temporary directory, or it could send any file of the runner to its server.",
        remedy: `Embed the content as ${dataField}: \`kubectl config view --raw --minify --flatten\` does that for certificates and keys.`,
      });
    }
  }
  return resolved;
}

/**
 * File references of a cluster made absolute, relative ones from the directory of their file. Those of a kubeconfig
 * from an input must lie under `tempDir`.
 *
 * @throws Problem `kubeconfig-file-reference`
 */
export const clusterWithFiles = (cluster: Entry, tempDir: string): JsonObject =>
  resolveFiles(cluster, clusterFiles, tempDir);

/** The same for a user. */
export const userWithFiles = (user: Entry, tempDir: string): JsonObject => resolveFiles(user, userFiles, tempDir);
