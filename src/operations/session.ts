import { join } from 'node:path';
import type { Job } from '../action/github.js';
import type { Request } from '../action/request.js';
import type { Clock } from '../clock.js';
import { prepareKubeconfig } from '../cluster/credentials/prepare.js';
import type { Leftovers } from '../cluster/leftovers.js';
import { openCluster } from '../cluster/open.js';
import type { Cluster, Writes } from '../cluster/port.js';
import { makePrivateDirectory, privateDirectoryPath, writePrivateFile } from '../cluster/private-files.js';
import { createHelm, type HelmCli } from '../helm/adapter.js';
import { parseHelmVersion } from '../helm/version.js';
import { childEnvironment } from '../process/environment.js';
import type { Run } from '../process/port.js';
import type { Emit } from '../report/events.js';
import type { Report } from '../report/report.js';
import { duration, moment } from '../report/time.js';
import type { Unpackers } from '../tools/archive.js';
import type { Download } from '../tools/download.js';
import { installTool, type InstallOptions } from '../tools/install.js';
import type { Interruption } from '../upgrade/interrupt.js';
import type { Given } from '../values/given.js';

/** The real world, given by src/main.ts. */
export interface World {
  readonly job: Job;
  readonly clock: Clock;
  readonly run: Run;
  readonly download: Download;
  readonly unpackers: Unpackers;
  readonly interruption: Interruption;
  readonly leftovers: Leftovers;
  readonly emit: Emit;
  /** A new random word, lower-case hex, 64 bits. */
  readonly random: () => string;
  readonly mask: (secret: string) => void;
  /** Takes one secret text out of everything that this run writes from now on, without a mask of the runner. */
  readonly hide: (text: string) => void;
  /** A copy of plain data without any secret that this run knows. */
  readonly cleanAll: <T>(data: T) => T;
}

/** One run on one release: everything that an operation works with. */
export interface Session extends World {
  readonly request: Request;
  readonly given: Given;
  readonly cluster: Cluster & Writes;
  /** Absent for `status`, which needs none. */
  readonly helm?: HelmCli;
  /** Grows while the run goes on. */
  readonly report: Report;
  /** Private directory for charts and Helm's own files; removed by the post step. */
  readonly workDir: string;
  readonly writePrivate: (prefix: string, content: string) => string;
}

async function installTools(request: Request, world: World, needsHelm: boolean) {
  const { job, clock, run, download, unpackers, emit, interruption } = world;
  const environment = childEnvironment(job.environment);
  const options = (checksum: string | undefined): InstallOptions => ({
    ...(checksum === undefined ? {} : { checksum }),
    mirrors: request.toolMirrors,
    platform: { os: job.os, arch: job.arch },
    cacheRoot: job.toolCache,
    tempDir: job.temp,
    path: job.environment.PATH ?? '',
    environment,
    emit,
    clock,
    download,
    unpackers,
    run,
    signal: interruption.signal,
  });
  const [kubectl, helm] = await Promise.all([
    installTool('kubectl', request.kubectl, options(request.kubectlChecksum)),
    needsHelm ? installTool('helm', request.helm, options(request.helmChecksum)) : undefined,
  ]);
  return { kubectl, helm };
}

/**
 * A warning where the token is valid now and may not be at the end of the run, because the wait would then lose the
 * cluster in the middle of a rollout. Times in milliseconds.
 */
export function tokenEndsEarly(
  expiresAt: number | undefined,
  startedAt: number,
  timeoutMs: number,
): string | undefined {
  if (expiresAt === undefined || expiresAt >= startedAt + timeoutMs) return undefined;
  const from = duration(expiresAt - startedAt);
  return `The token expires at ${moment(expiresAt)}, ${from} after the start of the run, and the input timeout is ${duration(timeoutMs)}: a run that takes longer loses the cluster. Use a token that is valid for longer, or a shorter timeout.`;
}

/**
 * Opens everything that an operation needs: credentials, tools, cluster. Nothing is written outside the runner's
 * temporary directory and tool cache.
 *
 * @throws Problem for bad credentials, tools that cannot be had, a proxy that does not start
 */
export async function openSession(request: Request, given: Given, world: World, report: Report): Promise<Session> {
  const { job, clock, run, leftovers, emit, mask } = world;
  emit({ type: 'phase', phase: 'credentials', title: 'Credentials' });
  const kubeconfig = prepareKubeconfig({
    credentials: request.credentials,
    ...(request.context === undefined ? {} : { context: request.context }),
    allowExec: request.allowExec,
    tempDir: job.temp,
    searchPath: job.environment.PATH ?? '',
    now: clock.now(),
    mask,
    leftovers,
  });
  report.clusterHost = kubeconfig.host;
  emit({ type: 'info', text: `${kubeconfig.source}; context ${kubeconfig.context}, server ${kubeconfig.host}` });
  for (const text of kubeconfig.warnings) emit({ type: 'warning', text });
  const early = tokenEndsEarly(kubeconfig.tokenExpiresAt, report.startedAt, request.timeoutMs);
  if (early !== undefined) emit({ type: 'warning', text: early });

  emit({ type: 'phase', phase: 'tools', title: 'Tools' });
  const { kubectl, helm } = await installTools(request, world, request.operation !== 'status');
  report.kubectlVersion = kubectl.version;
  if (helm !== undefined) report.helmVersion = helm.version;

  const workDir = privateDirectoryPath(job.temp);
  makePrivateDirectory(workDir, leftovers);
  // Discovery is cached here and not in the home directory; Docker's logins count for private OCI registries.
  const environment = childEnvironment(job.environment, {
    plugins: request.allowExec,
    also: ['DOCKER_CONFIG'],
    set: { KUBECACHEDIR: join(workDir, 'kube-cache') },
  });
  const cluster = await openCluster({
    kubectl: kubectl.path,
    kubeconfig,
    tempDir: job.temp,
    environment,
    clock,
    leftovers,
    platform: job.os,
  });
  return {
    ...world,
    request,
    given,
    cluster,
    ...(helm === undefined
      ? {}
      : {
          helm: createHelm({
            path: helm.path,
            version: parseHelmVersion(helm.version),
            kubeconfig: kubeconfig.path,
            context: kubeconfig.context,
            environment,
            tempDir: workDir,
            run,
          }),
        }),
    report,
    workDir,
    writePrivate: (prefix, content) => writePrivateFile(workDir, prefix, content),
  };
}
