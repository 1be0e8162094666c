import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../cluster/port.js';
import type { Values } from '../helm/port.js';
import { inspect } from '../inspect/inspect.js';
import { canonicalJson } from '../plan/canonical.js';
import { movedSections } from '../plan/digest.js';
import type { Hop } from '../plan/plan.js';
import type { Inspection } from '../plan/facts.js';
import { makePlan, type Going } from '../plan/make-plan.js';
import type { PreparedPlan } from '../plan/prepared-plan.js';
import type { PlanPorts } from '../plan/ports.js';
import { secretTexts } from '../plan/secrets.js';
import { Problem, refused, type ProblemDetails } from '../problem.js';
import { wayLine } from '../report/hops.js';
import { openCharts } from './charts.js';
import { recordFacts } from './facts-report.js';
import type { Session } from './session.js';

export interface Prepared extends PreparedPlan {
  readonly inspection: Inspection;
  /** The charts that were chosen from: one list for the whole run. */
  readonly charts: Charts;
}

type Charts = Pick<PlanPorts, 'helm' | 'repository' | 'listing'>;

/** The chart source of this run; its list is asked for at once, while the release is being read. */
function charts(session: Session): Charts {
  const { helm } = session;
  if (helm === undefined) throw new Error('a plan needs Helm');
  return { helm, ...openCharts(session, helm.pullChart) };
}
/** Logs of pods, events and Helm's raw text may repeat a credential of the release: none leaves this run. */
export function hideSecrets(
  { request, hide }: Session,
  values: readonly Values[],
  manifest: readonly KubeObject[],
): void {
  const names = [request.release, request.namespace, ...manifest.map(({ metadata }) => metadata.name)];
  for (const text of secretTexts({ values, manifest, names })) hide(text);
}

/** Reads what runs, and learns which texts are secret. */
async function look(session: Session, title: string): Promise<Inspection> {
  const { request, cluster, emit } = session;
  emit({ type: 'phase', phase: 'inspect', title });
  const inspection = await inspect(cluster, request.namespace, request.release);
  const { record, base, manifest } = inspection;
  hideSecrets(session, [record.userValues, base.userValues, base.chartValues, session.given.values], manifest);
  return inspection;
}

/** Plans from what was seen, shows warnings and failed checks, and learns which texts of the new objects are secret. */
async function decide(
  session: Session,
  source: Charts,
  inspection: Inspection,
  { title, ...going }: Going & { readonly title: string },
): Promise<Prepared> {
  const { request, cluster, emit, job, interruption } = session;
  emit({ type: 'phase', phase: 'decide', title });
  const prepared = await makePlan(
    request,
    session.given,
    inspection,
    {
      ...{ cluster, ...source },
      writeValues: (values) => Promise.resolve(session.writePrivate('values', JSON.stringify(values))),
      description: `Milvus ${request.targetVersion ?? ''} by milvus-upgrade-action${job.runUrl === undefined ? '' : ` (${job.runUrl})`}`,
      note: (error) => {
        const reason = error instanceof Error ? error.message : String(error);
        emit({ type: 'warning', text: `What the later upgrades would change could not be estimated: ${reason}` });
      },
      signal: interruption.signal,
    },
    going,
  );
  const { plan, target, chart, notices, rendered, chartValues } = prepared;
  hideSecrets(
    session,
    [chartValues, rendered?.userValues ?? {}],
    [...(rendered?.manifest ?? []), ...(rendered?.hooks ?? [])],
  );
  if (chart !== undefined) {
    const text = `Milvus ${target.source} -> ${target.version}, chart ${chart.chartVersion}: ${chart.why}`;
    emit({ type: 'info', text });
  }
  for (const text of notices) emit({ type: 'warning', text });
  for (const check of plan.checks) if (check.status !== 'passed') emit({ type: 'check', check });
  return { ...prepared, inspection, charts: source };
}

/**
 * Inspects and plans, and puts both into the report. Does not judge: whoever calls looks at the checks.
 *
 * @throws Problem for everything that ends the run before there is a plan
 */
export async function prepare(session: Session): Promise<Prepared> {
  const { request, report, job } = session;
  const source = charts(session);
  const inspection = await look(session, `Inspect release ${request.release}`);
  recordFacts(report, inspection.facts);
  const prepared = await decide(session, source, inspection, { title: 'Plan' });
  const { plan, digest } = prepared;
  report.path = plan.hops.some(({ path }) => path === 'migration') ? 'migration' : 'helm';
  report.sourceVersion = plan.sourceVersion;
  const chartVersion = plan.hops.at(-1)?.chartVersion;
  if (chartVersion !== undefined) report.chartVersion = chartVersion;
  report.plan = plan;
  if (plan.hops.length > 1) session.emit({ type: 'info', text: wayLine(plan) });
  if (digest !== undefined) report.planDigest = digest;
  const planFile = join(job.temp, `milvus-upgrade-plan-${request.namespace}_${request.release}.json`);
  writeFileSync(planFile, `${canonicalJson(session.cleanAll(plan))}\n`);
  report.planFile = planFile;
  return prepared;
}

/**
 * The same for what is left of a way that was begun, by this run or by another: fresh facts, dry run and checks; the
 * report keeps the plan of the whole way.
 *
 * @param had the list of charts that this run began with, where it has one; `pinned`: the way is not decided anew
 */
export async function prepareRest(
  session: Session,
  rest: readonly Hop[],
  title: string,
  had: { readonly charts?: Charts; readonly pinned: boolean },
): Promise<Prepared> {
  const source = had.charts ?? charts(session);
  const inspection = await look(session, `Inspect before ${title}`);
  return decide(session, source, inspection, { title: `Plan ${title}`, ...(had.pinned ? { rest } : { onward: true }) });
}

/** The checks that stop a run, as problems. */
const blockers = ({ plan }: Prepared): ProblemDetails[] =>
  plan.checks
    .filter(({ status }) => status === 'blocked')
    .map(({ id, seen, why, remedy, overridable }) => ({
      id,
      what: seen,
      why,
      remedy: overridable ? `${remedy} To go on all the same, name ${id} in the input allow.` : remedy,
    }));

/** Ends the run between two hops where a check blocks the next one. */
export function stopBlocked(prepared: Prepared): void {
  const [first, ...others] = blockers(prepared);
  if (first !== undefined) throw new Problem('failed', first, others);
}

/** Ends the run as refused where a check blocks, or where the approved plan is not the plan of now. */
export function refuseBlocked({ request }: Session, prepared: Prepared): void {
  const { plan, digest } = prepared;
  const [first, ...others] = blockers(prepared);
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
