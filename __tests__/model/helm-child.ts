import type { RunResult } from '../../src/process/port.js';
import type { Course } from './faults.js';
import type { HelmOp, HelmScripts, OpAnswer, Script } from './helm-script.js';
import type { Scheduler } from './scheduler.js';

/** What a request of the child's meets. `gone`: the child was killed before it. */
export type OpFate =
  | { readonly type: 'goes'; readonly course?: Course }
  | { readonly type: 'gone' }
  /** It takes effect, and then the child is killed. */
  | { readonly type: 'last' };

/** The process that has started the child, as long as it is alive. */
export interface Parent {
  onRequest(op: HelmOp): OpFate;
  onEnd(result: Omit<RunResult, 'durationMs' | 'ended'>): void;
}

const errors: Readonly<Record<string, string>> = {
  unreachable: 'Put "https://cluster.test/": dial tcp 10.0.0.1:443: connect: connection refused',
  'server-busy': 'the server has received too many requests and has asked us to try again later',
  'server-error': 'an error on the server ("") has prevented the request from succeeding',
  'wrong-token': 'Unauthorized',
};

/** Virtual time between two requests of a Helm, in milliseconds. */
const requestMs = 5;

/** A running Helm: it goes on by itself, whether or not anybody is there to hear of it. */
export class HelmChild {
  alive = true;
  /** Time between its requests; larger once it is alone, so that the next run meets it. */
  paceMs = requestMs;
  parent: Parent | undefined;
  /** The process that started it, also when that is gone. */
  startedBy = '';
  readonly id: string;
  readonly act: 'upgrade' | 'rollback';
  readonly #scheduler: Scheduler;
  readonly #scripts: HelmScripts;
  readonly #script: Script;
  #interrupted = false;
  #hangs = false;
  #begun = false;

  constructor(id: string, act: 'upgrade' | 'rollback', scheduler: Scheduler, scripts: HelmScripts, script: Script) {
    this.id = id;
    this.act = act;
    this.#scheduler = scheduler;
    this.#scripts = scripts;
    this.#script = script;
  }

  start(): void {
    this.#go({ ok: true });
  }

  /** SIGINT. An upgrade marks its revision failed and ends; a rollback has no handler and ends at once. */
  interrupt(): void {
    if (!this.alive || this.#interrupted) return;
    this.#interrupted = true;
    if (this.act === 'rollback' || !this.#begun) this.kill('SIGINT');
    // A request that hangs is left behind by Helm: the signal is heard elsewhere.
    else if (this.#hangs && this.#scripts.made !== undefined) this.#fail();
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#end(null, signal, '');
  }

  #go(answer: OpAnswer): void {
    if (!this.alive) return;
    if (this.#interrupted && this.#scripts.made !== undefined) {
      this.#fail();
      return;
    }
    const { value, done } = this.#script.next(answer);
    if (done === true) this.#end(value === undefined ? 0 : 1, null, value === undefined ? '' : `Error: ${value}\n`);
    else
      this.#ask(value, (next) => {
        this.#go(next);
      });
  }

  #fail(): void {
    this.#ask(this.#scripts.failing('context canceled'), () => {
      this.#end(1, null, 'Error: UPGRADE FAILED: context canceled\n');
    });
  }

  #ask(op: HelmOp, then: (answer: OpAnswer) => void): void {
    this.#scheduler.in(this.paceMs, `${this.id}: ${op.name}`, () => {
      if (!this.alive) return;
      this.#begun = true;
      const fate = this.parent?.onRequest(op) ?? { type: 'goes' };
      if (fate.type === 'gone') return;
      if (fate.type === 'last') {
        op.perform();
        this.kill();
        return;
      }
      this.#perform(op, fate.course ?? { effectMs: 0, endMs: 0, heard: 'answer' }, then);
    });
  }

  #perform(op: HelmOp, { effectMs, endMs, heard }: Course, then: (answer: OpAnswer) => void): void {
    let answer: OpAnswer = { ok: false, error: errors[heard] ?? heard };
    if (effectMs !== undefined) {
      // What is on its way to the server arrives, also when the child is gone by then.
      this.#after(effectMs, op.name, () => {
        const effect = op.perform();
        if (heard === 'answer') answer = effect;
      });
    }
    this.#hangs = endMs > 0 || heard === 'nothing';
    if (heard === 'nothing') return;
    this.#after(endMs, `${this.id}: answer to ${op.name}`, () => {
      this.#hangs = false;
      if (this.alive && !(this.#interrupted && endMs > 0 && this.#scripts.made !== undefined)) then(answer);
    });
  }

  #after(ms: number, name: string, run: () => void): void {
    if (ms === 0) run();
    else this.#scheduler.in(ms, name, run);
  }

  #end(code: number | null, signal: NodeJS.Signals | null, stderr: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.parent?.onEnd({ code, signal, stdout: '', stderr });
  }
}
