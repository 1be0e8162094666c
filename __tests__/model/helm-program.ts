import { createHelm } from '../../src/helm/adapter.js';
import type { Helm, Rendered, UpgradeIntent } from '../../src/helm/port.js';
import { parseHelmVersion } from '../../src/helm/version.js';
import type { Run, RunOptions, RunResult } from '../../src/process/port.js';
import { courseOf, isKill } from './faults.js';
import { HelmChild } from './helm-child.js';
import type { OpFate } from './helm-child.js';
import { HelmScripts } from './helm-script.js';
import type { HelmOp, Script } from './helm-script.js';
import { stack } from './merge.js';
import type { ActionProcess } from './process.js';
import { manifestObjects, releaseIn } from './releases.js';

/** The program's versions that stand for their majors. */
export const helmVersions = { 3: '3.22.0', 4: '4.3.0' } as const;

const takesNone: ReadonlySet<string> = new Set([
  '--reset-then-reuse-values',
  '--reset-values',
  '--disable-openapi-validation',
]);

/** Flags with their values, and what stands after `--`. Repeated flags are joined by a comma, as Helm reads lists. */
function parse([act = '', ...rest]: readonly string[]) {
  const end = rest.indexOf('--');
  const flags = new Map<string, string>();
  for (let at = 0; at < end; at++) {
    const [flag = '', given] = (rest[at] ?? '').split(/=(.*)/s, 2);
    const value = given ?? (takesNone.has(flag) ? '' : (rest[++at] ?? ''));
    const known = flags.get(flag);
    flags.set(flag, known === undefined ? value : `${known},${value}`);
  }
  return { act, flag: (name: string) => flags.get(name), given: rest.slice(end + 1) };
}

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => pair.replace(/^"(.*)"$/, '$1').split(/=(.*)/s, 2) as [string, string]),
  );

function scriptOf(process: ActionProcess, scripts: HelmScripts, args: readonly string[]): Script {
  const { world } = process;
  const { act, flag, given } = parse(args);
  const namespace = flag('--namespace') ?? '';
  const description = flag('--description') ?? '';
  const [release = '', subject = ''] = given;
  if (act === 'rollback') return scripts.rollback({ release, namespace, revision: Number(subject), description });
  if (act !== 'upgrade' || flag('--dry-run') !== undefined) throw new Error(`the model's Helm does not know ${act}`);
  const values = world.files.get(flag('--values') ?? '') ?? {};
  const whole = flag('--reset-values') !== undefined;
  const labels = labelsOf(flag('--labels') ?? '');
  return scripts.upgrade({ release, namespace, chart: world.chart(subject), values, whole, labels, description });
}

/** A process's way to start Helm: spawning, and each of Helm's requests, are calls. */
export function runHelm(process: ActionProcess): Run {
  return (_file, options) =>
    new Promise((resolve) => {
      if (!process.alive) return;
      const act = options.args[0] === 'rollback' ? 'rollback' : 'upgrade';
      const { fault } = process.count('spawn', `start helm ${act}`);
      if (fault !== undefined && isKill(fault.kind) && fault.kind !== 'child-killed') {
        if (fault.kind === 'child-lives-on') spawn(process, options, act, resolve);
        process.kill(fault.kind === 'child-lives-on' ? 'live' : fault.children);
        return;
      }
      const child = spawn(process, options, act, resolve);
      if (fault?.kind === 'child-killed') child.kill();
    });
}

