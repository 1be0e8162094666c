import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import semver from 'semver';
import type { ToolChoice } from '../action/request.js';
import type { Clock } from '../clock.js';
import { failed, refused } from '../problem.js';
import type { Run } from '../process/port.js';
import type { Emit } from '../report/events.js';
import { unpack, type Unpackers } from './archive.js';
import { errorCode, publish, readSlot, sha256Of, slotDirectory } from './cache.js';
import { knownChecksum, publishedChecksum, type Expected } from './checksum.js';
import type { Download } from './download.js';
import { fetchVerified } from './fetch.js';
import { downloadBases, isArchive, toolFile, type ToolFile } from './locations.js';
import { findOnPath, readVersion } from './program.js';
import { platformName, programName, toolTitles, type Platform, type PlatformName, type ToolName } from './tool.js';
import { assertSupported, resolveVersion } from './versions.js';

export interface InstallOptions {
  /** The user's sha256 of the archive (Helm) or program (kubectl); wins over the table. */
  readonly checksum?: string;
  /** Base addresses asked instead of the publisher's, in order; see {@link downloadBases}. */
  readonly mirrors: readonly string[];
  readonly platform: Platform;
  /** The runner's tool cache (`RUNNER_TOOL_CACHE`); jobs share it. */
  readonly cacheRoot: string;
  /** The runner's directory for temporary files (`RUNNER_TEMP`), emptied by the runner after the job. */
  readonly tempDir: string;
  /** PATH of the job. */
  readonly path: string;
  /** Environment for the tool's own version command. */
  readonly environment: Readonly<Record<string, string>>;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly download: Download;
  readonly unpackers: Unpackers;
  readonly run: Run;
  readonly signal?: AbortSignal;
}

export interface InstalledTool {
  /** Absolute path of the program. */
  readonly path: string;
  /** Without a leading v, as the program itself said. */
  readonly version: string;
  /** How the program was obtained and verified, one sentence. */
  readonly source: string;
}

/** What is to be installed, once version and checksum are settled. */
interface Target {
  readonly tool: ToolName;
  readonly version: string;
  readonly platform: PlatformName;
  readonly file: ToolFile;
  readonly expected: Expected;
}

/**
 * Gives a verified Helm or kubectl: from PATH, from the tool cache, or downloaded. Resolving the version needs no
 * network, and neither does a cached program whose checksum is known. Emits one line that says what was used, and a
 * warning where the verification is weaker than the table or the cache could not be used.
 *
 * @throws Problem: those of {@link resolveVersion}, {@link downloadBases}, {@link knownChecksum} (all `refused`, and
 * before anything is contacted), `checksum-unavailable`, `download-failed`, `checksum-mismatch`, `bad-archive`,
 * `missing-program`, `program-not-runnable`, `unreadable-version`, `unexpected-version`; for `path` also
 * `tool-not-on-path` and `checksum-not-applicable`. After `signal`: its reason.
 */
export async function installTool(tool: ToolName, choice: ToolChoice, options: InstallOptions): Promise<InstalledTool> {
  const installed = choice.kind === 'path' ? await useFromPath(tool, options) : await usePinned(tool, choice, options);
  options.emit({ type: 'info', text: `${toolTitles[tool]} ${installed.version}: ${installed.source}` });
  return installed;
}

async function useFromPath(tool: ToolName, options: InstallOptions): Promise<InstalledTool> {
  const title = toolTitles[tool];
  if (options.checksum !== undefined) {
    throw refused({
      id: 'checksum-not-applicable',
      what: `\`${tool}-checksum\` is given together with \`${tool}-version: path\`.`,
      why: 'A checksum is of a download, and with `path` nothing is downloaded.',
      remedy: 'Leave out one of the two.',
    });
  }
  const name = options.platform.os === 'win32' ? `${tool}.exe` : tool;
  const path = await findOnPath(name, options.path);
  if (path === undefined) {
    throw refused({
      id: 'tool-not-on-path',
      what: `\`${tool}-version\` is \`path\`, but there is no program \`${name}\` on PATH.`,
      remedy: `Install ${title} in an earlier step of the job, or leave \`${tool}-version\` out to have it installed.`,
    });
  }
  const version = await readVersion(tool, path, options);
  assertSupported(tool, version);
  return { path, version, source: `found on PATH as ${path}; where it came from was not verified.` };
}

