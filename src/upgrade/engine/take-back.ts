import { helmEndsWithinMs } from '../../helm/adapter.js';
import { readHistory } from '../../helm/record.js';
import type { ReleaseRecord } from '../../helm/port.js';
import { failed, problemId, refused, type ProblemDetails } from '../../problem.js';
import type { HelmPathState } from '../helm-path.js';
import { lastTry, type Journal } from '../journal/journal.js';
import type { Lock } from '../lock/lock.js';
import { rolloutStep } from '../rollout-step.js';
import { runSteps } from '../run-steps.js';
import type { Step } from '../step.js';
import { within } from '../within.js';
import type { Ledger } from './ledger.js';
import { lastWords } from './locked.js';
import type { BackPlanner, BackWork, EnginePorts, Listener, Order } from './ports.js';
import { backDescription } from './settle.js';
import { tidied } from './tidy.js';

/** The way back has its own time, so that it can be gone when the time for going forward is over. Milliseconds. */
export const backWithinMs = 20 * 60_000;
/** Helm without `--wait` writes objects and ends. */
const helmTimeoutMs = 60_000;
/** For finding out what a Helm that failed has left, in milliseconds. */
const aftermathMs = 1_000;

export interface Back {
  readonly order: Order;
  readonly ports: EnginePorts;
  readonly planner: BackPlanner;
  readonly listener: Listener;
  readonly lock: Lock;
  readonly ledger: Ledger;
  /** This run has written a revision before. */
  readonly written: boolean;
}

/** The last revision is the wanted one already, under a number of its own. */
const isThere = ({ target, last }: BackWork): boolean =>
  last.status === 'deployed' && (last.revision === target.revision || last.manifest === target.manifest);

/** Why the release is not taken back, and what can be done. */
function notTruthful({ judgement, target, last }: BackWork): ProblemDetails | undefined {
  if (judgement.truthful) return undefined;
  return {
    id: 'not-taken-back',
    what: `Revision ${last.revision} is not taken back to revision ${target.revision}: ${judgement.why}`,
    why: 'Going back is done only where it returns what was there.',
    remedy: judgement.possible.join(' Or: '),
  };
}

/**
 * What speaks against taking back now. Once Helm has begun to go back, finishing that is best whatever has started
 * meanwhile: the objects are a mixture.
 */
export function againstBack(work: BackWork, journal: Journal | undefined): ProblemDetails | undefined {
  const begun = journal?.direction === 'back' && lastTry(journal, 'helm-rollback', journal.hop) !== undefined;
  return begun || isThere(work) ? undefined : notTruthful(work);
}

function rollbackStep({ order, ports, lock, ledger }: Back, work: BackWork, state: HelmPathState): Step {
  const { release, namespace } = order;
  const { cluster, helm, emit } = ports;
  const { target, last } = work;
  const expected = last.revision + 1;
  const history = (): Promise<readonly ReleaseRecord[]> => readHistory(cluster, namespace, release);
  return {
    id: 'helm-rollback',
    title: 'Helm rollback',
    async done() {
      const now = (await history()).at(-1);
      if (now?.revision === last.revision && now.status === last.status) return isThere(work);
      throw refused({
        id: 'release-changed',
        what: `Release ${release} was at revision ${last.revision} when this run looked at it, and is now at ${now?.revision ?? 'none'}.`,
        why: 'Somebody else works on it.',
        remedy: 'Wait until nobody else does, then run again.',
      });
    },
    intent: () => ({
      to: target.revision,
      from: last.revision,
      revision: expected,
      endsWithinMs: helmEndsWithinMs(helmTimeoutMs),
    }),
    async act(signal) {
      emit({ type: 'phase', phase: 'back', title: `Helm rollback to revision ${target.revision}` });
      state.written = true;
      const description = backDescription(ledger.journal);
      const intent = { release, namespace, revision: target.revision, timeoutMs: helmTimeoutMs, description };
      try {
        await ports.critical(helm.rollback(intent, signal));
      } catch (error) {
        const seen = await within(ports.clock, aftermathMs, async () => (await history()).at(-1)?.revision);
        state.revision = seen ?? state.revision;
        throw error;
      }
    },
    async verify() {
      const revisions = await tidied(order, ports, lock, await history());
      const now = revisions.at(-1);
      state.revision = now?.revision ?? state.revision;
      const deployed = revisions.filter(({ status }) => status === 'deployed');
      const alone = deployed.length === 1 && deployed[0]?.revision === expected;
      if (now?.revision === expected && alone && now.manifest === target.manifest) return { revision: expected };
      throw failed({
        id: 'revision-unexpected',
        what: `Helm ended without an error, but release ${release} is at revision ${now?.revision ?? 'none'} (${now?.status ?? 'gone'}) instead of revision ${expected}, deployed alone, with the contents of revision ${target.revision}.`,
        why: 'Somebody else may have changed the release at the same time.',
        remedy: 'Look at `helm history`; when nobody else works on the release, run operation: rollback again.',
      });
    },
  };
}

/**
 * Takes the release back to what the hop began with: Helm rollback, the rollout of the old revision, and a fresh look.
 * Once Helm has begun to go back, that is finished whatever has started meanwhile; before, it is done only where it is
 * truthful.
 *
 * @param looked what was seen just now, where it was
 * @throws Problem `not-taken-back` with nothing written; what Helm, the cluster or the wait say
 */
export async function takeBack(back: Back, looked?: BackWork): Promise<void> {
  const { order, ports, planner, listener, ledger } = back;
  const { journal } = ledger;
  const work = looked ?? (await planner.look(journal.base));
  const against = againstBack(work, journal);
  if (against !== undefined) throw refused(against);
  listener.back(work);
  if (journal.direction !== 'back') await ledger.turnBack();
  const state: HelmPathState = { written: false, revision: work.last.revision };
  const tell = (): void => {
    listener.state({ ...state, written: back.written || state.written });
  };
  const steps = [
    rollbackStep(back, work, state),
    rolloutStep('rollout-back', {
      ...ports,
      namespace: order.namespace,
      expectation: work.expectation,
      deadlineAt: ports.clock.now() + backWithinMs,
      ended: (result) => {
        state.rollout = result;
      },
    }),
  ];
  try {
    await runSteps(steps, ports.emit, ports.signal, ledger);
  } catch (error) {
    tell();
    await listener.trouble(error, work.expectation);
    if (!ports.signal.aborted) await closeIfBack(ledger, ports, error);
    throw error;
  }
  tell();
}

/** The release has its old contents again, and its pods do not get ready: nothing is left to take back, and a person may go on. */
async function closeIfBack(ledger: Ledger, ports: EnginePorts, error: unknown): Promise<void> {
  const { journal } = ledger;
  if (lastTry(journal, 'helm-rollback', journal.hop)?.observedAt === undefined) return;
  await lastWords(ports, () => ledger.close('failed', problemId(error)));
}
