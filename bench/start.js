// @ts-check
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parse } from 'yaml';

/**
 * How long the bundle takes from its start to its first line, with all inputs empty, and how long a script that only
 * prints a line takes; one after the other in turns, so that what else the machine does falls on both.
 * @param {{ repository: string, directory: string, rounds: number }} options `directory`: for files
 * @returns {Promise<{ bundle: number[], empty: number[] }>} milliseconds
 */
export async function startTimes({ repository, directory, rounds }) {
  const empty = join(directory, 'empty.mjs');
  writeFileSync(empty, "console.log('started');\n");
  const env = environment(repository, directory);
  /** @type {{ bundle: number[], empty: number[] }} */
  const times = { bundle: [], empty: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.bundle.push(await firstLine(join(repository, 'dist', 'index.js'), env));
    times.empty.push(await firstLine(empty, env));
  }
  return times;
}

/** What the runner sets, with empty inputs. @param {string} repository @param {string} directory */
function environment(repository, directory) {
  const { inputs } = parse(readFileSync(join(repository, 'action.yml'), 'utf8'));
  const given = Object.keys(inputs).map((name) => [`INPUT_${name.toUpperCase()}`, '']);
  const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map((name) => {
    const file = join(directory, name);
    writeFileSync(file, '');
    return [name, file];
  });
  const directories = ['RUNNER_TEMP', 'RUNNER_TOOL_CACHE', 'HOME', 'GITHUB_WORKSPACE'].map((name) => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true });
    return [name, path];
  });
  return { PATH: '/usr/bin:/bin', ...Object.fromEntries([...given, ...files, ...directories]) };
}

/** @param {string} script @param {Record<string, string>} env @returns {Promise<number>} */
function firstLine(script, env) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    /** @type {number | undefined} */
    let first;
    child.stdout.on('data', () => (first ??= performance.now() - begin));
    child.on('error', reject);
    child.on('close', () => (first === undefined ? reject(new Error(`${script} printed nothing`)) : resolve(first)));
  });
}
