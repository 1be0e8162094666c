import { parse } from 'semver';
import { failed } from '../problem.js';
import type { HelmVersion } from './port.js';

/**
 * A Helm version from its text, `3.22.0` or `v3.22.0+gabcdef`.
 *
 * @throws Problem (failed) `helm-version-unreadable`
 */
export function parseHelmVersion(text: string): HelmVersion {
  const version = parse(text.trim());
  if (version !== null) {
    const { major, minor, patch } = version;
    return { major, minor, patch, text: `${major}.${minor}.${patch}` };
  }
  throw failed({
    id: 'helm-version-unreadable',
    what: `The installed Helm says that its version is ${text.slice(0, 60)}, which is not a version.`,
    remedy: 'Let the action install a pinned Helm: leave helm-version out.',
  });
}
