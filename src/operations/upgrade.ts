import { inspect } from '../inspect/inspect.js';
import type { Hop } from '../plan/plan.js';
import { failed, Problem } from '../problem.js';
import { recordEstimate, recordHops } from './facts-report.js';
import { prepare, prepareNext, refuseBlocked, stopBlocked, type Prepared } from './prepare.js';
import { runHop } from './run-hop.js';
import type { Session } from './session.js';

/** Puts what runs now beside what ran before. Best effort: the result is known already. */
async function recordAfter({ cluster, request, report, emit }: Session): Promise<void> {
  try {
    const { facts } = await inspect(cluster, request.namespace, request.release);
    report.after = facts;
    report.revision = facts.release.revision;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    emit({
      type: 'warning',
      text: `The release was upgraded, but could not be read once more for the report: ${reason}`,
    });
  }
}

const way = (hops: readonly Hop[]): string =>
  JSON.stringify(
    hops.map(({ path, sourceVersion, targetVersion, chartVersion, image }) => [
      ...[path, sourceVersion, targetVersion, chartVersion],
      image,
    ]),
  );

/** Plans a later hop anew, and sees that the rest of the way is still the one that was planned (and maybe approved). */
async function nextHop(session: Session, rest: readonly Hop[], title: string): Promise<Prepared> {
  // The version that runs is read from the images that this run has just put there.
  const { sourceVersion, ...request } = session.request;
  const prepared = await prepareNext({ ...session, request }, title);
  // Where the run stops here, this is how things stand.
  session.report.after = prepared.inspection.facts;
  stopBlocked(prepared);
  if (way(prepared.plan.hops) === way(rest)) return prepared;
  const found = prepared.plan.hops.map(
    ({ targetVersion, chartVersion }) => `${targetVersion} on chart ${chartVersion}`,
  );
  throw failed({
    id: 'route-moved',
    what: `Before ${title} the way to the target is another one than was planned: ${found.join(', ')}.`,
    why: 'Only what was planned before the first hop is carried out.',
    remedy:
      'See whether somebody else works on the release or on the chart repository, then run again: it plans from where the release is now.',
  });
}

/** Walks the hops; each is planned anew when the one before is rolled out. */
async function walk(session: Session, first: Prepared): Promise<void> {
  const { report } = session;
  const { hops } = first.plan;
  const done: Hop['status'][] = [];
  for (const [index, { sourceVersion, targetVersion }] of hops.entries()) {
    const title = `upgrade ${index + 1} of ${hops.length}, ${sourceVersion} -> ${targetVersion}`;
    recordHops(report, done);
    const prepared = index === 0 ? first : await nextHop(session, hops.slice(index), title);
    recordEstimate(report, index, prepared.plan.hops[0]?.estimate);
    try {
      await runHop(session, prepared);
    } catch (error) {
      const untouched = error instanceof Problem && error.ending === 'refused';
      recordHops(report, [...done, untouched ? 'not-started' : 'failed']);
      throw error;
    }
    done.push('done');
  }
  recordHops(report, done);
}

/** `operation: upgrade`: plan, and then exactly that. */
export async function upgrade(session: Session): Promise<void> {
  const { report } = session;
  const prepared = await prepare(session);
  // An approved job that is repeated after it succeeded finds its own work done: nothing is written, nothing to refuse.
  if (prepared.plan.situation === 'nothing-to-do') {
    report.result = 'unchanged';
    return;
  }
  refuseBlocked(session, prepared);
  await walk(session, prepared);
  report.result = 'upgraded';
  await recordAfter(session);
}
