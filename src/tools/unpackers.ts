import { extractTar, extractZip } from '@actions/tool-cache';
import type { Unpackers } from './archive.js';

/** `o`: unpacked files belong to whoever runs tar, not to the user id in the archive (matters for root in containers). */
const tarFlags = 'xzo';

/**
 * The programs of the runner that open archives: `tar`, and PowerShell on Windows. They get the environment of this
 * process and write to its log.
 * https://github.com/actions/toolkit/tree/main/packages/tool-cache
 */
export const unpackers: Unpackers = {
  'tar.gz': (file, directory) => extractTar(file, directory, tarFlags),
  zip: (file, directory) => extractZip(file, directory),
};
