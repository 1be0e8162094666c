// @ts-check
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, stopInOrder, until } from './processes.js';

/**
 * The processes of node agents, and those that they run.
 *
 * @typedef {import('./processes.js').OwnProcess} OwnProcess
 * @typedef {OwnProcess & { node: string, namespace: string, pod: string, uid: string, container: string, restarts: number }} ContainerProcess
 *   the first process of a container, which leads a process group; restarts: how often the container had started before
 */

const AGENT_FILE = 'agent.json';

/** @param {string} set directory of a set @returns {string[]} names of its nodes */
const nodesOf = (set) =>
  existsSync(set) ? readdirSync(set).filter((name) => existsSync(join(set, name, AGENT_FILE))) : [];

/** @param {string} set @param {string} node @param {OwnProcess} own */
export const recordAgent = (set, node, own) => writeFileSync(join(set, node, AGENT_FILE), JSON.stringify(own));

/** @param {string} set @param {string} node @returns {OwnProcess} */
export const agentOf = (set, node) => JSON.parse(readFileSync(join(set, node, AGENT_FILE), 'utf8'));

/** What the containers of a node run, as its agent has last written it. @param {string} set @param {string} node @returns {ContainerProcess[]} */
export function containerProcesses(set, node) {
  const file = join(set, node, 'processes.json');
  if (!existsSync(file)) return [];
  return JSON.parse(readFileSync(file, 'utf8')).map((/** @type {ContainerProcess} */ entry) => ({ ...entry, node }));
}

/** Sends a signal to one process, or to the group that it leads, if it is still ours. @param {OwnProcess} own @param {NodeJS.Signals} signal @param {{ group?: boolean }} [options] */
export function send(own, signal, { group = false } = {}) {
  if (!isRunning(own)) return false;
  process.kill(group ? -own.pid : own.pid, signal);
  return true;
}

/**
 * Ends the agent of a node and all that it ran.
 * @param {string} set @param {string} node @param {{ atOnce?: boolean }} [options] atOnce: without telling the agent
 */
export async function stopAgent(set, node, { atOnce = false } = {}) {
  const agent = agentOf(set, node);
  if (atOnce) send(agent, 'SIGKILL');
  else send(agent, 'SIGCONT'); // it may have been stopped as a lost node
  const left = await stopInOrder([agent], { graceMs: 10_000 });
  // An agent that was killed has left what its containers had started.
  for (const own of containerProcesses(set, node)) {
    send(own, 'SIGKILL', { group: true });
    if (!(await until(() => !isRunning(own), 5_000))) left.push(own);
  }
  if (left.length > 0)
    throw new Error(`could not be ended: ${left.map(({ name, pid }) => `${name} (process ${pid})`).join(', ')}`);
}

/** Ends every agent of a test bed. @param {string} agents directory of all sets */
export async function stopAgents(agents) {
  if (!existsSync(agents)) return;
  for (const set of readdirSync(agents)) {
    for (const node of nodesOf(join(agents, set))) await stopAgent(join(agents, set), node);
    rmSync(join(agents, set), { recursive: true, force: true });
  }
}
