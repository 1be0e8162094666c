import { inspect } from '../inspect/inspect.js';
import { undertake } from '../upgrade/engine/undertake.js';
import { sessionBackPlanner } from './back-planner.js';
import { endRestored } from './ending.js';
import { sessionListener } from './listener.js';
import { enginePorts, orderOf } from './order.js';
import { sessionPlanner } from './planner.js';
import type { Session } from './session.js';

/** Puts what runs now beside what ran before. Best effort: the result is known already. */
export async function recordAfter({ cluster, request, report, emit }: Session): Promise<void> {
  try {
    const { facts } = await inspect(cluster, request.namespace, request.release);
    report.after = facts;
    report.revision = facts.release.revision;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    emit({
      type: 'warning',
      text: `The release was changed, but could not be read once more for the report: ${reason}`,
    });
  }
}

/** `operation: upgrade`: plan, and then exactly that; or finish what an earlier run has begun. */
export async function upgrade(session: Session): Promise<void> {
  const { report, emit } = session;
  const ending = await undertake({
    order: orderOf(session),
    ports: enginePorts(session),
    planner: sessionPlanner(session),
    backPlanner: sessionBackPlanner(session),
    listener: sessionListener(session),
  });
  report.result = ending.result;
  if (ending.result === 'unchanged') return;
  await recordAfter(session);
  if (ending.result === 'restored') endRestored(report, ending.because, emit);
}
