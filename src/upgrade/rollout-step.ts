import type { Clock } from '../clock.js';
import type { Cluster } from '../cluster/port.js';
import type { Emit } from '../report/events.js';
import type { Expectation } from './rollout/survey.js';
import type { Step } from './step.js';
import { verifyRollout } from './verify.js';
import { waitForRollout, type RolloutResult } from './wait.js';

export interface RolloutStepOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly expectation: Expectation;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Told when the rollout has ended well. */
  readonly ended: (result: RolloutResult) => void;
}

/** Waits until what Helm wrote is rolled out everywhere and stays so. */
export function rolloutStep(id: 'rollout' | 'rollout-back', options: RolloutStepOptions): Step {
  const { cluster, namespace, clock, emit, expectation, deadlineAt } = options;
  return {
    id,
    title: 'Wait for the rollout',
    // Only watching for a while shows that a rollout has settled, so that this is never taken as done beforehand.
    done: () => Promise.resolve(false),
    intent: () => ({ workloads: expectation.workloads.length }),
    async act(signal) {
      options.ended(await waitForRollout({ cluster, namespace, ...expectation, clock, deadlineAt, emit, signal }));
    },
    async verify() {
      await verifyRollout(cluster, namespace, expectation);
      return { workloads: expectation.workloads.length };
    },
  };
}
