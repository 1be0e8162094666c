// @ts-check
/**
 * `npm run test:kill`: kills runs of the bundled action at random moments, on a test bed of its own, and has each healed by
 * one more run. `npm run test:kill -- 30` makes 30 rounds; so does KILL_ROUNDS=30. KILL_SEED draws the same moments again.
 * Ends with a line of numbers and, for CI, `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureParts } from '../testbed/part-sources.js';
import { CONTROL_PLANE_PARTS, HELM_VERSIONS } from '../testbed/parts.js';
import { endTree } from './process-tree.js';
import { Interrupted, withTestBed } from './with-test-bed.js';

const ROOT = join(import.meta.dirname, '..');
const STATE = process.env.MILVUS_E2E_STATE ?? join(ROOT, '.testbed', 'kill-bed');
const ROUNDS = process.argv[2] ?? process.env.KILL_ROUNDS ?? '12';
const PARTS = [...CONTROL_PLANE_PARTS, ...HELM_VERSIONS.map((version) => `helm-${version}`)];
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
  // Not one of `npm test`: its name does not end in .test.ts.
  ...['--testMatch', '**/__tests__/kill/kill.soak.ts', '--runInBand'],
];

const work = mkdtempSync(join(tmpdir(), 'milvus-upgrade-kill-'));
const [report, numbers] = [join(work, 'report.json'), join(work, 'numbers')];
/** @param {string} line */
const say = (line) => console.log(line);

/** @param {AbortSignal} signal @returns {Promise<number>} exit code */
function jest(signal) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...JEST, '--json', '--outputFile', report], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, MILVUS_E2E_STATE: STATE, KILL_ROUNDS: ROUNDS, KILL_NUMBERS: numbers },
      // Ctrl-C must reach this process alone: once jest is gone, nobody finds what it started.
      detached: true,
    });
    const end = () => child.pid !== undefined && endTree(child.pid);
    signal.addEventListener('abort', end);
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', end);
      resolve(code ?? 1);
    });
  });
}

/** @param {string} file @param {string} otherwise */
function read(file, otherwise) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return otherwise; // jest ended before it could write
  }
}

/** @returns {Promise<number>} exit code */
async function main() {
  if (!/^[1-9]\d{0,3}$/.test(ROUNDS)) throw new Error(`the number of rounds must be 1 to 9999, not ${ROUNDS}`);
  await ensureParts(PARTS, { log: say });
  const code = await withTestBed({ stateDirectory: STATE, log: say }, (_, signal) => jest(signal));
  const {
    numPassedTests: passed = 0,
    numFailedTests = 0,
    numRuntimeErrorTestSuites: broken = 0,
  } = JSON.parse(read(report, '{}'));
  const failed = Math.max(numFailedTests + broken, code === 0 && passed > 0 ? 0 : 1);
  say(`\n${read(numbers, 'kills: 0, healed: 0')}`);
  say(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Interrupted ? `The test was ${error.message}.` : error);
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit();