async function usePinned(
  tool: ToolName,
  choice: Exclude<ToolChoice, { kind: 'path' }>,
  options: InstallOptions,
): Promise<InstalledTool> {
  const version = resolveVersion(tool, choice);
  const platform = platformName(options.platform);
  const bases = downloadBases(tool, options.mirrors);
  const known = knownChecksum(tool, version, platform, options.checksum);
  if (choice.kind !== 'exact') {
    const asked = choice.kind === 'range' ? choice.range : 'auto';
    options.emit({ type: 'info', text: `\`${tool}-version: ${asked}\` is ${toolTitles[tool]} ${version}.` });
  }
  await mkdir(options.tempDir, { recursive: true });
  const directory = await mkdtemp(join(options.tempDir, `milvus-upgrade-${tool}-`));
  let kept = false;
  try {
    const file = toolFile(tool, version, platform);
    const expected =
      known ?? (await publishedChecksum({ tool, version, platform, file }, bases, { ...options, directory }));
    const target: Target = { tool, version, platform, file, expected };
    warnIfWeak(target, options.emit);
    const installed = await fromCacheOrBases(target, bases, directory, options);
    kept = installed.path.startsWith(directory);
    return installed;
  } finally {
    // Again and again for a moment: an unpacking that was given up may still be writing there.
    if (!kept) await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function warnIfWeak({ tool, version, expected }: Target, emit: Emit): void {
  if (expected.origin !== 'publisher') return;
  emit({
    type: 'warning',
    text:
      `${toolTitles[tool]} ${version} is not in this action's table of checksums. It is checked against ${expected.said} only, ` +
      `which shows a damaged download but not a replaced one. Set \`${tool}-checksum\` to pin it.`,
  });
}

async function fromCacheOrBases(
  target: Target,
  bases: readonly string[],
  directory: string,
  options: InstallOptions,
): Promise<InstalledTool> {
  const { tool, version, platform, expected } = target;
  const title = toolTitles[tool];
  const slot = slotDirectory(options.cacheRoot, tool, version, platform, expected.sha256);
  const wanted = { tool, version, platform, download: expected.sha256 };
  const cached = await readSlot(slot, wanted);
  if (cached.state === 'good') {
    const source = `from the tool cache, unchanged since its download was verified; sha256 matches ${expected.said}.`;
    return { path: cached.program, version: cached.version, source };
  }

  const built = await build(target, bases, directory, options);
  const source = `downloaded from ${built.from}; sha256 matches ${expected.said}.`;
  const inTemp: InstalledTool = { path: built.program, version: built.version, source };
  if (cached.state === 'damaged') {
    // Left as it is: another job may be running it, and it is what somebody wants to look at.
    options.emit({
      type: 'warning',
      text: `The cached ${title} in ${slot} was not used: ${cached.reason}. This run uses a fresh download; delete that directory to have it cached again.`,
    });
    return inTemp;
  }
  try {
    await publish(built.program, { ...wanted, reported: built.version, program: await sha256Of(built.program) }, slot);
  } catch (error) {
    options.emit({
      type: 'warning',
      text: `${title} could not be stored in the tool cache ${options.cacheRoot} (${errorCode(error)}), so every run downloads it.`,
    });
    return inTemp;
  }
  const stored = await readSlot(slot, wanted);
  return stored.state === 'good' ? { ...inTemp, path: stored.program, version: stored.version } : inTemp;
}

/** Downloads, verifies, unpacks and tries the program inside `directory`. */
async function build(
  target: Target,
  bases: readonly string[],
  directory: string,
  options: InstallOptions,
): Promise<{ readonly program: string; readonly version: string; readonly from: string }> {
  const { tool, platform, file } = target;
  const { path: downloaded, from } = await fetchVerified(target, bases, directory, options);
  const program = join(directory, programName(tool, platform));
  if (isArchive(file)) {
    const unpacked = join(directory, 'unpacked');
    await rename(await unpack(file, downloaded, unpacked, options), program);
    await rm(unpacked, { recursive: true });
    await rm(downloaded);
  }
  await chmod(program, 0o755);
  const version = await readVersion(tool, program, options);
  assertExpectedVersion(target, version);
  return { program, version, from };
}

/**
 * A file with the right checksum may still be of another version (a wrong entry, a private build under another name).
 * Private builds may carry a suffix of their own.
 */
function assertExpectedVersion({ tool, version, file, expected }: Target, reported: string): void {
  const core = (text: string): string => text.replace(/[-+].*$/, '');
  if (expected.origin === 'input' ? core(reported) === core(version) : semver.eq(reported, version)) return;
  throw failed({
    id: 'unexpected-version',
    what: `${file.name} has the checksum of ${expected.said}, but its program says it is ${toolTitles[tool]} ${reported}.`,
    why: 'Flags are chosen by the version, so the program that runs must be the one asked for.',
    remedy: `Set \`${tool}-version\` to what the build says it is, or give the build and checksum of ${version}.`,
  });
}
