import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './harness.js';

/**
 * Bundles a copy of the action in which some exports are replaced, outside of the repository.
 *
 * @param replaced TypeScript by file below src/; everything that it does not export stays as it is
 * @returns the directory of its action.yml
 */
export async function buildMutant(replaced: Readonly<Record<string, string>>): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'mutant-'));
  for (const name of ['src', 'tsconfig.json', 'package.json', 'action.yml'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [file, exports] of Object.entries(replaced)) {
    const original = file.replace(/\.ts$/, '-original.ts');
    renameSync(join(copy, 'src', file), join(copy, 'src', original));
    const others = `export * from './${original.replace(/^.*\//, '').replace(/\.ts$/, '.js')}';\n`;
    writeFileSync(join(copy, 'src', file), others + exports);
  }
  const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
  const build = ['build', 'src/index.ts', '--out', 'dist', '--no-cache', '--quiet'];
  try {
    await promisify(execFile)(process.execPath, [ncc, ...build], { cwd: copy, timeout: 240_000 });
  } catch (error) {
    rmSync(copy, { recursive: true });
    throw error;
  }
  return copy;
}
