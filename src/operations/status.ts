import { inspect } from '../inspect/inspect.js';
import { outlookOf } from '../plan/outlook.js';
import { failed } from '../problem.js';
import { openCharts } from './charts.js';
import { recordFacts } from './facts-report.js';
import { hideSecrets } from './prepare.js';
import type { Session } from './session.js';
import { standingOf } from './standing.js';

/** A status installs no Helm, which alone can pull from a registry. */
const noPull = (): Promise<never> =>
  Promise.reject(
    failed({
      id: 'chart-download-failed',
      what: 'A status pulls no chart from an OCI registry.',
      remedy: 'Use operation: plan, which installs Helm.',
    }),
  );

/**
 * `operation: status`: reads release, versions, health, what is unfinished and what would come next, and writes nothing.
 * A release that Helm works on, or left pending, is told of as any other.
 */
export async function status(session: Session): Promise<void> {
  const { request, cluster, clock, report, emit } = session;
  const { namespace, release } = request;
  const { listing } = openCharts(session, noPull);
  emit({ type: 'phase', phase: 'inspect', title: `Inspect release ${release}` });
  const inspection = await inspect(cluster, namespace, release, 'told');
  const { record, base, history, manifest, facts } = inspection;
  // Descriptions of revisions repeat errors of Helm, and those what was in an object.
  hideSecrets(session, [record.userValues, base.userValues, base.chartValues], manifest);
  recordFacts(report, facts);
  report.standing = await standingOf({ cluster, namespace, release, history, now: clock.now() });
  report.result = 'reported';
  const { pending, journal, lock } = report.standing;
  for (const text of [journal?.state, lock?.state, pending?.ways ?? journal?.ways]) {
    if (text !== undefined) emit({ type: 'info', text });
  }
  // What would come next is asked when what was begun has come to its end.
  if (pending !== undefined || journal?.open === true) return;
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
