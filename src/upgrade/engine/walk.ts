import { labelsOf } from '../../helm/attempt.js';
import { readHistory } from '../../helm/record.js';
import type { Hop } from '../../plan/plan.js';
import { Problem } from '../../problem.js';
import { helmPath, type HelmPathState } from '../helm-path.js';
import { rolloutStep } from '../rollout-step.js';
import { runSteps } from '../run-steps.js';
import type { Step } from '../step.js';
import type { Lock } from '../lock/lock.js';
import type { Ledger } from './ledger.js';
import type { EnginePorts, HopWork, Listener, Order, Planned, Planner } from './ports.js';
import { tidied } from './tidy.js';

/** What walks the hops of an undertaking, with the lock held. */
export interface Walk {
  readonly order: Order;
  /** `signal` ends with the lock too. */
  readonly ports: EnginePorts;
  readonly planner: Planner;
  readonly listener: Listener;
  readonly ledger: Ledger;
  readonly lock: Lock;
}

/** The steps of one hop, and what they have done so far. */
function stepsOf(walk: Walk, work: HopWork): { readonly steps: readonly Step[]; readonly state: HelmPathState } {
  const { order, ports, ledger, lock } = walk;
  const { release, namespace, deadlineAt } = order;
  const { installedRevision, expectation, apply } = work;
  if (apply === undefined) {
    const state: HelmPathState = { written: false, revision: installedRevision };
    const ended = (result: HelmPathState['rollout']): void => {
      if (result !== undefined) state.rollout = result;
    };
    return { steps: [rolloutStep('rollout', { ...ports, namespace, expectation, deadlineAt, ended })], state };
  }
  return helmPath({
    ...ports,
    ...apply,
    intent: { ...apply.intent, labels: labelsOf({ ...ledger.journal, epoch: lock.epoch }, installedRevision) },
    installedRevision,
    history: () => readHistory(ports.cluster, namespace, release),
    tidy: (history) => tidied(order, ports, walk.lock, history),
    expectation,
    deadlineAt,
  });
}

async function runHop(walk: Walk, work: HopWork, earlier: boolean, begun: () => void): Promise<HelmPathState> {
  const { ports, listener, ledger } = walk;
  const critical: EnginePorts['critical'] = (ended) => {
    // A cancelled run may have to end before Helm's end is known: what may have been written is told from here on.
    tell();
    begun();
    return ports.critical(ended);
  };
  const { steps, state } = stepsOf({ ...walk, ports: { ...ports, critical } }, work);
  const tell = (): void => {
    listener.state({ ...state, written: earlier || state.written });
  };
  try {
    await runSteps(steps, ports.emit, ports.signal, ledger);
  } catch (error) {
    tell();
    await listener.trouble(error, work.expectation);
    throw error;
  }
  tell();
  return state;
}

export const hopTitle = ({ sourceVersion, targetVersion }: Hop, index: number, count: number): string =>
  `upgrade ${index + 1} of ${count}, ${sourceVersion} -> ${targetVersion}`;

/**
 * Walks the hops from the one that the journal is at; each later one is planned anew when the one before is rolled out.
 *
 * @param first the plan of that hop
 */
export async function walkHops(walk: Walk, first: Planned): Promise<void> {
  const { planner, listener, ledger } = walk;
  const { plan, hop: start } = ledger.journal;
  const { hops } = plan;
  const done: Hop['status'][] = hops.slice(0, start).map(() => 'done');
  let written = false;
  for (let index = start; index < hops.length; index += 1) {
    const hop = hops[index];
    if (hop === undefined) break;
    listener.hops(plan, done);
    const title = hopTitle(hop, index, hops.length);
    const planned = index === start ? first : await planner.goOn(hops.slice(index), title, false);
    listener.planned(index, planned);
    // From here on a cancelled run cannot say that nothing of this hop was written.
    const begun = (): void => {
      listener.hops(plan, [...done, 'failed']);
    };
    try {
      const state = await runHop(walk, planned.work(), written, begun);
      written ||= state.written;
      if (index + 1 < hops.length) await ledger.advance(state.revision);
    } catch (error) {
      const untouched = error instanceof Problem && error.ending === 'refused';
      listener.hops(plan, [...done, untouched ? 'not-started' : 'failed']);
      throw error;
    }
    done.push('done');
  }
  listener.hops(plan, done);
}
