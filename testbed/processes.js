// @ts-check
import { performance } from 'node:perf_hooks';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A process that we started. A pid alone can come back as somebody else's process, so the time it started is kept
 * beside it: only where both still agree is the process ours to end.
 * @typedef {{ name: string, pid: number, startedAt: string }} OwnProcess
 */

/**
 * When the process with this pid started, in the system's own form (clock ticks since boot on Linux, a date elsewhere);
 * undefined if there is none, or if it has ended and only waits to be reaped.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startTime(pid) {
  if (process.platform === 'linux') {
    let stat;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      return undefined;
    }
    // The second field is the command in brackets and may itself hold brackets and spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  }
  const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state, ...started] = (ps.stdout ?? '').trim().split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : started.join(' ');
}

/** @param {OwnProcess} own */
export const isRunning = (own) => startTime(own.pid) === own.startedAt;

/**
 * Starts a program that outlives this one, with its output in a file.
 * @param {string} name
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ logFile: string, env: NodeJS.ProcessEnv, cwd: string }} options
 * @returns {OwnProcess}
 */
export function start(name, file, args, { logFile, env, cwd }) {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], env, cwd });
    child.on('error', () => {}); // no pid then: reported below
    child.unref();
    const startedAt = child.pid === undefined ? undefined : startTime(child.pid);
    if (child.pid === undefined || startedAt === undefined)
      throw new Error(`${name} (${file}) could not be started; its log: ${logFile}`);
    return { name, pid: child.pid, startedAt };
  } finally {
    closeSync(log);
  }
}

/**
 * Ends processes one after the other, each with SIGTERM and, after its deadline, SIGKILL.
 * @param {readonly OwnProcess[]} processes in the order in which they are to end
 * @param {{ graceMs?: number }} [options]
 * @returns {Promise<OwnProcess[]>} those that are still there (normally none)
 */
export async function stopInOrder(processes, { graceMs = 3_000 } = {}) {
  const left = [];
  for (const own of processes) {
    for (const [signal, ms] of /** @type {const} */ ([
      ['SIGTERM', graceMs],
      ['SIGKILL', 5_000],
    ])) {
      if (!isRunning(own)) break;
      signalOwn(own, signal);
      await until(() => !isRunning(own), ms);
    }
    if (isRunning(own)) left.push(own);
  }
  return left;
}

/** @param {OwnProcess} own @param {NodeJS.Signals} signal */
function signalOwn(own, signal) {
  try {
    process.kill(own.pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * Waits until `check` is true; false when `ms` have passed first. A `check` that throws ends the wait with that error.
 * @param {() => boolean | Promise<boolean>} check
 * @param {number} ms
 * @param {number} [everyMs]
 */
export async function until(check, ms, everyMs = 25) {
  const deadline = performance.now() + ms;
  for (;;) {
    if (await check()) return true;
    if (performance.now() >= deadline) return false;
    await sleep(everyMs);
  }
}
