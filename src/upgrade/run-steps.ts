import { failed } from '../problem.js';
import type { Emit } from '../report/events.js';
import type { Step } from './step.js';

/**
 * Walks the steps in order. A step whose effect is already there is skipped; every other is acted and then verified.
 * Rejects with the Problem of the step that failed, or `cancelled` when the signal was aborted between two steps.
 */
export async function runSteps(steps: readonly Step[], emit: Emit, signal: AbortSignal): Promise<void> {
  for (const step of steps) {
    throwIfCancelled(step, signal);
    if (await step.done()) {
      emit({ type: 'info', text: `${step.title}: already done` });
      continue;
    }
    throwIfCancelled(step, signal);
    await step.act(signal);
    await step.verify();
  }
}

function throwIfCancelled(step: Step, signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw failed({
    id: 'cancelled',
    what: `The run was cancelled before this step began: ${step.title}.`,
    remedy: 'Run again with the same inputs: the run goes on from what it finds.',
  });
}
