import { prepare, refuseBlocked } from './prepare.js';
import type { Session } from './session.js';

/** `operation: plan`: ends as `upgrade` with the same inputs would start, and writes nothing to the cluster. */
export async function plan(session: Session): Promise<void> {
  const prepared = await prepare(session);
  refuseBlocked(session, prepared);
  session.report.result = 'planned';
}
