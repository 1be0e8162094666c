// @ts-check
/**
 * `npm test`: the unit tests, the model chart against its table of facts, and the end-to-end tests on a test bed that is
 * brought up for them. Ends with one line, `N passed, N failed`, with `, N skipped` where something was.
 *
 * The end-to-end part is skipped, loudly, where its programs can be neither found, downloaded nor built; with CI=true that
 * is a failure.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMilvus21 } from '../testbed/milvus-2.1.js';
import { ensureParts, PartsUnavailable } from '../testbed/part-sources.js';
import { ACT_VERSION, CONTROL_PLANE_PARTS, HELM_VERSIONS } from '../testbed/parts.js';
import { ensurePrograms } from '../testbed/programs.js';
import { endTree } from './process-tree.js';
import { Interrupted, withTestBed } from './with-test-bed.js';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const ROOT = join(import.meta.dirname, '..');
const STATE = join(ROOT, '.testbed', 'e2e');
/** What the end-to-end tests start. */
const PARTS = [
  ...CONTROL_PLANE_PARTS,
  ...HELM_VERSIONS.map((version) => `helm-${version}`),
  `act-${ACT_VERSION}`,
  'testbed-agent',
];
/** The scenarios mostly wait, so there are more of them at a time than processors. */
const E2E_WORKERS = process.env.MILVUS_E2E_WORKERS ?? '3';
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
];
const UNIT = ['--testPathIgnorePatterns', '/e2e/'];
// On a busy machine everything takes longer, and a deadline of a test says nothing about the action.
const E2E = ['--testPathIgnorePatterns', '/node_modules/', '--testPathPatterns', '/e2e/', '--testTimeout', '300000'];

const work = mkdtempSync(join(tmpdir(), 'milvus-upgrade-test-'));
/** @param {string} line */
const say = (line) => console.log(line);
/** @param {string} title */
const headline = (title) => say(`\n== ${title}`);

/**
 * Runs Node with these arguments; its output goes to this terminal. Ends it, with all it started, when the signal is aborted.
 * @param {string[]} args @param {{ signal?: AbortSignal | undefined, env?: Record<string, string>, quiet?: boolean }} [options]
 * @returns {Promise<number>} exit code
 */
function node(args, { signal, env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const output = quiet ? 'ignore' : 'inherit';
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...env },
      // With a signal, Ctrl-C must reach this process alone: once jest is gone, nobody finds what its tests started.
      detached: signal !== undefined,
    });
    const end = () => child.pid !== undefined && endTree(child.pid);
    signal?.addEventListener('abort', end);
    child.on('error', reject);
    child.on('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve(code ?? 1);
    });
  });
}

/**
 * @param {string} name @param {string[]} args @param {Parameters<typeof node>[1]} [options]
 * @returns {Promise<Counts>} by jest's own report; a file that could not be run counts as one failure
 */
async function jest(name, args, options) {
  const report = join(work, `${name}.json`);
  const code = await node([...JEST, '--json', '--outputFile', report, ...args], options);
  const counts = readReport(report);
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** @param {string} file @returns {Counts} */
function readReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // jest ended before it could write
  }
}

/** How many end-to-end tests there are: with a name that none has, jest finds them all and runs none. */
async function countEndToEnd() {
  const { skipped } = await jest('count', [...E2E, '--testNamePattern', 'no test has this name'], { quiet: true });
  return skipped;
}

/** @param {Counts[]} all @returns {Counts} */
const sum = (all) => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  skipped: all.reduce((total, { skipped }) => total + skipped, 0),
});

/** @returns {Promise<Counts[]>} */
async function onTestBed() {
  headline('The parts of the test bed (the first time they may have to be built: 5 to 10 minutes)');
  /** @type {Record<string, string>} */
  let parts;
  try {
    parts = await ensureParts(PARTS, { log: say });
    await ensurePrograms({ log: say });
    await ensureMilvus21({ log: say });
  } catch (error) {
    if (!(error instanceof PartsUnavailable)) throw error;
    say('\n' + '!'.repeat(80));
    say(`The end-to-end tests are SKIPPED: ${error.message}`);
    say('!'.repeat(80));
    return [{ passed: 0, failed: 0, skipped: 1 + (await countEndToEnd()) }];
  }

  headline('The model chart against its table of facts');
  const helm = parts[`helm-${HELM_VERSIONS[0]}`] ?? '';
  const held = (await node([join(ROOT, 'testbed', 'charts-check.js'), helm])) === 0;
  const charts = { passed: held ? 1 : 0, failed: held ? 0 : 1, skipped: 0 };

  headline(`The end-to-end tests, ${E2E_WORKERS} files at a time`);
  const tests = await withTestBed({ stateDirectory: STATE, log: say }, (_, signal) =>
    jest('e2e', [...E2E, '--maxWorkers', E2E_WORKERS], { signal, env: { MILVUS_E2E_STATE: STATE } }),
  );
  return [charts, tests];
}

/** @returns {Promise<number>} exit code */
async function main() {
  headline('The unit tests');
  const all = sum([await jest('unit', UNIT), ...(await onTestBed())]);
  say(`\n${all.passed} passed, ${all.failed} failed${all.skipped > 0 ? `, ${all.skipped} skipped` : ''}`);
  return all.failed > 0 || (all.skipped > 0 && process.env.CI === 'true') ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Interrupted ? `The tests were ${error.message}.` : error);
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit();
