import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runAction, startAction } from '../../testbed/runner.js';

const ACTION = `
inputs:
  release: { required: true }
  target-version: { default: 2.4.23 }
  multi-hop: { default: false }
runs: { using: node24, main: dist/index.js, post: dist/index.js }
`;
const SCRIPT = `
const fs = require('node:fs');
const env = process.env;
if (env.STATE_file) {
  fs.rmSync(env.STATE_file);
  fs.appendFileSync(env.GITHUB_STEP_SUMMARY, 'post');
  console.log('post of ' + env.INPUT_RELEASE);
} else {
  const file = env.RUNNER_TEMP + '/secret';
  fs.appendFileSync(env.GITHUB_STATE, 'file<<X\\n' + file + '\\nX\\n');
  fs.writeFileSync(file, 'x');
  fs.writeFileSync(env.RUNNER_TEMP + '/report.json', '{}');
  fs.appendFileSync(env.GITHUB_OUTPUT, 'given=' + [env['INPUT_TARGET-VERSION'], env['INPUT_MULTI-HOP'], env.SECRET_OF_THE_HOST] + '\\n');
  fs.appendFileSync(env.GITHUB_STEP_SUMMARY, 'main ');
  console.log('::add-mask::abc');
  console.error('::error::no');
  if (env.INPUT_RELEASE === 'has-child') {
    require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
    console.log('ready');
    setInterval(() => {}, 1000);
  } else if (env.INPUT_RELEASE === 'waits') {
    process.on('SIGINT', () => process.exit(7));
    console.log('ready');
    setInterval(() => {}, 1000);
  } else process.exitCode = 3;
}
`;

let action: string;
const path = process.env.PATH ?? '';
beforeAll(() => {
  action = mkdtempSync(join(tmpdir(), 'toy-action-'));
  mkdirSync(join(action, 'dist'));
  writeFileSync(join(action, 'action.yml'), ACTION);
  writeFileSync(join(action, 'dist', 'index.js'), SCRIPT);
});
afterAll(() => {
  rmSync(action, { recursive: true, force: true });
});

describe('the stand-in for the runner', () => {
  it('runs main and post, each a process, with inputs, state and files', async () => {
    process.env.SECRET_OF_THE_HOST = 'inherited';
    const result = await runAction({ action, inputs: { release: 'my-milvus' }, path, timeoutMs: 20_000 });
    delete process.env.SECRET_OF_THE_HOST;
    expect(result).toMatchObject({
      code: 3,
      postCode: 0,
      outputs: { given: '2.4.23,false,' },
      summary: 'main post',
      masks: ['abc'],
      annotations: [{ level: 'error', message: 'no', properties: {} }],
      interrupted: undefined,
      tempDirLeft: ['report.json'],
      homeLeft: [],
      orphans: [],
    });
    expect(Object.values(result.fileContents)).toEqual(['{}']);
    expect(result.log).toContain('post of my-milvus');
    expect(result.log).not.toContain('add-mask');
    expect(result.state.file).toMatch(/secret$/);
  });

  it('cancels as the runner does: SIGINT to the process, then post', async () => {
    const run = startAction({
      action,
      inputs: { release: 'waits' },
      path,
      timeoutMs: 20_000,
      onLine: (line) => {
        if (line === 'ready') run.interrupt();
      },
    });
    const result = await run.done;
    expect(result.code).toBe(7);
    expect(result.interrupted?.signal).toBe('SIGINT');
    expect(result.summary).toBe('main post');
  });

  it('knows the inputs of the action', async () => {
    await expect(runAction({ action, inputs: { releaze: 'x' }, path })).rejects.toThrow(
      'action.yml has no input releaze',
    );
  });

  it.each([
    [true, 'main ', []],
    [false, 'main post', ['sleep 60']],
  ])('dies with a main that is killed: %s', async (dies, summary, orphans) => {
    const run: ReturnType<typeof startAction> = startAction({
      action,
      inputs: { release: 'has-child' },
      path,
      dies,
      onLine: (line) => {
        if (line === 'ready') process.kill(run.pid() ?? 0, 'SIGKILL');
      },
      timeoutMs: 20_000,
    });
    const result = await run.done;
    expect([result.code, result.summary, result.orphans]).toEqual([137, summary, orphans]);
    expect(run.clear()).toEqual(dies ? ['sleep 60'] : []);
    expect(run.clear()).toEqual([]);
  });
});
