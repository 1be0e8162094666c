import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failed } from '../problem.js';
import type { Problem } from '../problem.js';
import type { Run, RunResult } from '../process/port.js';
import { classifyHelmError } from './errors.js';
import type { HelmCall } from './errors/row.js';
import { requireSupported, rollbackArguments, templateArguments, upgradeArguments } from './flags.js';
import type { Helm, HelmVersion } from './port.js';
import { parseManifest } from './manifest.js';
import { parseRendered } from './rendered.js';

/** A dry run renders and asks the server a few times; it never waits for anything. */
const dryRunDeadlineMs = 2 * 60_000;
const pullDeadlineMs = 2 * 60_000;
/** Helm keeps its own `--timeout` and then writes the failed revision; only a Helm that hangs is ended by us. */
const recordingMs = 20_000;
/**
 * Between SIGINT and SIGKILL: Helm needs a moment to mark its revision failed, and a cancelled run must see the end of
 * every Helm before its own (childrenMs in src/upgrade/interrupt.ts).
 */
const killAfterMs = 2_500;

/**
 * The longest that a Helm that writes can live, in milliseconds after its start, as long as this process lives: its own
 * `--timeout`, time to record the end, and the grace between SIGINT and SIGKILL. A Helm that lost its parent is ended by
 * nobody: it usually ends much sooner, but only what it writes can tell whether it is gone.
 */
export const helmEndsWithinMs = (timeoutMs: number): number => timeoutMs + recordingMs + killAfterMs;

export interface HelmOptions {
  /** The program. */
  readonly path: string;
  readonly version: HelmVersion;
  /** Path of the kubeconfig (or several, as KUBECONFIG has them). */
  readonly kubeconfig: string;
  /** Context of it; undefined for its current one. */
  readonly context?: string;
  /** What Helm inherits: search path, home, proxies, variables of credential plugins. No HELM_* variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** A private directory for Helm's files; whoever made it removes it. */
  readonly tempDir: string;
  readonly run: Run;
}

/** Gets a chart from an OCI registry: the path of the .tgz, in a new directory. */
export type PullChart = (reference: string, version: string, signal?: AbortSignal) => Promise<string>;

/** The command-line adapter of the Helm port; the same program also pulls charts from OCI registries. */
export interface HelmCli extends Helm {
  readonly pullChart: PullChart;
}

/**
 * The environment of every call (https://helm.sh/docs/helm/helm/): Helm's own directories are private, so that
 * repositories, plugins and registry logins of the machine change nothing. Logins of Docker still count for OCI.
 */
function helmEnvironment(options: HelmOptions): Record<string, string> {
  const home = join(options.tempDir, 'helm');
  return {
    ...options.environment,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    HELM_CONTENT_CACHE: join(home, 'content'),
    HELM_NO_PLUGINS: '1',
    // Helm lives for seconds: collecting its garbage less often makes it a seventh faster.
    GOGC: '400',
    HELM_DRIVER: 'secret',
    KUBECONFIG: options.kubeconfig,
    ...(options.context === undefined ? {} : { HELM_KUBECONTEXT: options.context }),
  };
}

/** How a cancelled call may have left the release. */
type Left = 'nothing-written' | 'failed-or-none' | 'pending';

const afterCancel: Readonly<Record<Left, string>> = {
  'nothing-written': 'Nothing was written. Run it again.',
  'failed-or-none': 'If Helm had begun, the new revision is marked failed. Run it again with the same inputs to go on.',
  pending:
    'The new revision may be left pending, and applied in part. Run it again with the same inputs: the run waits until ' +
    'the revision has ended, or marks it failed when nothing works on it any more, and goes on.',
};

/** `helm rollback` has no handler for the signal: it ends at once, and its revision stays pending. */
function leftBy(result: RunResult, call: HelmCall, writes: boolean): Left {
  if (!writes) return 'nothing-written';
  return call.act === 'rollback' || result.signal === 'SIGKILL' ? 'pending' : 'failed-or-none';
}

function cancelled(result: RunResult, call: HelmCall, writes: boolean): Problem {
  const killed = writes && result.signal === 'SIGKILL';
  return failed({
    id: 'cancelled',
    what: `The ${call.act} of release ${call.release} in namespace ${call.namespace} was cancelled${killed ? ', and Helm had to be killed' : ''}.`,
    remedy: afterCancel[leftBy(result, call, writes)],
  });
}

