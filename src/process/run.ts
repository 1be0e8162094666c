import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { failed } from '../problem.js';
import type { Problem } from '../problem.js';
import { Capture, Lines } from './capture.js';
import type { Run, RunOptions, RunResult } from './port.js';

const defaultKillAfterMs = 4000;
const defaultMaxBytes = 64 * 1024 * 1024;
/** How long a program that has ended may keep its pipes open through children of its own. */
const drainMs = 1000;

type Ended = NonNullable<RunResult['ended']>;

const startErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program (or its working directory is missing)',
  EACCES: 'it is not executable for this user',
  ENOEXEC: 'it is not a program for this operating system and architecture',
  E2BIG: 'its arguments and environment are too long',
  EMFILE: 'too many files are open',
  EAGAIN: 'the system has no room for another process',
  ENOMEM: 'the system has no memory for another process',
  // Node quotes the argument in its own message; arguments stay out of ours.
  ERR_INVALID_ARG_VALUE: 'an argument holds a null byte',
};

/** The Problem `program-not-started` behind an error of spawn. */
export function notStarted(file: string, error: unknown): Problem {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
  return failed({
    id: 'program-not-started',
    what: `The program ${file} could not be started: ${startErrors[code] ?? 'the system refused'} (${code}).`,
    remedy: 'Check that the program is installed on the runner for its operating system and architecture.',
  });
}

/** Sends a signal; a child that is gone already is not an error. */
function signalChild(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
}

/**
 * The adapter of the Run port. The child gets exactly the given environment, its own or no standard input (never
 * ours), and no shell. Ends on time-out, on cancellation (SIGINT, then SIGKILL after `killAfterMs`) and on too much
 * output (SIGKILL at once).
 */
export const run: Run = (file, options) => {
  if (options.signal?.aborted === true) {
    return Promise.resolve({
      code: null,
      signal: null,
      stdout: '',
      stderr: '',
      ended: 'cancelled',
      durationMs: 0,
    });
  }
  return new Promise<RunResult>((resolve, reject) => {
    try {
      start(file, options, resolve, reject);
    } catch (error) {
      reject(notStarted(file, error));
    }
  });
};

function start(
  file: string,
  options: RunOptions,
  resolve: (result: RunResult) => void,
  reject: (problem: Problem) => void,
): void {
  const startedAt = performance.now();
  const child = spawn(file, options.args, {
    env: options.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
  });

  let ended: Ended | undefined;
  const timers: NodeJS.Timeout[] = [];
  const end = (why: Ended): void => {
    if (ended !== undefined) return;
    ended = why;
    if (why === 'overflow') {
      signalChild(child, 'SIGKILL');
      return;
    }
    signalChild(child, 'SIGINT');
    timers.push(
      setTimeout(() => {
        signalChild(child, 'SIGKILL');
      }, options.killAfterMs ?? defaultKillAfterMs),
    );
  };
  const cancel = (): void => {
    end('cancelled');
  };
  const finish = (): void => {
    timers.forEach(clearTimeout);
    options.signal?.removeEventListener('abort', cancel);
  };

  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const stdout = new Capture(maxBytes);
  const stderr = new Capture(maxBytes);
  const lines = new Lines((line) => options.onErrorLine?.(line));
  child.stdout?.on('data', (chunk: Buffer) => {
    if (!stdout.add(chunk)) end('overflow');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.add(chunk)) lines.add(chunk);
    else end('overflow');
  });

  child.on('error', (error) => {
    // Also emitted when a signal could not be sent; only a child without a pid was never started.
    if (child.pid !== undefined) return;
    finish();
    reject(notStarted(file, error));
  });
  child.on('exit', () => {
    timers.push(
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, drainMs),
    );
  });
  child.on('close', (code, signal) => {
    finish();
    lines.end();
    resolve({
      code: ended === 'overflow' ? null : code,
      signal,
      stdout: stdout.text(),
      stderr: stderr.text(),
      ...(ended === undefined ? {} : { ended }),
      durationMs: Math.round(performance.now() - startedAt),
    });
  });

  // A child that does not read its input closes the pipe; its exit code tells what there is to tell.
  child.stdin?.on('error', () => undefined);
  if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  options.signal?.addEventListener('abort', cancel, { once: true });
  timers.push(
    setTimeout(() => {
      end('timeout');
    }, options.timeoutMs),
  );
}
