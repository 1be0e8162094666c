import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, refused } from '../problem.js';
import { checksums } from './checksums.js';
import type { Download } from './download.js';
import { shownUrl, urlBelow, type ToolFile } from './locations.js';
import { toolTitles, type PlatformName, type ToolName } from './tool.js';

/** What a download must hash to, and who says so. */
export interface Expected {
  /** 64 hexadecimal digits, lower case. */
  readonly sha256: string;
  /** `input`: the user; `table`: this action; `publisher`: a file beside the download. */
  readonly origin: 'input' | 'table' | 'publisher';
  /** The origin in words that end "...matches ". */
  readonly said: string;
}

const maxChecksumFileBytes = 65_536;

/** A sha256 as 64 lower-case digits; undefined if the text is not one. Case and surrounding blanks do not matter. */
export function parseChecksum(text: string): string | undefined {
  const hash = text.trim().toLowerCase();
  return /^[0-9a-f]{64}$/.test(hash) ? hash : undefined;
}

/**
 * The checksum that is known without asking anybody: the user's wins over the table's. Undefined when there is
 * neither. Throws a Problem `bad-checksum` when the user's is not a sha256.
 */
export function knownChecksum(
  tool: ToolName,
  version: string,
  platform: PlatformName,
  given: string | undefined,
): Expected | undefined {
  if (given !== undefined) {
    const sha256 = parseChecksum(given);
    if (sha256 === undefined) {
      throw refused({
        id: 'bad-checksum',
        what: `\`${tool}-checksum\` is not a sha256.`,
        remedy: `Give the 64 hexadecimal digits that \`sha256sum\` prints for the ${tool === 'helm' ? 'archive' : 'program'}.`,
      });
    }
    return { sha256, origin: 'input', said: `\`${tool}-checksum\`` };
  }
  const sha256 = checksums[tool][version]?.[platform];
  return sha256 === undefined ? undefined : { sha256, origin: 'table', said: "this action's table of checksums" };
}

/**
 * The sha256 for `fileName` in a checksum file: either a bare hash, or lines of hash and name as sha256sum writes them.
 * Undefined for anything else, a web page for example.
 */
export function parseChecksumFile(text: string, fileName: string): string | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const only = lines.at(0);
  if (only !== undefined && lines.length === 1 && parseChecksum(only) !== undefined) return parseChecksum(only);
  for (const line of lines) {
    const [, hash = '', name = ''] = /^(\S+)\s+\*?(\S+)\s*$/.exec(line) ?? [];
    if (name.split('/').at(-1) === fileName) return parseChecksum(hash);
  }
  return undefined;
}

/**
 * The checksum that a download base publishes beside the file, from the first base that has one.
 * Throws a Problem `checksum-unavailable` that names every address and its answer.
 */
export async function publishedChecksum(
  request: {
    readonly tool: ToolName;
    readonly version: string;
    readonly platform: PlatformName;
    readonly file: ToolFile;
  },
  bases: readonly string[],
  ports: { readonly download: Download; readonly directory: string; readonly signal?: AbortSignal },
): Promise<Expected> {
  const { tool, version, platform, file } = request;
  const { download, directory, signal } = ports;
  const to = join(directory, 'checksum');
  const tried: string[] = [];
  for (const url of bases.flatMap((base) => file.checksumPaths.map((path) => urlBelow(base, path)))) {
    const shown = shownUrl(url);
    const outcome = await download({
      url,
      to,
      maxBytes: maxChecksumFileBytes,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!outcome.ok) {
      tried.push(`${shown}: ${outcome.reason}`);
      continue;
    }
    const sha256 = parseChecksumFile(await readFile(to, 'utf8'), file.name);
    await rm(to, { force: true });
    if (sha256 !== undefined) return { sha256, origin: 'publisher', said: `the checksum file ${shown}` };
    tried.push(`${shown}: not a checksum file for ${file.name}`);
  }
  throw failed({
    id: 'checksum-unavailable',
    what: `There is nothing to verify ${toolTitles[tool]} ${version} for ${platform} with (${tried.join('; ')}).`,
    why: "This version is not in this action's table of checksums, so the checksum file beside the download is needed.",
    remedy: `Check that this version exists for the platform; or give its sha256 in \`${tool}-checksum\`, or use a version of the table.`,
  });
}
