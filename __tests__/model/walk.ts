import { readHistory } from '../../src/helm/record.js';
import { Problem } from '../../src/problem.js';
import type { Event } from '../../src/report/events.js';
import { helmPath } from '../../src/upgrade/helm-path.js';
import { Interruption } from '../../src/upgrade/interrupt.js';
import { runSteps } from '../../src/upgrade/run-steps.js';
import type { Ending } from './process.js';
import { expectationTo, intentTo, namespace, release } from './scenario.js';
import type { Started } from './world.js';

/** The plain helm path on the model, as a program of one process: no journal, no lock. */
export function walk(started: Started, from: string, to: string, revision: number, events: Event[] = []) {
  const { process, cluster, helm } = started;
  const { clock } = process;
  const emit = (event: Event) => void events.push(event);
  const interruption = new Interruption({ source: process.signals, clock, overdue: () => undefined });
  const path = helmPath({
    helm,
    intent: intentTo(to),
    endsWithinMs: 120_000,
    cluster,
    clock,
    emit,
    installedRevision: revision,
    history: () => readHistory(cluster, namespace, release),
    tidy: (history) => Promise.resolve(history),
    isTarget: ({ chart }) => chart.version === to.replace('milvus-', ''),
    expectation: expectationTo(to, from),
    deadlineAt: clock.now() + 900_000,
    critical: (ended) => interruption.critical(ended),
  });
  const note = () => Promise.resolve();
  const notes = { intended: note, observed: note, failed: note };
  return async () => {
    try {
      await runSteps(path.steps, emit, interruption.signal, notes);
    } finally {
      interruption.dispose();
    }
  };
}

/** The id of the Problem that ended a program, or how it ended. */
export function idOf(ending: Ending<unknown>): string {
  if (ending.ended !== 'threw') return ending.ended;
  if (ending.error instanceof Problem) return ending.error.details.id;
  throw ending.error;
}
