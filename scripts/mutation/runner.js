// @ts-check
/**
 * Runs the tests of the engine in one process, for Stryker (https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/):
 * the unit tests of these rooms, and a sample of the fault driver's cases. The working directory is a copy of the project
 * that holds all mutants, compiled by ./compile.js; which of them is active is said by a global variable.
 */
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

/** Those whose tests walk through the engine. */
const rooms = ['upgrade', 'operations'];
/** Wait for a hash that is slow on purpose: a second a test, and more than one on a busy machine. */
const slow = new Set(['operations.test.js', 'plan-unfinished.test.js']);

/** By Stryker's numbers. */
const status = { success: 0, failed: 1 };
const sampling = 'drawing the sample';

/** @typedef {{ readonly id: string, readonly file: string, readonly run: () => unknown }} Test */

/**
 * What the instrumented code reads and writes.
 * @typedef {object} Instrumented
 * @property {string} [activeMutant]
 * @property {string} [currentTestId]
 * @property {number} [hitCount]
 * @property {number} [hitLimit]
 * @property {{ static: object, perTest: Record<string, object> }} [mutantCoverage]
 */
/**
 * One mutant to be tried, `static` where it is active while the modules are loaded.
 * @typedef {object} Trial
 * @property {{ readonly id: string }} activeMutant
 * @property {'runtime' | 'static'} mutantActivation
 * @property {readonly string[]} [testFilter] ids of tests
 * @property {number} [hitLimit] above it the mutant is taken for an endless loop
 */

/** @type {Instrumented} */
const instrumented = {};
Object.assign(globalThis, { __stryker__: instrumented });

register('./anew.js', import.meta.url);
let loads = 0;

/** Loads sources and tests, each time anew. @returns {Promise<readonly Test[]>} */
async function allTests() {
  loads += 1;
  /** @param {...string} path */
  const load = (...path) => import(`${pathToFileURL(resolve(...path)).href}?anew=${loads}`);
  const { testsOf } = await load('scripts', 'mutation', 'globals.js');
  /** @type {Test[]} */
  const tests = [];
  for (const room of rooms) {
    const directory = join('__tests__', room);
    for (const name of readdirSync(directory)) {
      if (!name.endsWith('.test.js') || slow.has(name)) continue;
      const found = await testsOf(join(room, name), () => load(directory, name));
      // Two of the same name are told apart by their number.
      for (const [n, { name: id, run }] of found.entries())
        tests.push({ id: `${id} (${n})`, file: resolve(directory, name.replace(/js$/, 'ts')), run });
    }
  }
  const cases = join('__tests__', 'mutation', 'cases');
  const { sampledCases } = await load(`${cases}.js`);
  // What is run to draw the sample is part of no test, nor of the loading of a module.
  instrumented.currentTestId = sampling;
  for (const { name, run } of await sampledCases())
    tests.push({ id: `case ${name}`, file: resolve(`${cases}.ts`), run });
  instrumented.currentTestId = undefined;
  return tests;
}

const wordsOf = (/** @type {unknown} */ error) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** A test runner as Stryker's plugins have it, without its types: those need another configuration of TypeScript. */
class EngineRunner {
  /** @type {readonly Test[] | undefined} */
  #tests;
  /** How many mutants each test has noticed: those that noticed most are tried first. */
  #noticed = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  /** Runs all tests without a mutant, and takes down which mutants each of them comes by. */
  async dryRun() {
    /** @type {Required<Instrumented>['mutantCoverage']} */
    const mutantCoverage = { static: {}, perTest: {} };
    instrumented.mutantCoverage = mutantCoverage;
    this.#tests = await allTests();
    /** @type {object[]} */
    const results = [];
    for (const { id, file, run } of this.#tests) {
      instrumented.currentTestId = id;
      const begun = performance.now();
      const told = { id, name: id, fileName: file };
      try {
        await run();
        results.push({ ...told, status: status.success, timeSpentMs: performance.now() - begun });
      } catch (error) {
        const timeSpentMs = performance.now() - begun;
        results.push({ ...told, status: status.failed, failureMessage: wordsOf(error), timeSpentMs });
      }
      instrumented.currentTestId = undefined;
    }
    delete mutantCoverage.perTest[sampling];
    return { status: 'complete', tests: results, mutantCoverage };
  }

  /** Runs the tests that come by a mutant until one notices it. @param {Trial} trial */
  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit }) {
    const isStatic = mutantActivation === 'static';
    if (!isStatic) this.#tests ??= await allTests();
    const hitCount = hitLimit === undefined ? undefined : 0;
    Object.assign(instrumented, { activeMutant: activeMutant.id, hitCount, hitLimit });
    /** @type {readonly Test[]} */
    let all;
    try {
      all = isStatic || this.#tests === undefined ? await allTests() : this.#tests;
    } catch (error) {
      return { status: 'killed', killedBy: [], failureMessage: wordsOf(error), nrOfTests: 0 };
    }
    const wanted = testFilter === undefined ? undefined : new Set(testFilter);
    const tests = all
      .filter(({ id }) => wanted?.has(id) ?? true)
      .sort((one, other) => this.#rank(one) - this.#rank(other));
    for (const [n, { id, run }] of tests.entries()) {
      try {
        await run();
      } catch (error) {
        this.#noticed.set(id, (this.#noticed.get(id) ?? 0) + 1);
        return { status: 'killed', killedBy: [id], failureMessage: wordsOf(error), nrOfTests: n + 1 };
      }
    }
    return { status: 'survived', nrOfTests: tests.length };
  }

  /** @param {Test} test */
  #rank({ id }) {
    return (id.startsWith('case ') ? 1_000_000 : 0) - (this.#noticed.get(id) ?? 0);
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'engine', injectableClass: EngineRunner }];
