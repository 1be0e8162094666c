import type { Clock } from '../clock.js';
import type { Cluster } from '../cluster/port.js';
import type { Helm, ReleaseRecord, UpgradeIntent } from '../helm/port.js';
import { failed, Problem, refused } from '../problem.js';
import type { ProblemDetails } from '../problem.js';
import type { Emit } from '../report/events.js';
import type { Expectation } from './rollout/survey.js';
import type { Step } from './step.js';
import { verifyRollout } from './verify.js';
import { waitForRollout } from './wait.js';
import type { RolloutResult } from './wait.js';
import { within } from './within.js';

/** What a run knows before it walks the helm path. */
export interface HelmPathOptions {
  readonly helm: Pick<Helm, 'upgrade'>;
  readonly intent: UpgradeIntent;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly emit: Emit;
  /** The release's revision that the plan was made from. */
  readonly installedRevision: number;
  /** All stored revisions, read anew with each call, oldest first. */
  readonly history: () => Promise<readonly ReleaseRecord[]>;
  /** Whether a revision has the chart, the image and the values of this run. */
  readonly isTarget: (record: ReleaseRecord) => boolean;
  readonly expectation: Expectation;
  /** When waiting ends, milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Marks the promise of Helm's end, so that a cancelled run waits for it (Interruption.critical). */
  readonly critical: <T>(ended: Promise<T>) => Promise<T>;
}

/** What has happened so far; true at every moment, also when a step fails. */
export interface HelmPathState {
  /** A revision or an object was written, or may have been. */
  written: boolean;
  /** The release's last revision, as far as it was seen. */
  revision: number;
  /** How long the rollout took; set when it has ended well. */
  rollout?: RolloutResult;
}

/**
 * After a Helm that failed, this long is spent on finding out whether it wrote a revision, in milliseconds; less in a
 * cancelled run, which has to end (childrenMs in src/upgrade/interrupt.ts).
 */
const aftermathMs = { failed: 1_000, cancelled: 400 } as const;

/** The helm path: upgrade, wait until it is rolled out and settled, and one fresh look. Walk it with runSteps. */
export function helmPath(options: HelmPathOptions): { readonly steps: readonly Step[]; readonly state: HelmPathState } {
  const state: HelmPathState = { written: false, revision: options.installedRevision };
  return { steps: [upgradeStep(options, state), rolloutStep(options, state)], state };
}

function upgradeStep(options: HelmPathOptions, state: HelmPathState): Step {
  const { helm, intent, emit, installedRevision, history, isTarget } = options;
  const name = `release ${intent.release} in namespace ${intent.namespace}`;
  const last = async (): Promise<ReleaseRecord | undefined> => (await history()).at(-1);
  return {
    id: 'helm-upgrade',
    title: 'Helm upgrade',
    async done() {
      const record = await last();
      if (record?.revision !== installedRevision) {
        throw refused({
          id: 'release-changed',
          what: `The ${name} was at revision ${installedRevision} when this run looked at it, and is now at ${record?.revision ?? 'none'}.`,
          why: 'Somebody else works on it; this plan was made for another state.',
          remedy: 'Wait until nobody else upgrades it, then run again.',
        });
      }
      // The plan found something to apply: the revision may be the one asked for while an object was changed by hand.
      return false;
    },
    async act(signal) {
      emit({ type: 'phase', phase: 'upgrade', title: 'Helm upgrade' });
      const leftMs = options.deadlineAt - options.clock.now();
      if (leftMs <= 0) throw tooLate(name);
      state.written = true;
      try {
        await options.critical(helm.upgrade({ ...intent, timeoutMs: Math.min(intent.timeoutMs, leftMs) }, signal));
      } catch (error) {
        const ms = signal.aborted ? aftermathMs.cancelled : aftermathMs.failed;
        const seen = await within(options.clock, ms, async () => aftermath(await history(), options));
        if (seen === undefined) throw error;
        Object.assign(state, { revision: seen.revision, written: seen.written });
        throw seen.foreign ? withOther(error, changedMeanwhile(name, installedRevision, seen.revision)) : error;
      }
    },
    async verify() {
      const revisions = await history();
      const record = revisions.at(-1);
      const expected = installedRevision + 1;
      const before = revisions.find(({ revision }) => revision === installedRevision);
      state.revision = record?.revision ?? state.revision;
      const ok =
        record?.revision === expected &&
        record.status === 'deployed' &&
        isTarget(record) &&
        before?.status !== 'deployed';
      if (ok) return;
      const seen = record === undefined ? 'no revision at all' : `revision ${record.revision}, ${record.status}`;
      throw failed({
        id: 'revision-unexpected',
        what: `Helm ended without an error, but the ${name} has ${seen} instead of revision ${expected}, deployed, with this run's chart, image and values.`,
        why: 'Somebody else may have changed the release at the same time.',
        remedy: 'Look at `helm history`; when nobody else works on the release, run again with the same inputs.',
      });
    },
  };
}

/** What a Helm that failed has left; undefined where no revision is to be seen. */
function aftermath(revisions: readonly ReleaseRecord[], { installedRevision, isTarget }: HelmPathOptions) {
  const revision = revisions.at(-1)?.revision;
  if (revision === undefined) return undefined;
  const newer = revisions.filter((record) => record.revision > installedRevision);
  // One run writes one revision: further ones are somebody else's, and this run's may still be among them.
  const foreign = revision > installedRevision + 1;
  return { revision, foreign, written: foreign ? newer.some(isTarget) : newer.length > 0 };
}

/** What else was found, behind the error of Helm, which stays the cause. */
const withOther = (error: unknown, other: ProblemDetails): unknown =>
  error instanceof Problem ? new Problem(error.ending, error.details, [...error.others, other], error) : error;

const changedMeanwhile = (name: string, from: number, to: number): ProblemDetails => ({
  id: 'release-changed',
  what: `The ${name} went from revision ${from} to ${to} while this run upgraded it: somebody else changed it at the same time.`,
  why: 'One run writes one revision.',
  remedy: 'Look at `helm history`, and wait until nobody else works on the release before you run again.',
});

const tooLate = (name: string): Error =>
  failed({
    id: 'deadline-before-upgrade',
    what: `The time given by the input timeout was over before Helm could upgrade the ${name}.`,
    why: 'An upgrade that is begun without time to see it through would be left half-done.',
    remedy: 'Look what took so long (downloads, the chart repository, the API server), or give a longer timeout.',
  });

function rolloutStep(options: HelmPathOptions, state: HelmPathState): Step {
  const { cluster, intent, clock, emit, deadlineAt, expectation } = options;
  return {
    id: 'rollout',
    title: 'Wait for the rollout',
    // Only watching for a while shows that a rollout has settled, so that this is never taken as done beforehand.
    done: () => Promise.resolve(false),
    async act(signal) {
      const { namespace } = intent;
      state.rollout = await waitForRollout({ cluster, namespace, ...expectation, clock, deadlineAt, emit, signal });
    },
    async verify() {
      await verifyRollout(cluster, intent.namespace, expectation);
    },
  };
}
