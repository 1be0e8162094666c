import { inspect } from '../inspect/inspect.js';
import { isSameWay } from '../plan/digest.js';
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

/** Only what was planned (and maybe approved) before the first hop is carried out, by this run alone. */
function sameWay({ report }: Session, { plan, inspection }: Prepared, rest: readonly Hop[], title: string): void {
  const { revision } = inspection.facts.release;
  const remedy =
    'See whether somebody else works on the release, then run again: it plans from where the release is now.';
  if (revision !== report.revision) {
    throw failed({
      id: 'release-changed',
      what: `Before ${title} the release is at revision ${revision}, and this run left it at ${report.revision ?? 'none'}.`,
      why: 'Somebody else changed it; this plan was made for another state.',
      remedy,
    });
  }
  if (isSameWay(plan.hops, rest)) return;
  const found = plan.hops.map(({ targetVersion, chartVersion }) => `${targetVersion} on chart ${chartVersion}`);
  throw failed({
    id: 'route-moved',
    what: `Before ${title} the way to the target is another one than was planned: ${found.join(', ')}.`,
    why: 'Only what was planned before the first hop is carried out.',
    remedy,
  });
}

/** An upgrade that cannot be seen through in the time that is left is not begun. */
function inTime({ plan }: Prepared, leftMs: number, title: string): void {
  const least = plan.hops[0]?.estimate?.downtime.fromSeconds ?? 0;
  if (leftMs > least * 1000) return;
  throw failed({
    id: 'deadline-before-hop',
    what: `Of the time given by the input timeout ${Math.max(0, Math.round(leftMs / 1000))} s are left before ${title}, which takes ${least} s at least.`,
    why: 'An upgrade that is begun without time to see it through would be left half-done.',
    remedy: 'Run again with the same inputs: it goes on from here. A longer timeout covers more upgrades in one run.',
  });
}

/** Plans a later hop anew, from fresh facts and the same list of charts. */
async function nextHop(session: Session, first: Prepared, rest: readonly Hop[], title: string): Promise<Prepared> {
  const { report, clock } = session;
  // The version that runs is read from the images that this run has just put there.
  const { sourceVersion, ...request } = session.request;
  const leftMs = report.startedAt + request.timeoutMs - clock.now();
  const prepared = await prepareNext({ ...session, request: { ...request, timeoutMs: leftMs } }, first.charts, title);
  // Where the run stops here, this is how things stand.
  report.after = prepared.inspection.facts;
  sameWay(session, prepared, rest, title);
  stopBlocked(prepared);
  inTime(prepared, leftMs, title);
  return prepared;
}

/** Walks the hops; each is planned anew when the one before is rolled out. */
async function walk(session: Session, first: Prepared): Promise<void> {
  const { report } = session;
  const { hops } = first.plan;
  const done: Hop['status'][] = [];
  for (const [index, { sourceVersion, targetVersion }] of hops.entries()) {
    const title = `upgrade ${index + 1} of ${hops.length}, ${sourceVersion} -> ${targetVersion}`;
    recordHops(report, done);
    const prepared = index === 0 ? first : await nextHop(session, first, hops.slice(index), title);
    recordEstimate(report, index, prepared.plan.hops[0]?.estimate);
    // From here on a cancelled run cannot say that nothing of this hop was written.
    const begun = (): void => {
      recordHops(report, [...done, 'failed']);
    };
    try {
      await runHop(session, prepared, begun);
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
