import type { Emit } from '../report/events.js';
import type { Survey, View } from './rollout/survey.js';
import { duration } from '../report/time.js';
import { count, some } from './rollout/text.js';
import type { Verdict } from './rollout/trouble.js';
import { subjectOf } from './rollout/trouble.js';

/** There is a line at least this often, in milliseconds. */
export const lineEveryMs = 30_000;
/** Trouble is worth a line once it has lasted this long: most of it passes in a moment. */
const mentionAfterMs = 10_000;

/** Turns looks into lines: one for each change of a workload, one for each trouble, and a sign of life. */
export class Progress {
  readonly #emit: Emit;
  readonly #startedAt: number;
  readonly #deadlineAt: number;
  readonly #lines = new Map<string, string>();
  #mentioned = new Set<string>();
  #first = true;
  #lastLineAt: number;

  constructor(emit: Emit, startedAt: number, deadlineAt: number) {
    this.#emit = emit;
    this.#startedAt = startedAt;
    this.#deadlineAt = deadlineAt;
    this.#lastLineAt = startedAt;
  }

  /** Says what changed since the last look. `look` is undefined until the cluster has answered. */
  report(look: Survey | undefined, verdicts: readonly Verdict[], now: number): void {
    if (look !== undefined) this.#workloads(look, now);
    this.#troubles(verdicts, now);
    if (now - this.#lastLineAt >= lineEveryMs) this.#say(this.#signOfLife(look, now), now);
  }

  /** The next time at which there is something to say even if nothing changes. */
  nextAt(verdicts: readonly Verdict[]): number {
    const mentions = verdicts.filter((one) => !this.#mentioned.has(one.key)).map((one) => one.since + mentionAfterMs);
    return Math.min(this.#lastLineAt + lineEveryMs, ...mentions);
  }

  /** A line of the wait itself. */
  say(text: string, now: number): void {
    this.#say(text, now);
  }

  #workloads(look: Survey, now: number): void {
    if (this.#first) {
      const done = look.views.filter((view) => view.done).length;
      if (done > 0) this.#say(`${done} of ${count(look.views.length, 'workload')} already rolled out and ready`, now);
    }
    for (const view of look.views) {
      const text = lineOf(view);
      const key = `${view.ref.kind}/${view.ref.name}`;
      const known = this.#lines.get(key);
      this.#lines.set(key, text);
      if (text === known || (this.#first && view.done)) continue;
      this.#say(text, now, view.ref.name);
    }
    this.#first = false;
  }

  #troubles(verdicts: readonly Verdict[], now: number): void {
    const due = verdicts.filter((verdict) => now - verdict.since >= mentionAfterMs);
    for (const verdict of due.filter(({ key, fatal }) => !fatal && !this.#mentioned.has(key))) {
      const { stopsAt } = verdict;
      const stops = stopsAt === undefined ? '' : ` (ends the wait if still so in ${duration(stopsAt - now)})`;
      this.#say(`${verdict.text}${stops}`, now, verdict.ref.name);
    }
    this.#mentioned = new Set(due.map(({ key }) => key));
  }

  #signOfLife(look: Survey | undefined, now: number): string {
    const times = `${duration(now - this.#startedAt)} waited, ${duration(this.#deadlineAt - now)} left`;
    if (look === undefined) return `Waiting for the cluster's first answer (${times})`;
    const open = look.views.filter((view) => !view.done);
    return `Waiting for ${open.length} of ${count(look.views.length, 'workload')} (${times}): ${some(open.map(openLine))}`;
  }

  #say(text: string, now: number, workload?: string): void {
    this.#lastLineAt = now;
    this.#emit({ type: 'progress', text, ...(workload === undefined ? {} : { workload }) });
  }
}

/** What a workload is still short of, with its name. */
export const openLine = (view: View): string => `${subjectOf(view.ref)}: ${view.waitingFor}`;

/** Only counts: the states that a pod passes through would make a line each. */
function lineOf(view: View): string {
  if (view.removed) return view.done ? 'removed' : 'to be removed';
  const { rollout } = view;
  if (rollout === undefined) return `not in the cluster`;
  if (view.done) return `${rollout.ready}/${rollout.wanted} ready, rolled out`;
  if (!rollout.observed) return `change not taken up yet`;
  const old = rollout.oldPods.length;
  const left = old === 0 ? '' : `, ${count(old, 'pod')} of an old template left`;
  return `${rollout.ready}/${rollout.wanted} ready on the new template${left}`;
}
