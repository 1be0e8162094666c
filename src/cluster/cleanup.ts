import { lstatSync, rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Clock } from '../clock.js';
import { commandLine } from '../process/command-line.js';
import type { Run } from '../process/port.js';
import { parseLeftovers } from './leftovers.js';
import type { RecordedProcess } from './leftovers.js';
import { privateDirectoryName } from './private-files.js';

/** What the post step did, one sentence an entry. Paths and pids only, nothing of the contents. */
export interface CleanedUp {
  readonly done: readonly string[];
  /** What had to be left, and why: worth a warning. */
  readonly left: readonly string[];
}

export interface CleanUpPorts {
  readonly run: Run;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string>>;
  readonly platform: NodeJS.Platform;
}

/** Time for a process to end after SIGTERM, and again after SIGKILL. */
const endWithinMs = 2000;
const pollMs = 20;

class LeftBehind extends Error {}

/**
 * Removes what an earlier process of this step has recorded: ends its `kubectl proxy` if that process still is the
 * recorded one, then deletes its private directories. Refuses links, other owners and names that are not ours. Never throws.
 *
 * @param savedState the state `leftovers`, '' when nothing was recorded
 */
export async function cleanUp(savedState: string, ports: CleanUpPorts): Promise<CleanedUp> {
  const { directories, processes } = parseLeftovers(savedState);
  const done: string[] = [];
  const left: string[] = [];
  const attempt = async (subject: string, act: () => Promise<string> | string): Promise<void> => {
    try {
      done.push(await act());
    } catch (error) {
      const reason = error instanceof LeftBehind ? error.message : 'the system refused';
      left.push(`${subject} was left: ${reason}.`);
    }
  };
  for (const recorded of processes) {
    await attempt(`kubectl proxy (pid ${recorded.pid})`, () => endProcess(recorded, ports));
  }
  for (const path of directories) {
    await attempt(path, () => removeDirectory(path));
  }
  return { done, left };
}

async function endProcess(recorded: RecordedProcess, ports: CleanUpPorts): Promise<string> {
  const { pid, socket } = recorded;
  const name = `kubectl proxy (pid ${pid})`;
  const isOurs = async (): Promise<boolean> => `${await commandLine(pid, ports)} `.includes(`--unix-socket=${socket} `);
  if (!(await isOurs())) return `${name} had ended.`;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!tryKill(pid, signal)) return `${name} had ended.`;
    const deadline = ports.clock.now() + endWithinMs;
    while (ports.clock.now() < deadline) {
      if (!(await isOurs())) return `${name} was ended.`;
      await ports.clock.sleep(pollMs);
    }
  }
  throw new LeftBehind('it does not end');
}

/** False where the process has ended in the meantime. */
function tryKill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function removeDirectory(path: string): string {
  if (path !== resolve(path) || !privateDirectoryName.test(basename(path))) {
    throw new LeftBehind('its name is not one that this action gives');
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return `${path} was gone.`;
  if (!found.isDirectory()) throw new LeftBehind('it is a link or a file, not a directory');
  if (found.uid !== process.getuid?.()) throw new LeftBehind('it belongs to another user');
  // Links inside are removed, not followed.
  rmSync(path, { recursive: true, maxRetries: 2 });
  return `${path} was deleted.`;
}