function overdue(result: RunResult, call: HelmCall, deadlineMs: number): Problem {
  const { raw } = classifyHelmError(result.stderr, call);
  return failed({
    id: 'helm-timed-out',
    what: `Helm did not end the ${call.act} of release ${call.release} in namespace ${call.namespace} within ${Math.round(deadlineMs / 1000)} s and was stopped.`,
    remedy:
      'See whether the API server answers (`kubectl get --raw /readyz`), and look at `helm history` before running again.',
    ...(raw === undefined ? {} : { raw }),
  });
}

/** What a call that did not end with 0 means. */
function problemOf(result: RunResult, call: HelmCall, deadlineMs: number, writes: boolean): Problem {
  switch (result.ended) {
    case 'cancelled':
      return cancelled(result, call, writes);
    case 'timeout':
      return overdue(result, call, deadlineMs);
    case 'overflow':
      return failed({
        id: 'helm-output-too-large',
        what: `Helm wrote more output during the ${call.act} of release ${call.release} than can be read.`,
        remedy: 'A chart with its values must render to less than 64 MiB; check the input `chart`.',
      });
    case undefined:
      return failed(classifyHelmError(result.stderr, call));
  }
}

/** Helm on its command line, 3.14 to 4.x. Throws a Problem `helm-version-unsupported` for other versions. */
export function createHelm(options: HelmOptions): HelmCli {
  requireSupported(options.version);
  const { path, version, tempDir, run } = options;
  const env = helmEnvironment(options);

  async function call(
    args: readonly string[],
    about: HelmCall,
    timeoutMs: number,
    writes: boolean,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const result = await run(path, {
      args,
      env,
      timeoutMs,
      killAfterMs,
      ...(signal === undefined ? {} : { signal }),
    });
    if (result.code === 0) return result.stdout;
    throw problemOf(result, about, timeoutMs, writes);
  }

  const about = (intent: { readonly release: string; readonly namespace: string }, act: string): HelmCall => ({
    release: intent.release,
    namespace: intent.namespace,
    version: version.text,
    act,
  });

  return {
    version,
    dryRun: async (intent, signal) => {
      const args = upgradeArguments(intent, version, 'dry-run');
      const deadline = Math.min(intent.timeoutMs, dryRunDeadlineMs);
      const output = await call(args, about(intent, 'dry run'), deadline, false, signal);
      return parseRendered(output, intent.namespace, version.text);
    },
    template: async (intent, signal) => {
      const output = await call(templateArguments(intent), about(intent, 'rendering'), dryRunDeadlineMs, false, signal);
      return parseManifest(output, intent.namespace);
    },
    upgrade: async (intent, signal) => {
      const args = upgradeArguments(intent, version, 'apply');
      await call(args, about(intent, 'upgrade'), intent.timeoutMs + recordingMs, true, signal);
    },
    rollback: async (intent, signal) => {
      const args = rollbackArguments(intent, version);
      await call(args, about(intent, 'rollback'), intent.timeoutMs + recordingMs, true, signal);
    },
    pullChart: async (reference, chartVersion, signal) => {
      const directory = await mkdtemp(join(tempDir, 'chart-'));
      const args = ['pull', '--version', chartVersion, '--destination', directory, '--', reference];
      const result = await run(path, {
        args,
        env,
        timeoutMs: pullDeadlineMs,
        killAfterMs,
        ...(signal === undefined ? {} : { signal }),
      });
      const file = (await readdir(directory)).find((name) => name.endsWith('.tgz'));
      if (result.code === 0 && file !== undefined) return join(directory, file);
      throw pullFailed(result, reference, chartVersion, version.text);
    },
  };
}

function pullFailed(result: RunResult, reference: string, chartVersion: string, helm: string): Problem {
  const call = { release: reference, namespace: '', version: helm, act: 'pull' };
  if (result.ended === 'cancelled')
    return failed({
      id: 'cancelled',
      what: `The download of chart ${reference} was cancelled.`,
      remedy: 'Nothing was written. Run it again.',
    });
  const { raw } = classifyHelmError(result.stderr, call);
  return failed({
    id: 'chart-download-failed',
    what: `Helm could not get version ${chartVersion} of the chart ${reference}${result.ended === 'timeout' ? ` within ${pullDeadlineMs / 1000} s` : ''}.`,
    remedy:
      'Check the reference in the input `chart`, the version in `chart-version`, the login of the job to the registry ' +
      '(docker/login-action) and its proxy settings.',
    ...(raw === undefined ? {} : { raw }),
  });
}
