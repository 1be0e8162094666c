import { hopsEnding, nextAfterHops } from './hops.js';
import { successes, type Report, type Result } from './report.js';

/** What the run was asked to do, as a noun. */
const NOUNS: Readonly<Record<Report['operation'], string>> = {
  upgrade: 'Upgrade',
  plan: 'Plan',
  status: 'Status',
  rollback: 'Rollback',
  unknown: 'Run',
};

const ENDINGS: Readonly<Partial<Record<Result, string>>> = {
  refused: 'refused',
  failed: 'failed',
  interrupted: 'interrupted',
};

/** From one version to another, or one version where they are equal or only one is known. */
export function fromTo(from: string | undefined, to: string | undefined): string {
  if (from === undefined || to === undefined || from === to) return to ?? from ?? '';
  return `${from} → ${to}`;
}

function versions({ sourceVersion, targetVersion }: Report): string {
  return ['Milvus', fromTo(sourceVersion, targetVersion)].filter((word) => word !== '').join(' ');
}

/** Workloads that are not as they should be, as seen last. */
export function unhealthy(report: Report): number {
  return (report.stuck ?? (report.after ?? report.before)?.workloads ?? []).filter(({ healthy }) => !healthy).length;
}

/** Said where there is more than one. */
function hops({ plan }: Report): string {
  const count = plan?.hops.length ?? 0;
  return count < 2 ? '' : ` in ${count} hops`;
}

function health(report: Report): string {
  const count = unhealthy(report);
  if (count === 0) return 'all workloads ready';
  return `${count} ${count === 1 ? 'workload' : 'workloads'} not ready`;
}

/** Whether a status found something that was begun on the release and has not ended. */
export const isUnfinished = ({ standing }: Report): boolean =>
  standing?.pending !== undefined || standing?.journal?.open === true;

/** The same in words, for a title. */
function unfinished({ standing }: Report): string {
  if (standing?.pending !== undefined) return `; revision ${standing.pending.revision} is ${standing.pending.status}`;
  return standing?.journal?.open === true ? '; an upgrade is not finished' : '';
}

function rolledBack({ back }: Report, name: string): string {
  if (back === undefined) return `Nothing to do: ${name} is taken back already`;
  const milvus = fromTo(back.from, back.to);
  return `${name} taken back to revision ${back.revision}${milvus === '' ? '' : `: Milvus ${milvus}`}`;
}

/** One hop at most is taken back, so that it need not be where the way began. */
function restored({ back, sourceVersion }: Report): string {
  const to = back?.to;
  return to === undefined || to === sourceVersion ? 'the old state is back' : `Milvus ${to} is back`;
}

/** The result in a few words of plain text: title of the summary and of the error annotation. */
export function headline(report: Report): string {
  const name = report.release ?? 'the release';
  switch (report.result) {
    case 'upgraded':
      return report.sourceVersion === report.targetVersion
        ? `${name} upgraded: new values or chart, ${versions(report)} as before`
        : `${name} upgraded: ${versions(report)}${hops(report)}`;
    case 'unchanged':
      return `Nothing to do: ${name} is already as asked for`;
    case 'planned':
      return `Plan for ${name}: ${versions(report)}${hops(report)}`;
    case 'rolled-back':
      return rolledBack(report, name);
    case 'reported':
      return `Status of ${name}: ${[versions(report), health(report)].filter((text) => text !== 'Milvus').join(', ')}${unfinished(report)}`;
    case 'restored':
      return `Upgrade of ${name}${report.targetVersion === undefined ? '' : ` to ${report.targetVersion}`} failed, and ${restored(report)}`;
    default: {
      const target = report.targetVersion === undefined ? '' : ` to ${report.targetVersion}`;
      const aim = report.operation === 'upgrade' || report.operation === 'plan' ? target : '';
      const of = report.release === undefined ? '' : ` of ${report.release}`;
      return `${NOUNS[report.operation]}${of}${aim} ${ENDINGS[report.result] ?? 'ended'}${hopsEnding(report)}`;
    }
  }
}

/**
 * State of the data in one sentence. What the run knows better is in `dataState`; this never says more than what is
 * sure from `changed`.
 */
export function stateOfData(report: Report): string {
  if (report.dataState !== undefined) return report.dataState;
  if (!report.changed) return 'Nothing was written: the release, its pods and its data are as they were.';
  return 'The release was changed before the run ended. Whether Milvus answers and its data is complete was not checked.';
}

/** What to run next. What the hops tell is more exact than what is said of every ending. */
export function nextStep(report: Report): string | undefined {
  const hop = nextAfterHops(report);
  if (hop !== undefined) return hop;
  if (report.next !== undefined) return report.next;
  if (successes.includes(report.result)) return undefined;
  if (report.result === 'refused') return 'Do what is listed, then run the same workflow again.';
  return 'Run the same workflow again with the same inputs: it looks at what is there first, and says if it cannot go on.';
}
