import type { Hop, Plan } from '../plan/plan.js';
import type { Report } from './report.js';

/** Id of the check that refuses a target which takes several hops, where the input multi-hop is not set. */
const SEVERAL_HOPS = 'several-hops';

const hopsOf = (report: Report): readonly Hop[] => report.plan?.hops ?? [];

/** The whole way in one line of plain text, for the log and for readers who do not see the picture. */
export function wayLine({ installed, hops }: Pick<Plan, 'installed' | 'hops'>): string {
  const source = hops.at(0)?.sourceVersion ?? '';
  const stops = hops.map(
    ({ path, targetVersion, chartVersion }) =>
      `${targetVersion} (${path === 'migration' ? 'metadata migration, ' : ''}chart ${chartVersion})`,
  );
  return [`Milvus ${source} (chart ${installed.chartVersion})`, ...stops].join(' → ');
}

/** The run does one hop and was asked for a target that takes several: the one to ask for first. */
export function refusedFor(report: Report): Hop | undefined {
  const refused = (report.plan?.checks ?? []).some(({ id, status }) => id === SEVERAL_HOPS && status === 'blocked');
  return report.result === 'refused' && refused && hopsOf(report).length > 1 ? hopsOf(report)[0] : undefined;
}

/** Whether a check is the one that {@link refusedFor} speaks for. */
export const isSeveralHops = ({ id }: { readonly id: string }): boolean => id === SEVERAL_HOPS;

/** Where a run with several hops ended that did not come to its end. */
export interface Stop {
  /** How many hops there are, and how many of them are done. */
  readonly all: number;
  readonly done: number;
  /** The last hop that is done: every workload was ready on its version. */
  readonly reached?: Hop;
  /** The hop that was begun and failed. */
  readonly failed?: Hop;
  /** Hops that are still to be done, the failed one included. */
  readonly left: readonly Hop[];
}

/** Undefined for a run with one hop, for one that did all of them, and for one that began none. */
export function stopOf(report: Report): Stop | undefined {
  const hops = hopsOf(report);
  if (hops.length < 2 || (report.result !== 'failed' && report.result !== 'interrupted')) return undefined;
  // Going back does one hop, whatever the way was.
  if (report.back !== undefined || report.operation === 'rollback') return undefined;
  const done = hops.filter(({ status }) => status === 'done').length;
  const [reached, failed] = [hops.at(done - 1), hops.find(({ status }) => status === 'failed')];
  if (done === hops.length || (done === 0 && failed === undefined)) return undefined;
  return {
    all: hops.length,
    done,
    ...(done === 0 || reached === undefined ? {} : { reached }),
    ...(failed === undefined ? {} : { failed }),
    left: hops.slice(done),
  };
}

/** The same where it stopped between two hops: nothing of the next one was begun, and what runs was seen ready. */
export function stopBetween(report: Report): (Stop & { readonly reached: Hop }) | undefined {
  const stop = stopOf(report);
  if (stop?.reached === undefined || stop.left.some(({ status }) => status !== 'not-started')) return undefined;
  return { ...stop, reached: stop.reached };
}

/** What to run next where the hops tell it, in one sentence. */
export function nextAfterHops(report: Report): string | undefined {
  const first = refusedFor(report);
  if (first?.path === 'helm') {
    const others = report.plan?.checks.filter((check) => check.status === 'blocked' && !isSeveralHops(check)) ?? [];
    const before = others.length === 0 ? 'Run' : 'Do what is listed, then run';
    return `${before} with \`target-version: ${first.targetVersion}\` for the first hop, or with \`multi-hop: true\` for all ${hopsOf(report).length}.`;
  }
  const stop = stopBetween(report);
  if (stop === undefined) return undefined;
  const left = `${stop.left.length} ${stop.left.length === 1 ? 'hop is' : 'hops are'} left (${stop.left.map(({ targetVersion }) => targetVersion).join(', ')})`;
  const approved = report.approvedDigest !== undefined;
  const inputs = approved ? 'with the same inputs, plan-digest included' : 'with the same inputs';
  // A plan that was approved, or was only cut off, is finished as it is.
  const goesOn = approved || report.result === 'interrupted' ? 'goes on' : 'plans anew';
  const when = report.result === 'interrupted' ? 'When you are ready,' : 'Remove the cause, then';
  return `${when} run the same workflow again ${inputs}: it ${goesOn} from ${stop.reached.targetVersion}, and ${left}.`;
}

/** How the ending reads in a title, where several hops are behind it. */
export function hopsEnding(report: Report): string {
  const first = refusedFor(report);
  if (first !== undefined) return `: it takes ${hopsOf(report).length} hops, the first to ${first.targetVersion}`;
  const stop = stopOf(report);
  if (stop === undefined) return '';
  if (stop.failed !== undefined) {
    const { sourceVersion, targetVersion } = stop.failed;
    return ` in hop ${stop.done + 1} of ${stop.all} (${sourceVersion} → ${targetVersion})`;
  }
  return stop.reached === undefined
    ? ''
    : ` after ${stop.done} of ${stop.all} hops: Milvus ${stop.reached.targetVersion} runs`;
}
