// @ts-check
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readActLog } from './act-log.js';
import { ensureParts } from './part-sources.js';

/**
 * Runs a workflow file with act (https://nektosact.com/) on this machine, without containers: jobs with
 * `runs-on: ubuntu-latest` run here, with `node` from PATH. Nothing is fetched: actions come from directories.
 *
 * @typedef {object} ActOptions
 * @property {string} workflow the file
 * @property {string} path PATH of act and of the jobs; has `node` and a shell
 * @property {string} [workspace] directory that actions/checkout brings (act copies it itself)
 * @property {Record<string, string>} [repositories] `owner/name` -> directory, at whichever ref the workflow asks for
 * @property {string} [event] default workflow_dispatch
 * @property {Record<string, unknown>} [payload] of the event
 * @property {Record<string, string>} [inputs] of workflow_dispatch
 * @property {Record<string, string>} [vars] `vars.*`
 * @property {Record<string, string>} [secrets] `secrets.*`
 * @property {Record<string, string>} [env] of act, which every job inherits
 * @property {string} [job] only this job and what it needs
 * @property {string} [cache] act's directory, which has the jobs' tool cache; to share it between runs
 * @property {(line: string) => void} [onLine] each line of the readable log
 * @property {number} [timeoutMs] then SIGKILL. Default 10 minutes
 *
 * @typedef {import('./act-log.js').ActLog & { code: number, durationMs: number, artifacts: Record<string, string> }} ActResult
 *   artifacts: content of the files that the workflow uploaded, as `<artifact>/<file>`
 */

/** Actions that need GitHub's servers, and what stands in for them. */
const STAND_INS = {
  'actions/upload-artifact': join(import.meta.dirname, 'actions', 'upload-artifact'),
  'actions/download-artifact': join(import.meta.dirname, 'actions', 'download-artifact'),
};

/**
 * Starts act.
 * @param {ActOptions} options
 * @returns {Promise<{ done: Promise<ActResult>, kill: (signal?: NodeJS.Signals) => void }>}
 *   act ends its jobs' processes with SIGKILL when it is interrupted, whatever the signal
 */
export async function startAct(options) {
  const { act } = await ensureParts(['act'], { env: process.env });
  if (!act) throw new Error('no act');
  const root = mkdtempSync(join(tmpdir(), 'act-'));
  const at = {
    home: join(root, 'home'),
    artifacts: join(root, 'artifacts'),
    cache: options.cache ?? join(root, 'cache'),
    workspace: join(root, 'workspace'),
    workflow: join(root, 'workflow', basename(options.workflow)),
  };
  for (const directory of [at.home, at.artifacts, at.cache, at.workspace, dirname(at.workflow)])
    mkdirSync(directory, { recursive: true });
  if (options.workspace) cpSync(options.workspace, at.workspace, { recursive: true });
  writeFileSync(at.workflow, withoutQueue(readFileSync(options.workflow, 'utf8')));
  // Files, for values of several lines, and so that no secret is on a command line. JSON is YAML.
  const given = { secret: options.secrets, var: options.vars, input: options.inputs };
  const files = Object.entries(given).flatMap(([kind, values]) => {
    const file = join(root, `${kind}.yml`);
    writeFileSync(file, JSON.stringify(values ?? {}), { mode: 0o600 });
    return [`--${kind}-file`, file];
  });
  const event = join(root, 'event.json');
  writeFileSync(event, JSON.stringify({ inputs: options.inputs ?? {}, ...options.payload }));

  const args = [
    options.event ?? 'workflow_dispatch',
    ...['--workflows', at.workflow, '--directory', at.workspace, '--eventpath', event],
    ...[
      '--platform',
      'ubuntu-latest=-self-hosted',
      '--json',
      '--pull=false',
      '--no-cache-server',
      '--use-gitignore=false',
    ],
    ...['--action-cache-path', at.cache, ...files],
    ...localRepositories(readFileSync(options.workflow, 'utf8'), { ...STAND_INS, ...options.repositories }),
    ...(options.job ? ['--job', options.job] : []),
  ];
  const env = {
    HOME: at.home,
    XDG_CACHE_HOME: join(root, 'xdg-cache'),
    XDG_CONFIG_HOME: join(root, 'xdg-config'),
    PATH: options.path,
    TESTBED_ARTIFACTS: at.artifacts,
    ...options.env,
  };
  const begin = performance.now();
  const child = spawn(act, args, {
    cwd: at.workspace,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 600_000,
    killSignal: 'SIGKILL',
  });
  const log = readActLog(options.onLine);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', log.take);
  /** @type {Promise<ActResult>} */
  const done = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const artifacts = filesBelow(at.artifacts);
      rmSync(root, { recursive: true, force: true });
      resolve({ ...log.end(), code: code ?? 137, durationMs: Math.round(performance.now() - begin), artifacts });
    });
  });
  return { done, kill: (signal = 'SIGINT') => void child.kill(signal) };
}

/** Runs the workflow to its end. @param {ActOptions} options @returns {Promise<ActResult>} */
export const runAct = async (options) => (await startAct(options)).done;

/**
 * What a user's workflow needs of our repository: action.yml and dist, not the rest.
 * @param {string} repository @param {string} into
 */
export function stageAction(repository, into) {
  mkdirSync(into, { recursive: true });
  cpSync(join(repository, 'action.yml'), join(into, 'action.yml'));
  cpSync(join(repository, 'dist'), join(into, 'dist'), { recursive: true });
}

/**
 * Without the lines `queue: max`: act refuses a workflow with a key that its schema does not know, and this one is newer
 * (https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency).
 * Concurrency groups have no effect in act anyway.
 * @param {string} workflow text
 */
export const withoutQueue = (workflow) => workflow.replace(/^ +queue: max\n/gm, '');

/**
 * @param {string} workflow text
 * @param {Record<string, string>} repositories
 * @returns {string[]} --local-repository arguments for each `uses: owner/name@ref` of these repositories
 */
export function localRepositories(workflow, repositories) {
  const used = [...workflow.matchAll(/^\s*-?\s*uses:\s*['"]?([^\s@'"]+)@([^\s'"]+)/gm)];
  const mapped = used.flatMap(([, name = '', ref = '']) => {
    const repository = name.split('/').slice(0, 2).join('/');
    const directory = repositories[repository];
    return directory ? [`${repository}@${ref}=${directory}`] : [];
  });
  return [...new Set(mapped)].flatMap((mapping) => ['--local-repository', mapping]);
}

/** @param {string} directory @returns {Record<string, string>} */
const filesBelow = (directory) =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(directory, path), readFileSync(path, 'utf8')]),
  );
