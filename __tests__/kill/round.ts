import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processGroup } from '../../testbed/process-group.js';
import type { RunnerResult } from '../../testbed/runner.js';
import { clusterGate, type Gate } from '../e2e/gate.js';
import { Scenario, type Bed, type Values } from '../e2e/harness.js';
import { standalone } from '../e2e/trouble.js';
import type { Bundles } from './bundle.js';
import { faults, snapshot } from './faults.js';
import { momentInWords, Watch } from './moment.js';
import type { Cut, Round, Work } from './plan.js';

/** What a round has shown. */
export interface Story {
  readonly kills: number;
  readonly interrupts: number;
  /** Cuts whose moment did not come before the run had ended. */
  readonly missed: number;
  readonly healedInMs: number;
  /** How long interrupted runs took to end. */
  readonly exitsMs: readonly number[];
  /** What is wrong; nothing if the round went well. */
  readonly faults: readonly string[];
}

interface Setting {
  readonly chart: string;
  readonly values: Values;
  readonly inputs: Readonly<Record<string, string>>;
  /** An upgrade that has to fail first. */
  readonly before?: Readonly<Record<string, string>>;
  /** Results of the run that heals; the other ones end with exit code 1. */
  readonly results: readonly string[];
  readonly image: string;
}

const pulled = 'milvusdb/milvus';
const neverPulled = 'registry.invalid/milvusdb/milvus';
const target = { 'target-version': '2.4.23' };
/** Nothing but Milvus changes its image, so that the way back is open. */
const within24: Pick<Setting, 'chart' | 'values' | 'image'> = {
  chart: '4.2.20',
  values: { ...standalone, image: { all: { tag: 'v2.4.16' } } },
  image: `${pulled}:v2.4.16`,
};

const settings: Readonly<Record<Work, Setting>> = {
  upgrade: {
    chart: '4.1.24',
    values: standalone,
    inputs: target,
    results: ['upgraded', 'unchanged'],
    image: `${pulled}:v2.4.23`,
  },
  hops: {
    chart: '4.2.20',
    values: { ...standalone, image: { all: { tag: 'v2.4.24' } } },
    inputs: { 'target-version': '2.6.15', 'multi-hop': 'true' },
    results: ['upgraded', 'unchanged'],
    image: `${pulled}:v2.6.15`,
  },
  restore: {
    ...within24,
    inputs: { ...target, image: neverPulled, 'on-failure': 'restore' },
    results: ['restored'],
  },
  rollback: {
    ...within24,
    before: { ...target, image: neverPulled },
    inputs: { operation: 'rollback' },
    results: ['rolled-back', 'unchanged'],
  },
};

const outcomes: Readonly<Record<Work, readonly string[]>> = {
  upgrade: ['upgraded'],
  hops: ['upgraded'],
  restore: ['restored'],
  rollback: ['rolled-back'],
};

/** What the runner gives a run that is interrupted; results of runs that had ended by then. */
const endings = ['interrupted', 'upgraded', 'unchanged', 'restored', 'rolled-back', 'failed'];
const exitWithinMs = 5_000;
/** So long a child that lives on may be at work. */
const childrenMs = 60_000;
/** A client that is gone has taken its connections with it by then. */
const deathIsSeenMs = 60;

/** One release that is cut and healed. */
class RoundRun {
  readonly #bundle: string;
  readonly #lost: { readonly pid: number; readonly clear: () => string[] }[] = [];
  readonly #exitsMs: number[] = [];
  readonly #stalls: (() => void)[] = [];
  readonly #faults: string[] = [];
  readonly #begun = Date.now();
  #counts = { kills: 0, interrupts: 0, missed: 0 };

  constructor(
    readonly round: Round,
    readonly scenario: Scenario,
    readonly gate: Gate & { readonly kubeconfig: string },
    bundles: Bundles,
    readonly log: string,
  ) {
    this.#bundle = round.realTimes ? bundles.real : bundles.quick;
  }

