// @ts-check
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { startStep } from './runner-step.js';
import { readCommands, readFileCommand } from './workflow-commands.js';

/**
 * A stand-in for GitHub's runner, for one JavaScript action: it does what the runner does for `uses:` and, unlike act,
 * cancels as the runner does (SIGINT to the Node process alone, SIGTERM 7.5 s later, SIGKILL 2.5 s after that; the post
 * step runs all the same). https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 *
 * @typedef {object} RunnerOptions
 * @property {string} action directory of action.yml
 * @property {Record<string, string>} inputs as written under `with:`
 * @property {Record<string, string>} [env] added to the job's environment; HOME, PATH and all else come from here alone
 * @property {string} path PATH of the job
 * @property {string} [toolCache] RUNNER_TOOL_CACHE, to share it between runs; by default of this run alone
 * @property {string} [workspace] GITHUB_WORKSPACE
 * @property {string} [node] program for main and post; default this Node
 * @property {(line: string) => void} [onLine] each line of output as it comes (to interrupt at a known point)
 * @property {number} [timeoutMs] of main, and of post; then SIGKILL. Default 10 minutes
 * @property {boolean} [dies] the runner dies with a main that is killed: no post step, and what main started lives on,
 *   with all its files, until `clear`
 *
 * @typedef {object} RunnerResult
 * @property {number} code exit code of main; 128 and more where a signal ended it
 * @property {number} postCode
 * @property {string} raw everything that main and post wrote
 * @property {string} log the same without the lines that the runner swallows (masks); nothing is masked in it
 * @property {Record<string, string>} outputs
 * @property {Record<string, string>} state
 * @property {Record<string, string>} exported what was written to GITHUB_ENV
 * @property {string} summary
 * @property {string[]} masks
 * @property {import('./workflow-commands.js').Annotation[]} annotations
 * @property {string[]} commands names of the other workflow commands that took effect
 * @property {number} durationMs of main
 * @property {number} peakRssBytes of main's own process; 0 where /proc is not there
 * @property {{ exitMs: number, signal: NodeJS.Signals } | undefined} interrupted how long main took to end, and the last signal it was sent
 * @property {string[]} commandLines of the processes that main started and that were seen (Linux)
 * @property {string[]} orphans command lines of processes that were still there after post; they are ended
 * @property {string[]} tempDirLeft files in RUNNER_TEMP after post
 * @property {string[]} homeLeft files in HOME after post
 * @property {Record<string, string>} fileContents of all these, by absolute path (such as outputs name)
 */

/** Exit code of a program that SIGKILL ended. */
const KILLED = 128 + 9;
const nothing = () => /** @type {string[]} */ ([]);

const RUNNER_OS = /** @type {Record<string, string>} */ ({ linux: 'Linux', darwin: 'macOS', win32: 'Windows' });

/**
 * Starts the action.
 * @param {RunnerOptions} options
 * @returns {{ done: Promise<RunnerResult>, interrupt: () => void, pid: () => number | undefined, clear: () => string[] }}
 *   `clear` ends what a runner that died has left, and tells the command lines
 */
