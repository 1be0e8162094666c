import { tmpdir } from 'node:os';
import { delimiter } from 'node:path';
import * as core from '@actions/core';
import { secretLines, type Redactor } from '../report/redact.js';
import type { LogSink } from '../report/log.js';
import { truncateBytes } from '../report/safe.js';
import type { StateStore } from './state.js';

/** What the runner says about the job, read once. */
export interface Job {
  /** A directory that is emptied after the job. */
  readonly temp: string;
  /** Where tools are kept between jobs. */
  readonly toolCache: string;
  /** What relative paths of inputs start from. */
  readonly workspace: string;
  /** The job's KUBECONFIG. */
  readonly kubeconfig?: string;
  /** Separator of paths in KUBECONFIG. */
  readonly pathDelimiter: string;
  /** Address of this run, where the runner tells it. */
  readonly runUrl?: string;
  /** Repository, run, attempt and job, as far as the runner tells them: who holds a lock. */
  readonly runName: string;
  /** `process.platform` and `process.arch`. */
  readonly os: NodeJS.Platform;
  readonly arch: string;
  /** The whole environment, for building a child's environment by name. It holds inputs: never pass it on as it is. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The edge to GitHub. Nothing else reads inputs or the environment, or writes what the runner reads. */
export interface GitHub extends LogSink, StateStore {
  readonly job: Job;
  /** The text of an input as it was given: '' when it is not, not trimmed. */
  getInput(name: string): string;
  setOutput(name: string, value: string): void;
  /** Hides a secret leaf value (token, password, key) in the log from now on. Never for whole documents. */
  mask(secret: string): void;
  /** The error annotation of the run. */
  error(message: string, title: string): void;
  debug(text: string): void;
  /**
   * Replaces the step's summary. Best effort, since a run must not fail for its report: false where the runner has no
   * summary file.
   */
  writeSummary(markdown: string): Promise<boolean>;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
function readJob(environment: Job['environment']): Job {
  const text = (name: string): string | undefined => {
    const value = environment[name];
    return value === undefined || value === '' ? undefined : value;
  };
  const temp = text('RUNNER_TEMP') ?? tmpdir();
  const [server, repository, run] = [text('GITHUB_SERVER_URL'), text('GITHUB_REPOSITORY'), text('GITHUB_RUN_ID')];
  const kubeconfig = text('KUBECONFIG');
  return {
    temp,
    toolCache: text('RUNNER_TOOL_CACHE') ?? temp,
    workspace: text('GITHUB_WORKSPACE') ?? process.cwd(),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    pathDelimiter: delimiter,
    ...(server === undefined || repository === undefined || run === undefined
      ? {}
      : { runUrl: `${server}/${repository}/actions/runs/${run}` }),
    runName:
      ['GITHUB_REPOSITORY', 'GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB']
        .map(text)
        .filter((part) => part !== undefined)
        .join('/') || 'a run outside of GitHub',
    os: process.platform,
    arch: process.arch,
    environment,
  };
}

/** GitHub cuts an annotation at 4096 characters; a longer one would only fill the log. */
const MAX_ANNOTATION = 4096;

/** The real runner. What is masked in its log is also registered with `redactor`, for the files the runner does not mask. */
export function createGitHub(redactor: Redactor): GitHub {
  return {
    job: readJob(process.env),
    getInput: (name) => core.getInput(name, { trimWhitespace: false }),
    setOutput: (name, value) => {
      core.setOutput(name, value);
    },
    saveState: (name, value) => {
      core.saveState(name, value);
    },
    getState: (name) => core.getState(name),
    mask: (secret) => {
      redactor.add(secret);
      for (const line of secretLines(secret)) core.setSecret(line);
    },
    line: (text) => {
      core.info(text);
    },
    group: (title) => {
      core.startGroup(title);
    },
    endGroup: () => {
      core.endGroup();
    },
    warning: (message) => {
      core.warning(truncateBytes(message, MAX_ANNOTATION));
    },
    error: (message, title) => {
      core.error(truncateBytes(message, MAX_ANNOTATION), { title });
    },
    debug: (text) => {
      core.debug(text);
    },
    writeSummary: async (markdown) => {
      try {
        await core.summary.emptyBuffer().addRaw(markdown).write({ overwrite: true });
        return true;
      } catch (error) {
        core.debug(`The job summary was not written: ${error instanceof Error ? error.message : String(error)}`);
        return false;
      }
    },
  };
}