  async tell(): Promise<Story> {
    const { scenario, round } = this;
    const setting = settings[round.work];
    const claims = await scenario.bed.cluster.claims(scenario.namespace);
    if (setting.before !== undefined) {
      const { outputs } = await this.#start(setting.before).done;
      if (outputs.result !== 'failed') throw new Error(`the upgrade that must fail ended ${outputs.result ?? ''}`);
    }
    try {
      for (const one of round.cuts) await this.#cut(setting, one);
      const begun = performance.now();
      const healed = await this.#start(setting.inputs).done;
      const healedInMs = Math.round(performance.now() - begun);
      await this.#childrenEnd();
      await this.#look(setting, healed);
      const after = await scenario.bed.cluster.claims(scenario.namespace);
      const uids = (all: typeof after): string => all.map(({ name, uid }) => `${name} ${uid}`).join(', ');
      if (uids(after) !== uids(claims)) this.#fault(`the claims were ${uids(claims)} and are ${uids(after)}`);
      return { ...this.#counts, healedInMs, exitsMs: this.#exitsMs, faults: this.#faults };
    } finally {
      for (const end of this.#stalls) end();
      for (const { clear } of this.#lost) clear();
    }
  }

  #start(inputs: Readonly<Record<string, string>>, watch?: Watch): ReturnType<Scenario['start']> {
    this.#say(`-- run ${JSON.stringify(inputs)} with Helm ${this.round.helm}`);
    const onLine = (line: string): void => {
      this.#say(line);
      watch?.line(line);
    };
    const all = { ...inputs, 'helm-version': this.round.helm, kubeconfig: this.gate.kubeconfig };
    return this.scenario.start(all, { action: this.#bundle, dies: true, onLine });
  }

  async #cut({ inputs }: Setting, { how, moment }: Cut): Promise<void> {
    const watch = new Watch(this.gate, moment);
    this.#say(`-- ${how}: ${momentInWords(moment)}`);
    const run = this.#start(inputs, watch);
    const at = await Promise.race([watch.reached, run.done.then(() => undefined)]);
    if (at === undefined) {
      this.#counts.missed += 1;
      this.#say('-- missed: the run had ended');
    } else {
      this.#say(`-- ${how} at ${at}`);
      this.#signal(how, run);
      await sleep(deathIsSeenMs);
    }
    this.#letPass(watch, how === 'interrupt' ? 0 : moment.stallMs);
    const result = await run.done;
    if (how === 'interrupt') this.#exit(result, at !== undefined);
    this.#say(await snapshot(this.scenario));
  }

  #letPass(watch: Watch, afterMs: number): void {
    const timer = setTimeout(() => {
      if (afterMs > 0) this.#say('-- the held request passes');
      watch.over();
    }, afterMs);
    this.#stalls.push(() => {
      clearTimeout(timer);
      watch.over();
    });
  }

  #signal(how: Cut['how'], run: ReturnType<Scenario['start']>): void {
    const pid = run.pid();
    if (pid === undefined) throw new Error('the run has no process');
    if (how === 'interrupt') {
      this.#counts.interrupts += 1;
      run.interrupt();
      return;
    }
    try {
      process.kill(how === 'kill-node' ? pid : -pid, 'SIGKILL');
    } catch {
      this.#counts.missed += 1; // it has ended by itself since
      return;
    }
    this.#counts.kills += 1;
    this.#lost.push({ pid, clear: run.clear });
  }

  #exit({ interrupted, outputs }: RunnerResult, cut: boolean): void {
    if (!cut) return;
    if (interrupted !== undefined) this.#exitsMs.push(interrupted.exitMs);
    const late = (interrupted?.exitMs ?? 0) > exitWithinMs || (interrupted?.signal ?? 'SIGINT') !== 'SIGINT';
    if (late) this.#fault(`it ended ${interrupted?.exitMs ?? 0} ms after SIGINT (${interrupted?.signal ?? ''})`);
    if (!endings.includes(outputs.result ?? ''))
      this.#fault(`the interrupted run ended ${outputs.result ?? 'without result'}`);
  }

  /** What a run that was killed left behind may write until it ends; the release has to be whole after that too. */
  async #childrenEnd(): Promise<void> {
    const until = Date.now() + childrenMs;
    const helms = (): string[] =>
      this.#lost.flatMap(({ pid }) =>
        processGroup(pid).map(({ commandLine }) => commandLine).filter((line) => /helm[^ ]* (upgrade|rollback)/.test(line)),
      ); // prettier-ignore
    while (helms().length > 0 && Date.now() < until) await sleep(250);
    for (const line of helms()) this.#fault(`still at work: ${line}`);
  }

  async #look({ results, image }: Setting, { outputs, code }: RunnerResult): Promise<void> {
    const result = outputs.result ?? 'none';
    const good = results.includes(result) && (code === 0) === (result !== 'restored');
    if (!good) this.#fault(`the run that should heal ended ${result}, exit code ${code}`);
    const wanted = { image, outcomes: outcomes[this.round.work], untouched: result === 'unchanged' };
    const found = await faults(this.scenario, wanted);
    for (const fault of found) this.#fault(fault);
    if (!good || found.length > 0) this.#say(await snapshot(this.scenario));
  }

  #fault(text: string): void {
    this.#faults.push(text);
    this.#say(`-- FAULT: ${text}`);
  }

  #say(text: string): void {
    appendFileSync(this.log, `${((Date.now() - this.#begun) / 1000).toFixed(2).padStart(7)} ${text}\n`);
  }
}

/** Installs a release, cuts the runs on it as the round says, and has it healed. */
export async function tellRound(bed: Bed, bundles: Bundles, round: Round, log: string): Promise<Story> {
  const { chart, values } = settings[round.work];
  const scenario = await Scenario.make(bed, round.name, { volumes: 4 });
  // Helm 4 applies what it has installed itself on the server, and what Helm 3 has installed on the client.
  await scenario.install(chart, { values, helm: round.cuts.length > 1 ? round.helm : '3.22.0' });
  const gate = await clusterGate(bed);
  try {
    return await new RoundRun(round, scenario, gate, bundles, log).tell();
  } finally {
    await gate.close();
  }
}
