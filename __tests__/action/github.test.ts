import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createGitHub } from '../../src/action/github.js';
import { createRedactor } from '../../src/report/redact.js';

const FILES = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const;

let directory: string;
let saved: NodeJS.ProcessEnv;
let printed: string[];

const file = (name: string): string => join(directory, name);
const content = (name: (typeof FILES)[number]): string => readFileSync(file(name), 'utf8');

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'github-'));
  saved = { ...process.env };
  for (const name of FILES) {
    writeFileSync(file(name), '');
    process.env[name] = file(name);
  }
  printed = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed.push(String(chunk));
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = saved;
  rmSync(directory, { recursive: true });
});

describe('the runner', () => {
  it('gives inputs as they are, with their white space', () => {
    process.env['INPUT_TARGET-VERSION'] = 'v2.4.23';
    process.env.INPUT_VALUES = '  a: 1\n  b: 2\n';
    const github = createGitHub(createRedactor());
    expect(github.getInput('target-version')).toBe('v2.4.23');
    expect(github.getInput('values')).toBe('  a: 1\n  b: 2\n');
    expect(github.getInput('namespace')).toBe('');
  });

  it('tells what it knows about the job', () => {
    Object.assign(process.env, {
      RUNNER_TEMP: '/t',
      RUNNER_TOOL_CACHE: '/c',
      KUBECONFIG: '/k',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_RUN_ID: '7',
    });
    expect(createGitHub(createRedactor()).job).toMatchObject({
      temp: '/t',
      toolCache: '/c',
      kubeconfig: '/k',
      runUrl: 'https://github.com/a/b/actions/runs/7',
    });
  });

  it('does without what is not set', () => {
    Object.assign(process.env, { RUNNER_TEMP: '', RUNNER_TOOL_CACHE: '', GITHUB_RUN_ID: '' });
    process.env.KUBECONFIG = '';
    const { job } = createGitHub(createRedactor());
    expect(job).not.toHaveProperty('kubeconfig');
    expect(job).not.toHaveProperty('runUrl');
    expect(job.temp).toBe(tmpdir());
  });

  it('writes outputs and state with several lines', () => {
    const github = createGitHub(createRedactor());
    github.setOutput('hops', '[\n1]');
    github.saveState('directories', '["/a"]');
    expect(content('GITHUB_OUTPUT')).toMatch(/^hops<<(\S+)\n\[\n1\]\n\1\n$/);
    expect(content('GITHUB_STATE')).toContain('["/a"]');
  });

  it('masks each line of a secret and tells the redactor', () => {
    const redactor = createRedactor();
    createGitHub(redactor).mask('-----BEGIN KEY-----\nfirst-line\nsecond-line\n-----END KEY-----');
    expect(printed.join('')).toBe('::add-mask::first-line\n::add-mask::second-line\n');
    expect(redactor.clean('first-line')).toBe('***');
  });

  it('replaces the summary by a later one', async () => {
    const github = createGitHub(createRedactor());
    expect(await github.writeSummary('short\n')).toBe(true);
    expect(await github.writeSummary('long and final\n')).toBe(true);
    expect(content('GITHUB_STEP_SUMMARY').trim()).toBe('long and final');
  });

  it('goes on without a summary file', async () => {
    rmSync(file('GITHUB_STEP_SUMMARY'));
    expect(await createGitHub(createRedactor()).writeSummary('text')).toBe(false);
  });

  it('writes annotations on one line', () => {
    const github = createGitHub(createRedactor());
    github.warning('a\n::error::b');
    github.error('c', 'Upgrade failed');
    expect(printed.map((text) => text.trimEnd())).toEqual([
      '::warning::a%0A::error::b',
      '::error title=Upgrade failed::c',
    ]);
  });
});
