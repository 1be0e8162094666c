import { inspect } from '../inspect/inspect.js';
import { recordFacts } from './facts-report.js';
import type { Session } from './session.js';

/** `operation: status`: reads release, versions and health, and writes nothing. */
export async function status(session: Session): Promise<void> {
  const { request, cluster, report, emit } = session;
  emit({ type: 'phase', phase: 'inspect', title: `Inspect release ${request.release}` });
  const inspection = await inspect(cluster, request.namespace, request.release);
  recordFacts(report, inspection.facts);
  report.result = 'reported';
}
