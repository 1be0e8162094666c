// @ts-check
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * The program and the model as plain JavaScript in a directory, so that the fault driver runs in processes of its own
 * (twice as fast as inside jest), and so that a copy can be made in which a bug is planted.
 */

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const rooms = ['src', join('__tests__', 'model'), join('__tests__', 'engine')];

/** @param {string} directory @returns {string[]} */
const sourcesIn = (directory) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(directory, name));

/** @param {string} text @param {string} name */
const transpiled = (text, name) =>
  ts.transpileModule(text, {
    fileName: name,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  }).outputText;

/** @param {string} name */
const jsName = (name) => name.replace(/\.ts$/, '.js');

/** Makes the tree. @param {string} directory empty */
export function makeTree(directory) {
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  for (const name of rooms.flatMap(sourcesIn)) {
    const path = join(directory, jsName(name));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, transpiled(readFileSync(join(root, name), 'utf8'), name));
  }
}

/**
 * A copy of a tree with a bug in it.
 * @param {string} tree @param {string} directory empty
 * @param {{ readonly file: string, readonly from: string | RegExp, readonly to: string }} bug a change of one source
 * @throws {Error} where the source has not exactly one place for it
 */
export function plant(tree, directory, { file, from, to }) {
  const source = readFileSync(join(root, file), 'utf8');
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places like ${String(from)}`);
  for (const name of readdirSync(tree, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js') || name.startsWith('node_modules')) continue;
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    linkSync(join(tree, name), join(directory, name));
  }
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  const path = join(directory, jsName(file));
  rmSync(path);
  writeFileSync(path, transpiled(parts.join(to), file));
}

/** Path of a module in a tree. @param {string} tree @param {string} source */
export const inTree = (tree, source) => join(tree, jsName(relative('.', source)));
