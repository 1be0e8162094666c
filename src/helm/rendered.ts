import { failed } from '../problem.js';
import type { Problem } from '../problem.js';
import { arrayOf, isObject, objectOf, stringOf } from './json.js';
import { parseManifest } from './manifest.js';
import type { Rendered } from './port.js';

function unreadable(reason: string, helmVersion: string): Problem {
  return failed({
    id: 'dry-run-unreadable',
    what: `The dry run of Helm ${helmVersion} ended well, but its output cannot be read: ${reason}.`,
    why: 'What the upgrade would change is compared with what runs before anything is written.',
    remedy: 'Leave the input `helm-version` out to use the pinned Helm, or give another exact version.',
  });
}

/**
 * Reads the output of `helm upgrade --dry-run=server --output json`: the release object with chart, config, manifest
 * and hooks (https://github.com/helm/helm/blob/main/pkg/release/v1/release.go), the same in Helm 3.14 to 4.3.
 * Throws a Problem `dry-run-unreadable` or `manifest-unreadable`.
 */
export function parseRendered(output: string, namespace: string, helmVersion: string): Rendered {
  let release: unknown;
  try {
    release = JSON.parse(output);
  } catch {
    throw unreadable('it is not JSON', helmVersion);
  }
  if (!isObject(release) || typeof release.manifest !== 'string') throw unreadable('it has no manifest', helmVersion);
  const metadata = objectOf(objectOf(release.chart).metadata);
  if (typeof metadata.name !== 'string' || typeof metadata.version !== 'string')
    throw unreadable('it names no chart', helmVersion);
  return {
    manifest: parseManifest(release.manifest, namespace),
    hooks: arrayOf(release.hooks).flatMap((hook) => parseManifest(stringOf(objectOf(hook).manifest), namespace)),
    chart: { name: metadata.name, version: metadata.version, appVersion: stringOf(metadata.appVersion) },
    userValues: objectOf(release.config),
  };
}
