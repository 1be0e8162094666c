import { isSameWay } from '../plan/digest.js';
import type { Hop } from '../plan/plan.js';
import { failed } from '../problem.js';
import type { HopWork, Planned, Planner } from '../upgrade/engine/ports.js';
import { recordFacts } from './facts-report.js';
import { hopWork } from './hop-work.js';
import { prepare, prepareRest, refuseBlocked, stopBlocked, type Prepared } from './prepare.js';
import type { Session } from './session.js';

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

/** The planner of the engine, on a real release. */
export function sessionPlanner(session: Session): Planner {
  const { report, clock, request } = session;
  const prepared = new WeakMap<Planned, Prepared>();
  let charts: Prepared['charts'] | undefined;
  /** The way was begun by another run: what is left of it is not decided anew, whatever charts there are by now. */
  let pinned = false;

  const keep = (from: Prepared): Planned => {
    charts = from.charts;
    const { plan, digest } = from;
    const settled = plan.situation === 'nothing-to-do';
    let work: HopWork | undefined;
    const planned: Planned = {
      plan,
      settled,
      work: () => (work ??= hopWork(from)),
      ...(digest === undefined ? {} : { digest }),
    };
    prepared.set(planned, from);
    return planned;
  };

  return {
    plan: async () => keep(await prepare(session)),
    approve: (planned) => {
      const from = prepared.get(planned);
      if (from !== undefined) refuseBlocked(session, from);
    },
    goOn: async (rest, title, resumed) => {
      pinned ||= resumed;
      const leftMs = report.startedAt + request.timeoutMs - clock.now();
      // The version that runs is read from the images that this run has just put there.
      const { sourceVersion, ...later } = request;
      const asked = { ...session, request: { ...(resumed ? request : later), timeoutMs: leftMs } };
      const next = await prepareRest(asked, rest, title, { ...(charts === undefined ? {} : { charts }), pinned });
      // Where the run stops here, this is how things stand.
      if (resumed) recordFacts(report, next.inspection.facts);
      else report.after = next.inspection.facts;
      if (!resumed) sameWay(session, next, rest, title);
      stopBlocked(next);
      if (!resumed) inTime(next, leftMs, title);
      return keep(next);
    },
  };
}
