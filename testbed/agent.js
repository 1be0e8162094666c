// @ts-check
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_LABEL } from './agent-objects.js';
import { agentOf, containerProcesses, recordAgent, send, stopAgent } from './agent-processes.js';
import { must } from './api.js';
import { isRunning, start, until } from './processes.js';

/**
 * A set of nodes whose pods run as processes of this machine; see README.md, "Pods that run".
 *
 * @typedef {import('./agent-processes.js').ContainerProcess} ContainerProcess
 *
 * A row of the image table; the first whose `match` fits an image holds. An image without a row cannot be pulled.
 * @typedef {object} Image
 * @property {string} match regular expression (of Go) on the image as the pod names it
 * @property {'process' | 'simulated'} [mode] default: process
 * @property {Record<string, string>} [files] path in the container -> executable or other file on this machine
 * @property {readonly string[]} [directories] of the image, made empty; known as paths of the container
 * @property {readonly string[]} [entrypoint] as in a Dockerfile
 * @property {readonly string[]} [cmd]
 * @property {Record<string, string>} [env] may name `$(IMAGE_TAG)`
 * @property {string} [workingDir]
 * @property {readonly string[]} [command] runs instead of whatever the pod says
 * @property {string} [pull] how long pulling takes (`5s`), or `never`
 * @property {'host'} [network] the pod has this machine's own address, for programs that find theirs by themselves
 * @property {string} [readyAfter] simulated: not ready for so long
 * @property {string} [exitAfter] simulated: ends after so long; by default init containers and Jobs at once, others never
 * @property {number} [exitCode] simulated: how it ends
 * @property {string} [initialDelay] instead of the initialDelaySeconds of the pod's probes
 * @property {Record<string, string>} [reasons] what an exit code is called: `{ "137": "OOMKilled" }`
 *
 * @typedef {object} AgentOptions
 * @property {import('./api.js').Api} api
 * @property {import('./components.js').Layout} at
 * @property {string} program the agent's executable
 * @property {readonly Image[]} [images]
 * @property {number} [nodes] default 1
 *
 * @typedef {Awaited<ReturnType<typeof startAgent>>} Agent
 */

const READY_MS = 60_000;

/** @param {AgentOptions} options */
export async function startAgent({ api, at, program, images = [], nodes: count = 1 }) {
  const set = `agent-${randomBytes(4).toString('hex')}`;
  const directory = join(at.agents, set);
  const nodes = Array.from({ length: count }, (_, i) => `${set}-${i}`);
  const table = join(directory, 'images.json');

  /** @param {readonly Image[]} rows */
  const setImages = (rows) => {
    writeFileSync(`${table}.new`, JSON.stringify({ images: rows }, null, 2), { mode: 0o600 });
    renameSync(`${table}.new`, table);
  };

  /** @param {string} node */
  const logOf = (node) => at.logOf(node);

  /** @param {string} node */
  const run = async (node) => {
    const path = `/api/v1/nodes/${node}`;
    const before = await api('GET', path);
    mkdirSync(join(directory, node), { recursive: true, mode: 0o700 });
    const args = [
      ...['--set', set, '--node', node, '--directory', directory, '--images', table],
      ...['--kubeconfig', at.kubeconfig, '--certificate', at.certificate, '--key', at.certificateKey],
      ...(node === nodes[0] ? ['--provision'] : []),
    ];
    const own = start(node, program, args, { logFile: logOf(node), cwd: directory, env: { HOME: directory } });
    recordAgent(directory, node, own);
    const registered = await until(async () => {
      if (!isRunning(own)) throw new Error(`${node} ended:\n${readFileSync(logOf(node), 'utf8')}`);
      const { status, object } = await api('GET', path);
      const port = object.status?.daemonEndpoints?.kubeletEndpoint?.Port;
      const was = before.object.status?.daemonEndpoints?.kubeletEndpoint?.Port;
      return status === 200 && port > 0 && (before.status !== 200 || port !== was);
    }, READY_MS);
    if (!registered) throw new Error(`${node} was no node after ${READY_MS / 1000} s; its log: ${logOf(node)}`);
  };

  mkdirSync(directory, { recursive: true, mode: 0o700 });
  setImages(images);
  for (const node of nodes) await run(node);

  const processes = () => nodes.flatMap((node) => containerProcesses(directory, node)).filter(isRunning);

  /** @param {string} namespace @param {string} pod @param {string} [container] */
  const processOf = (namespace, pod, container) =>
    processes().find(
      (own) => own.namespace === namespace && own.pod === pod && (container ?? own.container) === own.container,
    );

  return {
    set,
    nodes: /** @type {readonly string[]} */ (nodes),
    namespaceLabels: { [AGENT_LABEL]: set },
    /** Replaces the image table; it holds for every start of a container from now on. */
    setImages,
    /** What runs now: the first process of each container that is not simulated. @returns {ContainerProcess[]} */
    processes,
    /** The first process of a pod's container (the only one, if none is named). */
    processOf,

    /**
     * Sends a signal to that process; its group ends with it.
     * @param {string} namespace @param {string} pod @param {NodeJS.Signals} signal @param {{ container?: string }} [options]
     */
    kill: (namespace, pod, signal, { container } = {}) => {
      const own = processOf(namespace, pod, container);
      if (!own || !send(own, signal)) throw new Error(`no process of ${namespace}/${pod} runs`);
      return own;
    },

    /** The directory behind a claim, whichever volume it is bound to. @param {string} uid of the claim */
    volume: (uid) => join(directory, 'volumes', uid),

    /**
     * Loses a node: the API hears nothing of it any more. `partition`: its processes live on, cut off from the cluster's
     * Services; `power`: they die with it.
     * @param {string} node @param {'partition' | 'power'} how
     */
    lose: async (node, how) => {
      if (how === 'power') await stopAgent(directory, node, { atOnce: true });
      else send(agentOf(directory, node), 'SIGSTOP');
    },

    /** The node is back. @param {string} node */
    recover: async (node) => {
      if (!send(agentOf(directory, node), 'SIGCONT')) await run(node);
    },

    /** Ends the agents and everything that they run, and takes their nodes, with the pods there, out of the cluster. */
    stop: async () => {
      for (const node of nodes) {
        await stopAgent(directory, node);
        const now = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
        const { items } = await must(api, 'GET', `/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
        for (const { metadata } of items) {
          const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
          await must(api, 'DELETE', path, now, { expected: [200, 404] });
        }
        await must(api, 'DELETE', `/api/v1/nodes/${node}`, undefined, { expected: [200, 404] });
      }
      if (existsSync(directory)) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until the pods of a namespace are sent to its nodes: the API server learns of a namespace's labels a moment later.
 * @param {import('./api.js').Api} api @param {string} namespace
 */
export async function admitted(api, namespace) {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'trial' },
    spec: { containers: [{ name: 'trial', image: 'trial' }] },
  };
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const sent = await until(
    async () => (await must(api, 'POST', path, pod)).spec.nodeSelector?.[AGENT_LABEL] !== undefined,
    READY_MS,
  );
  if (!sent) throw new Error(`the pods of namespace ${namespace} are not sent to its agent after ${READY_MS / 1000} s`);
}
