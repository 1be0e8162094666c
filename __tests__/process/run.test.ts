import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/problem.js';
import { run } from '../../src/process/run.js';
import type { RunOptions } from '../../src/process/port.js';

/** Runs a small Node script as the child. */
const node = (script: string, options: Partial<RunOptions> = {}) =>
  run(process.execPath, { args: ['-e', script], env: {}, timeoutMs: 20_000, ...options });

const ignoresInterrupt =
  "process.on('SIGINT', () => console.error('not yet')); console.error('up'); setInterval(() => {}, 1000)";

describe('run', () => {
  it('gives exit code and both streams', async () => {
    const result = await node("console.log('ü'.repeat(3)); console.error('bad'); process.exitCode = 7");
    expect(result).toMatchObject({ code: 7, signal: null, stdout: 'üüü\n', stderr: 'bad\n' });
    expect(result).not.toHaveProperty('ended');
  });

  it('passes arguments without a shell', async () => {
    const args = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', '$(id)', 'a b', ';', ''];
    const result = await run(process.execPath, { args, env: {}, timeoutMs: 20_000 });
    expect(JSON.parse(result.stdout)).toEqual(['$(id)', 'a b', ';', '']);
  });

  it('gives the child exactly the environment asked for', async () => {
    const result = await node('console.log(JSON.stringify(process.env))', { env: { ONLY: 'this' } });
    expect(JSON.parse(result.stdout)).toEqual({ ONLY: 'this' });
  });

  it('writes and closes standard input', async () => {
    const echo = 'process.stdin.pipe(process.stdout)';
    expect((await node(echo, { stdin: 'hello' })).stdout).toBe('hello');
  });

  it('gives an empty standard input, never its own', async () => {
    expect((await node("process.stdin.on('data', () => process.exit(9)).on('end', () => process.exit(3))")).code).toBe(
      3,
    );
  });

  it('survives a child that closes its input', async () => {
    const result = await node('process.stdin.destroy()', { stdin: 'x'.repeat(1 << 20) });
    expect(result.code).toBe(0);
  });

  it('reports standard error line by line, the last one without a line end too', async () => {
    const lines: string[] = [];
    await node("process.stderr.write('one\\r\\ntwo\\n\\nthree')", { onErrorLine: (line) => lines.push(line) });
    expect(lines).toEqual(['one', 'two', '', 'three']);
  });

  it('interrupts a child that is cancelled, once', async () => {
    const stop = new AbortController();
    const polite =
      "process.on('SIGINT', () => { console.log('cleaning'); process.exit(5) }); console.error('up'); setInterval(() => {}, 1000)";
    const result = await node(polite, {
      signal: stop.signal,
      onErrorLine: () => {
        stop.abort();
      },
    });
    expect(result).toMatchObject({ code: 5, signal: null, ended: 'cancelled', stdout: 'cleaning\n' });
  });

  it('kills a child that ignores the interrupt', async () => {
    const stop = new AbortController();
    const result = await node(ignoresInterrupt, {
      signal: stop.signal,
      killAfterMs: 100,
      onErrorLine: () => {
        stop.abort();
      },
    });
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', ended: 'cancelled', stderr: 'up\nnot yet\n' });
  });

  it('ends a child after its time', async () => {
    const result = await node('setInterval(() => {}, 1000)', { timeoutMs: 100 });
    expect(result).toMatchObject({ signal: 'SIGINT', ended: 'timeout' });
  });

  it('does not start anything once cancelled', async () => {
    const result = await run('/no/such/program', { args: [], env: {}, timeoutMs: 1, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ code: null, ended: 'cancelled' });
  });

  it('ends a child that writes too much, and never calls that a success', async () => {
    const result = await node("process.stdout.write('x'.repeat(5000))", { maxBytes: 1000 });
    expect(result).toMatchObject({ code: null, ended: 'overflow' });
  });

  it('does not call it a success either when the child had ended with 0 before it was read', async () => {
    const running = run('/bin/echo', { args: ['x'.repeat(5000)], env: {}, timeoutMs: 20_000, maxBytes: 1000 });
    // Keeps this process from reading while echo runs to its end.
    execFileSync(process.execPath, ['-e', '']);
    expect(await running).toMatchObject({ code: null, ended: 'overflow' });
  });

  it('does not wait for a grandchild that keeps the pipes open', async () => {
    const script =
      "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); console.log(c.pid); c.unref(); process.exit(0)";
    const result = await node(script);
    process.kill(Number(result.stdout), 'SIGKILL');
    expect(result.code).toBe(0);
  });

  it.each([
    ['a missing program', '/no/such/program', ['x'], /there is no such program/],
    ['a file that is not executable', resolve('package.json'), ['x'], /not executable/],
    ['an argument with a null byte', process.execPath, ['s3cret\0'], /null byte/],
  ])('says why it could not start: %s', async (_name, file, args, sentence) => {
    const error: unknown = await run(file, { args, env: {}, timeoutMs: 1000 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Problem);
    const { details, ending } = error as Problem;
    expect(ending).toBe('failed');
    expect(details.id).toBe('program-not-started');
    expect(details.what).toMatch(sentence);
    expect(JSON.stringify(details)).not.toContain('s3cret');
  });
});
