import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { GitHub } from '../../src/action/github.js';
import { Leftovers, leftoversState } from '../../src/cluster/leftovers.js';
import { post } from '../../src/post.js';

function githubWith(state: Readonly<Record<string, string>>) {
  const said: [string, string][] = [];
  const github = {
    job: { environment: {}, os: 'linux' },
    getState: (name: string) => state[name] ?? '',
    line: (text: string) => said.push(['line', text]),
    warning: (text: string) => said.push(['warning', text]),
  } as unknown as GitHub;
  return { github, said };
}

describe('post', () => {
  it('deletes what main recorded and nothing else, and says so', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'post-'));
    const ours = join(parent, 'milvus-upgrade-0123456789abcdef');
    const foreign = join(parent, 'work');
    for (const directory of [ours, foreign]) mkdirSync(directory);
    writeFileSync(join(ours, 'kubeconfig'), 'secret');
    const saved: Record<string, string> = {};
    const leftovers = new Leftovers((name, value) => (saved[name] = value));
    leftovers.directory(ours);
    leftovers.directory(foreign);

    const { github, said } = githubWith(saved);
    await post(github);
    expect([existsSync(ours), existsSync(foreign)]).toEqual([false, true]);
    expect(said).toEqual([
      ['line', `${ours} was deleted.`],
      ['warning', expect.stringMatching(/^Left behind: .*work was left: its name/)],
    ]);
  });

  it.each(['', 'not JSON', '{"directories":"x"}'])('does nothing for the saved state %j', async (saved) => {
    const { github, said } = githubWith({ [leftoversState]: saved });
    await post(github);
    expect(said).toEqual([]);
  });
});