export function startAction(options) {
  const metadata = parse(readFileSync(join(options.action, 'action.yml'), 'utf8'));
  const inputs = inputVariables(metadata.inputs ?? {}, options.inputs);
  const root = mkdtempSync(join(tmpdir(), 'runner-'));
  const directories = {
    home: join(root, 'home'),
    temp: join(root, 'temp'),
    workspace: options.workspace ?? join(root, 'work'),
  };
  const toolCache = options.toolCache ?? join(root, 'tools');
  for (const directory of [...Object.values(directories), toolCache]) mkdirSync(directory, { recursive: true });
  const environment = {
    ...jobEnvironment(root, directories, toolCache),
    ...inputs,
    PATH: options.path,
    ...options.env,
  };
  /** @type {import('./runner-step.js').Step | undefined} */
  let main;
  let clear = nothing;
  const remove = () => rmSync(root, { recursive: true, force: true });
  const done = (async () => {
    try {
      const { action, node = process.execPath, onLine, timeoutMs = 600_000 } = options;
      const common = { root, node, onLine, timeoutMs, cwd: directories.workspace };
      const script = (/** @type {string} */ path) => join(action, path);
      main = startStep({ ...common, name: 'main', script: script(metadata.runs.main), environment });
      const first = await main.ended;
      const died = options.dies === true && first.code === KILLED;
      if (died)
        clear = () => {
          const ended = first.endOrphans();
          remove();
          return ended;
        };
      const postEnvironment = { ...environment, ...stateVariables(first.files.STATE) };
      const post =
        metadata.runs.post && !died
          ? await startStep({
              ...common,
              name: 'post',
              script: script(metadata.runs.post),
              environment: postEnvironment,
            }).ended
          : undefined;
      const orphans = died ? [] : [...first.endOrphans(), ...(post?.endOrphans() ?? [])];
      const raw = first.output + (post?.output ?? '');
      const { masks, annotations, other, shown } = readCommands(raw);
      return {
        code: first.code,
        postCode: post?.code ?? 0,
        raw,
        log: shown,
        outputs: readFileCommand(first.files.OUTPUT),
        state: readFileCommand(first.files.STATE),
        exported: readFileCommand(first.files.ENV),
        summary: first.files.STEP_SUMMARY + (post?.files.STEP_SUMMARY ?? ''),
        masks,
        annotations,
        commands: other,
        durationMs: first.durationMs,
        peakRssBytes: first.peakRssBytes,
        interrupted: first.interrupted,
        commandLines: first.commandLines,
        orphans,
        // What lives on changes its files.
        tempDirLeft: died ? [] : filesIn(directories.temp),
        homeLeft: died ? [] : filesIn(directories.home),
        fileContents: died ? {} : contentsOf([directories.temp, directories.home]),
      };
    } finally {
      if (clear === nothing) remove();
    }
  })();
  return { done, interrupt: () => main?.interrupt(), pid: () => main?.pid, clear: () => clear() };
}

/** Runs the action to its end. @param {RunnerOptions} options @returns {Promise<RunnerResult>} */
export const runAction = async (options) => startAction(options).done;

/** @param {string} root @param {{ home: string, temp: string, workspace: string }} directories @param {string} toolCache */
function jobEnvironment(root, { home, temp, workspace }, toolCache) {
  const event = join(root, 'event.json');
  writeFileSync(event, '{}');
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__self',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_EVENT_PATH: event,
    GITHUB_JOB: 'upgrade',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1658821493',
    GITHUB_RUN_NUMBER: '7',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
    GITHUB_WORKFLOW: 'Upgrade Milvus',
    GITHUB_WORKSPACE: workspace,
    HOME: home,
    RUNNER_ARCH: arch() === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'stand-in',
    RUNNER_OS: RUNNER_OS[platform()] ?? 'Linux',
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: toolCache,
  };
}

/**
 * @param {Record<string, { default?: unknown }>} declared @param {Record<string, string>} given
 * @returns {Record<string, string>}
 */
function inputVariables(declared, given) {
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  const variable = (/** @type {string} */ name) => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
  return Object.fromEntries(
    Object.entries(declared).map(([name, input]) => [variable(name), given[name] ?? String(input?.default ?? '')]),
  );
}

/** @param {string} file content of GITHUB_STATE */
const stateVariables = (file) =>
  Object.fromEntries(Object.entries(readFileCommand(file)).map(([name, value]) => [`STATE_${name}`, value]));

/** @param {string} directory @returns {string[]} */
const filesIn = (directory) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => !statSync(path, { throwIfNoEntry: false })?.isDirectory())
    .map((path) => relative(directory, path))
    .sort();

/** @param {readonly string[]} directories */
const contentsOf = (directories) =>
  Object.fromEntries(
    directories.flatMap((directory) =>
      filesIn(directory)
        .map((name) => join(directory, name))
        .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
        .map((path) => [path, readFileSync(path, 'utf8')]),
    ),
  );
