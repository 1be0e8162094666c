import { chmod, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findOnPath, readVersion } from '../../src/tools/program.js';
import type { ToolName } from '../../src/tools/tool.js';
import { kubectlSays, problemOf, realRun, scratch, script, writeProgram } from './support.js';

let root: string;
let clean: () => Promise<void>;

beforeEach(async () => {
  ({ path: root, clean } = await scratch());
});
afterEach(() => clean());

describe('findOnPath', () => {
  it('takes the first executable file in an absolute directory', async () => {
    await mkdir(join(root, 'a', 'helm'), { recursive: true });
    await chmod(await writeProgram(join(root, 'b'), 'helm', ''), 0o644);
    const helm = await writeProgram(join(root, 'c'), 'helm', '');
    await writeProgram(join(root, 'd'), 'helm', '');
    const inWorkspace = relative(process.cwd(), join(root, 'd'));
    const path = ['', '.', inWorkspace, ...['a', 'b', 'c', 'd'].map((name) => join(root, name))];
    expect(await findOnPath('helm', path.join(':'))).toBe(helm);
    expect(await findOnPath('kubectl', path.join(':'))).toBeUndefined();
    expect(await findOnPath('helm', '')).toBeUndefined();
  });
});

describe('readVersion', () => {
  const options = { run: realRun, environment: { PATH: process.env.PATH ?? '' } };
  const versionOf = async (tool: ToolName, text: string): Promise<string> =>
    readVersion(tool, await writeProgram(root, tool, text), options);

  it.each<[ToolName, string, string]>([
    ['helm', script('v3.14.4'), '3.14.4'],
    ['helm', script('v4.3.0+g1b792e7'), '4.3.0'],
    ['helm', script('v4.4.0-rc.1'), '4.4.0-rc.1'],
    ['kubectl', kubectlSays('v1.36.4'), '1.36.4'],
    ['kubectl', kubectlSays('v1.32.4-dispatcher'), '1.32.4-dispatcher'],
    ['kubectl', kubectlSays('v1.33.1+k3s1'), '1.33.1'],
  ])('%s', async (tool, text, version) => {
    expect(await versionOf(tool, text)).toBe(version);
  });

  it('asks for nothing but the version', async () => {
    const echo = '#!/bin/sh\necho "v1.2.3+$(echo "$@" | tr -c "a-zA-Z\\n" -)"\n';
    await versionOf('helm', echo);
    const seen: (readonly string[])[] = [];
    const helm = await writeProgram(root, 'helm', script('v3.22.0'));
    await readVersion('helm', helm, {
      ...options,
      run: (file, given) => (seen.push(given.args), realRun(file, given)),
    });
    expect(seen).toEqual([['version', '--template', '{{.Version}}']]);
  });

  it.each<[string, ToolName, string, string]>([
    ['no patch number (built without the version set)', 'helm', script('v3.22'), 'unreadable-version'],
    ['nothing', 'helm', script(''), 'unreadable-version'],
    ['not JSON', 'kubectl', script('v1.36.4'), 'unreadable-version'],
    ['null', 'kubectl', script('null'), 'unreadable-version'],
    ['no client version', 'kubectl', script('{"serverVersion":{}}'), 'unreadable-version'],
    ['a failure', 'helm', script('v3.22.0', 3), 'program-not-runnable'],
    ['not a program', 'helm', '\u007fELF of another machine', 'program-not-runnable'],
  ])('%s', async (_, tool, text, id) => {
    const problem = await problemOf(versionOf(tool, text));
    expect(problem.ending).toBe('failed');
    expect(problem.details.id).toBe(id);
  });

  it('names a program that is killed and one that hangs', async () => {
    const ended = (result: { ended?: 'timeout'; signal?: NodeJS.Signals }) =>
      problemOf(
        readVersion('helm', '/x/helm', {
          ...options,
          run: () =>
            Promise.resolve({ code: null, signal: 'SIGKILL', stdout: '', stderr: 'raw', durationMs: 0, ...result }),
        }),
      );
    expect((await ended({})).details.what).toContain('signal SIGKILL');
    expect((await ended({ ended: 'timeout' })).details.what).toContain('did not answer within 20 s');
  });
});
