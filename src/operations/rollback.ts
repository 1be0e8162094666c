import { inspect } from '../inspect/inspect.js';
import { rollBack } from '../upgrade/engine/roll-back.js';
import { sessionBackPlanner } from './back-planner.js';
import { recordFacts, recordTakenBack } from './facts-report.js';
import { sessionListener } from './listener.js';
import { enginePorts, orderOf } from './order.js';
import type { Session } from './session.js';
import { recordAfter } from './upgrade.js';

/** What runs before it is taken back. Best effort: a pending release cannot be inspected, and is freed first. */
async function recordBefore({ cluster, request, report, emit }: Session): Promise<void> {
  emit({ type: 'phase', phase: 'inspect', title: `Inspect release ${request.release}` });
  try {
    const { facts } = await inspect(cluster, request.namespace, request.release);
    recordFacts(report, facts);
  } catch (error) {
    emit({ type: 'info', text: error instanceof Error ? error.message : String(error) });
  }
}

/** `operation: rollback`: takes back what this action did last, where that is truthful. */
export async function rollback(session: Session): Promise<void> {
  await recordBefore(session);
  await rollBack({
    order: orderOf(session),
    ports: enginePorts(session),
    planner: sessionBackPlanner(session),
    listener: sessionListener(session),
  });
  session.report.result = 'rolled-back';
  await recordAfter(session);
  recordTakenBack(session.report);
}
