// @ts-check
import { spawnSync } from 'node:child_process';
import { isRunning, startTime } from '../testbed/processes.js';

/**
 * Ends a process and everything below it, at once. Tests start their programs in process groups of their own, so that
 * ending the group is not enough.
 * @param {number} root pid of a living child of ours
 */
export function endTree(root) {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const parents = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [root];
  // It grows while it is walked.
  for (const parent of tree) for (const [pid, ppid] of parents) if (ppid === parent && pid) tree.push(pid);
  const own = tree.flatMap((pid) => {
    const startedAt = startTime(pid);
    return startedAt === undefined ? [] : [{ name: String(pid), pid, startedAt }];
  });
  for (const one of own) {
    try {
      if (isRunning(one)) process.kill(one.pid, 'SIGKILL');
    } catch {
      // it has ended by itself since
    }
  }
}
