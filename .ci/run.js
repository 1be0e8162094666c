// Runs the checks one after the other, shows their output, and counts: the tests by their own number, the rest one each.
import { spawn } from 'node:child_process';

/** @type {{ name: string, command: string[], counts?: boolean }[]} */
const checks = [
  { name: 'install', command: ['npm', 'ci', '--no-fund', '--no-audit'] },
  { name: 'types', command: ['npm', 'run', 'typecheck'] },
  { name: 'lint', command: ['npm', 'run', 'lint'] },
  { name: 'dist is up to date', command: ['npm', 'run', 'check-dist'] },
  { name: 'tests', command: ['npm', 'test'], counts: true },
  { name: 'slow tests', command: ['npm', 'run', 'test:slow'] },
  { name: 'kills', command: ['npm', 'run', 'test:kill'], counts: true },
];

/** @param {string[]} command @returns {Promise<{ code: number, output: string }>} */
function run([file = '', ...args]) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

let passed = 0;
let failed = 0;
for (const { name, command, counts } of checks) {
  console.log(`\n== ${name}: ${command.join(' ')}`);
  const { code, output } = await run(command);
  const found = counts ? [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1) : undefined;
  // A skipped test is a failure here: CI promises that everything ran.
  const own = found
    ? { passed: Number(found[1]), failed: Number(found[2]) + Number(found[3] ?? 0) }
    : { passed: code === 0 && !counts ? 1 : 0, failed: 0 };
  if (code !== 0 || (counts && !found)) own.failed = Math.max(own.failed, 1);
  passed += own.passed;
  failed += own.failed;
  console.log(`== ${name}: ${code === 0 ? 'passed' : `FAILED (exit code ${code})`}`);
  if (name === 'install' && code !== 0) break;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
