// @ts-check
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** The highest resident set of a process so far. @param {number} pid */
export function peakRss(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The living processes of a process group, without its leader. @param {number} group @returns {{ pid: number, commandLine: string }[]} */
export function processGroup(group) {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === group) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' || Number(pgrp) !== group) return [];
      return [
        {
          pid: Number(entry),
          commandLine: readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
        },
      ];
    } catch {
      return [];
    }
  });
}
