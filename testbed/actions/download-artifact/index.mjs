import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const { TESTBED_ARTIFACTS: store, INPUT_NAME: name, INPUT_PATH: path } = process.env;
if (!store) throw new Error('TESTBED_ARTIFACTS names no directory');
const artifact = join(store, name);
if (!existsSync(artifact)) throw new Error(`Unable to download artifact(s): Artifact not found for name: ${name}`);
const target = resolve(path || process.env.GITHUB_WORKSPACE || '.');
mkdirSync(target, { recursive: true });
cpSync(artifact, target, { recursive: true });
