import { readFile } from 'node:fs/promises';
import type { Run } from './port.js';

export interface CommandLinePorts {
  readonly run: Run;
  readonly environment: Readonly<Record<string, string>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Program and arguments, separated by spaces, of a process that need not be a child of ours; '' when there is no such
 * process or it is a zombie. From /proc on Linux, from `ps` elsewhere.
 */
export async function commandLine(pid: number, ports: CommandLinePorts): Promise<string> {
  if (ports.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text.replaceAll('\0', ' ').trim();
  }
  const args = ['-ww', '-o', 'command=', '-p', String(pid)];
  const listed = await ports.run('ps', { args, env: ports.environment, timeoutMs: 5000 });
  return listed.stdout.trim();
}
