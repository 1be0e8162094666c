import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from './harness.js';

/** The tests of what the test bed has in Go: the node agent, and the programs that its pods run. */
describe('go test', () => {
  it.each(['agent', 'programs'])('testbed/%s', (module) => {
    const { status, stdout, stderr } = spawnSync('go', ['test', './...'], {
      cwd: join(root, 'testbed', module),
      encoding: 'utf8',
    });
    expect(status === 0 ? '' : `${stdout}\n${stderr}`).toBe('');
  });
});
