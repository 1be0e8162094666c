import type { Cluster } from '../cluster/port.js';
import { openLine } from './progress.js';
import { workloadFact } from './rollout/fact.js';
import { freshObjects } from './rollout/live-objects.js';
import { survey } from './rollout/survey.js';
import type { Expectation } from './rollout/survey.js';
import { some } from './rollout/text.js';
import { RolloutFailure } from './wait.js';

/**
 * One fresh look at everything that the wait saw, by lists: a watch that had silently died cannot make a success.
 * Throws a RolloutFailure `not-verified` that names what is not as it should be; rejects with the cluster's Problem.
 */
export async function verifyRollout(cluster: Cluster, namespace: string, expectation: Expectation): Promise<void> {
  const objects = await freshObjects(cluster, namespace);
  const open = survey(expectation, objects).views.filter((view) => !view.done);
  if (open.length === 0) return;
  const facts = expectation.workloads.map((ref) => workloadFact(ref, objects));
  throw new RolloutFailure(facts, {
    id: 'not-verified',
    what: `The rollout had ended, but a fresh look at the cluster shows otherwise: ${some(open.map(openLine))}.`,
    why: 'Something changed the release after the rollout, or pods do not stay ready.',
    remedy: 'Look at the pods named here, then run again with the same inputs.',
  });
}
