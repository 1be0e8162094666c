import { failed, Problem, problemId } from '../problem.js';
import type { Emit } from '../report/events.js';
import type { Step, StepNotes } from './step.js';

/**
 * Walks the steps in order. A step whose effect is already there is skipped; every other is written down, acted, seen and
 * written down again. Rejects with the Problem of the step that failed, or `cancelled` when the signal was aborted
 * between two steps.
 */
export async function runSteps(
  steps: readonly Step[],
  emit: Emit,
  signal: AbortSignal,
  notes: StepNotes,
): Promise<void> {
  for (const step of steps) {
    throwIfEnded(step, signal);
    if (await step.done()) {
      emit({ type: 'step', step: step.id, state: 'already', text: `${step.title}: already done` });
      continue;
    }
    throwIfEnded(step, signal);
    await notes.intended(step.id, step.intent());
    // The answer may have taken long: an act that is not begun now is one that needs no undoing.
    throwIfEnded(step, signal);
    emit({ type: 'step', step: step.id, state: 'begun', text: step.title });
    try {
      await step.act(signal);
      const seen = await step.verify();
      await notes.observed(step.id, seen);
    } catch (error) {
      if (!signal.aborted) await noted(notes, step, error);
      throw error;
    }
    emit({ type: 'step', step: step.id, state: 'done', text: `${step.title}: done` });
  }
}

/** Best effort: the error is what matters, and the next run looks at the cluster. */
async function noted(notes: StepNotes, { id }: Step, error: unknown): Promise<void> {
  try {
    await notes.failed(id, problemId(error));
  } catch {
    // Without this note the step is one that was not seen to end.
  }
}

function throwIfEnded(step: Step, signal: AbortSignal): void {
  if (!signal.aborted) return;
  // The lock was lost: its reason says who has it.
  if (signal.reason instanceof Problem) throw signal.reason;
  throw failed({
    id: 'cancelled',
    what: `The run was cancelled before this step began: ${step.title}.`,
    remedy: 'Run again with the same inputs: the run goes on from what it finds.',
  });
}
