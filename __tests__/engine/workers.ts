import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Work, Worked } from './worker.js';

/** One worker process in a tree; its standard error is part of the failure. Undefined where it was ended from here. */
function worker(tree: string, work: Work, begun: (child: ChildProcess) => void): Promise<Worked | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(tree, '__tests__', 'engine', 'work.js'), JSON.stringify(work)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    begun(child);
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (child.killed) resolve(undefined);
      else if (code === 0) resolve(JSON.parse(output) as Worked);
      else reject(new Error(`the worker ended with ${String(code)}: ${errors.slice(-4_000)}`));
    });
  });
}

/** Shares the cases among worker processes, and puts together what they found; one find is enough for `stopAtFirst`. */
export async function worked(tree: string, shares: number, work: Omit<Work, 'share' | 'shares'>): Promise<Worked> {
  const children: ChildProcess[] = [];
  const part = async (share: number): Promise<Worked | undefined> => {
    const one = await worker(tree, { ...work, share, shares }, (child) => children.push(child));
    if (work.stopAtFirst === true && one !== undefined && one.found.length > 0)
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    return one;
  };
  const all = await Promise.all(Array.from({ length: shares }, (_, share) => part(share)));
  const parts = all.filter((one) => one !== undefined);
  const counts: Record<string, number> = {};
  for (const one of parts)
    for (const [kind, count] of Object.entries(one.counts)) counts[kind] = (counts[kind] ?? 0) + count;
  return { counts, found: parts.flatMap(({ found }) => found) };
}