function spawn(
  process: ActionProcess,
  options: RunOptions,
  act: 'upgrade' | 'rollback',
  resolve: (result: RunResult) => void,
): HelmChild {
  const { world } = process;
  const { scheduler, store } = world;
  const id = world.nextChild();
  const startedAt = scheduler.now();
  const historyMax = Number(parse(options.args).flag('--history-max') ?? 10);
  const scripts = new HelmScripts({
    store,
    who: id,
    now: () => scheduler.now(),
    major: process.options.helmMajor ?? 3,
    compressed: world.compressed,
    historyMax: historyMax === 0 ? Infinity : historyMax,
  });
  const child = new HelmChild(id, act, scheduler, scripts, scriptOf(process, scripts, options.args));
  child.startedBy = process.id;
  world.children.push(child);
  process.children.add(child);
  let stopped: RunResult['ended'];
  const stop = (why: 'timeout' | 'cancelled') => {
    if (!child.alive || stopped !== undefined) return;
    stopped = why;
    scheduler.in(
      options.killAfterMs ?? 4_000,
      `SIGKILL to ${id}`,
      () => {
        child.kill();
      },
      process,
    );
    child.interrupt();
  };
  const onAbort = () => {
    stop('cancelled');
  };
  // Nobody but this process enforces the deadline.
  const timer = scheduler.in(
    options.timeoutMs,
    `deadline of ${id}`,
    () => {
      stop('timeout');
    },
    process,
  );
  child.parent = {
    onRequest: (op) => fateOf(process, op),
    onEnd: (result) => {
      process.children.delete(child);
      timer.cancel();
      options.signal?.removeEventListener('abort', onAbort);
      scheduler.touch();
      const durationMs = scheduler.now() - startedAt;
      resolve({ ...result, durationMs, ...(stopped === undefined ? {} : { ended: stopped }) });
    },
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  child.start();
  if (options.signal?.aborted === true) onAbort();
  return child;
}

function fateOf(process: ActionProcess, op: HelmOp): OpFate {
  const of = op.write ? 'helm-write' : 'helm-read';
  const { fault } = process.count(of, `helm: ${op.name}`);
  if (fault === undefined) return { type: 'goes' };
  if (!isKill(fault.kind)) {
    const course = courseOf(fault, of);
    return course === undefined ? { type: 'goes' } : { type: 'goes', course };
  }
  if (fault.kind === 'child-killed') return { type: 'last' };
  if (fault.kind === 'kill-after') op.perform();
  const lives = fault.kind === 'child-lives-on' || fault.children === 'live';
  process.kill(lives ? 'live' : 'die');
  return lives ? { type: 'goes' } : { type: 'gone' };
}

/** What an upgrade would render, with each manifest read once. */
function rendered(process: ActionProcess, intent: UpgradeIntent): Rendered {
  const { world } = process;
  const { release, namespace } = intent;
  const chart = world.chart(intent.chart.reference);
  const records = world.store.list('Secret', { namespace, labelSelector: `owner=helm,name=${release}` });
  const history = records.map(releaseIn).sort((a, b) => a.version - b.version);
  const current = history.filter(({ info }) => info.status === 'deployed').at(-1) ?? history.at(-1);
  const given = world.files.get(intent.valuesFile) ?? {};
  const userValues = intent.wholeValues === true ? given : stack(current?.config ?? {}, given).values;
  const { name, version, appVersion } = chart;
  return {
    manifest: manifestObjects(chart.render(release, namespace, userValues), namespace),
    hooks: [],
    chart: { name, version, appVersion },
    userValues,
  };
}

/** The Helm port of one process: the real command-line adapter on the model's program; only rendering goes past it. */
export function processHelm(process: ActionProcess): Helm {
  const version = parseHelmVersion(helmVersions[process.options.helmMajor ?? 3]);
  const adapter = createHelm({
    path: '/tools/helm',
    version,
    kubeconfig: '/private/kubeconfig',
    environment: {},
    tempDir: '/private',
    run: runHelm(process),
  });
  return {
    version,
    dryRun: (intent) =>
      process.call({ class: 'read', name: 'helm: dry run', perform: () => rendered(process, intent) }),
    template: ({ chart, release, namespace, valuesFile }) => {
      const { world } = process;
      const { render } = world.chart(chart.reference);
      return Promise.resolve(manifestObjects(render(release, namespace, world.files.get(valuesFile) ?? {}), namespace));
    },
    upgrade: (intent, signal) => adapter.upgrade(intent, signal),
    rollback: (intent, signal) => adapter.rollback(intent, signal),
  };
}
