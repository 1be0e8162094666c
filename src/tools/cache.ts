import { createHash } from 'node:crypto';
import { chmod, copyFile, lstat, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { programName, type PlatformName, type ToolName } from './tool.js';

/** What was installed into a slot. A slot is a directory with the program and this record, and appears as a whole. */
export interface Installed {
  readonly tool: ToolName;
  readonly version: string;
  readonly platform: PlatformName;
  /** sha256 of the verified download. */
  readonly download: string;
  /** sha256 of the program; the same as `download` where the download is the program. */
  readonly program: string;
  /** The version that the program itself printed. */
  readonly reported: string;
}

export type Slot =
  | { readonly state: 'absent' }
  | { readonly state: 'good'; readonly program: string; readonly version: string }
  | { readonly state: 'damaged'; readonly reason: string };

const recordName = 'installed.json';

/**
 * `<cacheRoot>/milvus-upgrade-<tool>/<version>/<os>-<arch>-<start of the expected sha256>`. With the checksum in the
 * name, a private build of a version never takes the place of the publisher's, whichever came first.
 */
export function slotDirectory(
  cacheRoot: string,
  tool: ToolName,
  version: string,
  platform: PlatformName,
  sha256: string,
): string {
  return join(cacheRoot, `milvus-upgrade-${tool}`, version, `${platform}-${sha256.slice(0, 16)}`);
}

/**
 * Looks at a slot and hashes its program again. This finds damage and a program that was replaced. Somebody who can
 * write here can replace an unpacked Helm together with its record (a plain kubectl is compared with the expected
 * checksum itself); against that only a cache that other jobs cannot write to helps.
 */
export async function readSlot(slot: string, wanted: Omit<Installed, 'program' | 'reported'>): Promise<Slot> {
  if (!(await exists(slot))) return { state: 'absent' };
  const damaged = (reason: string): Slot => ({ state: 'damaged', reason });
  try {
    const installed = parseRecord(await readFile(join(slot, recordName), 'utf8'));
    const same = (['tool', 'version', 'platform', 'download'] as const).every((key) => installed[key] === wanted[key]);
    const { reported } = installed;
    if (!same || typeof reported !== 'string') return damaged('its record is not of this download');
    const program = join(slot, programName(wanted.tool, wanted.platform));
    if (!(await lstat(program)).isFile()) return damaged('its program is not a file');
    const plain = wanted.tool === 'kubectl';
    if ((await sha256Of(program)) !== (plain ? wanted.download : installed.program)) {
      return damaged('its program has changed since it was installed');
    }
    return { state: 'good', program, version: reported };
  } catch (error) {
    return damaged(error instanceof SyntaxError ? 'its record is not JSON' : `it cannot be read (${errorCode(error)})`);
  }
}

/**
 * Copies a program and its record into a slot, all or nothing. When another job was first the slot is left as that job
 * made it. Rejects with the file system's error when the cache cannot be written.
 * Not `cacheDir` of @actions/tool-cache: it removes the final directory, which another job may be using, and then copies
 * into it file by file.
 */
export async function publish(program: string, installed: Installed, slot: string): Promise<void> {
  const parent = dirname(slot);
  await mkdir(parent, { recursive: true });
  const staging = await mkdtemp(join(parent, '.staging-'));
  try {
    // Other accounts of a shared runner may use the slot; mkdtemp makes a private directory.
    await chmod(staging, 0o755);
    const copy = join(staging, programName(installed.tool, installed.platform));
    await copyFile(program, copy);
    await chmod(copy, 0o755);
    await writeFile(join(staging, recordName), `${JSON.stringify(installed)}\n`);
    await rename(staging, slot);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!(await exists(slot))) throw error;
  }
}

/** sha256 of a file, 64 lower-case hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  // One buffer for the whole file: a stream's would be as large together as the program, until they are collected.
  const buffer = Buffer.allocUnsafeSlow(512 * 1024);
  const handle = await open(file);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** The system's code of a file system error, for messages. */
export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function parseRecord(text: string): Readonly<Partial<Record<keyof Installed, unknown>>> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}
