// @ts-check
/**
 * What the unit tests need of jest's globals, so that they run in a process that lives on: a test then takes about a
 * millisecond, and jest itself about a second. A file's hooks run before and after each of its tests.
 */
import { createRequire } from 'node:module';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';

/** @typedef {() => unknown} Act */
/**
 * @typedef {object} Block
 * @property {string} name
 * @property {Block | undefined} outer
 * @property {Act[]} before
 * @property {Act[]} after
 */
/**
 * @typedef {object} Test
 * @property {string} name
 * @property {string} file
 * @property {Act} run rejects where it fails
 */

// Jest's own, not those that happen to lie on the top of node_modules.
const ofJest = createRequire(fileURLToPath(import.meta.resolve('@jest/globals')));
/** @type {import('@jest/globals').expect} */
export const expect = ofJest('@jest/expect').jestExpect;
const mocks = new (ofJest('jest-mock').ModuleMocker)(globalThis);
export const jest = { fn: mocks.fn.bind(mocks), spyOn: mocks.spyOn.bind(mocks) };

/** As jest's. */
const limitMs = 5_000;

/** @type {Test[]} */
const tests = [];
let file = '';
/** @type {Block | undefined} */
let block;

/** @param {Block | undefined} of @returns {Block[]} outermost first */
const around = (of) => (of === undefined ? [] : [...around(of.outer), of]);

/** @param {Act[]} acts */
async function inOrder(acts) {
  for (const act of acts) await act();
}

/** @param {Act} act @param {number} ms */
async function inTime(act, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([act(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} name @param {Act} act @param {number} [ms] */
function define(name, act, ms = limitMs) {
  const blocks = around(block);
  const run = async () => {
    await inOrder(blocks.flatMap(({ before }) => before));
    try {
      await inTime(act, ms);
    } finally {
      await inOrder(blocks.toReversed().flatMap(({ after }) => after));
    }
  };
  tests.push({ name: [...blocks.map((one) => one.name), name].join(' '), file, run });
}

/** @param {string} name @param {() => void} fill */
function group(name, fill) {
  const outer = block;
  block = { name, outer, before: [], after: [] };
  fill();
  block = outer;
}

/**
 * @param {(name: string, act: (...row: any[]) => unknown, ms?: number) => void} one
 * @returns {(rows: readonly unknown[]) => (name: string, act: (...row: any[]) => unknown, ms?: number) => void}
 */
const each = (one) => (rows) => (name, act, ms) => {
  for (const [n, row] of rows.entries())
    one(`${name} #${n}`, () => act(.../** @type {unknown[]} */ (Array.isArray(row) ? row : [row])), ms);
};

export const describe = Object.assign(group, { each: each(group) });
export const it = Object.assign(define, { each: each(define) });
/** @param {Act} act */
export const beforeEach = (act) => void block?.before.push(act);
/** @param {Act} act */
export const afterEach = (act) => void block?.after.push(act);
export const [beforeAll, afterAll] = [beforeEach, afterEach];

/** The tests of a file. @param {string} name @param {() => Promise<unknown>} load @returns {Promise<Test[]>} */
export async function testsOf(name, load) {
  file = name;
  block = { name, outer: undefined, before: [], after: [] };
  await load();
  block = undefined;
  return tests.splice(0);
}
