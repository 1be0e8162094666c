import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect } from '@jest/globals';
import type { ProblemDetails } from '../../src/problem.js';
import { ensureParts } from '../../testbed/part-sources.js';
import type { RunnerResult } from '../../testbed/runner.js';
import { deferred } from './deferred.js';
import { story, type Bed, type Scenario, type Values } from './harness.js';

/** The smallest Milvus: one pod, one etcd, one MinIO. */
export const standalone: Values = {
  cluster: { enabled: false },
  pulsar: { enabled: false },
  etcd: { replicaCount: 1 },
  minio: { mode: 'standalone' },
};

/** A cluster with the coordinators and workers of the chart, and the smallest dependencies. */
export const smallCluster: Values = {
  etcd: { replicaCount: 1 },
  minio: { mode: 'standalone' },
  pulsar: { enabled: false },
  externalPulsar: { enabled: true, host: 'pulsar.example' },
};

/** Annotations for every Milvus pod of a release. */
export const onMilvusPods = (annotations: Record<string, string | null>): string => JSON.stringify({ annotations });

/**
 * Starts a story as soon as the test bed is open, beside the others of its file, because most of them wait; the test
 * awaits it. Put it below `useBed`.
 */
export function beside<T>(tell: () => Promise<T>): () => Promise<T> {
  let told: Promise<T> | undefined;
  beforeAll(() => {
    told = tell();
    told.catch(() => undefined);
  });
  return () => {
    if (told === undefined) throw new Error('the story begins before the tests');
    return told;
  };
}

interface ReportFile {
  readonly problems: readonly ProblemDetails[];
  readonly dataState?: string;
  readonly next?: string;
}

/** report.json of a run. */
export function reportOf({ outputs, fileContents }: RunnerResult): ReportFile {
  const text = fileContents[outputs['report-file'] ?? ''];
  if (text === undefined) throw new Error('the run wrote no report.json');
  return JSON.parse(text) as ReportFile;
}

/** Ids of the problems that ended a run. */
export const problemsOf = (result: RunnerResult): string[] => reportOf(result).problems.map(({ id }) => id);

export interface End {
  readonly result: string;
  readonly changed?: string;
  readonly revision?: string;
  /** Ids of the problems; none for a good end. */
  readonly problems?: readonly string[];
}

/** Expects how a run ended; where it ended otherwise, the test shows its log. */
export function expectEnd(result: RunnerResult, expected: End): void {
  const good = ['upgraded', 'unchanged', 'planned', 'reported', 'rolled-back'].includes(expected.result);
  const { outputs, code } = result;
  const problems = outputs['report-file'] === undefined ? undefined : problemsOf(result);
  try {
    expect({ ...outputs, code, problems }).toMatchObject({ problems: [], ...expected, code: good ? 0 : 1 });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : ''}\n${story(result)}`, { cause: error });
  }
}

/** Resolves with the first line of a run that matches; `onLine` goes into the options of `start`. */
export function lineOf(pattern: RegExp): { readonly onLine: (line: string) => void; readonly seen: Promise<string> } {
  const { promise, resolve } = deferred<string>();
  const onLine = (line: string): void => {
    if (pattern.test(line)) resolve(line);
  };
  return { onLine, seen: promise };
}

/** Helm as a person starts it, to be signalled; `ended` has its exit code or signal. */
export async function startHelm(
  { charts }: Bed,
  { namespace, release }: Scenario,
  { chart, values, kubeconfig, helm = '3.22.0' }: { chart: string; values: Values; kubeconfig: string; helm?: string },
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<number | NodeJS.Signals | null> }> {
  const directory = mkdtempSync(join(tmpdir(), 'helm-'));
  const [config, file] = [join(directory, 'kubeconfig'), join(directory, 'values.json')];
  writeFileSync(config, kubeconfig, { mode: 0o600 });
  writeFileSync(file, JSON.stringify(values));
  const { [`helm-${helm}`]: program = 'helm' } = await ensureParts([`helm-${helm}`], {
    env: process.env,
    log: () => undefined,
  });
  const args = ['upgrade', release, join(charts, `milvus-${chart}.tgz`), '--reset-then-reuse-values'];
  const child = spawn(program, [...args, '--namespace', namespace, '--values', file], {
    env: { HOME: directory, PATH: process.env.PATH, KUBECONFIG: config },
    stdio: 'ignore',
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('exit', (code, signal) => {
      rmSync(directory, { recursive: true });
      resolve(signal ?? code);
    });
  });
  return { child, ended };
}
