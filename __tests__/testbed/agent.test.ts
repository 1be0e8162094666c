import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AGENT_LABEL, agentObjects } from '../../testbed/agent-objects.js';
import { agentOf, containerProcesses, recordAgent, send, stopAgents } from '../../testbed/agent-processes.js';
import { isRunning, startTime, until, type OwnProcess } from '../../testbed/processes.js';

let root: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'agent-'));
});
afterEach(() => {
  for (const { pid } of children) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // ended by the test
    }
  }
  children = [];
  rmSync(root, { recursive: true, force: true });
});

/** A process that leads a group of its own, as agents and containers do. */
function own(name: string): OwnProcess {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  children.push(child);
  const startedAt = child.pid === undefined ? undefined : startTime(child.pid);
  if (child.pid === undefined || startedAt === undefined) throw new Error('sleep did not start');
  return { name, pid: child.pid, startedAt };
}

function node(set: string, name: string, processes: readonly OwnProcess[]): OwnProcess {
  mkdirSync(join(root, set, name), { recursive: true });
  const agent = own(name);
  recordAgent(join(root, set), name, agent);
  writeFileSync(join(root, set, name, 'processes.json'), JSON.stringify(processes));
  return agent;
}

describe('the agents of a test bed', () => {
  it('end with it, and so does what one that was killed has left', async () => {
    const left = own('ns/pod/container');
    const agents = [node('a', 'a-0', [left]), node('a', 'a-1', []), node('b', 'b-0', [])];
    expect(agentOf(join(root, 'a'), 'a-0')).toEqual(agents[0]);
    expect(containerProcesses(join(root, 'a'), 'a-0')).toEqual([{ ...left, node: 'a-0' }]);
    await stopAgents(root);
    expect([...agents, left].filter(isRunning)).toEqual([]);
  });

  it('end also where one was stopped as a lost node', async () => {
    const agent = node('a', 'a-0', []);
    send(agent, 'SIGSTOP');
    await stopAgents(root);
    expect(isRunning(agent)).toBe(false);
  });

  it('are none where none was ever started', async () => {
    await expect(stopAgents(join(root, 'nowhere'))).resolves.toBeUndefined();
  });

  it('never signal a process that only has the number of theirs', async () => {
    const other = own('somebody else');
    expect(send({ ...other, startedAt: '1' }, 'SIGKILL')).toBe(false);
    node('a', 'a-0', [{ ...other, startedAt: '1' }]);
    await stopAgents(root);
    expect(await until(() => !isRunning(other), 200)).toBe(false);
  });
});

describe('the objects that send pods to agents', () => {
  it('concern pods of marked namespaces alone', () => {
    const policy = agentObjects().find(({ path }) => path.endsWith('policies'))?.object;
    expect(policy).toMatchObject({
      spec: {
        matchConstraints: {
          namespaceSelector: { matchExpressions: [{ key: AGENT_LABEL, operator: 'Exists' }] },
          resourceRules: [{ operations: ['CREATE'], resources: ['pods'] }],
        },
      },
    });
  });

  it('have no default storage class', () => {
    const classes = agentObjects().filter(({ path }) => path.endsWith('storageclasses'));
    expect(classes).toHaveLength(3);
    expect(JSON.stringify(classes)).not.toContain('is-default-class');
  });
});
