import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, type Problem } from '../problem.js';
import type { Emit } from '../report/events.js';
import type { Expected } from './checksum.js';
import type { Download } from './download.js';
import { officialBases, shownUrl, urlBelow, type ToolFile } from './locations.js';
import { toolTitles, type PlatformName, type ToolName } from './tool.js';

/** kubectl is near 60 MB, Helm's archive near 20 MB. */
const maxToolBytes = 250_000_000;

export interface FetchTarget {
  readonly tool: ToolName;
  readonly version: string;
  readonly platform: PlatformName;
  readonly file: ToolFile;
  readonly expected: Expected;
}

/**
 * Downloads a tool's file into `directory` from the first base that serves it, and compares its sha256. A wrong
 * checksum ends the search: the next base is for a host that does not answer, not for one that answers wrongly.
 *
 * @returns where the file is and the address it came from (as it may be printed).
 * @throws Problem `download-failed` naming every address and its answer; `checksum-mismatch`, after deleting the file.
 */
export async function fetchVerified(
  target: FetchTarget,
  bases: readonly string[],
  directory: string,
  ports: { readonly download: Download; readonly emit: Emit; readonly signal?: AbortSignal },
): Promise<{ readonly path: string; readonly from: string }> {
  const { file, expected } = target;
  const { download, emit, signal } = ports;
  const path = join(directory, file.name);
  const tried: { readonly text: string; readonly status?: number }[] = [];
  for (const base of bases) {
    const url = urlBelow(base, file.path);
    const from = shownUrl(url);
    emit({ type: 'info', text: `Downloading ${from}` });
    const outcome = await download({
      url,
      to: path,
      maxBytes: maxToolBytes,
      ...(signal === undefined ? {} : { signal }),
    });
    if (outcome.ok) {
      if (outcome.sha256 === expected.sha256) return { path, from };
      const page = await looksLikeWebPage(path);
      await rm(path, { force: true });
      throw mismatch(target, from, outcome, page);
    }
    await rm(path, { force: true });
    tried.push({
      text: `${from}: ${outcome.reason}`,
      ...(outcome.status === undefined ? {} : { status: outcome.status }),
    });
  }
  throw unavailable(target, bases, tried);
}

const mismatchRemedies: Readonly<Record<Expected['origin'], (tool: ToolName) => string>> = {
  table: (tool) =>
    `Run again in case the download was damaged. If it stays so, do not use that host; if it serves your own build on purpose, give that build's sha256 in \`${tool}-checksum\`.`,
  input: (tool) =>
    `Compare \`${tool}-checksum\` with the sha256 of the file that you mean, for this platform and version.`,
  publisher: () =>
    'Run again in case the download was damaged. If it stays so, the host serves a file and a checksum that do not belong together: do not use it.',
};

function mismatch(
  { tool, version, platform, expected }: FetchTarget,
  from: string,
  got: { readonly sha256: string; readonly bytes: number },
  page: boolean,
): Problem {
  const hint = page ? ' It starts like a web page: a login or proxy page was probably served in its place.' : '';
  return failed({
    id: 'checksum-mismatch',
    what: `${from} (${toolTitles[tool]} ${version} for ${platform}, ${got.bytes} bytes) has sha256 ${got.sha256}, but ${expected.said} says ${expected.sha256}. The file was deleted.${hint}`,
    why: 'A program that is not the one expected is never run with access to your cluster.',
    remedy: mismatchRemedies[expected.origin](tool),
  });
}

function unavailable(
  { tool, version, platform }: FetchTarget,
  bases: readonly string[],
  tried: readonly { readonly text: string; readonly status?: number }[],
): Problem {
  const official = bases.length === 1 && bases[0] === officialBases[tool];
  const missing = tried.every(({ status }) => status === 404);
  const inPlace = `Or install it in an earlier step and set \`${tool}-version: path\`.`;
  const remedies = {
    official: `Check that the runner may reach the host (proxy, firewall), or set \`tool-mirror\`. ${inPlace}`,
    mirror: `Check the mirror: it must serve the publisher's layout below its base address. ${inPlace}`,
    missing: `Check that version ${version} exists for ${platform}, and that the mirror, if there is one, has it in the publisher's layout.`,
  };
  return failed({
    id: 'download-failed',
    what: `${toolTitles[tool]} ${version} for ${platform} could not be downloaded (${tried.map(({ text }) => text).join('; ')}).`,
    ...(official ? {} : { why: `With \`tool-mirror\` set only the mirrors are asked, not ${officialBases[tool]}.` }),
    remedy: missing ? remedies.missing : official ? remedies.official : remedies.mirror,
  });
}

async function looksLikeWebPage(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return /^\s*<(!doctype|html|head|\?xml)/i.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await handle.close();
  }
}
