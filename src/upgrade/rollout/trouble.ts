import type { ProblemDetails } from '../../problem.js';
import type { Detector } from './detectors.js';
import { detectors } from './detectors.js';
import type { Context } from './finders.js';
import { Movement } from './movement.js';
import type { ObjectMeta } from '../../cluster/port.js';
import type { KubeEvent, WorkloadRef } from './objects.js';
import { Restarts } from './restarts.js';
import type { Survey, View } from './survey.js';
import { duration } from '../../report/time.js';
import { short } from './text.js';

/** A finding with the time it has lasted. Times are milliseconds by our clock. */
export interface Verdict {
  /** The same for as long as the same trouble lasts. */
  readonly key: string;
  readonly detector: Detector;
  readonly ref: WorkloadRef;
  /** Workload, pod and reason in one sentence without its end. */
  readonly text: string;
  readonly raw?: string;
  readonly since: number;
  /** When it ends the wait; undefined: never by itself. */
  readonly stopsAt?: number;
  /** It has outlasted its grace. */
  readonly fatal: boolean;
}

/** Remembers between looks since when each trouble has been seen without a gap, and judges it by the table. */
export class TroubleWatch {
  readonly #restarts = new Restarts();
  readonly #moved = new Movement();
  #since = new Map<string, number>();

  /** All standing troubles, in the table's order. */
  judge(look: Survey, now: number, events: (of: ObjectMeta) => readonly KubeEvent[]): readonly Verdict[] {
    this.#restarts.observe(look);
    const movedAt = this.#moved.observe(look, now);
    const context: Context = {
      events: (object) => events(object.metadata),
      restarts: (pod, status) => this.#restarts.of(pod, status),
    };
    const open = look.views.filter((view) => !view.done);
    const since = new Map<string, number>();
    const verdicts = detectors.flatMap((detector) =>
      open.flatMap((view) =>
        detector.find(view, context).map((finding): Verdict => {
          const key = [detector.name, view.ref.kind, view.ref.name, finding.subject].join('/');
          const first = this.#since.get(key) ?? now;
          since.set(key, first);
          const stopsAt = stopTime(detector, first, movedAt, open.length > 1);
          return {
            key,
            detector,
            ref: view.ref,
            text: sentence(view, finding.subject, finding.text, finding.raw),
            ...(finding.raw === undefined ? {} : { raw: finding.raw }),
            since: first,
            ...(stopsAt === undefined ? {} : { stopsAt }),
            fatal: stopsAt !== undefined && now >= stopsAt,
          };
        }),
      ),
    );
    this.#since = since;
    return verdicts;
  }
}

function stopTime(detector: Detector, first: number, movedAt: number, othersRoll: boolean): number | undefined {
  const { graceMs, whileOthersRollMs } = detector;
  if (graceMs === undefined) return undefined;
  if (whileOthersRollMs === undefined) return first + graceMs;
  return Math.max(first, movedAt) + (othersRoll ? whileOthersRollMs : graceMs);
}

/** `Deployment x (proxy)`, `pod y of Deployment x (proxy)`. */
export function subjectOf(ref: WorkloadRef, pod = ''): string {
  const workload = `${ref.kind} ${ref.name}${ref.component === undefined ? '' : ` (${ref.component})`}`;
  return pod === '' ? workload : `pod ${pod} of ${workload}`;
}

function sentence(view: View, pod: string, text: string, raw: string | undefined): string {
  const said = raw === undefined ? '' : `: ${short(raw)}`;
  return short(`${subjectOf(view.ref, pod)}${pod === '' ? ' ' : ': '}${text}${said}`, 600);
}

/** A fatal verdict as what the reader sees. */
export function problemOf(verdict: Verdict, now: number): ProblemDetails {
  const lasted = now - verdict.since;
  return {
    id: verdict.detector.id,
    what: `The rollout cannot succeed: ${verdict.text}${lasted > 0 ? `, for ${duration(lasted)}` : ''}.`,
    why: lasted > 0 ? `It had time to heal by itself. ${verdict.detector.reason}` : verdict.detector.reason,
    remedy: verdict.detector.remedy,
    ...(verdict.raw === undefined ? {} : { raw: verdict.raw }),
  };
}
