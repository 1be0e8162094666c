import type { Clock } from '../clock.js';
import type { Cluster } from '../cluster/port.js';
import type { WorkloadFact } from '../plan/facts.js';
import type { ProblemDetails } from '../problem.js';
import { Problem } from '../problem.js';
import type { Emit } from '../report/events.js';
import { duration } from '../report/time.js';
import { openLine, Progress } from './progress.js';
import { EventBook } from './rollout/event-book.js';
import { workloadFact } from './rollout/fact.js';
import { LiveObjects } from './rollout/live-objects.js';
import type { ExpectedWorkload, NamespaceObjects, WorkloadRef } from './rollout/objects.js';
import { survey } from './rollout/survey.js';
import type { Survey } from './rollout/survey.js';
import { some } from './rollout/text.js';
import { problemOf, TroubleWatch } from './rollout/trouble.js';
import type { Verdict } from './rollout/trouble.js';
import { awaken, type Wake } from './wake.js';

/** How long everything has to stay as it is before it is believed, in milliseconds. */
export const settleMs = 5_000;
/** A deadline that has passed before the first look waits this long for it, so that the end can say what was open. */
const firstLookMs = 5_000;

export interface RolloutWait {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Every Deployment and StatefulSet of the new manifest, dependencies too, with the image of Milvus's own. */
  readonly workloads: readonly ExpectedWorkload[];
  /** Workloads that the new manifest no longer has (without `helm.sh/resource-policy: keep`): they have to be gone. */
  readonly removed?: readonly WorkloadRef[];
  readonly clock: Clock;
  /** Milliseconds since the epoch. Settling that has begun by then may end; it does not begin again. */
  readonly deadlineAt: number;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export interface RolloutResult {
  /** From the start until everything was rolled out and ready for good. */
  readonly seconds: number;
  /** How long it was then watched. */
  readonly settledSeconds: number;
}

/** A wait that ended badly, with how the workloads stood then. */
export class RolloutFailure extends Problem {
  readonly workloads: readonly WorkloadFact[];

  constructor(workloads: readonly WorkloadFact[], details: ProblemDetails, others: readonly ProblemDetails[] = []) {
    super('failed', details, others);
    this.name = 'RolloutFailure';
    this.workloads = workloads;
  }
}

/**
 * Waits until every workload is rolled out and ready, every Milvus pod has its image, what was removed is gone, and all
 * of it is still so five seconds later. Reads by watches, writes nothing. Throws a RolloutFailure: by a detector's id
 * (src/upgrade/rollout/detectors.ts) as soon as it cannot succeed, `rollout-timeout` at the deadline, `cancelled` when
 * the signal is aborted; and the cluster's own Problem when a watch is refused.
 */
export const waitForRollout = (options: RolloutWait): Promise<RolloutResult> =>
  awaken(options, (wake, ended) => watchUntilSettled(options, ended, wake));

async function watchUntilSettled(options: RolloutWait, ended: AbortSignal, wake: Wake): Promise<RolloutResult> {
  const { cluster, namespace, clock, deadlineAt, emit, signal } = options;
  const expectation = { workloads: options.workloads, removed: options.removed ?? [] };
  const startedAt = clock.now();
  const poke = () => {
    wake.poke();
  };
  const live = new LiveObjects(cluster, namespace, ended, poke);
  const events = new EventBook(cluster, namespace, poke);
  const troubles = new TroubleWatch();
  const progress = new Progress(emit, startedAt, deadlineAt);
  const facts = (seen: NamespaceObjects | undefined) =>
    seen === undefined ? [] : options.workloads.map((ref) => workloadFact(ref, seen));
  const endsAt = (seen: Survey | undefined) =>
    seen === undefined ? Math.max(deadlineAt, startedAt + firstLookMs) : deadlineAt;
  let objects: NamespaceObjects | undefined;
  let look: Survey | undefined;
  let settling: { readonly since: number; readonly stamp: string } | undefined;

  emit({ type: 'phase', phase: 'wait', title: 'Wait for the rollout' });
  for (;;) {
    const now = clock.now();
    if (signal.aborted) throw new RolloutFailure(facts(objects), cancelled(look));
    objects = live.look();
    look = objects === undefined ? undefined : survey(expectation, objects);
    const verdicts = look === undefined ? [] : troubles.judge(look, now, (of) => events.of(of));
    progress.report(look, verdicts, now);

    const [worst, ...others] = verdicts.filter(({ fatal }) => fatal).map((verdict) => problemOf(verdict, now));
    if (worst !== undefined) throw new RolloutFailure(facts(objects), worst, others);

    if (look?.done === true) {
      if (settling === undefined) emit({ type: 'phase', phase: 'settle', title: 'See whether it stays so' });
      else if (settling.stamp !== look.stamp) {
        if (now >= deadlineAt) throw new RolloutFailure(facts(objects), timeout(look, verdicts, now - startedAt));
        progress.say('A pod changed; watching for another 5 s', now);
      }
      if (settling?.stamp !== look.stamp) settling = { since: now, stamp: look.stamp };
      if (now - settling.since >= settleMs) {
        const seconds = (settling.since - startedAt) / 1000;
        return { seconds, settledSeconds: (now - settling.since) / 1000 };
      }
    } else {
      if (settling !== undefined) emit({ type: 'phase', phase: 'wait', title: 'Wait again: it did not stay so' });
      settling = undefined;
      if (now >= endsAt(look)) throw new RolloutFailure(facts(objects), timeout(look, verdicts, now - startedAt));
    }

    if (look !== undefined) events.want(look, now, now - startedAt);
    await wake.at(
      Math.min(
        settling === undefined ? endsAt(look) : settling.since + settleMs,
        progress.nextAt(verdicts),
        look === undefined ? Infinity : events.nextAt(look, now - startedAt),
        ...verdicts.map((verdict) => verdict.stopsAt ?? Infinity),
      ),
    );
  }
}

function timeout(look: Survey | undefined, verdicts: readonly Verdict[], waitedMs: number): ProblemDetails {
  const open = look?.views.filter((view) => !view.done).map(openLine) ?? ["the cluster's first answer"];
  if (open.length === 0) open.push('the pods to stay as they are: everything was ready, and then one changed again');
  const known = verdicts.map((verdict) => verdict.text);
  const cause = known.length === 0 ? '' : ` Known trouble: ${some(known)}.`;
  return {
    id: 'rollout-timeout',
    what: `The rollout did not end within ${duration(waitedMs)}; still waiting for ${some(open)}.${cause}`,
    why: 'The revision is deployed, but the release does not run it completely.',
    remedy:
      'Look at the pods named here. Repair the cause, or give it a longer "timeout", and run again with the same inputs: the run takes up this revision and goes on waiting for it.',
  };
}

function cancelled(look: Survey | undefined): ProblemDetails {
  const open = look?.views.filter((view) => !view.done).map(openLine) ?? [];
  return {
    id: 'cancelled',
    what: `The run was cancelled while it waited for the rollout${open.length === 0 ? '' : ` (${some(open)})`}.`,
    why: 'The revision is deployed; Kubernetes goes on rolling it out by itself.',
    remedy: 'Run again with the same inputs: the run takes up this revision and waits until it is complete.',
  };
}
