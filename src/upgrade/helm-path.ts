import type { Clock } from '../clock.js';
import type { Cluster } from '../cluster/port.js';
import type { Helm, ReleaseRecord, UpgradeIntent } from '../helm/port.js';
import { failed, refused, withOther } from '../problem.js';
import type { Problem, ProblemDetails } from '../problem.js';
import type { Emit } from '../report/events.js';
import { rolloutStep } from './rollout-step.js';
import type { Expectation } from './rollout/survey.js';
import type { Step } from './step.js';
import type { RolloutResult } from './wait.js';
import { within } from './within.js';

/** What a run knows before it walks the helm path. */
export interface HelmPathOptions {
  readonly helm: Pick<Helm, 'upgrade'>;
  /** Labelled, so that the revision is known again whatever becomes of this run. */
  readonly intent: UpgradeIntent;
  /** After this a Helm that was begun has ended, as long as this process lives, in milliseconds. */
  readonly endsWithinMs: number;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly emit: Emit;
  /** The release's revision that the plan was made from. */
  readonly installedRevision: number;
  /** All stored revisions, read anew with each call, oldest first. */
  readonly history: () => Promise<readonly ReleaseRecord[]>;
  /** Marks earlier revisions superseded that Helm left as deployed; gives the history as it is then. */
  readonly tidy: (history: readonly ReleaseRecord[]) => Promise<readonly ReleaseRecord[]>;
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
  const rollout = rolloutStep('rollout', {
    ...options,
    namespace: options.intent.namespace,
    ended: (result) => {
      state.rollout = result;
    },
  });
  return { steps: [upgradeStep(options, state), rollout], state };
}

function upgradeStep(options: HelmPathOptions, state: HelmPathState): Step {
  const { helm, intent, emit, installedRevision, history, isTarget } = options;
  const name = `release ${intent.release} in namespace ${intent.namespace}`;
  return {
    id: 'helm-upgrade',
    title: 'Helm upgrade',
    async done() {
      const record = (await history()).at(-1);
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
    intent: () => ({
      from: installedRevision,
      revision: installedRevision + 1,
      endsWithinMs: options.endsWithinMs,
    }),
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
      const revisions = await options.tidy(await history());
      const record = revisions.at(-1);
      const expected = installedRevision + 1;
      state.revision = record?.revision ?? state.revision;
      const deployed = revisions.filter(({ status }) => status === 'deployed').map(({ revision }) => revision);
      const ok = record?.revision === expected && deployed.length === 1 && deployed[0] === expected && isTarget(record);
      if (ok) return { revision: record.revision };
      throw unexpected(name, expected, record, deployed);
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

function unexpected(
  name: string,
  expected: number,
  record: ReleaseRecord | undefined,
  deployed: readonly number[],
): Problem {
  const seen = record === undefined ? 'no revision at all' : `revision ${record.revision}, ${record.status}`;
  const several = deployed.length > 1 ? ` (deployed: ${deployed.join(', ')})` : '';
  return failed({
    id: 'revision-unexpected',
    what: `Helm ended without an error, but the ${name} has ${seen}${several} instead of revision ${expected}, deployed alone, with this run's chart, image and values.`,
    why: 'Somebody else may have changed the release at the same time.',
    remedy: 'Look at `helm history`; when nobody else works on the release, run again with the same inputs.',
  });
}

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
