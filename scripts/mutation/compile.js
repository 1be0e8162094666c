// @ts-check
/**
 * Makes plain JavaScript of the sources and tests of a copy of the project, beside each of them. Jest's globals are
 * replaced by those of ./globals.js.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

const globals = join('scripts', 'mutation', 'globals.js');

/** @param {string} file */
function compile(file) {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  });
  const path = relative(dirname(file), globals).split(sep).join('/');
  writeFileSync(file.replace(/\.ts$/, '.js'), outputText.replaceAll(`'@jest/globals'`, `'${path}'`));
}

for (const room of ['src', '__tests__'])
  for (const name of readdirSync(room, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.ts') && !name.endsWith('.d.ts')) compile(join(room, name));
