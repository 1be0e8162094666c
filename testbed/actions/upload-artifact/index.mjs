import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const { TESTBED_ARTIFACTS: store, INPUT_NAME: name } = process.env;
if (!store) throw new Error('TESTBED_ARTIFACTS names no directory');
const artifact = join(store, name);
mkdirSync(artifact, { recursive: true });
const paths = (process.env.INPUT_PATH ?? '').split('\n').map((line) => line.trim());
const found = paths.filter((path) => path !== '' && existsSync(path)).map((path) => resolve(path));
for (const path of found)
  cpSync(path, statSync(path).isDirectory() ? artifact : join(artifact, basename(path)), { recursive: true });
if (found.length === 0) {
  const how = process.env['INPUT_IF-NO-FILES-FOUND'];
  if (how !== 'ignore')
    console.log(`::${how === 'error' ? 'error' : 'warning'}::No files were found: ${paths.join(', ')}`);
  process.exitCode = how === 'error' ? 1 : 0;
}
