import { inspect } from '../inspect/inspect.js';
import { outlookOf } from '../plan/outlook.js';
import { failed } from '../problem.js';
import { openCharts } from './charts.js';
import { recordFacts } from './facts-report.js';
import type { Session } from './session.js';

/** A status installs no Helm, which alone can pull from a registry. */
const noPull = (): Promise<never> =>
  Promise.reject(
    failed({
      id: 'chart-download-failed',
      what: 'A status pulls no chart from an OCI registry.',
      remedy: 'Use operation: plan, which installs Helm.',
    }),
  );

/** `operation: status`: reads release, versions, health and what would come next, and writes nothing. */
export async function status(session: Session): Promise<void> {
  const { request, cluster, report, emit } = session;
  const { listing } = openCharts(session, noPull);
  emit({ type: 'phase', phase: 'inspect', title: `Inspect release ${request.release}` });
  const inspection = await inspect(cluster, request.namespace, request.release);
  recordFacts(report, inspection.facts);
  report.result = 'reported';
  try {
    report.outlook = outlookOf(inspection, request, await listing);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    emit({
      type: 'warning',
      text: `What would come next is not known, because the charts could not be listed: ${reason}`,
    });
  }
}
