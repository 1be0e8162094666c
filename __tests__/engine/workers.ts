import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Work, Worked } from './worker.js';

/** One worker process in a tree; its standard error is part of the failure. */
function worker(tree: string, work: Work): Promise<Worked> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(tree, '__tests__', 'engine', 'work.js'), JSON.stringify(work)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as Worked);
      else reject(new Error(`the worker ended with ${String(code)}: ${errors.slice(-4_000)}`));
    });
  });
}

/** Shares the cases among worker processes, and puts together what they found. */
export async function worked(tree: string, shares: number, work: Omit<Work, 'share' | 'shares'>): Promise<Worked> {
  const parts = await Promise.all(
    Array.from({ length: shares }, (_, share) => worker(tree, { ...work, share, shares })),
  );
  const counts: Record<string, number> = {};
  for (const part of parts)
    for (const [kind, count] of Object.entries(part.counts)) counts[kind] = (counts[kind] ?? 0) + count;
  return { counts, found: parts.flatMap(({ found }) => found) };
}
