import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../cluster/port.js';
import type { Values } from '../helm/port.js';
import { createHttpGet } from '../helm/repository/http.js';
import { openChartRepository } from '../helm/repository/open.js';
import { inspect } from '../inspect/inspect.js';
import { canonicalJson } from '../plan/canonical.js';
import { movedSections } from '../plan/digest.js';
import type { Inspection } from '../plan/facts.js';
import { makePlan, type PreparedPlan } from '../plan/make-plan.js';
import { secretTexts } from '../plan/secrets.js';
import { refused } from '../problem.js';
import { recordFacts } from './facts-report.js';
import type { Session } from './session.js';

export interface Prepared extends PreparedPlan {
  readonly inspection: Inspection;
}

/** The chart source of this run; its list is asked for at once, while the release is being read. */
function charts(session: Session) {
  const { request, clock, workDir, job, helm, interruption } = session;
  if (helm === undefined) throw new Error('a plan needs Helm');
  const repository = openChartRepository({
    repository: request.repository,
    chart: request.chart,
    ...(request.chartVersion === undefined ? {} : { chartVersion: request.chartVersion }),
    workspace: job.workspace,
    tempDir: workDir,
    get: createHttpGet(clock, 'milvus-upgrade-action'),
    pull: helm.pullChart,
  });
  const listing = repository.entries(interruption.signal);
  // Its failure is looked at where the list is needed; until then it must not end the process.
  listing.catch(() => undefined);
  return { helm, repository, listing };
}

/** Logs of pods, events and Helm's raw text may repeat a credential of the release: none leaves this run. */
function hideSecrets({ request, hide }: Session, values: readonly Values[], manifest: readonly KubeObject[]): void {
  const names = [request.release, request.namespace, ...manifest.map(({ metadata }) => metadata.name)];
  for (const text of secretTexts({ values, manifest, names })) hide(text);
}

/**
 * Inspects and plans, and puts both into the report. Does not judge: whoever calls looks at the checks.
 *
 * @throws Problem for everything that ends the run before there is a plan
 */
export async function prepare(session: Session): Promise<Prepared> {
  const { request, cluster, emit, report, job, interruption } = session;
  const { helm, repository, listing } = charts(session);
  emit({ type: 'phase', phase: 'inspect', title: `Inspect release ${request.release}` });
  const inspection = await inspect(cluster, request.namespace, request.release);
  recordFacts(report, inspection.facts);
  const { record, base, manifest } = inspection;
  hideSecrets(session, [record.userValues, base.userValues, base.chartValues, session.given.values], manifest);

  emit({ type: 'phase', phase: 'decide', title: 'Plan' });
  const prepared = await makePlan(request, session.given, inspection, {
    cluster,
    helm,
    repository,
    listing,
    writeValues: (values) => Promise.resolve(session.writePrivate('values', JSON.stringify(values))),
    description: `Milvus ${request.targetVersion ?? ''} by milvus-upgrade-action${job.runUrl === undefined ? '' : ` (${job.runUrl})`}`,
    signal: interruption.signal,
  });
  const { plan, target, chart, digest, notices, rendered, chartValues } = prepared;
  hideSecrets(
    session,
    [chartValues, rendered?.userValues ?? {}],
    [...(rendered?.manifest ?? []), ...(rendered?.hooks ?? [])],
  );
  report.path = 'helm';
  report.sourceVersion = target.source;
  report.chartVersion = chart.chartVersion;
  report.plan = plan;
  emit({
    type: 'info',
    text: `Milvus ${target.source} -> ${target.version}, chart ${chart.chartVersion}: ${chart.why}`,
  });
  for (const text of notices) emit({ type: 'warning', text });
  for (const check of plan.checks) if (check.status !== 'passed') emit({ type: 'check', check });
  if (digest !== undefined) report.planDigest = digest;
  const planFile = join(job.temp, `milvus-upgrade-plan-${request.namespace}_${request.release}.json`);
  writeFileSync(planFile, `${canonicalJson(session.cleanAll(plan))}\n`);
  report.planFile = planFile;
  return { ...prepared, inspection };
}

/** Ends the run as refused where a check blocks, or where the approved plan is not the plan of now. */
export function refuseBlocked({ request }: Session, { plan, digest }: Prepared): void {
  const [first, ...others] = plan.checks
    .filter(({ status }) => status === 'blocked')
    .map(({ id, seen, why, remedy, overridable }) => ({
      id,
      what: seen,
      why,
      remedy: overridable ? `${remedy} To go on all the same, name ${id} in the input allow.` : remedy,
    }));
  if (first !== undefined) throw refused(first, others);
  if (request.planDigest === undefined) return;
  const moved = movedSections(request.planDigest, plan);
  if (moved === undefined) return;
  throw refused({
    id: 'plan-moved',
    what:
      moved.length === 0
        ? 'The plan of now is not the plan that was approved.'
        : `The plan of now is not the plan that was approved. What moved: ${moved.join(', ')}.`,
    why: `Approved was ${request.planDigest.slice(0, 12)}..., now it is ${(digest ?? '').slice(0, 12)}...`,
    remedy: 'Run operation: plan again, read it, and approve its plan-digest.',
  });
}
