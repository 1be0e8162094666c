// @ts-check
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { peakRss, processGroup } from './process-group.js';

/**
 * @typedef {'OUTPUT' | 'STATE' | 'ENV' | 'PATH' | 'STEP_SUMMARY'} FileCommand
 *
 * @typedef {object} StepEnd
 * @property {number} code
 * @property {string} output
 * @property {Record<FileCommand, string>} files
 * @property {number} durationMs
 * @property {number} peakRssBytes
 * @property {{ exitMs: number, signal: NodeJS.Signals } | undefined} interrupted
 * @property {string[]} commandLines
 * @property {() => string[]} endOrphans ends what it left running, and tells the command lines
 *
 * @typedef {{ pid: number, interrupt: () => void, ended: Promise<StepEnd> }} Step
 */

/** @type {readonly FileCommand[]} */
const FILE_COMMANDS = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'];
const SIGNAL_NUMBER = /** @type {Record<string, number>} */ ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 });
/** The runner's own times between its three signals. */
const ESCALATION = /** @type {const} */ ([
  ['SIGTERM', 7_500],
  ['SIGKILL', 10_000],
]);
const DRAIN_MS = 500;

/**
 * One script of an action, as a process of its own.
 * @param {object} options
 * @param {string} options.name
 * @param {string} options.root where its file commands go
 * @param {string} options.node
 * @param {string} options.script
 * @param {Record<string, string>} options.environment
 * @param {string} options.cwd
 * @param {(line: string) => void} [options.onLine]
 * @param {number} options.timeoutMs
 * @returns {Step}
 */
export function startStep({ name, root, node, script, environment, cwd, onLine, timeoutMs }) {
  const files = FILE_COMMANDS.map((command) => ({ command, path: join(root, `${name}-${command.toLowerCase()}`) }));
  for (const { path } of files) writeFileSync(path, '');
  const env = {
    ...environment,
    ...Object.fromEntries(files.map(({ command, path }) => [`GITHUB_${command}`, path])),
  };
  const begin = performance.now();
  // A process group of its own, by which whatever it leaves behind is found.
  const child = spawn(node, [script], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const pid = child.pid ?? 0;

  let output = '';
  let partial = '';
  // Everything that is in the pipes by now: each turn of the loop reads some of it.
  const read = async () => {
    for (let seen = -1; seen !== output.length; await nextTurn()) {
      seen = output.length;
      await nextTurn();
    }
  };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    });

  let peakRssBytes = 0;
  /** @type {Set<string>} */
  const commandLines = new Set();
  const watching = setInterval(() => {
    peakRssBytes = Math.max(peakRssBytes, peakRss(pid));
    for (const { commandLine } of processGroup(pid)) commandLines.add(commandLine);
  }, 25);

  const timers = [setTimeout(() => child.kill('SIGKILL'), timeoutMs)];
  /** @type {{ at: number, signal: NodeJS.Signals } | undefined} */
  let interruption;
  const interrupt = () => {
    if (interruption || child.exitCode !== null || child.signalCode !== null) return;
    interruption = { at: performance.now(), signal: 'SIGINT' };
    child.kill('SIGINT');
    for (const [signal, ms] of ESCALATION)
      timers.push(setTimeout(() => child.kill(signal) && interruption && (interruption.signal = signal), ms));
  };

  /** @type {Promise<StepEnd>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const now = performance.now();
      clearInterval(watching);
      for (const timer of timers) clearTimeout(timer);
      // A process that outlives it may hold the pipes: then only what is in them by now counts.
      const drained = Promise.allSettled([finished(child.stdout), finished(child.stderr)]);
      // On a busy machine this time can be over before the first of it was read.
      Promise.race([drained, sleep(DRAIN_MS).then(read)]).then(
        () =>
          resolve({
            code: code ?? 128 + (SIGNAL_NUMBER[signal ?? ''] ?? 0),
            output,
            files: /** @type {Record<FileCommand, string>} */ (
              Object.fromEntries(files.map(({ command, path }) => [command, readFileSync(path, 'utf8')]))
            ),
            durationMs: Math.round(now - begin),
            peakRssBytes,
            interrupted: interruption && { exitMs: Math.round(now - interruption.at), signal: interruption.signal },
            commandLines: [...commandLines],
            endOrphans: () => endGroup(pid),
          }),
        reject,
      );
    });
  });
  return { pid, interrupt, ended };
}

/** @param {number} group @returns {string[]} */
function endGroup(group) {
  return processGroup(group).map(({ pid, commandLine }) => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself since
    }
    return commandLine;
  });
}
