// @ts-check
import { performance } from 'node:perf_hooks';
import { spawn } from 'node:child_process';

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string, ms: number }} Ended
 * @typedef {object} RunOptions
 * @property {Record<string, string>} env the whole environment of the child
 * @property {string} [cwd]
 * @property {string} [input] written to its standard input
 * @property {number} [timeoutMs] then SIGKILL; default 2 minutes
 * @property {boolean} [check] false: any end is an answer; otherwise only exit code 0 is
 */

/**
 * Runs a program to its end.
 * @param {string} file @param {readonly string[]} args @param {RunOptions} options
 * @returns {Promise<Ended>}
 */
export function run(file, args, { env, cwd, input, timeoutMs = 120_000, check = true }) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(file, args, { env, cwd, stdio: 'pipe', timeout: timeoutMs, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stderr += text));
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (check && code !== 0)
        reject(new Error(`${file} ${args.join(' ')}: ${signal ?? `exit code ${code}`}\n${stderr}${stdout}`));
      else resolve({ code, signal, stdout, stderr, ms: Math.round(performance.now() - begin) });
    });
  });
}
