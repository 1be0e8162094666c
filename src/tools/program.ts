import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import semver from 'semver';
import { failed, Problem } from '../problem.js';
import type { Run } from '../process/port.js';
import { toolTitles, type ToolName } from './tool.js';

const versionMs = 20_000;

interface VersionCommand {
  readonly args: readonly string[];
  /** The version in the command's output, as text. */
  readonly read: (stdout: string) => string | undefined;
}

/** https://helm.sh/docs/helm/helm_version/ and https://kubernetes.io/docs/reference/kubectl/generated/kubectl_version/ */
const versionCommands: Readonly<Record<ToolName, VersionCommand>> = {
  helm: { args: ['version', '--template', '{{.Version}}'], read: (stdout) => stdout.trim() },
  kubectl: { args: ['version', '--client', '--output', 'json'], read: kubectlVersion },
};

function kubectlVersion(stdout: string): string | undefined {
  try {
    const parsed = JSON.parse(stdout) as { readonly clientVersion?: { readonly gitVersion?: unknown } } | null;
    const version = parsed?.clientVersion?.gitVersion;
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** First executable file of that name in the absolute directories of PATH (a relative one could lie in the workspace). */
export async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    if (!isAbsolute(directory)) continue;
    const candidate = join(directory, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

export interface ProgramOptions {
  readonly run: Run;
  /** The program's environment; wrappers on PATH (version managers) need the job's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Asks a program for its version.
 *
 * @returns the version without a leading v and without build metadata, for example `1.32.4-gke.1`.
 * @throws Problem `program-not-runnable` (cannot be started, ends with an error), `unreadable-version`.
 */
export async function readVersion(tool: ToolName, program: string, options: ProgramOptions): Promise<string> {
  const { args, read } = versionCommands[tool];
  const { run, environment, signal } = options;
  const title = toolTitles[tool];
  const call = `\`${tool} ${args[0] ?? ''}\` of ${program}`;
  const started = run(program, {
    args,
    env: environment,
    timeoutMs: versionMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const result = await started.catch((error: unknown) => {
    signal?.throwIfAborted();
    throw failed(
      {
        id: 'program-not-runnable',
        what: error instanceof Problem ? error.details.what : `${program} could not be started.`,
        why: 'It is not a program for this machine, or its file system does not allow running programs.',
        remedy: `Check that the ${title} build is for this runner's operating system and architecture.`,
      },
      error,
    );
  });
  signal?.throwIfAborted();
  if (result.code !== 0) {
    const end =
      result.ended === 'timeout' ? `did not answer within ${versionMs / 1000} s` : `ended with ${exitWords(result)}`;
    throw failed({
      id: 'program-not-runnable',
      what: `${call} ${end}.`,
      remedy: `Run it by hand on the runner to see why, or let this action install ${title} by leaving \`${tool}-version\` out.`,
      raw: result.stderr,
    });
  }
  const version = semver.parse(read(result.stdout));
  if (version === null) {
    throw failed({
      id: 'unreadable-version',
      what: `${call} did not print a version of three numbers.`,
      why: 'Flags are chosen by the version, so an unknown one is not used. A build made without the publisher’s build settings prints no full version.',
      remedy: `Use a released build of ${title}, or leave \`${tool}-version\` out.`,
      raw: result.stdout,
    });
  }
  return version.version;
}

function exitWords(result: { readonly code: number | null; readonly signal: NodeJS.Signals | null }): string {
  return result.code === null ? `signal ${result.signal ?? 'unknown'}` : `exit code ${result.code}`;
}
